"""Tasks that rules make: once for each cause, closed when the cause has gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from receiver import i18n
from receiver.access import SYSTEM, Role
from receiver.cases import actions
from receiver.cases.actions.by_rule import look_at_rules, make_tasks, settle_tasks, settle_tasks_of
from receiver.cases.models import Task
from receiver.cases.queries import due_tasks
from receiver.cases.rules import TaskKind, TaskState
from receiver.cases.rules.by_rule import RuleTask
from receiver.kit import clock
from receiver.people.actions import Paper, add_document, mark_left
from receiver.people.models import PossibleDuplicate
from receiver.people.rules import DocumentKind, DuplicateState, LeftKind
from tests.factories.accounts import make_actor, make_office
from tests.factories.cases import make_case
from tests.factories.people import make_person


@pytest.fixture
def office(session):
    return make_office(session)


@pytest.fixture
def caseworker(session, office):
    return make_actor(session, Role.CASEWORKER, offices=[office])


@pytest.fixture
def person(session, office, caseworker):
    one = make_person(session, office, "Selam Haile")
    make_case(session, one, caseworker_id=caseworker.user_id)
    return one


@pytest.fixture
def today():
    return clock.today(i18n.zone())


def passport(session, caseworker, person, expires_on, number="EP1234567"):
    paper = Paper(kind=DocumentKind.PASSPORT, number=number, country="ERI", expires_on=expires_on)
    return add_document(session, caseworker, person, paper)


def of_kind(session, kind):
    return session.scalars(select(Task).where(Task.kind == kind).order_by(Task.id)).all()


def pair(session, one, other, **more):
    first, second = sorted((one.id, other.id))
    found = PossibleDuplicate(a_id=first, b_id=second, score=95, reasons=[], **more)
    session.add(found)
    session.flush()
    return found


class TestADocumentThatRunsOut:
    def test_is_a_task_of_the_caseworker_once(self, session, caseworker, person, today):
        passport(session, caseworker, person, today + timedelta(days=20))
        assert look_at_rules(session, SYSTEM) == (1, 0)
        assert look_at_rules(session, SYSTEM) == (0, 0)
        (task,) = of_kind(session, TaskKind.DOCUMENT_EXPIRES)
        assert (task.assignee_id, task.due_on, task.person_id) == (caseworker.user_id, today, person.id)
        assert task.url == f"/people/{person.reference}/documents"
        rows, _count = due_tasks(session, caseworker, today, 9)
        assert task.id in [row.task.id for row in rows]

    def test_that_was_done_by_hand_is_not_made_again(self, session, caseworker, person, today):
        passport(session, caseworker, person, today + timedelta(days=20))
        look_at_rules(session, SYSTEM)
        (task,) = of_kind(session, TaskKind.DOCUMENT_EXPIRES)
        actions.do_task(session, caseworker, person, task)
        assert look_at_rules(session, SYSTEM) == (0, 0)

    def test_is_due_a_month_before_its_end(self, session, caseworker, person, today):
        passport(session, caseworker, person, today + timedelta(days=80))
        passport(
            session,
            caseworker,
            make_person(session, make_office(session), "Far Off"),
            today + timedelta(days=200),
            "X1",
        )
        assert look_at_rules(session, SYSTEM) == (1, 0)
        assert [task.due_on for task in of_kind(session, TaskKind.DOCUMENT_EXPIRES)] == [today + timedelta(days=50)]

    def test_is_settled_by_a_new_one(self, session, caseworker, person, today):
        passport(session, caseworker, person, today - timedelta(days=3))
        look_at_rules(session, SYSTEM)
        passport(session, caseworker, person, today + timedelta(days=900), "EP7654321")
        assert look_at_rules(session, SYSTEM) == (0, 1)
        (task,) = of_kind(session, TaskKind.DOCUMENT_EXPIRES)
        assert (task.state, task.done_by) == (TaskState.DONE, None)

    def test_of_somebody_who_left_needs_nothing(self, session, caseworker, person, today):
        passport(session, caseworker, person, today + timedelta(days=20))
        look_at_rules(session, SYSTEM)
        supervisor = make_actor(session, Role.SUPERVISOR)
        mark_left(session, supervisor, person, kind=LeftKind.LEFT, on=today)
        assert look_at_rules(session, SYSTEM) == (0, 1)


class TestRecordsThatLookAlike:
    def test_are_a_task_about_the_later_one_until_decided(self, session, office, person):
        other = make_person(session, office, "Selam Hayle")
        found = pair(session, person, other)
        assert look_at_rules(session, SYSTEM) == (1, 0)
        (task,) = of_kind(session, TaskKind.DUPLICATE)
        assert (task.person_id, task.assignee_id, task.case_id) == (other.id, None, None)
        assert task.url == f"/people/{other.reference}/duplicates/{found.id}"
        found.state = DuplicateState.DIFFERENT
        session.flush()
        assert look_at_rules(session, SYSTEM) == (0, 1)

    def test_of_two_offices_are_told_to_neither(self, session, person):
        pair(session, person, make_person(session, make_office(session), "Selam Hayle"))
        assert look_at_rules(session, SYSTEM) == (0, 0)


class TestTasksByKey:
    def wanted(self, person, today, key="payment_failed/1", kind=TaskKind.PAYMENT_FAILED):
        return RuleTask(key=key, person_id=person.id, kind=kind, due_on=today, url="/x")

    def test_are_made_once_and_closed_once(self, session, person, today):
        one = self.wanted(person, today)
        assert make_tasks(session, SYSTEM, [one, one]) == 1
        assert make_tasks(session, SYSTEM, [one]) == make_tasks(session, SYSTEM, []) == 0
        assert settle_tasks(session, SYSTEM, [one.key, "payment_failed/2"]) == 1
        assert settle_tasks(session, SYSTEM, [one.key]) == 0
        assert make_tasks(session, SYSTEM, [one]) == 0

    def test_are_closed_by_kind(self, session, person, today):
        make_tasks(session, SYSTEM, [self.wanted(person, today)])
        assert settle_tasks_of(session, SYSTEM, person.id, [TaskKind.DUPLICATE]) == 0
        assert settle_tasks_of(session, SYSTEM, person.id, [TaskKind.PAYMENT_FAILED]) == 1
