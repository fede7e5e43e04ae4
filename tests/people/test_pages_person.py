"""The pages under a person: intake, contact, household, documents, leaving, look-alikes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from receiver import audit
from receiver.access import SYSTEM, Role
from receiver.audit import Kind
from receiver.kit.dates import PartialDate, Precision
from receiver.kit.words import _
from receiver.people import actions, hooks, queries
from receiver.people.actions import Paper, Way
from receiver.people.hooks import Alert
from receiver.people.models import Household, IdentityDocument, Person, PossibleDuplicate
from receiver.people.rules import ContactKind, DocumentKind, DuplicateState, LeftKind, Need, Relationship
from tests.factories.accounts import make_office, make_user
from tests.factories.people import make_batch, make_household, make_person
from tests.support.pages import region, same_region
from tests.support.queries import counted


class World:
    """Somebody of this office, a relative, and somebody of another."""

    def __init__(self, system):
        with system.database.write() as session:
            self.office, self.abroad = make_office(session), make_office(session, "Huye")
            self.person = make_person(
                session, self.office, "ሰላም ኃይሌ", name_latin="Selam Haile", interpreter_needed=True
            )
            self.sister = make_person(session, self.office, "Ruth Haile")
            self.foreign = make_person(session, self.abroad, "Omar Hassan")
            self.batch = make_batch(session, self.office, None, self.person)
        self.url = f"/people/{self.person.reference}"


@pytest.fixture
def world(system):
    return World(system)


@pytest.fixture
def browser(world, sign_in):
    return sign_in(Role.CASEWORKER, offices=[world.office])


def saved(system, model=Person, row_id=None):
    with system.database.read() as session:
        return session.get(model, row_id) if row_id else session.query(model).one()


def last(system):
    with system.database.read() as session:
        return audit.trail(session, limit=1)[0]


PAGES = (
    "intake",
    "intake/identity",
    "intake/names",
    "intake/languages",
    "intake/arrival",
    "left",
    "contact",
    "contact/new",
    "household",
    "household/new",
    "household/join",
    "documents",
    "documents/new",
)


class TestTheFrame:
    @pytest.mark.parametrize("page", PAGES)
    def test_every_page_says_who_it_is_and_how_to_leave(self, browser, world, page):
        found = browser.get(f"{world.url}/{page}")
        assert found.title.startswith(f"{world.person.reference} ")
        assert "Selam" not in found.title
        assert "ሰላም ኃይሌ" in found.text()
        assert "Interpreter needed" in found.text()
        assert found.form("/leave").action == "/leave"
        tabs = [link for link in found.all(".//nav[@class='tabs noprint']//a") if link.get("aria-current")]
        section = page.split("/")[0]
        assert [tab.get("href") for tab in tabs] == (
            [] if section in {"left", "intake"} else [f"{world.url}/{section}"]
        )

    @pytest.mark.parametrize("page", PAGES)
    def test_another_office_gets_what_an_unknown_one_gets(self, browser, world, page):
        foreign = browser.get(f"/people/{world.foreign.reference}/{page}", status=404)
        unknown = browser.get(f"/people/R-0000000/{page}", status=404)
        assert region(foreign, "main") == region(unknown, "main")
        assert world.foreign.reference not in foreign.html

    @pytest.mark.parametrize("page", PAGES)
    @pytest.mark.parametrize(
        "role", [Role.FINANCE_OFFICER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER]
    )
    def test_others_are_refused(self, sign_in, world, page, role):
        sign_in(role).get(f"{world.url}/{page}", status=403)

    def test_ten_questions_at_most(self, system, browser, world):
        for page in PAGES:
            with counted(system.database) as asked:
                browser.get(f"{world.url}/{page}")
            assert len(asked) <= 10, page + "\n".join(asked)

    def test_it_speaks_arabic_from_the_other_side(self, system, sign_in, world):
        with system.database.write() as session:
            user = make_user(session, Role.CASEWORKER, offices=[world.office], language="ar")
        browser = sign_in(user)
        for url in PAGES:
            assert browser.get(f"{world.url}/{url}").root.get("dir") == "rtl"

    @pytest.mark.parametrize(
        ("born", "told"),
        [
            (PartialDate(1994, 5, 17), "32 years old"),
            (PartialDate.known(1994), "about 32 years old"),
            (PartialDate(2026, 1, 3), "0 years old"),
            (PartialDate(None, precision=Precision.UNKNOWN), None),
        ],
    )
    def test_the_age_is_worked_out(self, system, browser, world, born, told):
        with system.database.write() as session:
            person = make_person(session, world.office, born=born)
        facts = browser.get(f"/people/{person.reference}/contact").text(".//main/p[@class='facts']")
        if told is None:
            assert "old" not in facts
        else:
            assert f"Selam Haile {told} Tigrinya" in facts

    def test_other_rooms_add_alerts_and_the_worst_come_first(self, browser, world):
        hooks.ALERTS.connect(
            lambda _session, _actor, _person: [
                Alert("info", _("First.")),
                Alert("bad", _("Second."), "/today", _("Look")),
                Alert("warn", _("Third.")),
                Alert("info", _("Fourth.")),
            ],
            name="test",
        )
        page = browser.get(f"{world.url}/contact")
        hooks.ALERTS.clear()
        told = [" ".join("".join(each.itertext()).split()) for each in page.all(".//main//div[@role='note']")]
        assert told == ["Second. Look", "Third.", "First."]

    @pytest.mark.parametrize(("left", "told"), [("left", "left on 10 Nov 2026"), ("died", "died on 10 Nov 2026")])
    def test_who_has_gone_is_told(self, system, browser, world, left, told):
        with system.database.write() as session:
            person = session.get(Person, world.person.id)
            person.left_on, person.left_kind = date(2026, 11, 10), LeftKind(left)
        assert told in browser.get(f"{world.url}/contact").text()

    def test_a_job_officer_looks_and_changes_nothing(self, sign_in, world):
        browser = sign_in(Role.JOB_OFFICER, offices=[world.office])
        page = browser.get(f"{world.url}/intake")
        assert "Identity documents" not in page.text()
        assert f"{world.url}/intake/identity" not in page.links.values()
        assert "No way to reach this person is known." in browser.get(f"{world.url}/contact").text()
        assert "lives alone" in browser.get(f"{world.url}/household").text()
        for url in ("intake/identity", "contact/new", "household/new", "documents", "left"):
            browser.get(f"{world.url}/{url}", status=403)
        for url in ("intake/identity", "intake/languages", "contact", "household", "documents", "left"):
            browser.post(f"{world.url}/{url}", status=403)


class TestIntake:
    def test_the_sections_say_what_is_done(self, browser, world):
        page = browser.get(f"{world.url}/intake")
        told = [
            " ".join(filter(None, map(str.strip, each.itertext()))) for each in page.all(".//ul[@class='tasks']/li")
        ]
        assert told == [
            "Who the person is Done",
            "Arrival Done",
            "Languages and first needs Done",
            "How to reach the person To do",
            "Household To do",
            "Identity documents To do",
        ]

    def test_identity(self, system, browser, world):
        form = browser.get(f"{world.url}/intake/identity").form(f"{world.url}/intake/identity")
        assert form.values["full_name"] == "ሰላም ኃይሌ"
        assert form.values["born-month"] == "5"
        answer = browser.submit(
            form,
            other_names="Lily",
            nationality="Stateless",
            **{"born-day": "", "born-month": "", "born-estimate": "1"},
        )
        assert "The section is saved." in browser.follow(answer).text()
        person = saved(system, Person, world.person.id)
        assert (person.other_names, person.nationality, person.birth_precision, person.birth_month) == (
            "Lily",
            "XXA",
            Precision.ESTIMATED,
            None,
        )

    def test_identity_needs_a_name(self, browser, world):
        form = browser.get(f"{world.url}/intake/identity").form(f"{world.url}/intake/identity")
        assert "Please write the name" in browser.submit(form, status=422, full_name="").text()

    def test_parts_of_the_name(self, system, browser, world):
        where = browser.get(f"{world.url}/intake/identity").links["Parts of the name"]
        form = browser.get(where).form(where)
        assert set(form.values.values()) >= {""}
        long = browser.submit(form, status=422, given_name="S" * 101)
        assert "Given name" in long.text(".//*[@class='errs']")
        answer = browser.submit(form, given_name="ሰላም", father_name="ኃይሌ", _key=None)
        assert "The section is saved." in browser.follow(answer).text()
        person = saved(system, Person, world.person.id)
        assert (person.given_name, person.father_name, person.grandfather_name) == ("ሰላም", "ኃይሌ", "")

    @pytest.mark.parametrize("section", ["identity", "names", "languages"])
    def test_two_changes_at_once_are_compared(self, browser, world, section):
        form = browser.get(f"{world.url}/intake/{section}").form(f"{world.url}/intake/{section}")
        field = {"identity": "other_names", "names": "given_name", "languages": "remark"}[section]
        browser.submit(form, **{field: "First"})
        page = browser.submit(form, status=409, _key="another", **{field: "Second"})
        assert "First" in page.text()
        assert "Second" in page.text()

    def test_languages_and_needs(self, system, browser, world):
        form = browser.get(f"{world.url}/intake/languages").form(f"{world.url}/intake/languages")
        assert (form.values["language"], form.values["others"]) == ("Tigrinya", "Arabic")
        browser.submit(
            form, others="arabic; en ، Swahili", needs=["doctor", "diet"], interpreter_needed=None, remark="Gate 3"
        )
        person = saved(system, Person, world.person.id)
        assert (person.languages, person.interpreter_needed) == (["ti", "ar", "en", "sw"], False)
        with system.database.read() as session:
            assert queries.needs_of(session, [person]) == {person.id: (Need.DOCTOR, Need.DIET)}
        form = browser.get(f"{world.url}/intake/languages").form(f"{world.url}/intake/languages")
        assert (form.values["needs"], form.values["remark"].strip()) == (["doctor", "diet"], "Gate 3")

    @pytest.mark.parametrize(
        ("others", "told"),
        [("Klingon", "“Klingon” is not a language"), ("ar, en, fr, sw, rw, am", "at most 6 languages")],
    )
    def test_languages_that_are_none(self, browser, world, others, told):
        form = browser.get(f"{world.url}/intake/languages").form(f"{world.url}/intake/languages")
        assert told in browser.submit(form, status=422, others=others).text()

    def test_nobody_need_have_a_language(self, system, browser, world):
        form = browser.get(f"{world.url}/intake/languages").form(f"{world.url}/intake/languages")
        browser.submit(form, language="", others="")
        assert saved(system, Person, world.person.id).languages == []
        browser.get(f"{world.url}/intake/languages")

    def test_the_day_of_arrival_is_corrected(self, system, browser, world):
        page = browser.get(f"{world.url}/intake/arrival")
        assert world.batch.slug in page.text()
        form = page.form(f"{world.url}/intake/arrival")
        browser.submit(form, reason="Landed after midnight", **{"arrived_on-day": "4"})
        assert saved(system, Person, world.person.id).arrived_on == date(2026, 11, 4)

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"arrived_on-day": "29"}, "lies in the future"),
            ({"reason": ""}, "Please fill in"),
            ({"arrived_on-day": ""}, "day, month and year"),
        ],
    )
    def test_a_wrong_day_is_told(self, browser, world, typed, told):
        form = browser.get(f"{world.url}/intake/arrival").form(f"{world.url}/intake/arrival")
        assert told in browser.submit(form, status=422, **{"reason": "x", **typed}).text()

    def test_an_old_page_is_refused(self, browser, world):
        form = browser.get(f"{world.url}/intake/arrival").form(f"{world.url}/intake/arrival")
        browser.submit(form, reason="x", **{"arrived_on-day": "4"})
        browser.submit(form, status=409, reason="x", _key="another", **{"arrived_on-day": "5"})

    def test_whoever_is_expected_has_no_day_yet(self, system, browser, world):
        with system.database.write() as session:
            person = make_person(session, world.office, arrived_on=None)
        page = browser.get(f"/people/{person.reference}/intake/arrival")
        assert "when the person is met" in page.text()
        day = {"arrived_on-day": "4", "arrived_on-month": "11", "arrived_on-year": "2026"}
        values = {"reason": "x", "_ver": str(person.version), **day}
        browser.post(f"/people/{person.reference}/intake/arrival", values, status=422)
        assert "has not arrived yet" in browser.get(f"/people/{person.reference}/left").text()
        values = {
            "kind": "left",
            "reason": "x",
            "_ver": str(person.version),
            "on-day": "4",
            "on-month": "11",
            "on-year": "2026",
        }
        browser.post(f"/people/{person.reference}/left", values, status=422)


class TestLeaving:
    def test_it_is_recorded_and_taken_back(self, system, browser, world):
        form = browser.get(f"{world.url}/left").form(f"{world.url}/left")
        browser.submit(
            form, kind="left", reason="Went to family", **{"on-day": "10", "on-month": "11", "on-year": "2026"}
        )
        assert saved(system, Person, world.person.id).left_kind is LeftKind.LEFT
        page = browser.get(f"{world.url}/left")
        form = page.form(f"{world.url}/left/undoing")
        assert "Please fill in" in browser.submit(form, status=422, reason="").text()
        browser.submit(form, reason="Another person", _key="another")
        assert saved(system, Person, world.person.id).left_on is None
        again = browser.submit(form, reason="", _key="a third")
        assert again.response.headers["location"] == f"{world.url}/intake", "it was taken back already"

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"on-day": "1"}, "before the day of arrival"),
            ({"on-day": "30"}, "lies in the future"),
            ({"kind": ""}, "Please choose"),
        ],
    )
    def test_what_is_wrong_is_told(self, browser, world, typed, told):
        form = browser.get(f"{world.url}/left").form(f"{world.url}/left")
        values = {"kind": "died", "reason": "x", "on-day": "10", "on-month": "11", "on-year": "2026", **typed}
        assert told in browser.submit(form, status=422, **values).text()

    def test_it_is_recorded_once(self, browser, world):
        form = browser.get(f"{world.url}/left").form(f"{world.url}/left")
        values = {"kind": "left", "reason": "x", "on-day": "10", "on-month": "11", "on-year": "2026"}
        browser.submit(form, **values)
        browser.submit(form, status=409, _key="another", **values)


class TestContact:
    def add(self, browser, world, **values):
        form = browser.get(f"{world.url}/contact/new").form(f"{world.url}/contact")
        return browser.submit(form, **values)

    def test_a_number_is_masked_until_somebody_asks(self, system, browser, world):
        page = browser.follow(
            self.add(browser, world, kind="phone", phone="0788 123 456", note="after six", safe_to_call="1")
        )
        assert "••• 456" in page.text()
        assert "0788 123 456" not in page.html
        assert "Safe to call" in page.text()
        answer = browser.submit(page.form(f"{world.url}/contact/reveal"), status=200)
        assert "0788 123 456" in answer.text()
        assert "after six" in answer.text()
        entry = last(system)
        assert (entry.kind, entry.person, entry.actor) == (Kind.CONTACT_REVEALED, world.person.id, browser.user_id)
        assert "0788 123 456" not in browser.get(f"{world.url}/contact").html

    def test_kinds_and_marks(self, browser, world):
        self.add(browser, world, kind="address", address="KG 11 Ave\nKigali")
        self.add(browser, world, kind="email", email="selam@example.org", safe_to_text="1")
        self.add(browser, world, kind="relative", relative="Her sister", shared="1")
        self.add(browser, world, kind="phone", phone="0788 123 456", main="1")
        page = browser.get(f"{world.url}/contact")
        for told in ("Sealed", "Safe to write", "Shared", "Not safe to call", "Main"):
            assert told in page.text()
        shown = browser.submit(page.form(f"{world.url}/contact/reveal"), status=200).text()
        for told in ("KG 11 Ave Kigali", "selam@example.org", "Her sister"):
            assert told in shown

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({}, "Please choose an answer"),
            ({"kind": "phone"}, "Please fill in “Phone number”."),
            ({"kind": "email", "phone": "0788123456"}, "Please fill in “E-mail address”."),
            ({"kind": "phone", "phone": "12345"}, "does not look like a telephone number"),
            ({"kind": "email", "email": "x"}, "Please write an e-mail address"),
        ],
    )
    def test_what_is_wrong_is_told(self, browser, world, typed, told):
        assert told in self.add(browser, world, status=422, **typed).text()

    def test_an_odd_number_may_be_kept(self, browser, world):
        page = self.add(browser, world, status=422, kind="phone", phone="12345")
        browser.submit(page.form(f"{world.url}/contact"), **{"phone-keep": "1"})

    def test_it_is_changed_without_being_shown(self, system, browser, world):
        page = browser.follow(self.add(browser, world, kind="phone", phone="0788 123 456"))
        page = browser.get(page.links["Change Phone"])
        assert "123 456" not in page.html
        form = page.form(page.one(".//main//form[@novalidate]").get("action"))
        page = browser.follow(browser.submit(form, safe_to_call="1", note="mornings"))
        assert "••• 456" in page.text()
        assert "Safe to call" in page.text()
        browser.submit(form, status=409, _key="another", phone="0788 999 999")
        again = browser.get(page.links["Change Phone"])
        form = again.form(form.action)
        assert "does not look like" in browser.submit(form, status=422, phone="12 34 5").text()
        page = browser.follow(browser.submit(form, phone="0788 999 999", _key="third"))
        assert "••• 999" in page.text()

    def test_it_is_removed(self, browser, world):
        page = browser.follow(self.add(browser, world, kind="phone", phone="0788 123 456"))
        page = browser.get(page.links["Change Phone"])
        removal = next(each.get("action") for each in page.all(".//form") if each.get("action").endswith("removal"))
        page = browser.follow(browser.post(removal))
        assert "No way to reach this person is known." in page.text()
        browser.post(removal, status=404)

    def test_others_with_the_same_number_are_counted(self, system, browser, world):
        with system.database.write() as session:
            for person in (world.person, world.sister, world.foreign):
                actions.add_way(session, SYSTEM, session.merge(person), Way(ContactKind.PHONE, "0788 123 456"))
        assert "1 other person has the same." in browser.get(f"{world.url}/contact").text()

    def test_a_way_of_somebody_else_is_not_found(self, system, browser, world):
        with system.database.write() as session:
            way = actions.add_way(session, SYSTEM, session.merge(world.sister), Way(ContactKind.PHONE, "0788 123 456"))
        browser.get(f"{world.url}/contact/{way.id}/edit", status=404)
        browser.post(f"{world.url}/contact/{way.id}/removal", status=404)
        browser.post(f"/people/{world.foreign.reference}/contact/reveal", status=404)

    def test_without_a_way_there_is_nothing_to_show(self, browser, world):
        assert not browser.get(f"{world.url}/contact").all(f".//form[@action='{world.url}/contact/reveal']")


class TestDocuments:
    def add(self, browser, world, status=303, **values):
        form = browser.get(f"{world.url}/documents/new").form(f"{world.url}/documents")
        return browser.submit(form, status=status, **{"kind": "passport", "number": "EP 0123456", **values})

    def test_the_number_is_masked_and_opened_for_a_reason(self, system, browser, world):
        until = {"expires_on-day": "1", "expires_on-month": "11", "expires_on-year": "2026"}
        page = browser.follow(self.add(browser, world, country="Eritrea", seen="1", **until))
        assert "••• 456" in page.text()
        assert "0123456" not in page.html
        assert "Expired" in page.text()
        page = browser.get(page.links["Show Passport 456"])
        form = page.form(f"{world.url}/documents/{saved(system, IdentityDocument).id}/number")
        assert "Please fill in" in browser.submit(form, status=422, reason="").text()
        page = browser.submit(form, status=200, reason="Visa form", _key="another")
        assert "EP 0123456" in page.text()
        entry = last(system)
        assert (entry.kind, entry.has_reason, entry.person) == (Kind.DOCUMENT_REVEALED, True, world.person.id)

    def test_it_is_changed_without_being_shown(self, system, browser, world):
        page = browser.follow(self.add(browser, world))
        page = browser.get(page.links["Change Passport 456"])
        assert "0123456" not in page.html
        form = page.form(f"{world.url}/documents/{saved(system, IdentityDocument).id}")
        page = browser.follow(browser.submit(form, kind="travel_document"))
        assert "Travel document" in page.text()
        assert "••• 456" in page.text()
        browser.submit(form, status=409, _key="another")
        form = browser.get(page.links["Change Travel document 456"]).form(form.action)
        assert "Please write the number" in browser.submit(form, status=422, number="--").text()
        assert "Please choose" in browser.submit(form, status=422, kind="", _key="k").text()

    @pytest.mark.parametrize(
        ("typed", "told"), [({"number": "--"}, "Please write the number"), ({"number": ""}, "Please fill in")]
    )
    def test_what_is_wrong_is_told(self, browser, world, typed, told):
        assert told in self.add(browser, world, status=422, **typed).text()

    def test_a_document_of_somebody_else_is_not_found(self, system, browser, world):
        with system.database.write() as session:
            theirs = actions.add_document(
                session, SYSTEM, session.merge(world.sister), Paper(DocumentKind.PASSPORT, "AB123456")
            )
        for url in ("edit", "number"):
            browser.get(f"{world.url}/documents/{theirs.id}/{url}", status=404)
        browser.post(f"{world.url}/documents/{theirs.id}/number", {"reason": "x"}, status=404)

    def test_without_a_document(self, browser, world):
        assert "No document is recorded." in browser.get(f"{world.url}/documents").text()


SINCE = {"since-day": "5", "since-month": "11", "since-year": "2026"}


class TestHousehold:
    def begin(self, browser, world):
        form = browser.get(f"{world.url}/household/new").form(f"{world.url}/household")
        assert form.values["since-day"] == "3"
        return browser.follow(browser.submit(form))

    def test_it_is_begun_and_others_move_in(self, system, browser, world):
        page = self.begin(browser, world)
        assert "1 person" in page.text()
        assert "For all of them" in page.text()
        form = browser.get(page.links["Someone moves in"]).form(f"{world.url}/household/members")
        page = browser.follow(browser.submit(form, reference=world.sister.reference, relationship="sibling", **SINCE))
        assert "Ruth Haile" in page.text()
        assert "Brother or sister" in page.text()
        assert page.links["Ruth Haile"] == f"/people/{world.sister.reference}/household"

    @pytest.mark.parametrize(
        ("who", "told"),
        [
            ("R-0000000", "could not find"),
            ("{foreign}", "could not find"),
            ("{person}", "lives in a household already"),
            ("", "Please fill in"),
        ],
    )
    def test_who_cannot_move_in(self, browser, world, who, told):
        page = self.begin(browser, world)
        form = browser.get(page.links["Someone moves in"]).form(f"{world.url}/household/members")
        who = who.format(foreign=world.foreign.reference, person=world.person.reference)
        assert told in browser.submit(form, status=422, reference=who, relationship="child").text()

    def test_one_is_begun_once(self, browser, world):
        form = browser.get(f"{world.url}/household/new").form(f"{world.url}/household")
        browser.submit(form)
        assert "already" in browser.submit(form, status=422, _key="another").text()
        assert "day, month and year" in browser.submit(form, status=422, _key="k", **{"since-day": ""}).text()

    def test_joining_somebody(self, system, browser, world):
        with system.database.write() as session:
            make_household(session, session.merge(world.sister))
        page = browser.get(f"{world.url}/household")
        form = browser.get(page.links["The person lives with someone who is registered"]).form(
            f"{world.url}/household/join"
        )
        for who in (world.foreign.reference, world.person.reference, "junk"):
            told = browser.submit(form, status=422, reference=who, relationship="sibling", _key=who).text()
            assert "could not find" in told
        assert (
            "Please fill in" in browser.submit(form, status=422, reference="", relationship="sibling", _key="k").text()
        )
        page = browser.follow(browser.submit(form, reference=world.sister.reference, relationship="sibling"))
        assert "2 people" in page.text()

    def test_moving_out(self, browser, world):
        page = self.begin(browser, world)
        form = browser.get(page.links["This person moves out"]).form(f"{world.url}/household/leave")
        early = {"on-day": "1", "on-month": "11", "on-year": "2026"}
        assert "before the day of moving in" in browser.submit(form, status=422, **early).text()
        assert "Please fill in" in browser.submit(form, status=422, _key="k").text()
        page = browser.follow(browser.submit(form, **{**early, "on-day": "10"}))
        assert "lives alone" in page.text()
        for url in ("leave", "collectors", "members/new"):
            browser.get(f"{world.url}/household/{url}", status=404)

    def test_who_collects(self, system, browser, world):
        with system.database.write() as session:
            make_household(session, session.merge(world.person), session.merge(world.sister))
        form = browser.get(f"{world.url}/household/collectors").form(f"{world.url}/household/collectors")
        both = {"collector": str(world.sister.id), "alternate": str(world.sister.id)}
        assert "two different members" in browser.submit(form, status=422, **both).text()
        page = browser.follow(
            browser.submit(form, collector=str(world.sister.id), alternate=str(world.person.id), _key="another")
        )
        assert "As the alternate" in page.text()
        browser.submit(form, status=409, collector="", alternate="", _key="late")
        page = browser.submit(form, status=422, collector=str(world.foreign.id), _key="foreign")
        assert "one of the answers given" in page.text()
        assert saved(system, Household).collector_id == world.sister.id

    def test_nobody_may_collect(self, system, browser, world):
        self.begin(browser, world)
        form = browser.get(f"{world.url}/household/collectors").form(f"{world.url}/household/collectors")
        browser.submit(form, collector="")
        assert saved(system, Household).collector_id is None

    def test_who_has_gone_is_marked_and_not_offered(self, system, browser, world):
        with system.database.write() as session:
            sister = session.merge(world.sister)
            make_household(session, session.merge(world.person), sister)
            actions.mark_left(session, SYSTEM, sister, kind=LeftKind.DIED, on=date(2026, 11, 10))
        assert "Died" in browser.get(f"{world.url}/household").text()
        assert str(world.sister.id) not in browser.get(f"{world.url}/household/collectors").html


class TestDuplicates:
    @pytest.fixture
    def pair(self, system, world):
        born = PartialDate(1990, 3, 4)
        with system.database.write() as session:
            one = make_person(session, world.office, "Mohamed Ahmed", born=born, other_names="Hamada")
            other = make_person(session, world.office, "محمد أحمد", born=born, nationality=None, languages=[])
            abroad = make_person(session, world.abroad, "Mohamed Ahmed", born=born)
            make_batch(session, world.office, None, one)
            actions.add_document(session, SYSTEM, one, Paper(DocumentKind.PASSPORT, "EP0123456"))
            for person in (one, abroad):
                actions.look_again(session, SYSTEM, person)
            found = queries.pair_between(session, one.id, other.id)
            hidden = queries.pair_between(session, one.id, abroad.id)
        return one, other, found, hidden

    def test_the_list_shows_pairs_of_ones_offices(self, browser, pair):
        one, other, _found, _hidden = pair
        page = browser.get("/people/duplicates")
        assert len(page.all(".//tbody/tr")) == 1
        assert one.reference in page.text()
        assert other.reference in page.text()
        assert "name sounds alike, same date of birth and name written in another script" in page.text()
        same_region(browser, "/people/duplicates", "rows")
        assert "There is no pair in this state." in browser.get("/people/duplicates?state=same").text()

    def test_side_by_side_without_whole_numbers(self, browser, pair):
        one, other, found, hidden = pair
        page = browser.get(f"/people/{one.reference}/duplicates/{found.id}")
        assert [cell.text for cell in page.all(".//table//thead//a/span")] == [one.reference, other.reference]
        assert "••• 456" in page.text()
        assert "0123456" not in page.html
        assert "Hamada" in page.text()
        page = browser.get(f"/people/{other.reference}/duplicates/{found.id}")
        assert [cell.text for cell in page.all(".//table//thead//a/span")] == [other.reference, one.reference]
        browser.get(f"/people/{one.reference}/duplicates/{hidden.id}", status=404)

    def test_two_people(self, system, browser, pair):
        one, _other, found, _hidden = pair
        url = f"/people/{one.reference}/duplicates/{found.id}"
        form = browser.get(url).form(url)
        assert "Please choose" in browser.submit(form, status=422, reason="x").text()
        page = browser.follow(browser.submit(form, verdict="different", reason="They came together", _key="another"))
        assert "There is nothing to decide." in page.text()
        page = browser.get(url)
        assert "Decided by Diane Uwase" in page.text()
        assert (
            "has been decided already" in browser.submit(form, status=422, verdict="same", reason="x", _key="k").text()
        )
        assert saved(system, PossibleDuplicate, found.id).state is DuplicateState.DIFFERENT

    def test_one_person_stays_marked_on_both(self, system, browser, pair):
        one, other, found, _hidden = pair
        url = f"/people/{one.reference}/duplicates/{found.id}"
        browser.submit(browser.get(url).form(url), verdict="same", reason="The same passport")
        for person in (one, other):
            assert "Another record looks like this person" in browser.get(f"/people/{person.reference}/contact").text()
        assert one.reference in browser.get("/people/duplicates?state=same").text()

    def test_whoever_registered_one_does_not_say_so_alone(self, system, browser, pair):
        one, _other, found, _hidden = pair
        with system.database.write() as session:
            session.get(PossibleDuplicate, found.id).raised_by = browser.user_id
        url = f"/people/{one.reference}/duplicates/{found.id}"
        page = browser.submit(browser.get(url).form(url), status=422, verdict="same", reason="x")
        assert "someone else has to decide this" in page.text()

    def test_pages_lead_on(self, system, browser, world):
        with system.database.write() as session:
            people = sorted((make_person(session, world.office, f"P {n}") for n in range(40)), key=lambda one: one.id)
            session.add_all(
                PossibleDuplicate(a_id=a.id, b_id=b.id, score=60, reasons=["name"]) for a, b in pairwise(people)
            )
        with counted(system.database) as asked:
            page = browser.get("/people/duplicates")
        assert len(asked) <= 6
        assert len(page.all(".//tbody/tr")) == 25
        page = browser.get(page.links["Next"])
        assert len(page.all(".//tbody/tr")) == 14
        page = browser.get(page.links["Previous"])
        assert len(page.all(".//tbody/tr")) == 25

    @pytest.mark.parametrize("role", [Role.JOB_OFFICER, Role.FINANCE_OFFICER, Role.AUDITOR])
    def test_others_are_refused(self, sign_in, pair, role):
        one, _other, found, _hidden = pair
        browser = sign_in(role)
        browser.get("/people/duplicates", status=403)
        browser.get(f"/people/{one.reference}/duplicates/{found.id}", status=403)
        browser.post(f"/people/{one.reference}/duplicates/{found.id}", status=403)


def test_the_menu_leads_there(browser):
    links = browser.get("/menu").links
    assert links["Arrivals"] == "/arrivals"
    assert links["Register a person"] == "/people/new"
    assert links["Possible duplicates"] == "/people/duplicates"


def test_relationship_words_are_those_of_the_list(browser, world):
    page = browser.get(f"{world.url}/household/join")
    shown = [option.text for option in page.all(".//select[@name='relationship']/option")][1:]
    assert shown == [str(each.label) for each in Relationship]
    assert region(page, "main")
