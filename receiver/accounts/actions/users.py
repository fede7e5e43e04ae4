"""Users: added, changed, locked; roles given by one administrator and, where sensitive, confirmed by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from receiver import audit
from receiver.access import Role
from receiver.accounts import queries, rules
from receiver.accounts.actions.links import revoke_invitations
from receiver.accounts.actions.signin import end_all_sessions
from receiver.accounts.models import User, UserOffice, UserRole
from receiver.accounts.rules import TextSize, UserState
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor

SERVER = "cli"
"""The channel of whoever sits at the server itself."""


def add_user(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    offices: Collection[UUID] = (),
    partner_id: UUID | None = None,
    language: str | None = None,
    password_hash: str | None = None,
) -> User:
    """Add somebody, who can sign in once a password is chosen. Sensitive roles may wait for a second administrator.

    `password_hash` is for the command line, where the user types the password.

    Raises:
        EmailTaken, OfficeNeeded, PartnerNeeded
    """
    if queries.user_by_email(session, email) is not None:
        raise rules.EmailTaken
    rules.check_places(roles, offices=len(offices), partner=partner_id is not None)
    user = User(
        id=new_id(),
        email=email.strip().lower(),
        name=name,
        language=language,
        partner_id=partner_id,
        password_hash=password_hash,
        state=UserState.INVITED if password_hash is None else UserState.ACTIVE,
    )
    session.add(user)
    session.flush()
    session.add_all(UserOffice(user_id=user.id, office_id=office) for office in offices)
    audit.record(session, Kind.USER_INVITED, actor, str(user.id), offices=len(offices))
    _set_roles(session, actor, user, roles)
    return user


def change_user(
    session: Session,
    actor: Actor,
    user: User,
    *,
    name: str,
    roles: Collection[Role],
    offices: Collection[UUID],
    partner_id: UUID | None = None,
) -> None:
    """Change a user's name, roles and offices. Whoever loses or gains a right starts a new session.

    Raises:
        OwnRoles: these are the actor's own roles.
        LastAdministrator, TooFewAdministrators, OfficeNeeded, PartnerNeeded
    """
    given = queries.roles_of(session, user.id)
    held = {one.role for one in given}
    places = queries.office_ids_of(session, user.id)
    rules.check_places(roles, offices=len(offices), partner=partner_id is not None)
    if set(roles) != held and actor.user_id == user.id:
        raise rules.OwnRoles
    if Role.ADMINISTRATOR not in roles and _administers(given):
        _keep_administrators(session, actor, user)
    user.name, user.partner_id = name, partner_id
    if set(offices) != places:
        session.execute(delete(UserOffice).where(UserOffice.user_id == user.id))
        session.add_all(UserOffice(user_id=user.id, office_id=office) for office in offices)
    audit.record(session, Kind.USER_CHANGED, actor, str(user.id), offices=len(offices))
    if set(roles) != held:
        _set_roles(session, actor, user, roles)
    if (set(roles), set(offices)) != (held, set(places)) and actor.user_id != user.id:
        end_all_sessions(session, actor, user.id)


def confirm_role(session: Session, actor: Actor, user: User, role: Role) -> None:
    """Let a sensitive role take effect, as the second administrator.

    Raises:
        OwnRoles: the actor asked for it or would hold it.
        NotFound: it does not wait (any more).
    """
    waiting = _waiting(session, actor, user, role)
    waiting.confirmed_at = clock.now()
    if user.password_hash is not None:
        revoke_invitations(session, user)  # made for somebody with fewer rights; a first link carries on
    _record_role(session, actor, user, role, "confirmed")
    end_all_sessions(session, actor, user.id)


def refuse_role(session: Session, actor: Actor, user: User, role: Role) -> None:
    """Take back a sensitive role that waits, as the second administrator.

    Raises:
        OwnRoles, NotFound: as `confirm_role`.
    """
    session.delete(_waiting(session, actor, user, role))
    _record_role(session, actor, user, role, "refused")


def lock_user(session: Session, actor: Actor, user: User, *, reason: str) -> None:
    """Lock an account: its sessions end now, its links stop, nothing it has handed over will run.

    Raises:
        OwnAccount, LastAdministrator, TooFewAdministrators
    """
    if actor.user_id == user.id:
        raise rules.OwnAccount
    if _administers(queries.roles_of(session, user.id)):
        _keep_administrators(session, actor, user)
    user.state = UserState.LOCKED
    revoke_invitations(session, user)
    audit.record(session, Kind.USER_LOCKED, actor, str(user.id), reason=reason)
    end_all_sessions(session, actor, user.id)


def unlock_user(session: Session, actor: Actor, user: User) -> None:
    """Open a locked account again; without a password it waits for one as before."""
    user.state = UserState.INVITED if user.password_hash is None else UserState.ACTIVE
    audit.record(session, Kind.USER_UNLOCKED, actor, str(user.id))


def set_preferences(
    session: Session, actor: Actor, user: User, *, language: str | None, dark: bool, text_size: TextSize
) -> None:
    """Keep how a user wants pages to look."""
    user.language, user.dark, user.text_size = language, dark, text_size
    audit.record(session, Kind.PREFERENCES_CHANGED, actor, str(user.id))


def _set_roles(session: Session, actor: Actor, user: User, roles: Collection[Role]) -> None:
    """Take away what is no longer held and give what is new, each in the audit chain by name."""
    held = {one.role: one for one in queries.roles_of(session, user.id)}
    for role in [role for role in held if role not in roles]:
        session.delete(held[role])
        _record_role(session, actor, user, role, "taken")
    others = queries.other_administrators(session, actor.user_id)
    for role in [role for role in Role if role in roles and role not in held]:
        waits = rules.waits_for_second(role, other_administrators=others)
        session.add(
            UserRole(
                user_id=user.id,
                role=role,
                asked_by=actor.user_id,
                confirmed_at=None if waits else clock.now(),
            )
        )
        _record_role(session, actor, user, role, "asked" if waits else "given")
    session.flush()


def _record_role(session: Session, actor: Actor, user: User, role: Role, act: str) -> None:
    """One record for each role and what became of it: given, asked for, confirmed, refused or taken."""
    audit.record(session, Kind.USER_ROLES_CHANGED, actor, str(user.id), role=role.value, act=act)


def _waiting(session: Session, actor: Actor, user: User, role: Role) -> UserRole:
    waiting = session.get(UserRole, (user.id, role), with_for_update=True)
    if waiting is None or waiting.confirmed_at is not None:
        raise NotFound
    if actor.user_id in {user.id, waiting.asked_by}:
        raise rules.OwnRoles
    return waiting


def _administers(held: Collection[UserRole]) -> bool:
    return any(one.role is Role.ADMINISTRATOR and one.confirmed_at is not None for one in held)


def _keep_administrators(session: Session, actor: Actor, leaving: User) -> None:
    queries.lock_administrators(session)  # two who lock one another at once: the second sees what the first did
    others = queries.other_administrators(session, leaving.id)
    active = leaving.state is UserState.ACTIVE
    rules.check_administrators(others=others, is_active=active, from_desk=actor.channel != SERVER)
