"""The second factor: time-based codes (RFC 6238), each good once, and recovery codes for a lost phone."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

import pyotp
from sqlalchemy import delete, update

from receiver import audit, vault
from receiver.accounts import rules
from receiver.accounts.models import RecoveryCode, User
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import ALPHABET, new_id
from receiver.kit.text import western_digits

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor

_RECOVERY_LETTERS = 12


def begin_totp(session: Session, user: User) -> str:
    """Make a secret that waits to be confirmed by a first code, and return it (base32). Not yet a change of rights."""
    secret = pyotp.random_base32()
    user.totp_pending = vault.seal(session, user.id, vault.place("users.totp_pending", user.id), secret)
    return secret


def pending_secret(session: Session, user: User) -> str | None:
    """The secret that waits to be confirmed, to show it again on the same page."""
    if user.totp_pending is None:
        return None
    return vault.unseal(session, user.id, vault.place("users.totp_pending", user.id), user.totp_pending)


def confirm_totp(session: Session, actor: Actor, user: User, code: str) -> list[str]:
    """Switch the second factor on with a first right code; returns the recovery codes, shown only now.

    Raises:
        WrongCode
    """
    secret = pending_secret(session, user)
    step = _fitting_step(secret, code) if secret else None
    if secret is None or step is None:
        raise rules.WrongCode
    user.totp_secret = vault.seal(session, user.id, vault.place("users.totp_secret", user.id), secret)
    user.totp_pending, user.totp_step = None, step
    audit.record(session, Kind.SECOND_FACTOR_SET, actor, str(user.id))
    return new_recovery_codes(session, actor, user)


def use_code(session: Session, user: User, code: str) -> None:
    """Accept a code that is right now and was not used before; of two tries with one code at once, one wins.

    Raises:
        WrongCode
    """
    if user.totp_secret is None:
        raise rules.WrongCode
    secret = vault.unseal(session, user.id, vault.place("users.totp_secret", user.id), user.totp_secret)
    step = _fitting_step(secret, code)
    if step is None:
        raise rules.WrongCode
    used = session.execute(
        update(User)
        .where(User.id == user.id, User.totp_step < step)
        .values(totp_step=step)
        .execution_options(synchronize_session=False)
    )
    if getattr(used, "rowcount", 0) != 1:
        raise rules.WrongCode


def use_recovery_code(session: Session, actor: Actor, user: User, code: str) -> None:
    """Accept an unused recovery code in place of a code, once.

    Raises:
        WrongCode
    """
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == _recovery_hash(session, user, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if getattr(used, "rowcount", 0) != 1:
        raise rules.WrongCode
    audit.record(session, Kind.RECOVERY_CODE_USED, actor, str(user.id))


def new_recovery_codes(session: Session, actor: Actor, user: User) -> list[str]:
    """Replace the recovery codes; returned once, in groups of four, and kept only as keyed hashes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [
        "".join(secrets.choice(ALPHABET) for _letter in range(_RECOVERY_LETTERS))
        for _each in range(rules.RECOVERY_CODES)
    ]
    session.add_all(
        RecoveryCode(id=new_id(), user_id=user.id, code_hash=_recovery_hash(session, user, code)) for code in codes
    )
    audit.record(session, Kind.RECOVERY_CODES_MADE, actor, str(user.id), codes=len(codes))
    return ["-".join(code[start : start + 4] for start in range(0, _RECOVERY_LETTERS, 4)) for code in codes]


def remove_totp(session: Session, actor: Actor, user: User) -> None:
    """Switch one's own second factor off; the caller has asked for password and code."""
    _forget(session, user)
    audit.record(session, Kind.SECOND_FACTOR_REMOVED, actor, str(user.id))


def reset_totp(session: Session, actor: Actor, user: User, *, reason: str) -> None:
    """Switch the second factor of somebody else off who lost phone and codes; an administrator's act, with a reason.

    Raises:
        OwnRoles: one's own is removed with a code, not reset.
    """
    if actor.user_id == user.id:
        raise rules.OwnRoles
    _forget(session, user)
    audit.record(session, Kind.SECOND_FACTOR_REMOVED, actor, str(user.id), reason=reason)


def _forget(session: Session, user: User) -> None:
    user.totp_secret = user.totp_pending = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _fitting_step(secret: str, code: str) -> int | None:
    """The 30-second step for which the code is right: this one, or one before or after, for clocks that differ."""
    digits = "".join(western_digits(code).split())
    totp = pyotp.TOTP(secret)
    step = int(clock.now().timestamp()) // rules.TOTP_STEP_SECONDS
    for near in (step, step - 1, step + 1):
        if hmac.compare_digest(totp.at(near * rules.TOTP_STEP_SECONDS).encode(), digits.encode()):
            return near
    return None


def _recovery_hash(session: Session, user: User, code: str) -> bytes:
    letters = "".join(western_digits(code).upper().replace("-", "").split()).translate(str.maketrans("OIL", "011"))
    return vault.blind(session, "recovery_codes.code", f"{user.id}|{letters}")
