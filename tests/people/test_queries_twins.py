"""Who sees a pair of people who look alike, and what becomes of one that nobody sees."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.accounts.rules import UserState
from receiver.people.models import PossibleDuplicate
from receiver.people.queries import unseen_pairs
from receiver.people.rules import DuplicateState
from tests.factories.accounts import make_office, make_user
from tests.factories.people import make_person


@pytest.fixture
def offices(session):
    return [make_office(session, code=code, name=name) for code, name in (("KGL", "Kigali"), ("HUY", "Huye"))]


@pytest.fixture
def pair(session, offices):
    one, other = sorted((make_person(session, office) for office in offices), key=lambda person: person.id)
    found = PossibleDuplicate(a_id=one.id, b_id=other.id, score=70, reasons=[])
    session.add(found)
    session.flush()
    return found


def test_a_pair_across_offices_that_nobody_sees_is_told(session, offices, pair):
    for office in offices:
        make_user(session, Role.SUPERVISOR, offices=[office])
    assert unseen_pairs(session) == [("Huye", "Kigali", 1)]


def test_who_has_both_offices_sees_it(session, offices, pair):
    make_user(session, Role.RECEPTION_OFFICER, offices=offices)
    assert unseen_pairs(session) == []


@pytest.mark.parametrize("role", [Role.JOB_OFFICER, Role.SUPERVISOR])
def test_but_not_who_cannot_decide_or_is_locked(session, offices, pair, role):
    user = make_user(session, role, offices=offices)
    if role is Role.SUPERVISOR:
        user.state = UserState.LOCKED
    session.flush()
    assert unseen_pairs(session) == [("Huye", "Kigali", 1)]


def test_what_is_decided_or_within_one_office_is_nobodys_worry(session, offices, pair):
    pair.state = DuplicateState.DIFFERENT
    one, other = sorted((make_person(session, offices[0]) for _ in range(2)), key=lambda person: person.id)
    session.add(PossibleDuplicate(a_id=one.id, b_id=other.id, score=70, reasons=[]))
    session.flush()
    assert unseen_pairs(session) == []
