"""Monthly stipend reports that are final, and their later revisions; nothing of them is ever changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped
from receiver.db.ddl import append_only, keep
from receiver.db.types import Choice, Json
from receiver.kit.months import Month
from receiver.reports.rules import ReportState


class MonthlyReport(HasId, Stamped, Base):
    """A report as it was finalised (revision 1) or revised; a month that is open has no row and is worked out anew.

    `figures` hold everything but the people one by one: those follow from the ledger as of `as_of`, and the figures
    hold their hash. `hash` is the SHA-256 of the canonical JSON of `figures`, and stands in the audit chain.
    """

    __tablename__ = "monthly_reports"
    __table_args__ = (
        UniqueConstraint("programme_id", "month", "revision"),
        CheckConstraint("revision > 0", name="revision_counts"),
        CheckConstraint("length(hash) = 64", name="hash_length"),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"))
    month: Mapped[Month] = mapped_column()
    revision: Mapped[int] = mapped_column(Integer)
    state: Mapped[ReportState] = mapped_column(Choice(ReportState), default=ReportState.FINALISED)
    as_of: Mapped[datetime] = mapped_column()
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(String(64))
    finalised_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


keep(MonthlyReport.__table__, append_only(MonthlyReport.__table__))
