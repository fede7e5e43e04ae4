"""A person's summary and history, notes, tasks, files and the end of a case, through the pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from receiver import audit
from receiver.access import MATRIX, Permission, Role
from receiver.accounts.models import Office, User
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.models import Attachment, Note, Task
from receiver.cases.routes import attachments
from receiver.cases.rules import CloseReason, Stage, TaskKind, TaskState, judged
from receiver.cases.slots import SUMMARY, SummaryLine
from receiver.kit import clock
from receiver.kit.dates import PartialDate
from receiver.kit.wiring import Slot
from receiver.kit.words import _
from receiver.people.models import Person
from receiver.web.slots import CLOSING_OBJECTIONS, PERSON_TABS, TABS_AT_MOST, Objection
from tests.factories.accounts import acting, make_office, make_user
from tests.factories.cases import A_PDF, a_png, make_case, make_note, make_task
from tests.factories.people import make_household, make_person
from tests.support.pages import same_region
from tests.support.queries import counted


@pytest.fixture
def office(system):
    with system.database.write() as session:
        return make_office(session)


@pytest.fixture
def worker(system, office):
    with system.database.write() as session:
        return make_user(session, Role.CASEWORKER, offices=[office], name="Aline")


@pytest.fixture
def person(system, office, worker):
    """Selam, with an open case that Aline has."""
    with system.database.write() as session:
        person = make_person(session, office)
        make_case(session, person, caseworker_id=worker.id)
        return person


@pytest.fixture
def browser(sign_in, worker):
    """Of Aline, who has the case."""
    return sign_in(worker)


@pytest.fixture
def boss(sign_in, office):
    """That of a supervisor of the office."""
    return sign_in(Role.SUPERVISOR, offices=[office])


@pytest.fixture
def place(person):
    return f"/people/{person.reference}"


def written(system, worker, person, text="She found a room.", **more):
    with system.database.write() as session:
        return make_note(session, acting(session, worker), session.get(Person, person.id), text, **more).id


def given(system, worker, person, due_on, title=""):
    with system.database.write() as session:
        found = session.get(Person, person.id)
        return make_task(session, acting(session, worker), found, due_on, title, assignee=worker.id).id


def last(system):
    with system.database.read() as session:
        return audit.trail(session, limit=1)[0]


def browser_may(role, tab):
    return role in MATRIX[tab.permission]


def open_tasks(system, person):
    with system.database.read() as session:
        return session.scalars(select(Task).where(Task.person_id == person.id).order_by(Task.due_on)).all()


class TestSummary:
    def test_what_one_must_know(self, system, browser, worker, person, place):
        written(system, worker, person)
        page = browser.get(place)
        assert page.h1 == f"{person.reference} Summary"
        said = page.text()
        assert "Meet the person" in said
        assert "14 days late" in said
        assert "A note was written." in said
        assert "Lives alone" in said
        assert person.full_name not in page.title

    def test_a_late_plan_and_a_household(self, system, sign_in, browser, worker, person, place):
        with system.database.write() as session:
            child = make_person(session, session.get(Office, person.office_id), "Child")
            make_household(session, session.get(Person, person.id), child)
        assert "2 people" in browser.get(place).text()
        with time_machine.travel(clock.now() + timedelta(days=15)):
            said = sign_in(worker).get(place).text()
        assert "The plan should have been agreed 2 days ago." in said

    def test_lines_of_other_rooms(self, browser, place):
        SUMMARY.offer(SummaryLine("pay", _("Stipend"), Permission.STIPEND_VIEW, lambda *_args: _("Paid"), "stipend"))
        SUMMARY.offer(SummaryLine("none", _("Plan"), Permission.CASE_VIEW, lambda *_args: None))
        SUMMARY.offer(SummaryLine("hidden", _("Hidden"), Permission.AUDIT_VIEW, lambda *_args: _("Secret")))
        try:
            said = browser.get(place).text()
        finally:
            SUMMARY.clear()
        assert "Paid" in said
        assert "Secret" not in said

    @pytest.mark.parametrize("role", [Role.RECEPTION_OFFICER, Role.JOB_OFFICER])
    def test_without_the_case_for_those_who_do_not_see_it(self, system, sign_in, office, worker, person, place, role):
        written(system, worker, person)
        said = sign_in(role, offices=[office]).get(place).text()
        assert "Meet the person" in said
        assert "She found a room." not in said
        assert "Last events" not in said

    def test_of_another_office_is_unknown(self, sign_in, system, person, place):
        with system.database.write() as session:
            huye = make_office(session, "Huye")
        elsewhere = sign_in(Role.CASEWORKER, offices=[huye])
        hidden, unknown = elsewhere.get(place, status=404), elsewhere.get("/people/R-0000000", status=404)
        assert hidden.text(".//main/div[@class='alert bad']/p[1]") == unknown.text(
            ".//main/div[@class='alert bad']/p[1]"
        )
        sign_in(Role.APPROVER).get(place, status=403)

    def test_finance_sees_the_name_and_what_is_paid(self, system, sign_in, worker, person, place):
        written(system, worker, person)
        finance = sign_in(Role.FINANCE_OFFICER)
        page = finance.get(place)
        assert page.h1 == f"{person.reference} Summary"
        said = page.text(".//main")
        assert person.full_name in said
        assert "Stipend" in said
        for hidden in ("Caseworker", "Arrived", "Household", "Ways to reach", "Last events", "Next steps", "years old"):
            assert hidden not in said
        assert "Tigrinya" not in said
        assert [tab.text for tab in page.all(".//nav[@aria-label='Person']//a")] == ["Summary", "Stipend"]
        for link in page.all(".//main//a"):
            finance.get(link.get("href"))
        assert place in finance.get("/people").links.values()

    @pytest.mark.parametrize("role", sorted(MATRIX[Permission.PERSON_LIST]))
    def test_seven_tabs_at_most(self, system, sign_in, office, place, role):
        """What is needed seldom is linked from the summary."""
        browser = sign_in(role, offices=[office])
        page = browser.get(place)
        tabs = [tab.get("href") for tab in page.all(".//nav[@aria-label='Person']//a")]
        assert 1 < len(tabs) <= TABS_AT_MOST
        sections = [f"{place}/{tab.slug}".rstrip("/") for tab in PERSON_TABS if browser_may(role, tab)]
        assert set(sections) <= set(page.links.values())
        for section in sections:
            browser.get(section)

    def test_what_stands_aside_speaks_the_language_of_the_page(self, system, sign_in, office, place):
        with system.database.write() as session:
            boss = make_user(session, Role.SUPERVISOR, offices=[session.merge(office)], language="fr")
        page = sign_in(boss, language="fr").get(place)
        assert page.links["Pièces jointes"] == f"{place}/attachments"
        assert page.links["Entretien d’accueil"] == f"{place}/intake"

    def test_ten_queries_at_most(self, system, browser, worker, person, place):
        written(system, worker, person)
        given(system, worker, person, date(2026, 11, 25), "Buy a pot")
        with counted(system.database) as asked:
            browser.get(place)
        assert len(asked) <= 10, "\n".join(asked)


class TestHistory:
    def test_newest_first_and_by_kind(self, system, browser, worker, person, place):
        written(system, worker, person)
        page = browser.get(f"{place}/history")
        assert page.h1 == f"{person.reference} History"
        assert page.all(".//ol/li/h3")[0].text == "A note was written."
        assert "A case was opened." in page.text()
        notes = browser.get(page.links["Notes"])
        assert [each.text for each in notes.all(".//ol/li/h3")] == ["A note was written."]
        assert "Nothing is recorded here." in browser.get(f"{place}/history?kind=files").text()
        same_region(browser, f"{place}/history?kind=tasks", "events")

    def test_older_ones_follow(self, system, browser, worker, person, place):
        for number in range(26):
            written(system, worker, person, f"Note {number}")
        page = browser.get(f"{place}/history")
        assert len(page.all(".//ol/li")) == 25
        older = browser.get(page.links["Next"])
        assert len(older.all(".//ol/li")) == 5
        with counted(system.database) as asked:
            browser.get(f"{place}/history")
        assert len(asked) <= 9, "\n".join(asked)

    def test_an_empty_one_leads_on_only_to_more(self, system, browser, office):
        with system.database.write() as session:
            nobody = make_person(session, session.merge(office), "Quiet")
        here = f"/people/{nobody.reference}/history"
        page = browser.get(here)
        assert "Nothing is recorded here." in page.text()
        assert "The whole history" not in page.links
        (kind,) = {link for link in page.links.values() if link.startswith(f"{here}?kind=note")}
        assert browser.get(kind).links["The whole history"] == here

    def test_a_sensitive_note_is_a_title_only(self, system, sign_in, boss, office, worker, person, place):
        written(system, worker, person, "He beats her.", sensitive=True)
        colleague = sign_in(Role.CASEWORKER, offices=[office])
        said = colleague.get(f"{place}/history").text()
        assert "Sensitive" in said
        assert "He beats her." not in said
        page = boss.get(f"{place}/history")  # who may read it opens it on its own page, where that is recorded
        assert "He beats her." not in page.text()
        assert [link for link in page.links.values() if link.startswith("/notes/")]


class TestNotes:
    def write(self, browser, place, status=303, **more):
        form = browser.get(f"{place}/notes/new").form(f"{place}/notes")
        return browser.submit(form, status=status, **{"kind": "visit", "text": "She found a room.", **more})

    def test_a_note_with_the_next_step(self, system, browser, worker, person, place):
        answer = self.write(browser, place, next_step="Ask about the school", next_on="2026-11-27")
        assert answer.response.headers["location"] == f"{place}/history"
        assert "The note is saved." in browser.follow(answer).text()
        with system.database.read() as session:
            task = session.scalars(select(Task).where(Task.kind == TaskKind.OTHER)).one()
            assert queries.title_of(session, task) == "Ask about the school"
            assert (task.assignee_id, task.due_on) == (worker.id, date(2026, 11, 27))

    def test_the_next_step_of_a_sensitive_one_stays_in_it(self, system, browser, sign_in, boss, office, person, place):
        today = {"next_step": "Ask the court for an order", "next_on": "2026-11-20", "sensitive": "1"}
        self.write(browser, place, text="He beats her.", **today)
        with system.database.read() as session:
            (task,) = session.scalars(select(Task).where(Task.kind == TaskKind.FOLLOW_UP))
            assert task.title is None
        one = f"/tasks/{task.id}"
        colleague, welcome = (sign_in(role, offices=[office]) for role in (Role.CASEWORKER, Role.RECEPTION_OFFICER))
        for who in (browser, boss, colleague, welcome):
            for page in (place, f"{place}/tasks", "/tasks?whose=office", one):
                said = who.get(page).text()
                assert "Next step of a sensitive note" in said
                assert "court" not in said
        assert "Next step of a sensitive note" in browser.get("/today").text()
        assert "court" not in colleague.get(f"{place}/history").text()
        assert "Open the note" not in welcome.get(one).links
        note = colleague.get(one).links["Open the note"]
        assert "court" not in colleague.get(note).text()
        form = browser.get(note).form(f"{note}/opening")
        assert "Next step: Ask the court for an order" in browser.submit(form, status=200, why="help").text()

    def test_and_on_to_the_next_person(self, system, browser, worker, office, place):
        assert self.write(browser, place, then="next").response.headers["location"] == f"{place}/history"
        with system.database.write() as session:
            other = make_person(session, office, "Other")
            make_case(session, other, caseworker_id=worker.id)
        assert self.write(browser, place, then="next").response.headers["location"] == f"/people/{other.reference}"

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"text": ""}, "Please fill in"),
            ({"contact_on-day": "21"}, "The day of the contact has not come yet."),
            ({"next_step": "Ask"}, "by which day the next step"),
            ({"next_on": "2026-11-27"}, "what the next step is"),
            ({"next_step": "Ask", "next_on": "2026-11-02"}, "a day from today to a year"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_kept(self, system, browser, place, changes, words):
        page = self.write(browser, place, status=422, **changes)
        assert words in page.text()
        with system.database.read() as session:
            assert session.scalars(select(Note)).all() == []

    def test_a_correction_keeps_what_stood_before(self, system, browser, worker, person):
        note = written(system, worker, person)
        page = browser.get(f"/notes/{note}/correction")
        assert page.h1 == f"{person.reference} Correct a note"
        form = page.form(f"/notes/{note}/correction")
        answer = browser.submit(form, text="She found a house.", reason="I heard wrong")
        said = browser.follow(answer).text()
        assert "She found a house." in said
        assert "Before: version 1" in said
        assert "She found a room." in said

    def test_a_correction_from_an_older_version_is_compared(self, system, browser, worker, person):
        note = written(system, worker, person, sensitive=True)
        form = browser.get(f"/notes/{note}/correction?why=correction").form(f"/notes/{note}/correction")
        browser.submit(form, text="She found a house.", reason="I heard wrong")
        stale = form.with_(text="She found two rooms.", reason="One more", _key=None)
        before = last(system).seq
        page = browser.post(form.action, stale, status=409)
        assert "She found a house." in page.text()
        assert (last(system).kind, last(system).seq) == (Kind.NOTE_OPENED, before + 1)
        page = browser.follow(browser.submit(page.form(form.action), **{"_pick-text": "yours"}))
        page = browser.submit(page.form(f"/notes/{note}/opening"), status=200, why="help")
        assert "She found two rooms." in page.text()
        assert "Before: version 2" in page.text()

    def test_a_correction_without_a_change_or_a_reason(self, system, browser, worker, person):
        note = written(system, worker, person)
        form = browser.get(f"/notes/{note}/correction").form(f"/notes/{note}/correction")
        assert "the same as before" in browser.submit(form, status=422, reason="Why not").text()
        form = browser.get(f"/notes/{note}/correction").form(f"/notes/{note}/correction")
        assert "Why is it corrected?" in browser.submit(form, status=422, text="Other").text()

    def test_a_sensitive_one_is_closed_to_colleagues(self, system, sign_in, office, worker, person):
        note = written(system, worker, person, "He beats her.", sensitive=True)
        colleague = sign_in(Role.CASEWORKER, offices=[office])
        said = colleague.get(f"/notes/{note}").text()
        assert "This note is sensitive." in said
        assert "He beats her." not in said
        colleague.get(f"/notes/{note}/correction", status=404)
        colleague.post(f"/notes/{note}/correction", {"text": "x", "reason": "y", "_ver": "1"}, status=404)

    def test_opening_a_sensitive_one_is_recorded(self, system, boss, browser, sign_in, office, worker, person):
        plain, note = written(system, worker, person), written(system, worker, person, "He beats her.", sensitive=True)

        def opened():
            with system.database.read() as session:
                return audit.trail(session, kinds=[Kind.NOTE_OPENED])

        browser.get(f"/notes/{plain}")
        sign_in(Role.CASEWORKER, offices=[office]).get(f"/notes/{note}")  # the title only
        assert opened() == []
        page = boss.get(f"/notes/{note}")
        assert "He beats her." not in page.html
        ask = page.form(f"/notes/{note}/opening")
        assert "He beats her." not in boss.submit(ask, status=422).html
        browser.get(f"/notes/{note}/correction", status=303)
        assert opened() == []
        page = boss.submit(ask, status=200, why="safety", _key=None)
        assert "He beats her." in page.text()
        assert len(opened()) == 1
        page = browser.submit(browser.get(f"/notes/{note}").form(f"/notes/{note}/opening"), status=200, why="help")
        assert "He beats her." in browser.get(page.links["Correct this note"]).html
        assert len(opened()) == 3
        assert opened()[2].facts == {"note": str(note), "why": "safety"}
        assert opened()[2].person == person.id
        with system.database.read() as session:
            assert audit.reason_of(session, opened()[2].seq) == "Someone is in danger"
        colleague = sign_in(Role.CASEWORKER, offices=[office])
        colleague.post(f"/notes/{note}/opening", {"why": "help"}, status=404)

    def test_of_another_office_it_is_unknown(self, system, sign_in, worker, person):
        note = written(system, worker, person)
        with system.database.write() as session:
            huye = make_office(session, "Huye")
        sign_in(Role.CASEWORKER, offices=[huye]).get(f"/notes/{note}", status=404)


class TestTasks:
    @pytest.fixture
    def task(self, system, worker, person):
        return given(system, worker, person, date(2026, 11, 12), "Ask about the school")

    def test_ones_own_the_most_late_first(self, browser, person, task):
        page = browser.get("/tasks")
        assert page.h1 == "Tasks"
        titles = [said for row in page.all(".//tbody/tr") if (said := row.find(".//th//bdi").text)]
        assert titles == ["Meet the person", "Ask how to pay the stipend", "Ask about the school", "Agree on a plan"]
        assert page.all(".//tr[@class='late']")
        same_region(browser, "/tasks?whose=office", "rows")

    def test_nothing_of_ones_own(self, boss, task):
        assert "Nothing is to be done here." in boss.get("/tasks").text()
        assert len(boss.get("/tasks?whose=office").all(".//tbody/tr")) == 4
        assert len(boss.get("/tasks?whose=all").all(".//tbody/tr")) == 4

    def test_six_queries_at_most(self, system, browser, worker, person, task):
        for number in range(30):
            given(system, worker, person, date(2026, 11, 13) + timedelta(days=number), f"Task {number}")
        with counted(system.database) as asked:
            page = browser.get("/tasks")
        assert len(asked) <= 6, "\n".join(asked)
        rest = browser.get(page.links["Next"])
        assert len(rest.all(".//tbody/tr")) == 9
        assert len(browser.get(rest.links["Previous"]).all(".//tbody/tr")) == 25

    def test_under_today(self, browser, task):
        said = browser.get("/today").text(".//section[@id='due']")
        assert "Ask about the school" in said
        assert "8 days late" in said

    def test_today_counts_all_that_are_due(self, system, browser, worker, person, task):
        for number in range(6):
            given(system, worker, person, date(2026, 11, 13 + number), f"Task {number}")
        assert "Show all 9" in browser.get("/today").text(".//section[@id='due']")

    def test_several_move(self, system, browser, person, task):
        form = browser.get("/tasks").form("/tasks/move")
        ids = [each.get("value") for each in form.element.iter("input") if each.get("name") == "task"]
        page = browser.follow(browser.submit(form, task=ids[:2], due_on="2026-12-01"))
        assert "2 tasks have moved." in page.text()
        assert {task.due_on for task in open_tasks(system, person)} >= {date(2026, 12, 1)}

    @pytest.mark.parametrize(
        ("changes", "status", "words"),
        [
            ({"task": [], "due_on": "2026-12-01"}, 422, "Choose at least one task."),
            ({"due_on": "2026-11-01"}, 422, "a day from today to a year"),
            ({"task": ["x"], "due_on": "2026-12-01"}, 404, "could not find"),
        ],
    )
    def test_or_none(self, system, browser, person, task, changes, status, words):
        form = browser.get("/tasks").form("/tasks/move")
        page = browser.submit(form, status=status, **{"task": [str(task)], **changes})
        assert words in page.text()
        with system.database.read() as session:
            assert session.get(Task, task).due_on == date(2026, 11, 12)

    def test_one_of_another_office_refuses_all(self, system, browser, worker, task):
        with system.database.write() as session:
            far = make_person(session, make_office(session, "Huye"), "Far")
            other = make_task(session, acting(session, session.get(User, worker.id)), far, date(2026, 11, 12)).id
        form = browser.get("/tasks").form("/tasks/move")
        browser.submit(form, status=404, task=[str(task), str(other)], due_on="2026-12-01")
        browser.get(f"/tasks/{other}", status=404)

    def test_done_with_a_result(self, system, browser, person, place, task):
        page = browser.get(f"/tasks/{task}")
        assert page.h1 == f"{person.reference} Task"
        assert "up to" in browser.post(f"/tasks/{task}/done", {"result": "x" * 1001}, status=422).text()
        answer = browser.submit(page.form(f"/tasks/{task}/done"), result="She starts on Monday")
        assert answer.response.headers["location"] == place
        said = browser.get(f"/tasks/{task}").text()
        assert "She starts on Monday" in said
        assert "Record that it is done" not in said
        browser.post(f"/tasks/{task}/done", {"result": ""}, status=409)

    def test_moved_handed_over_and_dropped(self, system, browser, office, person, place, task):
        with system.database.write() as session:
            helper = make_user(session, Role.RECEPTION_OFFICER, offices=[session.merge(office)], name="Eric")
        page = browser.follow(
            browser.submit(browser.get(f"/tasks/{task}").form(f"/tasks/{task}/move"), due_on="2026-11-30")
        )
        assert "The task has moved." in page.text()
        page = browser.follow(browser.submit(page.form(f"/tasks/{task}/assignee"), assignee=str(helper.id)))
        assert "Eric" in page.text()
        browser.submit(page.form(f"/tasks/{task}/removal"), status=422, reason="")
        page = browser.follow(browser.submit(page.form(f"/tasks/{task}/removal"), reason="She moved", _key=None))
        assert page.h1 == f"{person.reference} Tasks"
        assert "Ask about the school" not in page.text()
        assert last(system).kind is Kind.TASK_DROPPED

    def test_wrong_answers_stay_on_the_page(self, browser, task):
        for act, values in (("move", {"due_on": "2026-11-01"}), ("move", {}), ("assignee", {"assignee": "nobody"})):
            page = browser.post(f"/tasks/{task}/{act}", values, status=422)
            assert page.all(".//*[@role='alert']//li")

    def test_a_new_one(self, system, browser, person, place):
        form = browser.get(f"{place}/tasks/new").form(f"{place}/tasks")
        values = {"kind": "other", "due_on": "2026-11-30"}
        assert "Please write what is to be done." in browser.submit(form, status=422, **values).text()
        page = browser.follow(browser.submit(form, title="Buy a cooking pot", _key=None, **values))
        assert "Buy a cooking pot" in page.text()
        assert "The task is added." in page.text()

    def test_finance_adds_one_and_goes_back_to_the_person(self, sign_in, person, place):
        finance = sign_in(Role.FINANCE_OFFICER)
        form = finance.get(f"{place}/tasks/new").form(f"{place}/tasks")
        answer = finance.submit(form, kind="payee", due_on="2026-11-30", assignee="")
        assert answer.response.headers["location"] == place

    def test_nothing_to_do_for_a_person(self, system, browser, office):
        with system.database.write() as session:
            fresh = make_person(session, session.merge(office), "Fresh")
        assert "Nothing is to be done." in browser.get(f"/people/{fresh.reference}/tasks").text()


class TestFiles:
    def send(self, browser, place, data=A_PDF, status=303):
        form = browser.get(f"{place}/attachments").form(f"{place}/attachments")
        return browser.post(form.action, form.values, files={"file": ("permit of Selam.pdf", data)}, status=status)

    def test_kept_opened_on_record_and_removed(self, system, browser, person, place):
        page = browser.follow(self.send(browser, place, a_png(b"30.0619 E")))
        assert "permit of Selam.pdf" in page.text()
        (act,) = [each.get("action") for each in page.all(".//form") if each.get("action").endswith("/opening")]
        answer = browser.send("POST", act, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert b"30.0619" not in answer.content
        assert last(system).kind is Kind.ATTACHMENT_OPENED
        removal = act.replace("/opening", "/removal")
        page = browser.get(removal)
        assert "permit of Selam.pdf" not in page.title
        browser.submit(page.form(removal), status=422, reason="")
        page = browser.follow(browser.submit(page.form(removal), reason="Not hers", _key=None))
        assert "The file is removed for good." in page.text()
        with system.database.read() as session:
            assert session.scalars(select(Attachment)).all() == []

    def test_others_can_write_while_it_is_judged(self, system, browser, place, monkeypatch):
        def judge(data):
            with system.database.write():
                return judged(data)

        monkeypatch.setattr(attachments, "judged", judge)
        assert "permit of Selam.pdf" in browser.follow(self.send(browser, place)).text()

    @pytest.mark.parametrize("data", [b"<html><script>", b"MZ\x90\0\0", b"\x89PNG\r\n\x1a\nbroken"])
    def test_other_files_are_refused(self, browser, place, data):
        page = self.send(browser, place, data, status=422)
        assert page.all(".//*[@role='alert']//li")

    def test_of_another_person_it_is_unknown(self, system, browser, office, place):
        page = browser.follow(self.send(browser, place))
        (act,) = [each.get("action") for each in page.all(".//form") if each.get("action").endswith("/opening")]
        with system.database.write() as session:
            other = make_person(session, session.merge(office), "Other")
        browser.post(act.replace(place, f"/people/{other.reference}"), status=404)

    def test_reception_sees_no_files(self, sign_in, office, place):
        sign_in(Role.RECEPTION_OFFICER, offices=[office]).get(f"{place}/attachments", status=403)


class TestCase:
    def settle(self, system, worker, person):
        with system.database.write() as session:
            actor, found = acting(session, session.get(User, worker.id)), session.get(Person, person.id)
            for row in queries.tasks_of(session, actor, found):
                actions.do_task(session, actor, found, row.task)

    def test_the_best_caseworker_is_proposed_with_the_reason(self, system, boss, office, person, place):
        with system.database.write() as session:
            speaks = make_user(session, Role.CASEWORKER, offices=[session.merge(office)], name="Zoe", language="ar")
        page = boss.get(f"{place}/caseworker")
        assert "Zoe: speaks Arabic, 0 open cases" in page.text()
        form = page.form(f"{place}/caseworker")
        assert form.values["caseworker"] == str(speaks.id)
        assert "The case has changed hands." in boss.follow(boss.submit(form)).text()
        boss.submit(form, status=422, caseworker="nobody", _key=None)

    def test_somebody_without_a_case(self, system, boss, office, worker):
        with system.database.write() as session:
            fresh = make_person(session, session.merge(office), "Fresh", arrived_on=None)
        place = f"/people/{fresh.reference}"
        assert "There is no case yet." in boss.get(place).text()
        page = boss.submit(boss.get(f"{place}/caseworker").form(f"{place}/caseworker"), status=422)
        assert "has no open case" in page.text()
        assert "no open case" in boss.get(f"{place}/close").text()
        assert "no closed case" in boss.get(f"{place}/reopen").text()

    def test_an_office_without_caseworkers(self, system, sign_in):
        with system.database.write() as session:
            huye = make_office(session, "Huye")
            lonely = make_person(session, huye, "Lonely")
        page = sign_in(Role.SUPERVISOR, offices=[huye]).get(f"/people/{lonely.reference}/caseworker")
        assert "has no caseworker" in page.text()

    def test_a_step(self, system, browser, person, place):
        form = browser.get(place).form(f"{place}/stage")
        browser.submit(form)
        assert "Intake" in browser.get(place).text()
        browser.post(form.action, {**form.values, "stage": "assessment"}, status=409)
        browser.post(form.action, {**form.values, "case": "x"}, status=404)
        browser.post(form.action, {**form.values, "stage": "nowhere"})
        with system.database.read() as session:
            assert queries.open_case(session, person.id).stage is Stage.INTAKE

    def test_open_tasks_are_done_first_or_dropped_in_the_same_act(self, system, boss, person, place):
        page = boss.get(f"{place}/close")
        assert "3 tasks are still open." in page.text()
        assert page.links["Open"] == f"{place}/tasks"
        form = page.form(f"{place}/close/check")
        told = boss.submit(form, status=422, why="goals_met", words="She works.")
        assert "say that they will not be done" in told.text(".//*[@class='errs']")
        check = boss.submit(form, status=200, why="goals_met", words="She works.", drop="1", _key=None)
        assert "3 tasks are dropped." in check.text()
        assert "The case is closed." in boss.follow(boss.submit(check.form(f"{place}/close"))).text()
        assert {task.state for task in open_tasks(system, person)} == {TaskState.DROPPED}
        assert last(system).kind is Kind.CASE_CLOSED

    def test_of_somebody_who_died_it_is_closed_in_one_act(self, system, sign_in, boss, office, person, place):
        assert "The case is still open." not in boss.get(place).text()
        form = boss.get(f"{place}/left").form(f"{place}/left")
        boss.submit(form, kind="died", on="2026-11-18", reason="A road accident")
        page = boss.get(place)
        assert "The case is still open." in page.text()
        assert "The case is still open." not in sign_in(Role.CASEWORKER, offices=[office]).get(place).text()
        form = boss.get(page.links["Close the case"]).form(f"{place}/close/check")
        assert form.values["why"] == "deceased"
        assert form.values["on"] == "2026-11-18"
        check = boss.submit(form, status=200, words="Her family knows.", drop="1")
        boss.submit(check.form(f"{place}/close"))
        with system.database.read() as session:
            (row,) = queries.case_rows(session, person.id)
            assert (row.case.close_reason, row.case.closed_on) == (CloseReason.DECEASED, date(2026, 11, 18))
        assert "The case is still open." not in boss.get(place).text()

    def test_what_others_object_stands_in_the_way(self, boss, place, monkeypatch):
        monkeypatch.setattr(CLOSING_OBJECTIONS, "_slot", Slot("objections in a test"))
        CLOSING_OBJECTIONS.connect(
            lambda _session, _id: [Objection(_("A hold is open."), "/stipends/holds")], name="test"
        )
        page = boss.get(f"{place}/close")
        assert "A hold is open." in page.text()
        assert page.links["Open"] == "/stipends/holds"
        with pytest.raises(AssertionError):
            page.form(f"{place}/close/check")

    def test_a_case_is_closed_after_a_check_and_opened_again(self, system, boss, worker, person, place):
        self.settle(system, worker, person)
        form = boss.get(f"{place}/close").form(f"{place}/close/check")
        boss.submit(form, status=422, why="", words="")
        wrong = boss.submit(form, status=422, why="goals_met", words="She works.", on="2026-11-01")
        assert "between the day it was opened and today" in wrong.text()
        check = boss.submit(form, status=200, why="goals_met", words="She works.")
        assert check.h1 == f"{person.reference} Check before closing"
        assert "Goals met" in check.text()
        page = boss.follow(boss.submit(check.form(f"{place}/close")))
        assert "The case is closed." in page.text()
        with system.database.read() as session:
            (row,) = queries.case_rows(session, person.id)
            assert (row.case.close_reason, row.case.closed_on) == (CloseReason.GOALS_MET, date(2026, 11, 20))
        again = boss.get(f"{place}/reopen").form(f"{place}/reopen")
        boss.submit(again, status=422, reason="")
        assert "open again" in boss.follow(boss.submit(again, reason="She lost her work", _key=None)).text()
        page = boss.submit(again, status=422, reason="Twice", _key=None)
        assert "cannot move" in page.text()
        boss.submit(again, status=404, reason="Other", case="x", _key=None)

    def test_what_came_up_meanwhile_still_stands_in_the_way(self, system, boss, worker, person, place):
        self.settle(system, worker, person)
        form = boss.get(f"{place}/close").form(f"{place}/close/check")
        check = boss.submit(form, status=200, why="goals_met", words="She works.")
        given(system, worker, person, date(2026, 11, 25))
        assert "1 task is still open." in boss.submit(check.form(f"{place}/close"), status=422).text()
        boss.post(f"{place}/close", {**check.form(f"{place}/close").with_(case="x", _key=None)}, status=404)
        boss.post(f"{place}/close", {}, status=422)

    def test_caseworkers_do_not_close(self, browser, place):
        assert "Close the case" not in browser.get(place).text()
        browser.get(f"{place}/close", status=403)


class TestTransfer:
    @pytest.fixture
    def huye(self, system):
        with system.database.write() as session:
            office = make_office(session, "Huye")
            make_user(session, Role.CASEWORKER, offices=[office], name="Jules")
            return office

    def check(self, boss, place, huye, **more):
        form = boss.get(boss.get(place).links["Move to another office"]).form(f"{place}/transfer/check")
        return boss.submit(form, status=200, office=str(huye.id), reason="She works there", **more)

    def test_after_a_check_a_person_belongs_to_another_office(self, system, boss, sign_in, person, place, huye):
        page = self.check(boss, place, huye)
        assert page.h1 == f"{person.reference} Check before moving"
        said = page.text(".//main")
        for told in ("Huye", person.full_name, "She works there", "Jules: 0 open cases", "Move 1 person"):
            assert told in said
        form = page.form(f"{place}/transfer")
        with system.database.read() as session:
            jules = session.scalars(select(User).where(User.name == "Jules")).one()
        page = boss.follow(boss.submit(form, caseworker=str(jules.id)))
        assert page.h1 == "People"
        assert "1 person has moved to another office." in page.text()
        boss.get(place, status=404)
        there = sign_in(jules)
        assert "A person was moved to another office." in there.get(f"{place}/history?kind=case").text()
        assert {task.assignee_id for task in open_tasks(system, person)} == {jules.id}

    def test_with_the_household_or_out_of_it(self, system, boss, person, place, office, huye):
        with system.database.write() as session:
            child = make_person(session, session.merge(office), "Child", born=PartialDate.known(2018))
            make_household(session, session.get(Person, person.id), child)
        said = self.check(boss, place, huye).text()
        assert "This person moves out of the household." in said
        assert f"1 child under 18 stays behind: {child.reference}." in said
        assert "Nobody is left who collects for those who stay." in said
        page = self.check(boss, place, huye, household="1")
        assert "moves out" not in page.text(".//main")
        assert child.reference in page.text(".//main")
        assert "2 people have moved" in boss.follow(boss.submit(page.form(f"{place}/transfer"))).text()
        boss.get(f"/people/{child.reference}", status=404)

    def test_who_sees_both_offices_stays_with_the_person(self, sign_in, office, place, huye):
        both = sign_in(Role.SUPERVISOR, offices=[office, huye])
        answer = both.submit(self.check(both, place, huye).form(f"{place}/transfer"))
        assert answer.response.headers["location"] == place

    def test_what_is_wrong_is_told(self, system, boss, browser, person, place, office, huye):
        form = boss.get(f"{place}/transfer").form(f"{place}/transfer/check")
        assert "Reason" in boss.submit(form, status=422, office=str(huye.id)).text(".//*[@class='errs']")
        boss.submit(form, status=422, office=str(office.id), reason="x", _key=None)
        form = self.check(boss, place, huye).form(f"{place}/transfer")
        told = boss.submit(form, status=422, caseworker="nobody")
        assert "is no caseworker in the office" in told.text(".//*[@class='errs']")
        with system.database.write() as session:
            session.get(Person, person.id).name_latin = "Changed"
        boss.submit(form, status=409, _key=None)
        assert "Move to another office" not in browser.get(place).text()
        browser.get(f"{place}/transfer", status=403)

    def test_who_is_expected_belongs_to_the_office_of_the_arrival(self, system, boss, office, huye):
        with system.database.write() as session:
            fresh = make_person(session, session.merge(office), "Fresh", arrived_on=None)
        place = f"/people/{fresh.reference}/transfer"
        assert "has not arrived yet" in boss.get(place).text(".//main")
        said = {"office": str(huye.id), "reason": "x", "_ver": "1"}
        assert "has not arrived yet" in boss.post(place, said, status=422).text(".//*[@class='errs']")

    def test_where_there_is_one_office_nobody_moves(self, boss, place):
        assert "There is no other office." in boss.get(f"{place}/transfer").text()


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_page_in_other_languages(system, sign_in, office, worker, person, place, language):
    """Each is held to the strict reader, from the other side as well."""
    note = written(system, worker, person)
    task = given(system, worker, person, date(2026, 11, 12), "Ask about the school")
    with system.database.write() as session:
        boss = make_user(session, Role.SUPERVISOR, offices=[session.merge(office)], language=language)
    browser = sign_in(boss, language=language)
    parts = (
        "",
        "/history",
        "/tasks",
        "/tasks/new",
        "/notes/new",
        "/attachments",
        "/caseworker",
        "/transfer",
        "/close",
        "/reopen",
    )
    for address in (
        "/people",
        "/tasks?whose=all",
        f"/notes/{note}",
        f"/tasks/{task}",
        *(place + part for part in parts),
    ):
        assert browser.get(address).root.get("lang") == language
