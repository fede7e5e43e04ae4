"""What people are owed for a month."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped
from receiver.db.ddl import Guard, append_only, keep
from receiver.db.types import Json, currency_code, minor
from receiver.kit.months import Month
from receiver.ledger.rules import OWNER_LENGTH

FIGURES = (
    *("amount_minor", "full_minor", "days", "covered_from", "covered_to", "arrived_on", "left_on", "lines"),
    *("policy_version_id", "revision"),
)
"""What a correction may change; all else stays for ever."""


class Entitlement(HasId, Stamped, Base):
    """What a person is owed for a month and purpose, once for ever, with the arithmetic; a submission writes it.

    Until something of it was sent, a later submission may correct it; what it was stays in `entitlement_changes`, and
    the ledger gets the difference. `pseudonym` is the person in the ledger. `arrived_on` and `left_on` are the days
    that were known when it was worked out. `full_minor` is what a whole month would bring.
    """

    __tablename__ = "entitlements"
    __table_args__ = (
        UniqueConstraint("person_id", "purpose", "month"),
        CheckConstraint("amount_minor <= full_minor", name="at_most_a_month"),
        CheckConstraint("days BETWEEN 0 AND 31", name="days_of_a_month"),
        CheckConstraint("amount_minor = 0 OR (covered_from >= arrived_on AND days > 0)", name="after_arrival"),
        CheckConstraint("left_on IS NULL OR amount_minor = 0 OR covered_to <= left_on", name="before_exit"),
        Index("ix_entitlements_programme_id_month", "programme_id", "month"),
        Index("ix_entitlements_pseudonym", "pseudonym"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"))
    purpose: Mapped[str] = mapped_column(String(40))
    month: Mapped[Month] = mapped_column()
    pseudonym: Mapped[str] = mapped_column(String(OWNER_LENGTH))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    policy_version_id: Mapped[UUID] = mapped_column(ForeignKey("policy_versions.id", ondelete="RESTRICT"), index=True)
    amount_minor: Mapped[int] = minor(least=0)
    full_minor: Mapped[int] = minor(least=0)
    currency: Mapped[str] = currency_code()
    days: Mapped[int] = mapped_column(SmallInteger)
    covered_from: Mapped[date | None] = mapped_column(Date)
    covered_to: Mapped[date | None] = mapped_column(Date)
    arrived_on: Mapped[date | None] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    lines: Mapped[list[Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(Integer, default=1)


class EntitlementChange(HasId, Stamped, Base):
    """What an entitlement was before a submission corrected it; its id is the cause of the ledger's entry."""

    __tablename__ = "entitlement_changes"
    __table_args__ = (UniqueConstraint("entitlement_id", "revision"),)

    entitlement_id: Mapped[UUID] = mapped_column(ForeignKey("entitlements.id", ondelete="RESTRICT"), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    was_minor: Mapped[int] = minor(least=0)
    becomes_minor: Mapped[int] = minor(least=0)
    lines: Mapped[list[Any]] = mapped_column(Json)


STAYS = Guard(
    table="entitlements",
    name="sent_stays",
    act="UPDATE",
    message="an entitlement of which something was sent stays as it is",
    when=(
        "EXISTS (SELECT 1 FROM payments sent WHERE sent.entitlement_id = OLD.id "
        "AND sent.state NOT IN ('pending', 'cancelled'))"
    ),
)
COUNTS_UP = Guard(
    table="entitlements",
    name="counts_up",
    act="UPDATE",
    message="a correction of an entitlement is a revision of its own",
    when="NEW.revision <> OLD.revision + 1",
)
keep(Entitlement.__table__, [*append_only(Entitlement.__table__, may_change=FIGURES), STAYS, COUNTS_UP])
keep(EntitlementChange.__table__, append_only(EntitlementChange.__table__))
