"""Signing in and out, step-up, and the counters that slow guessing.

Checking a password takes time and never happens inside a transaction: an attempt is counted first and committed,
then the password is checked, then the session begins. So parallel guesses cannot slip under the limit.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, update

from receiver import audit, vault
from receiver.accounts import queries, rules
from receiver.accounts.models import Attempts, User, UserSession
from receiver.audit import Kind
from receiver.db.inserts import insert_for
from receiver.kit import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.settings import Settings


@dataclass(frozen=True)
class Token:
    """A new session and the secret that only the browser's cookie holds."""

    row: UserSession
    secret: str


def token_hash(secret: str) -> bytes:
    """What is stored of a token: its SHA-256; the token itself has 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def count_attempt(session: Session, *, what: str, account: str, address: str) -> rules.TooManyAttempts | None:
    """Count one more try for this account and this address, before it is known whether it is right.

    Commit this before checking anything, then raise the refusal that it returned: raised inside the transaction it
    would take the count back. `what` keeps passwords and codes apart.
    """
    now = clock.now()
    limits = (
        (f"{what}|{account}|{address}", rules.ACCOUNT_HERE),
        (f"{what}|{account}", rules.ACCOUNT_ANYWHERE),
        (f"{what}||{address}", rules.ADDRESS),
    )
    wait = 0
    for name, limit in limits:
        began_at, count = _bump(session, vault.blind(session, "sign_in_attempts.key", name), limit, now)
        if count > limit.most:
            wait = max(wait, limit.minutes_left(began_at, now))
    return rules.TooManyAttempts(retry_after=wait * 60, minutes=wait) if wait else None


def _bump(session: Session, key: bytes, limit: rules.Limit, now: datetime) -> tuple[datetime, int]:
    """One statement on either database, so that of two tries at once none goes uncounted."""
    over = Attempts.began_at <= now - limit.window
    statement = (
        insert_for(session, Attempts)
        .values(key=key, began_at=now, count=1)
        .on_conflict_do_update(
            index_elements=[Attempts.key],
            set_={
                "began_at": case((over, now), else_=Attempts.began_at),
                "count": case((over, 1), else_=Attempts.count + 1),
            },
        )
        .returning(Attempts.began_at, Attempts.count)
    )
    began_at, count = session.execute(statement).one()
    return began_at, count


def clear_attempts(session: Session, *, what: str, account: str, address: str) -> None:
    """Forget the failures of an account at this address after it was right; the address keeps its own count."""
    key = vault.blind(session, "sign_in_attempts.key", f"{what}|{account}|{address}")
    session.execute(delete(Attempts).where(Attempts.key == key))


def refuse_sign_in(session: Session, actor: Actor, *, account: str, why: str) -> None:
    """Put a failed sign-in into the audit chain, with a keyed hash of what was typed as e-mail."""
    audit.record(
        session,
        Kind.SIGN_IN_FAILED,
        actor,
        "sign-in",
        account=audit.fingerprint(session, "users.email", account),
        why=why,
    )


def start_session(
    session: Session, actor: Actor, user: User, settings: Settings, *, device: str, awaits_code: bool = False
) -> Token:
    """Begin a session; the caller has checked the password. While it awaits the code it opens nothing."""
    now = clock.now()
    secret = secrets.token_urlsafe(32)
    lasts = rules.CODE_WAITS if awaits_code else timedelta(minutes=settings.session_absolute_minutes)
    row = UserSession(
        user_id=user.id,
        token_hash=token_hash(secret),
        device=device,
        started_at=now,
        seen_at=now,
        ends_at=now + lasts,
        awaits_code=awaits_code,
        # whoever has just given password (and code) need not give them again at once
        stepped_up_at=None if awaits_code else now,
    )
    session.add(row)
    if not awaits_code:
        user.signed_in_at = now
        session.flush()
        audit.record(session, Kind.SIGNED_IN, actor, str(user.id), second_factor=False)
    return Token(row, secret)


def pass_code(session: Session, actor: Actor, row: UserSession, settings: Settings) -> Token:
    """Turn a session that awaited its code into a full one, under a new secret."""
    user = queries.user(session, row.user_id)
    token = renew_session(row)
    now = clock.now()
    row.awaits_code, row.stepped_up_at = False, now
    row.ends_at = now + timedelta(minutes=settings.session_absolute_minutes)
    user.signed_in_at = now
    audit.record(session, Kind.SIGNED_IN, actor, str(user.id), second_factor=True)
    return token


def renew_session(row: UserSession) -> Token:
    """Give a session a new secret, as at every change of what it may do; the old one stops at once."""
    secret = secrets.token_urlsafe(32)
    row.token_hash, row.seen_at = token_hash(secret), clock.now()
    return Token(row, secret)


def step_up(session: Session, actor: Actor, row: UserSession) -> Token:
    """Note that the password (and code) were given again; the caller has checked them."""
    token = renew_session(row)
    row.stepped_up_at = clock.now()
    audit.record(session, Kind.STEPPED_UP, actor, str(row.user_id))
    return token


def saw_session(session: Session, session_id: UUID) -> None:
    """Note that a session is in use; a short write of its own, at most once a minute. Not audited: it is no act."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=clock.now()))


def end_session(session: Session, actor: Actor, row: UserSession) -> None:
    """Sign out one session: one's own, or one of one's other devices."""
    if row.ended_at is None:
        row.ended_at = clock.now()
        own = row.id == actor.session_id
        audit.record(session, Kind.SIGNED_OUT if own else Kind.SESSION_ENDED, actor, str(row.user_id), sessions=1)


def end_all_sessions(session: Session, actor: Actor, user_id: UUID, *, but: UUID | None = None) -> int:
    """End every session of a user at once (except `but`), and say how many there were."""
    now = clock.now()
    rows: Sequence[UserSession] = [
        row for row in queries.open_sessions(session, user_id, now, awaiting=True) if row.id != but
    ]
    for row in rows:
        row.ended_at = now
    if rows:
        audit.record(session, Kind.SESSION_ENDED, actor, str(user_id), sessions=len(rows))
    return len(rows)


def change_password(session: Session, actor: Actor, user: User, password_hash: str) -> None:
    """Set a new password that the user chose and that was checked; every other session ends."""
    user.password_hash = password_hash
    audit.record(session, Kind.PASSWORD_CHANGED, actor, str(user.id))
    end_all_sessions(session, actor, user.id, but=actor.session_id)


def sweep_sessions(session: Session) -> int:
    """Delete what has long ended: sessions after 90 days, counters after a day. Housekeeping, not audited."""
    now = clock.now()
    gone = session.execute(delete(UserSession).where(UserSession.ends_at < now - timedelta(days=90)))
    session.execute(delete(Attempts).where(Attempts.began_at < now - timedelta(days=1)))
    return int(getattr(gone, "rowcount", 0))
