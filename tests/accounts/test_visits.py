"""Whom to ask for what one may not do oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.access import Permission, Role
from receiver.accounts.visits import who_can
from tests.factories.accounts import make_actor, make_office, make_user

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def test_people_of_the_same_office_come_first(session: Session) -> None:
    here, there = make_office(session, "Kigali"), make_office(session, "Huye")
    make_user(session, Role.SUPERVISOR, offices=[there], name="Alice")
    make_user(session, Role.SUPERVISOR, offices=[here], name="Zawadi")
    asking = make_actor(session, Role.JOB_OFFICER, offices=[here])
    assert who_can(session, asking, Permission.CASE_ASSIGN) == ["Zawadi", "Alice"]


def test_people_of_the_whole_country_are_near_everyone(session: Session) -> None:
    make_user(session, Role.APPROVER, name="Bosco")
    asking = make_actor(session, Role.CASEWORKER)
    assert who_can(session, asking, Permission.PAY_RUN_APPROVE) == ["Bosco"]


def test_nobody_is_told_to_ask_themselves(session: Session) -> None:
    asking = make_actor(session, Role.APPROVER)
    make_user(session, Role.APPROVER, name="Bosco")
    assert who_can(session, asking, Permission.PAY_RUN_APPROVE) == ["Bosco"]
