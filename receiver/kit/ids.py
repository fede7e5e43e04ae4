"""Names for records: time-ordered ids for the database, and short references that people can read aloud."""

from __future__ import annotations

import os
import secrets
import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from receiver.kit.text import western_digits

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_TAIL_BITS = 74
_STEP = 1 << 32

# Crockford's base 32 leaves out I, L, O (read as 1, 1, 0) and U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
_BODY = 7  # six random letters and the check character
_LOOKALIKES = str.maketrans("OIL", "011")


class _Sequence:
    """The last id given in this process, so that the next is always above it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.millisecond = -1
        self.tail = 0

    def next(self) -> tuple[int, int]:
        """Milliseconds since 1970 and 74 random bits; rising even within a millisecond or if the clock jumps back."""
        with self.lock:
            millisecond = time.time_ns() // 1_000_000
            if millisecond > self.millisecond:
                self.millisecond, self.tail = millisecond, secrets.randbits(_TAIL_BITS)
            else:
                self.tail += 1 + secrets.randbelow(_STEP)
            if self.tail >> _TAIL_BITS:
                self.millisecond, self.tail = self.millisecond + 1, secrets.randbits(_TAIL_BITS - 1)
            return self.millisecond, self.tail


_sequence = _Sequence()


_dice: ContextVar[random.Random | None] = ContextVar("dice", default=None)


@contextmanager
def seeded(dice: random.Random) -> Iterator[None]:
    """Let references in this thread come from `dice`: the same seed gives a practice system the same references."""
    token = _dice.set(dice)
    try:
        yield
    finally:
        _dice.reset(token)


def _start_again() -> None:
    # A forked child must not continue its parent's row of ids, nor inherit a lock that a thread held.
    global _sequence  # noqa: PLW0603 - the one sequence of this process
    _sequence = _Sequence()


if hasattr(os, "register_at_fork"):  # pragma: no branch - absent on Windows only
    os.register_at_fork(after_in_child=_start_again)


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562) that sorts after every earlier one of this process."""
    millisecond, tail = _sequence.next()
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=millisecond << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def _check_character(body: str) -> str:
    """The Luhn mod 32 character of `body`: finds every wrong letter and nearly every pair swapped."""
    total = 0
    for place, letter in enumerate(reversed(body)):
        value = _VALUE[letter] * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def new_reference(prefix: str) -> str:
    """A public reference such as `R-4QX7TKB`: six random letters and a check character, without order or count."""
    choose = (_dice.get() or secrets).choice
    body = "".join(choose(ALPHABET) for _place in range(_BODY - 1))
    return f"{prefix.removesuffix('-')}-{body}{_check_character(body)}"


def is_reference(text: str, prefix: str) -> bool:
    """Whether `text` is a well-formed reference with this prefix and a right check character."""
    head, dash, body = text.partition("-")
    if (head, dash, len(body)) != (prefix.removesuffix("-"), "-", _BODY) or not _VALUE.keys() >= set(body):
        return False
    return _check_character(body[:-1]) == body[-1]


def clean_reference(text: str) -> str:
    """The reference that somebody meant: any case, O for 0, I or L for 1, spaces or none, digits of any script.

    The result need not be a reference; ask `is_reference`.
    """
    letters = "".join(letter for letter in western_digits(text).upper() if letter.isascii() and letter.isalnum())
    prefix, body = letters[:-_BODY], letters[-_BODY:].translate(_LOOKALIKES)
    return f"{prefix}-{body}" if prefix else body
