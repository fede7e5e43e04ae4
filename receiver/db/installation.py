"""The mark that tells a practice system from a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.db.models import Installation
from receiver.kit.errors import Refusal
from receiver.kit.words import _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class PracticeMismatch(Refusal):
    """The settings say one kind of system, the database the other."""

    sentence = _(
        "This database and the setting RECEIVER_PRACTICE do not agree on whether this is a practice system. "
        "The mark of a database cannot be changed."
    )
    status = 500


def mark_installation(session: Session, *, practice: bool) -> None:
    """Write down what kind of system this is, once; later calls only compare.

    Raises:
        PracticeMismatch
    """
    known = is_practice(session)
    if known is None:
        session.add(Installation(id=1, practice=practice))
        session.flush()
    elif known is not practice:
        raise PracticeMismatch


def is_practice(session: Session) -> bool | None:
    """Whether this is a practice system; None before the mark is written."""
    mark = session.get(Installation, 1)
    return None if mark is None else mark.practice
