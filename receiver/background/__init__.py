"""Durable work: handed over in the transaction that wants it, done once, brought back after a crash.

An action calls `hand_over`; a room's `tasks.py` registers what is to be done:

    @step
    def merge_part(work: Work, session: Session, *, batch: UUID, part: int) -> int: ...

    @workflow("people.merge", title=_("Merging a manifest"), cancellable=True)
    def merge(work: Work, batch: UUID) -> dict[str, object]:
        for part in range(parts):
            merged += merge_part(work, batch=batch, part=part)
            work.progress(merged, total)
        return {"merged": merged}
"""

from receiver.background.actions import hand_over, request_cancel
from receiver.background.executor import Background
from receiver.background.health import executors, findings
from receiver.background.queries import my_works, progress, troubled_works
from receiver.background.registry import Workflow, schedule, workflow
from receiver.background.rules import (
    AnotherExecutes,
    PastCancelling,
    Progress,
    RequesterMayNotWork,
    WorkIsOver,
    WorkState,
    next_look,
)
from receiver.background.work import REQUESTER, Work, step

__all__ = [
    "REQUESTER",
    "AnotherExecutes",
    "Background",
    "PastCancelling",
    "Progress",
    "RequesterMayNotWork",
    "Work",
    "WorkIsOver",
    "WorkState",
    "Workflow",
    "executors",
    "findings",
    "hand_over",
    "my_works",
    "next_look",
    "progress",
    "request_cancel",
    "schedule",
    "step",
    "troubled_works",
    "workflow",
]
