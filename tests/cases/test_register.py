"""The register: who sees whom and what of them, in what order, found without names in addresses, in few queries."""

from __future__ import annotations

from datetime import date

import pytest

from receiver import audit
from receiver.access import SYSTEM, Permission, Role
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.routes import register as routes
from receiver.cases.rules import Looking, Order, Presence, Stage, TaskKind, Whose
from receiver.cases.slots import REGISTER_COLUMNS, RegisterColumn
from receiver.kit.months import Month
from receiver.kit.paging import Cursor
from receiver.kit.words import _
from receiver.people.actions import Speech, change_speech
from receiver.people.models import Person
from receiver.people.rules import LeftKind, Need
from tests.factories.accounts import make_actor, make_office, make_user
from tests.factories.cases import make_case
from tests.factories.people import make_person
from tests.support.queries import counted


def names(session, actor, **looking):
    page = queries.register(session, actor, Looking(**looking), None)
    return [row.person.name for row in page.rows]


@pytest.fixture
def people(session, actor, office):
    """Four people of the office, one of another, with cases of several kinds."""
    hana = make_person(session, office, "Hana", languages=["ti"], arrived_on=date(2026, 10, 2))
    omar = make_person(session, office, "Omar", languages=["ar", "fr"])
    rosa = make_person(session, office, "Rosa", arrived_on=None, languages=[])
    zula = make_person(session, office, "Zula", left_on=date(2026, 11, 10), left_kind=LeftKind.LEFT)
    make_person(session, make_office(session, "Huye"), "Elsewhere")
    make_case(session, hana, caseworker_id=actor.user_id)
    make_case(session, omar)
    return hana, omar, rosa, zula


class TestWho:
    @pytest.mark.parametrize(
        ("role", "seen"),
        [
            (Role.CASEWORKER, 4),
            (Role.RECEPTION_OFFICER, 4),
            (Role.SUPERVISOR, 4),
            (Role.JOB_OFFICER, 4),
            (Role.FINANCE_OFFICER, 5),
            (Role.APPROVER, 0),
            (Role.AUDITOR, 0),
            (Role.ADMINISTRATOR, 0),
            (Role.DATA_PROTECTION_OFFICER, 0),
            (Role.PARTNER_USER, 0),
        ],
    )
    def test_scope_of_every_role(self, session, people, office, role, seen):
        actor = make_actor(session, role, offices=[office])
        assert len(names(session, actor)) == seen

    @pytest.mark.parametrize(
        ("role", "stage", "task"),
        [
            (Role.CASEWORKER, Stage.ARRIVED, TaskKind.FIRST_VISIT),
            (Role.RECEPTION_OFFICER, None, TaskKind.FIRST_VISIT),
            (Role.FINANCE_OFFICER, None, None),
        ],
    )
    def test_what_each_sees(self, session, people, office, role, stage, task):
        reader = make_actor(session, role, offices=[office])
        page = queries.register(session, reader, Looking(), None)
        row = next(row for row in page.rows if row.person.name == "Hana")
        assert (row.stage, row.task) == (stage, task)
        assert row.caseworker == ("Diane Uwase" if stage else None)

    def test_columns_of_other_rooms_come_for_all_at_once(self, session, actor, people):
        asked = []

        def paid(_session, ids):
            asked.append(list(ids))
            return {people[0].id: _("Paid")}

        REGISTER_COLUMNS.offer(RegisterColumn("test", _("Stipend"), Permission.STIPEND_VIEW, paid))
        try:
            page = queries.register(session, actor, Looking(), None)
            assert [str(row.extra["test"]) for row in page.rows if row.extra] == ["Paid"]
            assert len(asked) == 1
            reception = make_actor(session, Role.RECEPTION_OFFICER)
            queries.register(session, reception, Looking(), None)
            assert len(asked) == 1
        finally:
            REGISTER_COLUMNS.clear()


class TestWhich:
    @pytest.mark.parametrize(
        ("looking", "found"),
        [
            ({}, ["Hana", "Omar", "Rosa", "Zula"]),
            ({"whose": Whose.MINE}, ["Hana"]),
            ({"whose": Whose.OFFICE}, ["Hana", "Omar", "Rosa", "Zula"]),
            ({"presence": Presence.EXPECTED}, ["Rosa"]),
            ({"presence": Presence.HERE}, ["Hana", "Omar"]),
            ({"presence": Presence.LEFT}, ["Zula"]),
            ({"stage": Stage.ARRIVED}, ["Hana", "Omar"]),
            ({"stage": Stage.ACTIVE}, []),
            ({"language": "ar"}, ["Omar", "Zula"]),
            ({"language": "a"}, []),
            ({"arrived_in": Month(2026, 10)}, ["Hana"]),
            ({"order": Order.NAME_DOWN}, ["Zula", "Rosa", "Omar", "Hana"]),
            ({"order": Order.ARRIVED, "presence": None}, ["Hana", "Omar", "Zula", "Rosa"]),
        ],
    )
    def test_filters_and_orders(self, session, actor, people, looking, found):
        assert names(session, actor, **looking) == found

    def test_of_an_office_and_a_caseworker(self, session, actor, people, office):
        finance = make_actor(session, Role.FINANCE_OFFICER)
        assert len(names(session, finance, office_id=office.id)) == 4
        assert names(session, actor, caseworker_id=actor.user_id) == ["Hana"]
        # what somebody may not see narrows nothing down, so that nothing is learnt from it
        assert len(names(session, finance, caseworker_id=actor.user_id)) == 5

    def test_by_what_is_needed_first(self, session, actor, people):
        """Needs are sealed, so no column tells them; who may not open a person's page is not told by the filter."""
        hana, omar, *_others = people
        change_speech(session, actor, hana, Speech(needs=(Need.DOCTOR, Need.INFANT)))
        change_speech(session, actor, omar, Speech(needs=(Need.DIET,)))
        assert names(session, actor, need=Need.DOCTOR) == ["Hana"]
        assert names(session, actor, need=Need.PREGNANT) == []
        assert len(names(session, make_actor(session, Role.FINANCE_OFFICER), need=Need.DOCTOR)) == 5

    def test_the_open_case_counts_before_a_closed_one(self, session, actor, supervisor, people):
        hana = people[0]
        case = make_case(session, hana)
        actions.move_stage(session, actor, hana, case, Stage.INTAKE)
        page = queries.register(session, actor, Looking(), None)
        assert page.rows[0].stage is Stage.INTAKE


@pytest.mark.parametrize("order", Order)
def test_paging_there_and_back(session, actor, office, order):
    for number in range(30):
        make_person(session, office, f"Person {number:02}", arrived_on=date(2026, 11, 1 + number % 7))
    looking = Looking(order=order)
    first = queries.register(session, actor, looking, None)
    second = queries.register(session, actor, looking, Cursor.decode(first.next, type(first.rows[0].person.id)))
    assert (len(first.rows), len(second.rows), second.next) == (25, 5, None)
    assert len({row.person.id for row in (*first.rows, *second.rows)}) == 30
    back = queries.register(session, actor, looking, Cursor.decode(second.previous, type(first.rows[0].person.id)))
    assert [row.person.id for row in back.rows] == [row.person.id for row in first.rows]


def test_found_people_keep_their_order_and_are_scoped_anew(session, actor, office):
    some = [make_person(session, office, f"Person {number:02}") for number in range(28)]
    elsewhere = make_person(session, make_office(session, "Huye"), "Elsewhere")
    ids = [person.id for person in reversed(some)]
    first = queries.found_people(session, actor, [elsewhere.id, *ids], None)
    assert [row.person.id for row in first.rows] == ids[:25]
    second = queries.found_people(session, actor, ids, Cursor.decode(first.next, type(ids[0])))
    assert [row.person.id for row in second.rows] == ids[25:]
    back = queries.found_people(session, actor, ids, Cursor.decode(second.previous, type(ids[0])))
    assert [row.person.id for row in back.rows] == ids[:25]
    assert queries.found_people(session, actor, [], None).rows == []


def test_choices_reach_as_far_as_the_actor(session, actor, office):
    huye = make_office(session, "Huye")
    make_user(session, Role.CASEWORKER, offices=[huye], name="Far Away")
    choices = queries.filter_choices(session, actor)
    assert choices.offices == [(str(office.id).replace("-", ""), "Kigali")] or choices.offices == [
        (str(office.id), "Kigali")
    ]
    assert [name for _id, name in choices.caseworkers] == ["Diane Uwase"]
    country = queries.filter_choices(session, make_actor(session, Role.FINANCE_OFFICER))
    assert {"Huye", "Kigali"} <= {name for _id, name in country.offices}
    assert country.caseworkers == []  # nobody filters by cases who may not see any


class TestPages:
    @pytest.fixture
    def office(self, system):
        with system.database.write() as session:
            return make_office(session)

    @pytest.fixture
    def people(self, system, office):
        with system.database.write() as session:
            found = [make_person(session, office, f"Selam {number:02}") for number in range(27)]
            for person in found[:3]:
                make_case(session, person)
            return found

    def test_a_caseworker_begins_with_their_own(self, system, sign_in, office, people):
        browser = sign_in(Role.CASEWORKER, offices=[office])
        assert "Nobody is with you yet." in browser.get("/people").text()
        page = browser.get("/people?whose=all")
        assert page.h1 == "People"
        assert len(page.all(".//tbody/tr")) == 25
        rest = browser.get(page.links["Next"])
        assert len(rest.all(".//tbody/tr")) == 2
        assert "Selam" not in page.links["Next"]

    def test_fragments_are_parts_of_the_page(self, sign_in, office, people):
        from tests.support.pages import same_region

        same_region(sign_in(Role.SUPERVISOR, offices=[office]), "/people?sort=-arrived", "results")

    def test_a_search_keeps_the_name_out_of_the_address(self, sign_in, office, people):
        browser = sign_in(Role.RECEPTION_OFFICER, offices=[office])
        answer = browser.submit(browser.get("/people").form("/people/search"), q="selam 07")
        place = answer.response.headers["location"]
        assert place.startswith("/people?s=")
        assert "selam" not in place.lower()
        page = browser.follow(answer)
        assert page.form("/people/search").values["q"] == "selam 07"
        assert page.all(".//tbody/tr")[0].find(".//bdi").text == "Selam 07"
        assert "Selam" not in page.title

    def test_a_search_that_is_too_long_says_so(self, sign_in, office, people):
        browser = sign_in(Role.SUPERVISOR, offices=[office])
        page = browser.submit(browser.get("/people").form("/people/search"), q="x" * 300, status=422)
        assert "may be up to 200 characters long; this has 300." in page.text()
        assert page.form("/people/search").values["q"] == "x" * 300
        assert len(page.all(".//tbody/tr")) > 1

    def test_an_expired_search_shows_the_list_and_says_so(self, sign_in, office, people):
        browser = sign_in(Role.SUPERVISOR, offices=[office])
        page = browser.get("/people?s=gone")
        assert "That search has expired." in page.text()
        assert len(page.all(".//tbody/tr")) == 25
        assert browser.submit(page.form("/people/search"), q="").response.headers["location"] == "/people"

    def test_a_list_to_print(self, system, sign_in, office, people, monkeypatch):
        with system.database.write() as session:
            change_speech(session, SYSTEM, session.get_one(Person, people[0].id), Speech(needs=(Need.DOCTOR,)))
        boss = sign_in(Role.SUPERVISOR, offices=[office])
        page = boss.get("/people?presence=here&need=doctor")
        sheet = boss.get(page.links["A list to print"])
        assert "Selam 00" in sheet.text(".//table")
        assert "Selam 01" not in sheet.text(".//table")
        for told in ("My office", "Here", "A doctor"):
            assert told in sheet.text()
        with system.database.read() as session:
            (entry,) = audit.trail(session, kinds=[Kind.PEOPLE_LIST_OPENED])
        assert entry.facts == {"people": 1}
        monkeypatch.setattr(routes, "PRINTED", 2)
        assert "These are the first 2." in boss.get(f"/people/list?office={office.id}").text()
        assert "Nobody matches" in boss.get("/people/list?arrived=2020-01").text()
        finance = sign_in(Role.FINANCE_OFFICER).get("/people/list?need=doctor")
        assert "Selam 01" in finance.text(".//table")
        assert "Caseworker" not in finance.text(".//table")

    def test_finance_sees_name_and_reference_only(self, sign_in, people):
        browser = sign_in(Role.FINANCE_OFFICER)
        REGISTER_COLUMNS.clear()
        page = browser.get("/people")
        row = page.all(".//tbody/tr")[0]
        assert [cell.tag for cell in row] == ["th"]
        assert row.find(".//a").get("href").startswith("/people/R-")

    def test_who_may_not_list_is_refused(self, sign_in):
        sign_in(Role.APPROVER).get("/people", status=403)

    def test_filters_stay_in_the_address_of_the_next_page(self, sign_in, office, people):
        page = sign_in(Role.SUPERVISOR, offices=[office]).get("/people?presence=here&sort=-name&language=ti")
        assert "presence=here" in page.links["Next"]
        assert "sort=-name" in page.links["Next"]
        assert page.all(".//tbody/tr")[0].find(".//bdi").text == "Selam 26"

    def test_six_queries_at_most(self, system, sign_in, office, people):
        """With a search or without, and one column of another room, which asks once."""
        browser = sign_in(Role.SUPERVISOR, offices=[office])
        REGISTER_COLUMNS.clear()
        REGISTER_COLUMNS.offer(RegisterColumn("test", _("Case"), Permission.STIPEND_VIEW, asks_once))
        place = browser.submit(browser.get("/people").form("/people/search"), q="selam").response.headers["location"]
        for address in ("/people", "/people?sort=-arrived&stage=arrived", place):
            with counted(system.database) as asked:
                browser.get(address)
            assert 5 <= len(asked) <= 6, "\n".join(asked)


def asks_once(session, ids):
    queries.open_case(session, ids[0])
    return dict.fromkeys(ids, _("Asked"))


class TestAssigning:
    @pytest.fixture
    def office(self, system):
        with system.database.write() as session:
            return make_office(session)

    @pytest.fixture
    def worker(self, system, office):
        with system.database.write() as session:
            return make_user(session, Role.CASEWORKER, offices=[office], name="Aline")

    @pytest.fixture
    def people(self, system, office):
        with system.database.write() as session:
            found = [make_person(session, office, f"Selam {number}") for number in range(3)]
            for person in found[:2]:
                make_case(session, person)
            return found

    def ticked(self, browser, people, worker):
        form = browser.get("/people").form("/people/caseworker")
        option = next(each for each in form.element.iter("option") if each.text == "Aline")
        return form.with_(person=[person.reference for person in people], caseworker=option.get("value"))

    def test_several_at_once(self, system, sign_in, office, people, worker):
        browser = sign_in(Role.SUPERVISOR, offices=[office])
        page = browser.follow(browser.post("/people/caseworker", self.ticked(browser, people[:2], worker)))
        assert "2 cases have changed hands." in page.text()
        with system.database.read() as session:
            assert set(queries.caseworker_ids(session, [person.id for person in people]).values()) == {worker.id}

    def test_all_or_none_with_the_reason(self, system, sign_in, office, people, worker):
        browser = sign_in(Role.SUPERVISOR, offices=[office])
        page = browser.post("/people/caseworker", self.ticked(browser, people, worker), status=422)
        assert f"{people[2].reference} has no open case" in page.text()
        with system.database.read() as session:
            assert queries.caseworker_ids(session, [person.id for person in people]) == {}

    def test_nobody_ticked(self, sign_in, office, people, worker):
        browser = sign_in(Role.SUPERVISOR, offices=[office])
        page = browser.post("/people/caseworker", self.ticked(browser, [], worker), status=422)
        assert "Choose at least one person." in page.text()

    @pytest.mark.parametrize("other", ["no-reference", None])
    def test_one_who_is_not_visible_refuses_all(self, system, sign_in, office, people, worker, other):
        if other is None:
            with system.database.write() as session:
                other = make_person(session, make_office(session, "Huye")).reference
        browser = sign_in(Role.SUPERVISOR, offices=[office])
        values = self.ticked(browser, people[:1], worker)
        values["person"] = [values["person"][0], other]
        browser.post("/people/caseworker", values, status=404)
        with system.database.read() as session:
            assert queries.caseworker_ids(session, [people[0].id]) == {}

    def test_caseworkers_do_not_give_cases_away(self, sign_in, office, people, worker):
        page = sign_in(Role.CASEWORKER, offices=[office]).get("/people?whose=all")
        assert page.all(".//input[@name='person']") == []
