"""What the acts of accounts refuse when they are called past their pages."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.accounts import actions, rules
from tests.factories.accounts import acting, make_user


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
