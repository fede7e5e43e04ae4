"""Cases and tasks are seen as far as the right reaches, and caseworkers proposed by language and load."""

from __future__ import annotations

from datetime import date

import pytest

from receiver.access import Permission, Role
from receiver.cases import queries
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from tests.factories.accounts import make_actor, make_office, make_user
from tests.factories.cases import make_case, make_note, make_task
from tests.factories.people import make_person


@pytest.fixture
def person(session, office):
    return make_person(session, office)


@pytest.fixture
def far(session):
    """Somebody of another office, with a case."""
    far = make_person(session, make_office(session, "Huye"), "Far")
    make_case(session, far)
    return far


@pytest.mark.parametrize("role", Role)
def test_scope_of_every_role(session, office, actor, person, far, role):
    """Who sees the case of a person of the office, sees its tasks and notes too; nobody sees those of another."""
    case = make_case(session, person)
    note, task = make_note(session, actor, person), make_task(session, actor, person, date(2026, 11, 25))
    reader = make_actor(session, role, offices=[office])
    cases = session.scalars(queries.visible_cases(reader, Permission.CASE_VIEW)).all()
    assert cases == ([case] if role in {Role.CASEWORKER, Role.SUPERVISOR} else [])
    tasks = session.scalars(queries.visible_tasks(reader)).all()
    sees_tasks = role in {Role.CASEWORKER, Role.SUPERVISOR, Role.RECEPTION_OFFICER, Role.JOB_OFFICER}
    assert {each.person_id for each in tasks} == ({person.id} if sees_tasks else set())
    reaches = (
        (lambda: queries.task_of(session, reader, task.id, Permission.TASK_VIEW), sees_tasks),
        (lambda: queries.note_of(session, reader, note.id, Permission.NOTE_READ), bool(cases)),
    )
    for reach, may in reaches:
        if may:
            assert reach()[1] is person
        else:
            with pytest.raises(NotFound):
                reach()


def test_a_case_is_found_with_its_own_person_only(session, person, far):
    case = make_case(session, person)
    assert queries.case_of(session, person.id, case.id) is case
    for someone, case_id in ((far, case.id), (person, new_id())):
        with pytest.raises(NotFound):
            queries.case_of(session, someone.id, case_id)


def test_the_case_opened_last_counts(session, actor, person, programme):
    make_case(session, person, programme, caseworker_id=actor.user_id)
    person.arrived_on = date(2026, 11, 10)
    newer = make_case(session, person)
    assert queries.open_case(session, person.id) is newer
    assert queries.caseworker_ids(session, [person.id]) == {person.id: actor.user_id}


class TestSuggestions:
    def test_who_speaks_with_them_then_who_has_fewest(self, session, office, person):
        busy = make_user(session, Role.CASEWORKER, offices=[office], name="Busy")
        free = make_user(session, Role.CASEWORKER, offices=[office], name="Free")
        speaks = make_user(session, Role.CASEWORKER, offices=[office], name="Speaks", language="ar")
        make_user(session, Role.CASEWORKER, offices=[make_office(session, "Huye")], name="Elsewhere")
        for user in (busy, speaks):
            make_case(session, make_person(session, office, "Other"), caseworker_id=user.id)
        found = queries.suggestions(session, [person])
        assert [(each.user_id, str(each.reason)) for each in found] == [
            (speaks.id, "speaks Arabic, 1 open case"),
            (free.id, "0 open cases"),
            (busy.id, "1 open case"),
        ]

    def test_for_people_of_two_offices_only_who_works_in_both(self, session, office, person):
        huye = make_office(session, "Huye")
        other = make_person(session, huye, "Other")
        both = make_user(session, Role.CASEWORKER, offices=[office, huye])
        make_user(session, Role.CASEWORKER, offices=[office])
        assert [each.user_id for each in queries.suggestions(session, [person, other])] == [both.id]

    def test_for_nobody_there_is_nobody(self, session):
        assert queries.suggestions(session, []) == []


def test_colleagues_may_do_tasks_there(session, office):
    names = [
        make_user(session, role, offices=[office], name=role.value).name
        for role in (Role.CASEWORKER, Role.RECEPTION_OFFICER, Role.SUPERVISOR, Role.JOB_OFFICER)
    ]
    make_user(session, Role.FINANCE_OFFICER, offices=[office])
    assert [name for _id, name in queries.colleagues(session, office.id)] == sorted(names)
