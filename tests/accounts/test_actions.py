"""What the acts of accounts refuse when they are called past their pages."""

from __future__ import annotations

import pytest

from receiver.access import SYSTEM, Role
from receiver.accounts import actions, queries, rules
from receiver.accounts.rules import UserState
from receiver.kit import clock
from receiver.settings import Settings
from tests.factories.accounts import acting, make_office, make_user


def test_a_code_without_a_second_factor_is_wrong(session):
    with pytest.raises(rules.WrongCode):
        actions.use_code(session, make_user(session, Role.ADMINISTRATOR), "123456")


def test_nobody_resets_or_locks_themselves(session):
    user = make_user(session, Role.ADMINISTRATOR)
    with pytest.raises(rules.OwnRoles):
        actions.reset_totp(session, acting(session, user), user, reason="Lost")
    with pytest.raises(rules.OwnAccount):
        actions.lock_user(session, acting(session, user), user, reason="Lost")


def test_ended_sessions_are_swept(session):
    assert actions.sweep_sessions(session) == 0


def test_nobody_changes_their_own_roles(session):
    user = make_user(session, Role.ADMINISTRATOR)
    with pytest.raises(rules.OwnRoles):
        actions.change_user(session, acting(session, user), user, name="A", roles=[Role.AUDITOR], offices=[])


def test_one_administrator_stays(session):
    user = make_user(session, Role.ADMINISTRATOR)
    auditor = acting(session, make_user(session, Role.AUDITOR))
    with pytest.raises(rules.LastAdministrator):
        actions.change_user(session, auditor, user, name="A", roles=[Role.AUDITOR], offices=[])
    with pytest.raises(rules.LastAdministrator):
        actions.lock_user(session, auditor, user, reason="Gone")


def test_of_three_administrators_one_may_go(session):
    leaving, staying, _third = (make_user(session, Role.ADMINISTRATOR) for _each in range(3))
    actions.lock_user(session, acting(session, staying), leaving, reason="Moved on")
    assert leaving.state is UserState.LOCKED


def test_of_two_administrators_both_stay(session):
    """One who is left alone could confirm a link for themselves by another account."""
    other, actor = (make_user(session, Role.ADMINISTRATOR) for _each in range(2))
    with pytest.raises(rules.TooFewAdministrators):
        actions.lock_user(session, acting(session, actor), other, reason="Alone")
    with pytest.raises(rules.TooFewAdministrators):
        actions.change_user(session, acting(session, actor), other, name="A", roles=[], offices=[])
    actions.lock_user(session, acting(session, actor, "cli"), other, reason="From the server")
    assert other.state is UserState.LOCKED
    actions.change_user(session, acting(session, actor), other, name="A", roles=[Role.AUDITOR], offices=[])


def test_a_role_that_waits_is_taken_back_at_any_time(session):
    first, second = (make_user(session, Role.ADMINISTRATOR) for _each in range(2))
    new = make_user(session, Role.AUDITOR)
    admin, roles = acting(session, first), [Role.AUDITOR, Role.ADMINISTRATOR]
    actions.change_user(session, admin, new, name="A", roles=roles, offices=[])
    second.state = UserState.LOCKED
    actions.change_user(session, admin, new, name="A", roles=[Role.AUDITOR], offices=[])
    assert [held.role for held in queries.roles_of(session, new.id)] == [Role.AUDITOR]


def test_a_link_of_a_locked_user_opens_nothing(session):
    """Locking stops the open links; this is the second lock on the same door."""
    admin, user = make_user(session, Role.ADMINISTRATOR), make_user(session)
    actions.invite(session, acting(session, admin), user)
    link = queries.open_invitation(session, user.id, clock.now())
    user.state = UserState.LOCKED
    with pytest.raises(rules.LinkGone):
        actions.accept_invitation(session, SYSTEM, link, "hash")
    assert link.used_at is None


def test_a_role_that_is_confirmed_stops_a_link_made_before_it(session):
    """Or the maker of the link could use it to act with the role."""
    asking, second = (make_user(session, Role.ADMINISTRATOR) for _each in range(2))
    user = make_user(session, Role.AUDITOR)
    user_roles = [Role.AUDITOR, Role.APPROVER]
    actions.change_user(session, acting(session, asking), user, name="A", roles=user_roles, offices=[])
    actions.invite(session, acting(session, asking), user)
    actions.confirm_link(session, acting(session, second), user)
    actions.confirm_role(session, acting(session, second), user, Role.APPROVER)
    assert queries.open_invitation(session, user.id, clock.now()) is None


def test_a_link_from_the_command_line_works_at_once(session):
    make_user(session, Role.ADMINISTRATOR)
    user = make_user(session, Role.ADMINISTRATOR)
    actions.invite(session, SYSTEM, user)
    link = queries.open_invitation(session, user.id, clock.now())
    assert actions.accept_invitation(session, SYSTEM, link, "hash") is user


def test_a_link_that_waits_opens_nothing(session):
    """The page refuses it first; this is the second lock on the same door."""
    asking, _second = (make_user(session, Role.ADMINISTRATOR) for _each in range(2))
    user = make_user(session, Role.APPROVER)
    actions.invite(session, acting(session, asking), user)
    link = queries.open_invitation(session, user.id, clock.now())
    with pytest.raises(rules.LinkWaits):
        actions.accept_invitation(session, SYSTEM, link, "hash")


def test_signing_out_twice_is_one_act(session):
    user = make_user(session)
    actor = acting(session, user)
    row = actions.start_session(session, actor, user, Settings(), device="Phone").row
    actions.end_session(session, actor, row)
    before = row.ended_at
    actions.end_session(session, actor, row)
    assert row.ended_at == before


def test_other_offices_take_the_place_of_the_first(session):
    user, office = make_user(session), make_office(session)
    admin = make_user(session, Role.ADMINISTRATOR)
    actions.change_user(
        session, acting(session, admin), user, name=user.name, roles=[Role.CASEWORKER], offices=[office.id]
    )
    assert set(queries.office_ids_of(session, user.id)) == {office.id}
