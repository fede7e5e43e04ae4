"""The web's own scheduled work: what was kept for a while is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.background import Work, schedule, step, workflow
from receiver.kit.words import _
from receiver.web import idempotency, parking

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@step
def forget_parked(work: Work, session: Session, *, before: datetime) -> int:  # noqa: ARG001 - every step is given it
    """Forms and files that nobody came back for."""
    return parking.forget_expired(session, before)


@step
def forget_answers(work: Work, session: Session, *, before: datetime) -> int:  # noqa: ARG001 - every step is given it
    """Answers that nobody can ask for again."""
    return idempotency.forget_answers(session, before)


@schedule("20 * * * *")
@workflow("web.tidy", title=_("Forgetting forms and answers whose time is over"))
def tidy(work: Work, due: datetime) -> dict[str, object]:
    """Once an hour, so that nothing is kept much longer than a day."""
    return {"forms": forget_parked(work, before=due), "answers": forget_answers(work, before=due)}
