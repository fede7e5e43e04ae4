"""The history of a run: one step for each thing that is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from receiver import vault
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.stipends.models import RunStep
from receiver.stipends.queries import step_place

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun
    from receiver.stipends.rules.runs import RunAct


def add_step(session: Session, actor: Actor, run: PayRun, act: RunAct, *, reason: str = "") -> RunStep:
    """Write down what was done to a run, in the state it is in now. The run's row is locked."""
    session.flush()
    last = session.scalar(select(func.max(RunStep.number)).where(RunStep.run_id == run.id)) or 0
    step = RunStep(
        id=new_id(),
        run_id=run.id,
        number=last + 1,
        at=clock.now(),
        act=act,
        state=run.state,
        attempt=run.attempt,
        user_id=actor.user_id,
        digest=run.digest,
    )
    if reason:
        step.reason = vault.seal(session, vault.HOUSE, step_place(step.id), reason)
    session.add(step)
    session.flush()
    return step
