"""One-time links, printed and handed over, with which users choose their own password. Nobody chooses it for them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from receiver import audit
from receiver.accounts import queries, rules
from receiver.accounts.actions.signin import end_all_sessions, token_hash
from receiver.accounts.models import Invitation, User
from receiver.accounts.rules import InvitationKind, UserState
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor


def invite(session: Session, actor: Actor, user: User) -> str:
    """Make a one-time link for a user and return its token, which is shown once; earlier links stop working.

    For a user with a sensitive role it works only once another administrator has confirmed it; at once where there is
    none, and from the server's own command line, which is the way back for administrators who forgot their password.
    A second factor stays as it is, whoever opens the link.

    Raises:
        OwnRoles: nobody makes a link for themselves; there is a page for changing one's password.
    """
    if actor.user_id == user.id:
        raise rules.OwnRoles
    kind = queries.invitation_kind(user)
    now = clock.now()
    revoke_invitations(session, user)
    others = queries.other_administrators(session, actor.user_id) if actor.user_id is not None else 0
    waits = rules.link_waits_for_second(queries.roles_in_effect(session, user.id), other_administrators=others)
    token = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            id=new_id(),
            user_id=user.id,
            kind=kind,
            token_hash=token_hash(token),
            made_by=actor.user_id,
            ends_at=now + (rules.INVITATION_LASTS if kind is InvitationKind.INVITE else rules.RESET_LASTS),
            confirmed_at=None if waits else now,
        )
    )
    act = "asked" if waits else "given"
    audit.record(session, Kind.RESET_LINK_MADE, actor, str(user.id), link=kind.value, act=act)
    return token


def confirm_link(session: Session, actor: Actor, user: User) -> None:
    """Let the one-time link of a user with a sensitive role work, as the second administrator.

    Raises:
        OwnLink: the actor made it or would open it.
        NotFound: none waits (any more).
    """
    waiting = _waiting(session, actor, user)
    waiting.confirmed_at = clock.now()
    audit.record(session, Kind.RESET_LINK_CONFIRMED, actor, str(user.id), link=waiting.kind.value)


def refuse_link(session: Session, actor: Actor, user: User) -> None:
    """Stop a one-time link that waits, as the second administrator.

    Raises:
        OwnLink, NotFound: as `confirm_link`.
    """
    waiting = _waiting(session, actor, user)
    waiting.revoked_at = clock.now()
    audit.record(session, Kind.RESET_LINK_REFUSED, actor, str(user.id), link=waiting.kind.value)


def accept_invitation(session: Session, actor: Actor, invitation: Invitation, password_hash: str) -> User:
    """Set the password that the holder of the link chose; the link is used up, other sessions end.

    Raises:
        LinkGone: it was used, replaced or has run out, or the account is locked.
        LinkWaits: a second administrator has yet to confirm it.
    """
    now = clock.now()
    rules.check_link(
        ends_at=invitation.ends_at,
        used_at=invitation.used_at,
        revoked_at=invitation.revoked_at,
        confirmed_at=invitation.confirmed_at,
        now=now,
    )
    user = queries.user(session, invitation.user_id)
    if user.state is UserState.LOCKED:
        raise rules.LinkGone
    invitation.used_at = now
    user.password_hash, user.state = password_hash, UserState.ACTIVE
    audit.record(session, Kind.INVITATION_ACCEPTED, actor, str(user.id), link=invitation.kind.value)
    end_all_sessions(session, actor, user.id)
    return user


def revoke_invitations(session: Session, user: User) -> None:
    """Stop every open link of a user; part of making a new one or of locking, and audited there."""
    now = clock.now()
    while (found := queries.open_invitation(session, user.id, now)) is not None:
        found.revoked_at = now
        session.flush()


def _waiting(session: Session, actor: Actor, user: User) -> Invitation:
    waiting = queries.open_invitation(session, user.id, clock.now())
    if waiting is None or waiting.confirmed_at is not None:
        raise NotFound
    if actor.user_id in {user.id, waiting.made_by}:
        raise rules.OwnLink
    return waiting
