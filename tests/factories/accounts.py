"""Offices and people who work there, with an open session where a test needs one."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

from argon2 import PasswordHasher

from receiver.access import SYSTEM, Actor, Role
from receiver.accounts import actions, queries
from receiver.accounts.models import Office, User, UserOffice, UserRole
from receiver.accounts.rules import OFFICE_ROLES, UserState
from receiver.kit import clock
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.settings import Settings

PASSWORD = "four quiet boats on the lake"
_numbers = count(1)


@lru_cache
def password_hash() -> str:
    """The hash of `PASSWORD`, made once for all tests of this process and cheap to check."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_office(session: Session, name: str = "Kigali", code: str | None = None) -> Office:
    """An office of its own."""
    return actions.add_office(session, SYSTEM, code=code or f"OFF{next(_numbers)}", name=name)


def make_user(  # one fact each
    session: Session,
    *roles: Role,
    offices: Collection[Office] = (),
    name: str = "Diane Uwase",
    email: str | None = None,
    partner_id: UUID | None = None,
    language: str | None = "en",
) -> User:
    """Somebody who can sign in with `PASSWORD`, a caseworker unless told. Office roles get an office if need be."""
    held = roles or (Role.CASEWORKER,)
    if OFFICE_ROLES & set(held) and not offices:
        offices = [make_office(session)]
    user = User(
        id=new_id(),
        email=email or f"user{next(_numbers)}@example.org",
        name=name,
        language=language,
        state=UserState.ACTIVE,
        password_hash=password_hash(),
        partner_id=partner_id,
    )
    session.add(user)
    session.flush()
    session.add_all(UserRole(user_id=user.id, role=role, confirmed_at=clock.now()) for role in held)
    session.add_all(UserOffice(user_id=user.id, office_id=office.id) for office in offices)
    session.flush()
    return user


def acting(session: Session, user: User, channel: str = "web") -> Actor:
    """A user as somebody who acts, and has just confirmed who they are."""
    actor = queries.actor_of(session, user.id, channel)
    assert actor is not None
    return replace(actor, stepped_up_at=clock.now())


def make_actor(session: Session, *roles: Role, offices: Collection[Office] = (), name: str = "Diane Uwase") -> Actor:
    """A new user with these roles, as somebody who acts."""
    return acting(session, make_user(session, *roles, offices=offices, name=name))


def session_cookie(session: Session, user: User, settings: Settings) -> str:
    """The value of the cookie `session` of a browser in which this user is signed in."""
    return actions.start_session(session, acting(session, user), user, settings, device="Firefox, Linux").secret
