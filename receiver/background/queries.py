"""Reading about works: what waits, what stands open, and how one of them is getting on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from receiver.access import Permission
from receiver.background.facts import unpack_all
from receiver.background.models import ScheduleRecord, StepRecord, WorkRecord
from receiver.background.registry import WORKFLOWS
from receiver.background.rules import UNFINISHED, Progress, WorkState, reason_of, title_of
from receiver.kit.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor

BATCH = 100


@dataclass(frozen=True, slots=True)
class OpenWork:
    """An unfinished work and who has it."""

    id: UUID
    attempt: int
    state: WorkState
    executor: str | None
    enqueued_at: datetime | None


def progress(session: Session, actor: Actor, work_id: UUID) -> Progress:
    """How a work stands that this actor asked for, or that an actor may see who looks after the system.

    Raises:
        NotFound: there is none, or it is not for this actor to see.
    """
    row = session.get(WorkRecord, work_id)
    if row is None or not (actor.may(Permission.BACKGROUND_VIEW) or is_of(actor, row)):
        raise NotFound
    return progress_of(row)


def is_of(actor: Actor, row: WorkRecord) -> bool:
    """Whether this actor asked for it; scheduled work is nobody's."""
    return actor.user_id is not None and row.requested_by == actor.user_id


def my_works(session: Session, actor: Actor, *, limit: int = 10) -> list[Progress]:
    """The newest works that this actor asked for."""
    if actor.user_id is None:
        return []
    mine = select(WorkRecord).where(WorkRecord.requested_by == actor.user_id)
    return [progress_of(row) for row in session.scalars(mine.order_by(WorkRecord.created_at.desc()).limit(limit))]


def ended_since(session: Session, since: datetime) -> list[Progress]:
    """Works of anybody that have ended since then, oldest first."""
    ended = select(WorkRecord).where(WorkRecord.finished_at >= since)
    return [progress_of(row) for row in session.scalars(ended.order_by(WorkRecord.created_at, WorkRecord.id))]


def troubled_works(session: Session, *, since: datetime, limit: int = 50) -> list[Progress]:
    """Works of anybody that failed since then, newest first: ids, counts and codes for whoever runs the system."""
    failed = select(WorkRecord).where(WorkRecord.state == WorkState.FAILED, WorkRecord.finished_at >= since)
    return [progress_of(row) for row in session.scalars(failed.order_by(WorkRecord.finished_at.desc()).limit(limit))]


def progress_of(row: WorkRecord) -> Progress:
    """A row as its page shows it."""
    kind = WORKFLOWS.get(row.name)
    return Progress(
        id=row.id,
        name=row.name,
        title=title_of(kind.title if kind else None, unpack_all(row.arguments)),
        state=row.state,
        done=row.done,
        total=row.total,
        errors=row.errors,
        result=unpack_all(row.result),
        url=row.url,
        failure=row.failure,
        reason=reason_of(row.failure, unpack_all(row.failure_params)),
        may_cancel=row.cancellable and not row.state.over and row.cancel_asked_at is None,
        cancel_asked=row.cancel_asked_at is not None,
        requested_by=row.requested_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def outbox(session: Session) -> list[tuple[UUID, int]]:
    """The oldest works that no executor has been told of: id and attempt."""
    waiting = (
        select(WorkRecord.id, WorkRecord.attempt)
        .where(WorkRecord.enqueued_at.is_(None), WorkRecord.finished_at.is_(None))
        .order_by(WorkRecord.created_at)
        .limit(BATCH)
    )
    return [(work_id, attempt) for work_id, attempt in session.execute(waiting)]


def open_works(session: Session) -> list[OpenWork]:
    """All that is unfinished, oldest first."""
    columns = (WorkRecord.id, WorkRecord.attempt, WorkRecord.state, WorkRecord.executor, WorkRecord.enqueued_at)
    unfinished = select(*columns).where(WorkRecord.finished_at.is_(None)).order_by(WorkRecord.created_at)
    return [OpenWork(*row) for row in session.execute(unfinished)]


def waiting_since(session: Session) -> datetime | None:
    """When the work was handed over that has waited longest without being started."""
    return session.scalar(
        select(func.min(WorkRecord.created_at)).where(
            WorkRecord.finished_at.is_(None), WorkRecord.state == WorkState.QUEUED
        )
    )


def is_wanted(session: Session, work_id: UUID, attempt: int) -> bool:
    """Whether this run of a work should go on: it is the current one, and nobody asked to cancel it."""
    return (
        session.scalar(
            select(WorkRecord.id).where(
                WorkRecord.id == work_id,
                WorkRecord.attempt == attempt,
                WorkRecord.state.in_(UNFINISHED),
                WorkRecord.cancel_asked_at.is_(None),
            )
        )
        is not None
    )


def steps_done(session: Session, work_id: UUID) -> dict[str, Any]:
    """The stored result of each step that is done, by its key."""
    rows = session.execute(select(StepRecord.key, StepRecord.result).where(StepRecord.work_id == work_id))
    return {key: result for key, result in rows}  # noqa: C416 - rows of two


def schedule_marks(session: Session) -> dict[str, datetime]:
    """Up to when each schedule has been handed over."""
    return {row.name: row.since for row in session.scalars(select(ScheduleRecord))}
