"""Files of results from providers, and rows that did not fit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.ddl import append_only, keep
from receiver.db.types import Choice, Json, currency_code, minor
from receiver.stipends.rules.exceptions import Decision, ExceptionState, ResultFileState
from receiver.stipends.rules.result_formats import ResultStatus
from receiver.stipends.rules.results import ExceptionKind


class ResultFile(HasId, Stamped, Base):
    """A file of results, once for ever; its bytes are kept, sealed under its own key, while it waits to be taken in.

    `run_id` is the run that it is taken in for; while it waits it can be offered for another, and is that one's then.
    `counts` are those of `receiver reconcile --json`.
    """

    __tablename__ = "result_files"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("(state = 'waiting') = (content IS NOT NULL)", name="waits_with_content"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    format: Mapped[str] = mapped_column(String(40))
    state: Mapped[ResultFileState] = mapped_column(Choice(ResultFileState), default=ResultFileState.WAITING)
    rows: Mapped[int] = mapped_column(Integer)
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    taken_at: Mapped[datetime | None] = mapped_column()


class ResultException(HasId, Versioned, Stamped, Base):
    """A row that waits for a person, or waited. `key` names its content, so that it is queued once for ever.

    `run_id` is the run that its file was taken in for; the payment may be of another.
    """

    __tablename__ = "result_exceptions"
    __table_args__ = (
        CheckConstraint("(state = 'settled') = (decision IS NOT NULL)", name="settled_has_decision"),
        Index("ix_result_exceptions_state_id", "state", "id"),
    )

    file_id: Mapped[UUID] = mapped_column(ForeignKey("result_files.id", ondelete="RESTRICT"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    row: Mapped[int] = mapped_column(Integer)
    kind: Mapped[ExceptionKind] = mapped_column(Choice(ExceptionKind))
    end_to_end_id: Mapped[str] = mapped_column(String(64))
    status: Mapped[ResultStatus] = mapped_column(Choice(ResultStatus))
    amount_minor: Mapped[int] = minor(least=0)
    currency: Mapped[str] = currency_code()
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    provider_reference: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[ExceptionState] = mapped_column(Choice(ExceptionState), default=ExceptionState.OPEN)
    decision: Mapped[Decision | None] = mapped_column(Choice(Decision))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column()


keep(
    ResultFile.__table__,
    append_only(ResultFile.__table__, may_change=["run_id", "format", "state", "counts", "content", "taken_at"]),
)
keep(
    ResultException.__table__,
    append_only(ResultException.__table__, may_change=["state", "decision", "decided_by", "decided_at", "version"]),
)
