"""Months in which somebody was owed a stipend and the run went out without them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped
from receiver.db.ddl import Guard, keep
from receiver.db.types import currency_code, minor
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.stipends.rules.checklist import Flag, unpack


class MissedMonth(HasId, Stamped, Base):
    """A month of somebody that a run left out or held back, or that had gone out when they were enrolled.

    `flags` are the bits of `checklist.pack`: why. `amount_minor` is what they would be owed, as it was looked at last.
    It is settled once money for the month was sent, by `settled_run_id`; without that run nothing is owed any more.
    A payment that failed is no missed month: it stands among the failed payments.
    """

    __tablename__ = "missed_months"
    __table_args__ = (
        UniqueConstraint("person_id", "purpose", "month"),
        CheckConstraint("settled_run_id IS NULL OR settled_at IS NOT NULL", name="settled_by_run"),
        Index("ix_missed_months_programme_id_month", "programme_id", "month"),
        Index(
            "ix_missed_months_id_open",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"))
    purpose: Mapped[str] = mapped_column(String(40))
    month: Mapped[Month] = mapped_column()
    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    flags: Mapped[int] = mapped_column(Integer)
    amount_minor: Mapped[int] = minor(least=0)
    currency: Mapped[str] = currency_code()
    settled_at: Mapped[datetime | None] = mapped_column()
    settled_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)

    @property
    def reasons(self) -> tuple[Flag, ...]:
        """Why the month was not paid."""
        return unpack(self.flags)

    @property
    def amount(self) -> Money:
        """What would be owed."""
        return Money(self.amount_minor, self.currency)


KEPT = Guard("missed_months", "no_delete", "DELETE", "rows of missed_months stay")
PAID_STAYS = Guard(
    table="missed_months",
    name="paid_stays",
    act="UPDATE",
    message="a missed month that was paid stays paid",
    when="OLD.settled_run_id IS NOT NULL",
)
keep(MissedMonth.__table__, [KEPT, PAID_STAYS])
