"""Hashing passwords, never more than two at once, so that a rush of sign-ins cannot take the whole machine."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY
from zxcvbn import zxcvbn

from receiver.accounts import rules
from receiver.kit.errors import TooMany
from receiver.kit.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 2
"""Hashes computed at the same time: one on each core of the smallest machine we name."""
WAITING = 30
"""Sign-ins that may wait for their turn; more are asked to come back."""
_SCORED = 72
"""Characters that the estimate of guesses looks at."""


class SignInBusy(TooMany):
    """More people sign in at once than the machine can check."""

    sentence = _("Many people are signing in right now. Please try again in a moment.")
    status = 503


class _Limiter:
    """Two at a time, a short queue, and a plain refusal behind it."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise SignInBusy(retry_after=5)
        try:
            with self._turns:
                yield
        finally:
            self._places.release()


_limiter = _Limiter(AT_ONCE, WAITING)
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


def hash_password(password: str) -> str:
    """The argon2id hash of a password (RFC 9106, second recommendation: 64 MiB, 3 passes).

    Raises:
        SignInBusy: too many are being hashed.
    """
    with _limiter.turn():
        return _hasher.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; without a hash (unknown user) it takes the same time and is wrong.

    Raises:
        SignInBusy: too many are being checked.
    """
    if len(password) > rules.PASSWORD_LONGEST:
        return False
    with _limiter.turn():
        try:
            _hasher.verify(password_hash or _nobody(), password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return password_hash is not None


def guess_score(password: str, *about: str) -> int:
    """How hard a password is to guess, 0 to 4 (zxcvbn); words about the user count as known to the guesser."""
    known = [word for text in about for word in text.replace("@", " ").split()]
    return int(zxcvbn(password[:_SCORED], user_inputs=known)["score"]) if password else 0


def check_new(password: str, *, email: str, name: str) -> None:
    """Refuse a password that this user must not choose; see `rules.check_password`."""
    rules.check_password(password, guess_score=guess_score(password, email, name), email=email, name=name)


@cache
def _nobody() -> str:
    """A hash that no password fits in practice, so that an unknown user costs what a known one costs."""
    return _hasher.hash("nobody has this password, it only takes the time")
