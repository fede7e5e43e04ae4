"""The scheduled work of cases: what rules say is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.background import Work, schedule, step, workflow
from receiver.cases.actions.by_rule import look_at_rules
from receiver.kit.words import _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


@step
def look(work: Work, session: Session, *, before: datetime) -> list[int]:  # noqa: ARG001 - every step is given it
    """Make tasks and close those whose cause has gone, in one transaction."""
    return list(look_at_rules(session, work.actor))


@schedule("*/10 * * * *")
@workflow("cases.rules", title=_("Making tasks by rules"))
def rules(work: Work, due: datetime) -> dict[str, object]:
    """Every ten minutes, so that a record that looks like another is soon with whoever decides."""
    made, settled = look(work, before=due)
    return {"made": made, "settled_tasks": settled}
