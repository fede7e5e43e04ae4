"""People move to another office with their open cases and tasks, all of them or nobody."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from receiver import audit, i18n
from receiver.access import Role
from receiver.audit import Kind
from receiver.cases import actions
from receiver.cases.models import Task
from receiver.cases.queries import title_of
from receiver.cases.queries.transfers import left_behind
from receiver.cases.rules import NoCaseworkerThere
from receiver.kit.dates import PartialDate
from receiver.people.queries import household_of
from receiver.people.rules import NotHereToMove, SameOffice
from tests.factories.accounts import make_office, make_user
from tests.factories.cases import make_case
from tests.factories.people import make_household, make_person


@pytest.fixture
def huye(session):
    return make_office(session, "Huye")


@pytest.fixture
def there(session, huye):
    return make_user(session, Role.CASEWORKER, offices=[huye], name="Jules")


@pytest.fixture
def selam(session, office, actor):
    """With an open case that a caseworker of the office has."""
    person = make_person(session, office)
    case = make_case(session, person, caseworker_id=actor.user_id)
    return SimpleNamespace(person=person, case=case)


def assignees(session, person):
    return {task.assignee_id for task in session.scalars(select(Task).where(Task.person_id == person.id))}


def count_of_tasks(session, *people):
    return len(session.scalars(select(Task).where(Task.person_id.in_([one.id for one in people]))).all())


def kinds(session, number):
    session.commit()
    return [entry.kind for entry in audit.trail(session, limit=number)]


def test_the_case_and_its_tasks_go_along(session, supervisor, selam, huye, there):
    actions.transfer(session, supervisor, [selam.person], huye.id, reason="She works there", caseworker_id=there.id)
    assert (selam.person.office_id, selam.case.caseworker_id) == (huye.id, there.id)
    assert assignees(session, selam.person) == {there.id}
    assert kinds(session, 2) == [Kind.CASE_ASSIGNED, Kind.PERSON_MOVED]
    moved = audit.trail(session, limit=2)[1]
    assert (moved.facts["tasks"], moved.facts["office"], moved.has_reason) == (3, str(huye.id), True)


def test_a_household_is_not_left_without_somebody_who_collects(session, supervisor, office, huye):
    """Whoever moves the head away gets the task to name somebody; where the alternate takes over, nobody does."""
    head, child = make_person(session, office), make_person(session, office, "Child", born=PartialDate.known(2018))
    make_household(session, head, child)
    [left] = left_behind(session, [head])
    assert (left.children, left.collector, left.gives_up) == ((child,), None, True)
    assert left_behind(session, [head, child]) == []
    assert left_behind(session, [make_person(session, office, "Alone")]) == []
    actions.transfer(session, supervisor, [head], huye.id, reason="She works there")
    [task] = session.scalars(select(Task).where(Task.person_id == child.id))
    assert (task.assignee_id, task.url) == (supervisor.user_id, f"/people/{child.reference}/household")
    title = title_of(session, task)  # in the language of whoever reads it, not of whoever moved her
    assert (task.title, i18n.text(title, "en")) == (None, "Name who collects for the household")
    assert len({i18n.text(title, code) for code in i18n.REAL}) == len(i18n.REAL)

    first, second, third = (make_person(session, office, name) for name in ("One", "Two", "Three"))
    household = make_household(session, first, second, third)
    household.alternate_id = second.id
    [left] = left_behind(session, [first])
    assert (left.children, left.collector, left.gives_up) == ((), second, True)
    actions.transfer(session, supervisor, [first], huye.id, reason="He works there")
    assert (household.collector_id, count_of_tasks(session, second, third)) == (second.id, 0)
    [left] = left_behind(session, [third])
    assert not left.gives_up


def test_until_somebody_takes_it_on_it_is_nobodys(session, supervisor, selam, huye):
    actions.transfer(session, supervisor, [selam.person], huye.id, reason="She works there")
    assert selam.case.caseworker_id is None
    assert assignees(session, selam.person) == {None}
    assert kinds(session, 1) == [Kind.PERSON_MOVED]


def test_who_works_in_both_offices_keeps_the_tasks(session, supervisor, office, huye):
    both = make_user(session, Role.CASEWORKER, offices=[office, huye])
    person = make_person(session, office)
    make_case(session, person, caseworker_id=both.id)
    actions.transfer(session, supervisor, [person], huye.id, reason="She works there")
    assert assignees(session, person) == {both.id}


def test_a_household_moves_together(session, supervisor, selam, office, huye):
    child = make_person(session, office, "Child")
    household = make_household(session, selam.person, child)
    actions.transfer(session, supervisor, [selam.person, child], huye.id, reason="They found a house")
    assert {selam.person.office_id, child.office_id} == {huye.id}
    assert household_of(session, child) is household
    assert household_of(session, selam.person) is household


def test_who_moves_without_the_others_moves_out(session, supervisor, selam, office, huye):
    other = make_person(session, office, "Abel")
    household = make_household(session, selam.person, other)
    actions.transfer(session, supervisor, [selam.person], huye.id, reason="She works there")
    assert household_of(session, selam.person) is None
    assert household_of(session, other) is household
    assert Kind.HOUSEHOLD_CHANGED in kinds(session, 4)


def test_a_stay_that_lies_ahead_stops_nobody(session, supervisor, selam, office, huye):
    """A household whose days were written for a later arrival."""
    household = make_household(session, selam.person, make_person(session, office, "Abel"), since=date(2099, 1, 1))
    actions.transfer(session, supervisor, [selam.person], huye.id, reason="She works there")
    assert (household_of(session, selam.person), household.collector_id) == (None, None)


def test_what_cannot_be_is_refused_for_all(session, supervisor, selam, office, huye, actor):
    expected = make_person(session, office, "Late", arrived_on=None)
    with pytest.raises(NotHereToMove):
        actions.transfer(session, supervisor, [expected], huye.id, reason="x")
    with pytest.raises(SameOffice):
        actions.transfer(session, supervisor, [selam.person], office.id, reason="x")
    with pytest.raises(NoCaseworkerThere):
        actions.transfer(session, supervisor, [selam.person], huye.id, reason="x", caseworker_id=actor.user_id)
    assert selam.person.office_id == office.id
