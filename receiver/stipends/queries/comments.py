"""What approvers wrote beside lines of runs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import vault
from receiver.accounts.models import User
from receiver.people.models import Person
from receiver.stipends.models import LineComment

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment beside a line: about whom, on which submission, by whom and when, and what it says if that is told."""

    reference: str
    attempt: int
    by: str
    at: datetime
    text: str


def comments(session: Session, run: PayRun, *, told: bool = True) -> list[Comment]:
    """All comments on lines of a run, the oldest first; `told` opens what they say. One query, and one for the keys.

    A run that was never submitted has none, and nothing is asked.
    """
    if not run.attempt:
        return []
    wanted = (
        select(LineComment, Person.reference, User.name)
        .join(Person, Person.id == LineComment.person_id)
        .join(User, User.id == LineComment.written_by)
        .where(LineComment.run_id == run.id)
        .order_by(LineComment.id)
    )
    rows = session.execute(wanted).all()
    if told:
        vault.warm(session, {comment.person_id for comment, _reference, _name in rows})
    return [
        Comment(reference, row.attempt, name, row.created_at, _text(session, row) if told else "")
        for row, reference, name in rows
    ]


def comment_place(comment_id: UUID) -> str:
    """Where a comment is sealed."""
    return vault.place("run_line_comments.text", comment_id)


def _text(session: Session, comment: LineComment) -> str:
    """What a comment says; nothing more once the person was erased."""
    with suppress(vault.Destroyed):
        return vault.unseal(session, comment.person_id, comment_place(comment.id), comment.text)
    return ""
