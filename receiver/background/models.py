"""The works, what their steps have already done, and when each schedule was last looked at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.background.rules import WorkState
from receiver.db.base import Base, HasId, Stamped
from receiver.db.types import Choice, Json

_WAITING = text("enqueued_at IS NULL AND finished_at IS NULL")
_OPEN = text("finished_at IS NULL")


class WorkRecord(HasId, Stamped, Base):
    """A piece of work, handed over once under its `workflow_id`; while `enqueued_at` is empty it is an outbox row.

    `attempt` counts how often it was started anew. Only the run that holds the current number may write, so that a
    process believed dead cannot. There is no foreign key to the requester, because accounts stand on a higher floor.
    """

    __tablename__ = "works"

    name: Mapped[str] = mapped_column(String(80))
    workflow_id: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[WorkState] = mapped_column(Choice(WorkState), default=WorkState.QUEUED)
    attempt: Mapped[int] = mapped_column(Integer, default=1)
    arguments: Mapped[Any] = mapped_column(Json)
    requested_by: Mapped[UUID | None]
    url: Mapped[str | None] = mapped_column(String(300))

    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer)
    errors: Mapped[int] = mapped_column(Integer, default=0)
    result: Mapped[Any | None] = mapped_column(Json)
    failure: Mapped[str | None] = mapped_column(String(80))
    failure_params: Mapped[Any | None] = mapped_column(Json)

    cancellable: Mapped[bool] = mapped_column(Boolean, default=False)
    cancel_asked_at: Mapped[datetime | None]
    enqueued_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    executor: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        CheckConstraint("attempt > 0 AND done >= 0 AND errors >= 0 AND (total IS NULL OR total >= 0)", name="counts"),
        CheckConstraint("(finished_at IS NULL) = (state IN ('queued', 'running'))", name="finished"),
        Index("ix_works_waiting", "created_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_works_open", "name", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_works_requested_by", "requested_by", "created_at"),
        Index("ix_works_finished_at", "finished_at"),
    )


class StepRecord(Stamped, Base):
    """A step that is done, written in the transaction of its effect: it is what makes a step happen once."""

    __tablename__ = "work_steps"

    work_id: Mapped[UUID] = mapped_column(ForeignKey("works.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    result: Mapped[Any | None] = mapped_column(Json)


class ScheduleRecord(Base):
    """Up to when the moments of a schedule have been handed over."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    since: Mapped[datetime]
