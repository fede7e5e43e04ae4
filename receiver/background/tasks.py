"""The room's own scheduled work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from receiver.background import actions
from receiver.background.registry import schedule, workflow
from receiver.background.work import Work, step
from receiver.kit.words import _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

KEPT = timedelta(days=30)


@step
def forget_scheduled(work: Work, session: Session, *, before: datetime) -> int:  # noqa: ARG001 - every step is given it
    """Records of scheduled work that ended before this moment."""
    return actions.tidy(session, before)


@schedule("40 2 * * *")
@workflow("background.tidy", title=_("Clearing the records of finished work"))
def tidy(work: Work, due: datetime) -> dict[str, object]:
    """Once a night, forget what scheduled work left behind long ago."""
    return {"forgotten": forget_scheduled(work, before=due - KEPT)}
