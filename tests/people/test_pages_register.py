"""Registering somebody: eight questions, advice that never stops, and a second look where one is needed."""

from __future__ import annotations

import re
from datetime import date

import pytest

from receiver.access import Role
from receiver.cases.models import Case
from receiver.kit.dates import PartialDate, Precision
from receiver.people import queries
from receiver.people.models import Batch, Person, PossibleDuplicate
from receiver.people.rules import BatchState, DuplicateState, Sex
from tests.factories.accounts import make_office
from tests.factories.partners import make_programme
from tests.factories.people import make_batch, make_person
from tests.support.queries import counted

BORN = {"born-day": "4", "born-month": "mars", "born-year": "1990"}
WHO = {"full_name": "محمد أحمد", "sex": "m", **BORN}


class World:
    """An office, a programme, a batch, and somebody who is registered already."""

    def __init__(self, system):
        with system.database.write() as session:
            self.office, self.abroad = make_office(session), make_office(session, "Huye")
            self.programme = make_programme(session, "PILOT", name="Pilot")
            self.batch = make_batch(
                session, self.office, self.programme, arrives_on=date(2026, 11, 19), origin="Tripoli"
            )
            born = PartialDate(1990, 3, 4)
            self.known = make_person(session, self.office, "Mohamed Ahmed", born=born, sex=Sex.MALE)
            self.foreign = make_person(session, self.abroad, "Mohamed Ahmed", born=born, sex=Sex.MALE)


@pytest.fixture
def world(system):
    return World(system)


@pytest.fixture
def browser(world, sign_in):
    return sign_in(Role.CASEWORKER, offices=[world.office])


@pytest.fixture
def form(browser, world):
    return browser.get("/people/new").form("/people")


def found(system, name):
    with system.database.read() as session:
        return session.query(Person).filter(Person.full_name == name).one()


def registered(answer):
    return re.fullmatch(r"/people/(R-\w{7})/intake", answer.response.headers["location"])[1]


class TestTheFirstPage:
    def test_it_asks_eight_questions(self, form):
        questions = {name.split("-")[0] for name in form._names()} - {"_key", "_ticket", ""}
        assert questions == {
            "full_name", "name_latin", "sex", "born", "nationality", "language", "arrival", "arrived_on"
        }  # fmt: skip

    def test_the_arrival_may_be_chosen_already(self, browser, world):
        page = browser.get(f"/people/new?batch={world.batch.slug}")
        assert page.form("/people").values["arrival"] == world.batch.slug
        assert browser.get("/people/new?batch=junk").form("/people").values.get("arrival") is None

    def test_only_ones_own_offices_are_offered(self, system, browser, world):
        with system.database.write() as session:
            there = make_batch(session, world.abroad, world.programme)
        page = browser.get("/people/new")
        assert there.slug not in page.html
        assert str(world.abroad.id) not in page.html
        assert "Alone, under Pilot, in Kigali" in page.text()

    def test_a_batch_without_an_origin_is_named_too(self, system, browser, world):
        with system.database.write() as session:
            bare = make_batch(session, world.office, world.programme, origin="")
        assert f"({bare.slug})" in browser.get("/people/new").text()

    def test_without_a_programme_nobody_can_be_registered(self, sign_in):
        assert "Nobody can be registered yet." in sign_in(Role.CASEWORKER).get("/people/new").text()

    @pytest.mark.parametrize("role", [Role.FINANCE_OFFICER, Role.JOB_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_others_are_refused(self, sign_in, role):
        browser = sign_in(role)
        browser.get("/people/new", status=403)
        browser.post("/people", status=403)
        browser.post("/people/likely", status=403)


class TestRegistering:
    def test_somebody_new_who_is_expected(self, system, browser, world, form):
        answer = browser.submit(
            form, full_name="Selam", sex="f", language="Tigrinya", nationality="Eritrea", arrival=world.batch.slug
        )
        person = found(system, "Selam")
        assert registered(answer) == person.reference
        assert (person.sex, person.nationality, person.languages, person.arrived_on, person.birth_precision) == (
            Sex.FEMALE,
            "ERI",
            ["ti"],
            None,
            Precision.UNKNOWN,
        )
        page = browser.follow(answer)
        assert "The person is registered." in page.text()
        assert page.title == f"{person.reference} Intake – Receiver"
        assert "This person has not arrived yet." in page.text()

    def test_somebody_who_is_here_gets_a_case(self, system, browser, world, form):
        day = {"arrived_on-day": "19", "arrived_on-month": "11", "arrived_on-year": "2026"}
        browser.submit(form, full_name="Selam", sex="f", arrival=world.batch.slug, **day)
        person = found(system, "Selam")
        assert person.arrived_on == date(2026, 11, 19)
        with system.database.read() as session:
            assert session.query(Case).one().person_id == person.id
            assert session.get(Batch, world.batch.id).state is BatchState.ARRIVED

    def test_somebody_who_comes_alone_has_an_arrival_too(self, system, browser, world, form):
        day = {"arrived_on-day": "18", "arrived_on-month": "11", "arrived_on-year": "2026"}
        alone = f"alone.PILOT.{world.office.id}"
        page = browser.submit(form, status=422, full_name="Selam", sex="f", arrival=alone)
        assert "Please give the day on which the person arrived." in page.text()
        browser.submit(form, full_name="Selam", sex="f", arrival=alone, **day)
        with system.database.read() as session:
            ((_arrival, batch),) = queries.arrivals_of_person(session, found(system, "Selam").id)
        assert (batch.slug, batch.state, batch.arrived_on) == (
            "2026-11-18-a",
            BatchState.ARRIVED,
            date(2026, 11, 18),
        )

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"full_name": " "}, "Please write the name, as the person gives it."),
            ({"full_name": "x" * 201}, "up to 200 characters"),
            ({"sex": ""}, "Please choose an answer"),
            ({"born-day": "31", "born-month": "2"}, "has 28 days"),
            ({"nationality": "Atlantis"}, "is not in the list"),
            ({"language": "Klingon"}, "is not in the list"),
            ({"arrival": ""}, "Please choose an answer"),
            ({"arrival": "2020-01-01-a"}, "Please choose one of the answers given."),
            ({"arrived_on-day": "21", "arrived_on-month": "11", "arrived_on-year": "2026"}, "lies in the future"),
        ],
    )
    def test_what_is_wrong_is_told_and_kept(self, browser, world, form, typed, told):
        values = {**WHO, "full_name": "Selam", "arrival": world.batch.slug, **typed}
        page = browser.submit(form, status=422, **values)
        assert told in page.text()
        assert page.form("/people").values["born-year"] == "1990"

    def test_a_programme_that_is_full_is_told(self, system, browser, world):
        with system.database.write() as session:
            small = make_programme(session, people_cap=1)
            full = make_batch(session, world.office, small, make_person(session, world.office))
        form = browser.get("/people/new").form("/people")
        page = browser.submit(form, status=422, full_name="Selam", sex="f", arrival=full.slug)
        assert "allows 1 people" in page.text()

    def test_what_the_form_does_not_ask_is_refused(self, browser, form, world):
        values = form.with_(full_name="Selam", sex="f", arrival=world.batch.slug)
        for smuggled in ("office_id", "reference", "left_on", "id"):
            browser.post("/people", {**values, smuggled: "x"}, status=422)

    @pytest.mark.parametrize(
        "name",
        ["<b>Selam</b>", "${7*7} #{7*7}", "Selam\u202eliaH", "Se\x00lam", "'; DROP TABLE people; --", "=HYPERLINK(1)"],
    )
    def test_a_name_stays_a_name(self, system, browser, world, form, name):
        answer = browser.submit(form, full_name=name, sex="u", arrival=world.batch.slug)
        page = browser.follow(answer)
        with system.database.read() as session:
            person = session.query(Person).order_by(Person.id.desc()).first()
        assert person.full_name in page.text()
        assert "49" not in person.full_name
        assert "\u202e" not in page.html


class TestAdvice:
    def test_it_comes_as_a_fragment_while_one_types(self, browser, form, world):
        page = browser.post("/people/likely", form.with_(**WHO), hx=True, status=200)
        assert world.known.reference in page.text()
        assert "name sounds alike, same date of birth and name written in another script" in page.text()
        assert world.foreign.reference not in page.text()
        assert page.by_id("dupes").get("data-say")

    def test_nothing_is_said_of_half_a_name(self, browser, form):
        for values in ({}, {"full_name": "Mohamed"}, {"full_name": "x" * 300, **BORN}, {**WHO, "born-month": "13"}):
            page = browser.post("/people/likely", form.with_(**values), hx=True, status=200)
            assert "look alike" not in page.text().replace("Records that look alike", "")
            assert not page.all(".//*[@class='errs']")

    def test_it_is_a_page_without_a_script(self, browser, form, world):
        page = browser.post("/people/likely", form.with_(**WHO), status=200)
        assert page.h1 == "New person"
        assert page.form("/people").values["full_name"] == "محمد أحمد"
        assert world.known.reference in page.text()

    def test_four_questions_at_most(self, system, browser, form, world):
        with counted(system.database) as asked:
            browser.post("/people/likely", form.with_(**WHO), hx=True, status=200)
        assert len(asked) <= 10, "\n".join(asked)


class TestTheSecondLook:
    def test_a_look_alike_is_shown_once_and_stops_nothing(self, system, browser, form, world):
        page = browser.submit(form, status=200, arrival=world.batch.slug, **WHO)
        assert page.h1 == "Before the person is registered"
        assert "Nothing is saved yet." in page.text()
        assert world.known.reference in page.text()
        assert world.foreign.reference not in page.text()
        second = page.form("/people")
        assert second.values["_key"] != form.values["_key"]
        browser.submit(second)
        person = found(system, "محمد أحمد")
        with system.database.read() as session:
            pairs = session.query(PossibleDuplicate).all()
        assert {pair.state for pair in pairs} == {DuplicateState.OPEN}
        assert {other for pair in pairs for other in (pair.a_id, pair.b_id)} == {
            person.id,
            world.known.id,
            world.foreign.id,
        }

    def test_not_the_same_person_is_recorded(self, system, browser, form, world):
        page = browser.submit(form, status=200, arrival=world.batch.slug, **WHO)
        browser.submit(page.form("/people"), different=world.known.reference)
        with system.database.read() as session:
            pair = queries.pair_between(session, found(system, "محمد أحمد").id, world.known.id)
        assert (pair.state, pair.decided_by) == (DuplicateState.DIFFERENT, browser.user_id)

    def test_only_who_was_shown_can_be_set_apart(self, browser, form, world):
        page = browser.submit(form, status=200, arrival=world.batch.slug, **WHO)
        page = browser.submit(page.form("/people"), status=422, different=world.foreign.reference)
        assert "one of the answers given" in page.text()

    def test_the_answers_can_be_changed(self, browser, form, world):
        page = browser.submit(form, status=200, arrival=world.batch.slug, **WHO)
        page = browser.submit(page.form("/people"), status=200, again="yes")
        assert page.h1 == "New person"
        assert page.form("/people").values["born-year"] == "1990"
        assert not page.all(".//*[@class='errs']")

    @pytest.mark.parametrize(
        ("answer", "precision", "month"), [("known", Precision.DAY, 1), ("year", Precision.YEAR, None)]
    )
    def test_the_first_of_january_is_asked_about(self, system, browser, form, world, answer, precision, month):
        born = {"born-day": "1", "born-month": "1", "born-year": "1985"}
        page = browser.submit(form, status=200, full_name="Selam", sex="f", arrival=world.batch.slug, **born)
        assert "Is the day known?" in page.text()
        page = browser.submit(page.form("/people"), status=422)
        assert "Please say whether the day is known." in page.text()
        browser.submit(page.form("/people"), day_known=answer)
        person = found(system, "Selam")
        assert (person.birth_year, person.birth_month, person.birth_precision) == (1985, month, precision)

    def test_the_same_page_sent_twice_registers_one_person(self, system, browser, form, world):
        values = form.with_(full_name="Selam", sex="f", arrival=world.batch.slug)
        first, again = browser.post("/people", values), browser.post("/people", values)
        assert first.response.headers["location"] == again.response.headers["location"]
        found(system, "Selam")
