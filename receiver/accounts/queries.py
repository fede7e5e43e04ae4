"""Every SELECT on users, roles, offices, sessions and one-time links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, bindparam, func, or_, select

from receiver.access import Actor, Role
from receiver.accounts.models import (
    EarlierOfficeName,
    Invitation,
    Office,
    RecoveryCode,
    User,
    UserOffice,
    UserRole,
    UserSession,
)
from receiver.accounts.rules import InvitationKind, TextSize, UserState
from receiver.kit.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class UserRow:
    """A user as the list of users shows one."""

    id: UUID
    email: str
    name: str
    state: UserState
    roles: tuple[Role, ...]
    waiting: tuple[Role, ...]
    offices: tuple[str, ...]
    second_factor: bool
    signed_in_at: datetime | None


@dataclass(frozen=True)
class OpenVisit:
    """A session with the user it belongs to, as each request asks for it."""

    session_id: UUID
    user_id: UUID
    state: UserState
    awaits_code: bool
    seen_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    dark: bool
    text_size: TextSize
    actor: Actor


def offices(session: Session, *, retired: bool = False) -> Sequence[Office]:
    """All offices by name; the retired ones too if asked."""
    chosen = select(Office).order_by(Office.name, Office.code)
    return session.scalars(chosen if retired else chosen.where(Office.active)).all()


def office_by_code(session: Session, code: str) -> Office:
    """The office with this code.

    Raises:
        NotFound
    """
    office = session.scalar(select(Office).where(func.lower(Office.code) == code.strip().lower()))
    if office is None:
        raise NotFound
    return office


def office_code_taken(session: Session, code: str) -> bool:
    """Whether an office has this code, however it is capitalised."""
    return session.scalar(select(Office.id).where(func.lower(Office.code) == code.lower())) is not None


def works_there(session: Session, office_id: UUID) -> bool:
    """Whether somebody who can sign in works in an office."""
    there = (
        select(func.count())
        .select_from(UserOffice)
        .join(User, User.id == UserOffice.user_id)
        .where(UserOffice.office_id == office_id, User.state != UserState.LOCKED)
    )
    return bool(session.scalar(there))


def office_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of offices."""
    return dict(session.execute(select(Office.id, Office.name).where(Office.id.in_(set(ids)))).all())


def office_names_at(session: Session, as_of: datetime) -> dict[str, str]:
    """The names that all offices had at a moment, by code."""
    one = EarlierOfficeName
    had = select(one.name).where(one.office_id == Office.id, one.changed_at > as_of)
    first = had.order_by(one.changed_at, one.id).limit(1).scalar_subquery()
    return dict(session.execute(select(Office.code, func.coalesce(first, Office.name))).all())


def user_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of users, for "prepared by"; one query whatever the number."""
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(set(ids)))).all())


def user(session: Session, user_id: UUID) -> User:
    """One user.

    Raises:
        NotFound
    """
    found = session.get(User, user_id)
    if found is None:
        raise NotFound
    return found


def user_by_email(session: Session, email: str) -> User | None:
    """The user with this e-mail, however it is capitalised."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def roles_of(session: Session, user_id: UUID) -> Sequence[UserRole]:
    """All roles of a user, the waiting ones included, in the order of the roles."""
    held = session.scalars(select(UserRole).where(UserRole.user_id == user_id)).all()
    order = list(Role)
    return sorted(held, key=lambda one: order.index(one.role))


def office_ids_of(session: Session, user_id: UUID) -> frozenset[UUID]:
    """The offices in which a user works."""
    return frozenset(session.scalars(select(UserOffice.office_id).where(UserOffice.user_id == user_id)))


def actor_of(
    session: Session,
    user_id: UUID,
    channel: str,
    *,
    session_id: UUID | None = None,
    stepped_up_at: datetime | None = None,
    os_user: str | None = None,
) -> Actor | None:
    """A user as somebody who acts, with the rights of this moment; None if the user cannot sign in (any more)."""
    found = session.get(User, user_id)
    if found is None or found.state is not UserState.ACTIVE:
        return None
    return Actor(
        user_id=found.id,
        name=found.name,
        email=found.email,
        roles=frozenset(one.role for one in roles_of(session, user_id) if one.confirmed_at is not None),
        offices=office_ids_of(session, user_id),
        partner_id=found.partner_id,
        language=found.language,
        session_id=session_id,
        stepped_up_at=stepped_up_at,
        channel=channel,
        os_user=os_user,
    )


_VISIT = (
    select(
        *(UserSession.id, UserSession.awaits_code, UserSession.seen_at, UserSession.ends_at, UserSession.ended_at),
        UserSession.stepped_up_at,
        *(User.id.label("user_id"), User.name, User.email, User.state, User.language, User.partner_id),
        *(User.dark, User.text_size, UserRole.role, UserOffice.office_id),
    )
    .join(User, User.id == UserSession.user_id)
    .outerjoin(UserRole, and_(UserRole.user_id == User.id, UserRole.confirmed_at.is_not(None)))
    .outerjoin(UserOffice, UserOffice.user_id == User.id)
    .where(UserSession.token_hash == bindparam("token_hash"))
)
"""What every request asks first, so it is made once; a row for each role in each office."""


def visit_by_token(session: Session, token_hash: bytes) -> OpenVisit | None:
    """The session of a cookie's token with its user and the rights of this moment: one query."""
    rows = session.execute(_VISIT, {"token_hash": token_hash}).all()
    if not rows:
        return None
    found = rows[0]
    actor = Actor(
        user_id=found.user_id,
        name=found.name,
        email=found.email,
        roles=frozenset(row.role for row in rows if row.role is not None),
        offices=frozenset(row.office_id for row in rows if row.office_id is not None),
        partner_id=found.partner_id,
        language=found.language,
        session_id=found.id,
        stepped_up_at=found.stepped_up_at,
    )
    return OpenVisit(
        found.id,
        found.user_id,
        found.state,
        found.awaits_code,
        found.seen_at,
        found.ends_at,
        found.ended_at,
        found.dark,
        found.text_size,
        actor,
    )


def session_by_token(session: Session, token_hash: bytes) -> UserSession | None:
    """The session of a cookie's token."""
    return session.scalar(select(UserSession).where(UserSession.token_hash == token_hash))


def open_sessions(session: Session, user_id: UUID, now: datetime, *, awaiting: bool = False) -> Sequence[UserSession]:
    """The sessions of a user that have not ended, the latest used first; those that await a code too if asked."""
    chosen = select(UserSession).where(
        UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.ends_at > now
    )
    if not awaiting:
        chosen = chosen.where(UserSession.awaits_code.is_(False))
    return session.scalars(chosen.order_by(UserSession.seen_at.desc())).all()


def invitation_by_token(session: Session, token_hash: bytes) -> Invitation | None:
    """The one-time link with this token."""
    return session.scalar(select(Invitation).where(Invitation.token_hash == token_hash))


def open_invitation(session: Session, user_id: UUID, now: datetime) -> Invitation | None:
    """The one-time link of a user that would still work."""
    return session.scalar(
        select(Invitation)
        .where(
            Invitation.user_id == user_id,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.ends_at > now,
        )
        .order_by(Invitation.created_at.desc())
        .limit(1)
    )


def roles_in_effect(session: Session, user_id: UUID) -> set[Role]:
    """The roles of a user that do not wait for a second administrator."""
    return {held.role for held in roles_of(session, user_id) if held.confirmed_at is not None}


def invitation_kind(found: User) -> InvitationKind:
    """What a new one-time link for this user is for."""
    return InvitationKind.INVITE if found.password_hash is None else InvitationKind.RESET


def recovery_codes_left(session: Session, user_id: UUID) -> int:
    """How many recovery codes a user has not used."""
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def has_second_factor(found: User) -> bool:
    """Whether a code is asked after the password."""
    return found.totp_secret is not None


def active_with_role(session: Session, role: Role) -> Sequence[User]:
    """The active users who hold a role, by name."""
    return session.scalars(
        select(User)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.state == UserState.ACTIVE, UserRole.role == role, UserRole.confirmed_at.is_not(None))
        .order_by(User.name)
    ).all()


def reach_of(session: Session, roles: Collection[Role]) -> set[frozenset[UUID]]:
    """The offices that belong together in the hands of one active user with one of these roles."""
    wanted = (
        select(UserOffice.user_id, UserOffice.office_id)
        .join(User, User.id == UserOffice.user_id)
        .join(UserRole, UserRole.user_id == UserOffice.user_id)
        .where(User.state == UserState.ACTIVE, UserRole.role.in_(roles), UserRole.confirmed_at.is_not(None))
    )
    reach: dict[UUID, set[UUID]] = {}
    for user_id, office_id in session.execute(wanted):
        reach.setdefault(user_id, set()).add(office_id)
    return {frozenset(offices) for offices in reach.values()}


def other_administrators(session: Session, than: UUID | None) -> int:
    """How many active administrators there are besides this one."""
    return sum(1 for found in active_with_role(session, Role.ADMINISTRATOR) if found.id != than)


def lock_administrators(session: Session) -> None:
    """Let nobody else count or change the administrators until the transaction ends."""
    held = select(UserRole).where(UserRole.role == Role.ADMINISTRATOR).order_by(UserRole.user_id)
    session.execute(held.with_for_update().execution_options(populate_existing=True)).all()


def caseworkers(session: Session, office_ids: Collection[UUID] | None = None) -> Sequence[User]:
    """The active caseworkers, of some offices or of all, by name."""
    chosen = (
        select(User)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.state == UserState.ACTIVE, UserRole.role == Role.CASEWORKER)
        .order_by(User.name)
    )
    if office_ids is not None:
        works_there = select(UserOffice.user_id).where(UserOffice.office_id.in_(set(office_ids)))
        chosen = chosen.where(User.id.in_(works_there))
    return session.scalars(chosen).all()


def staff_of(session: Session, office_id: UUID) -> Sequence[User]:
    """The active users who work in an office, by name."""
    works_there = select(UserOffice.user_id).where(UserOffice.office_id == office_id)
    wanted = select(User).where(User.state == UserState.ACTIVE, User.id.in_(works_there))
    return session.scalars(wanted.order_by(User.name, User.id)).all()


def users_page(
    *, state: UserState | None = None, role: Role | None = None, office_id: UUID | None = None, like: str = ""
) -> Select[User]:
    """The users that fit a filter, ready for paging by (name, id)."""
    chosen = select(User)
    if state is not None:
        chosen = chosen.where(User.state == state)
    if role is not None:
        chosen = chosen.where(User.id.in_(select(UserRole.user_id).where(UserRole.role == role)))
    if office_id is not None:
        chosen = chosen.where(User.id.in_(select(UserOffice.user_id).where(UserOffice.office_id == office_id)))
    if like:
        part = like.strip().lower()
        chosen = chosen.where(
            or_(func.lower(User.name).contains(part, autoescape=True), User.email.contains(part, autoescape=True))
        )
    return chosen


def user_rows(session: Session, found: Sequence[User]) -> list[UserRow]:
    """What a list shows of these users: two queries whatever their number."""
    ids = [one.id for one in found]
    roles: dict[UUID, list[UserRole]] = {}
    for held in session.scalars(select(UserRole).where(UserRole.user_id.in_(ids))):
        roles.setdefault(held.user_id, []).append(held)
    places: dict[UUID, list[str]] = {}
    for user_id, name in session.execute(
        select(UserOffice.user_id, Office.name)
        .join(Office, Office.id == UserOffice.office_id)
        .where(UserOffice.user_id.in_(ids))
        .order_by(Office.name)
    ):
        places.setdefault(user_id, []).append(name)
    order = list(Role)
    rows = []
    for one in found:
        held_roles = sorted(roles.get(one.id, ()), key=lambda held: order.index(held.role))
        rows.append(
            UserRow(
                id=one.id,
                email=one.email,
                name=one.name,
                state=one.state,
                roles=tuple(held.role for held in held_roles if held.confirmed_at is not None),
                waiting=tuple(held.role for held in held_roles if held.confirmed_at is None),
                offices=tuple(places.get(one.id, ())),
                second_factor=has_second_factor(one),
                signed_in_at=one.signed_in_at,
            )
        )
    return rows


def roles_waiting(session: Session, for_administrator: UUID) -> list[tuple[User, UserRole]]:
    """Roles that wait for this administrator: asked by someone else, for someone else."""
    found = session.execute(
        select(User, UserRole)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            UserRole.confirmed_at.is_(None),
            User.id != for_administrator,
            or_(UserRole.asked_by.is_(None), UserRole.asked_by != for_administrator),
        )
        .order_by(User.name)
    )
    return [(one, held) for one, held in found]


def links_waiting(session: Session, for_administrator: UUID, now: datetime) -> Sequence[User]:
    """The users whose one-time link waits for this administrator: made by someone else, for someone else."""
    return session.scalars(
        select(User)
        .join(Invitation, Invitation.user_id == User.id)
        .where(
            Invitation.confirmed_at.is_(None),
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.ends_at > now,
            User.id != for_administrator,
            or_(Invitation.made_by.is_(None), Invitation.made_by != for_administrator),
        )
        .order_by(User.name)
    ).all()
