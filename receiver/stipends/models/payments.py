"""Payments, which are the frozen lines of runs, the files that instruct them, and their way to the provider."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped
from receiver.db.ddl import Guard, append_only, keep
from receiver.db.types import Choice, Json, currency_code, minor
from receiver.kit.months import Month
from receiver.ledger.rules import OWNER_LENGTH
from receiver.stipends.rules.freezing import ID_LENGTH
from receiver.stipends.rules.handovers import HandoverWay
from receiver.stipends.rules.payments import LIVE, PAYMENT_ARROWS, Channel, PaymentState

OUTCOME = (
    *("state", "instructed_at", "accepted_at", "failed_at", "settled_at", "confirmed_at", "returned_at"),
    *("cancelled_at", "reason", "provider_reference", "result_file_id", "failed_because", "returned_because"),
)
"""What becomes of a payment; all else was frozen with its run."""

HAS_REFERENCE = "provider_reference <> ''"
"""What a query says as well that is to use the index of references; most payments have none while they wait."""
_LIVE = f"state IN ({', '.join(sorted(repr(state.value) for state in LIVE))})"


class Payment(HasId, Stamped, Base):
    """A line of a run as it was frozen, and what became of it; a payment was pending from `created_at` on.

    `number` is its place in the frozen list of the `attempt`. `payee` is the fingerprint of the payment details, which
    lie with `payee_id`; at the cash desk there may be none. `pseudonym` is the person in the ledger. Each state it
    reached has its moment, and it reaches each at most once. `reason` is what a provider said last, sealed;
    `failed_because` and `returned_because` are what it is counted by (`rules.reasons.counted_as`). `provider_reference`
    is what the provider called its movement last; see `EarlierReference`. At most one payment of an entitlement is
    live.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("end_to_end_id"),
        UniqueConstraint("run_id", "attempt", "number"),
        UniqueConstraint("run_id", "attempt", "person_id"),
        Index(
            "uq_payments_entitlement_id_live",
            "entitlement_id",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index("ix_payments_run_id_attempt_channel_state", "run_id", "attempt", "channel", "state"),
        Index("ix_payments_state_id", "state", "id"),
        Index("ix_payments_person_id_month", "person_id", "month"),
        Index(
            "ix_payments_provider_reference",
            "provider_reference",
            sqlite_where=text(HAS_REFERENCE),
            postgresql_where=text(HAS_REFERENCE),
        ),
    )

    entitlement_id: Mapped[UUID] = mapped_column(ForeignKey("entitlements.id", ondelete="RESTRICT"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"))
    attempt: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(Integer)
    end_to_end_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    pseudonym: Mapped[str] = mapped_column(String(OWNER_LENGTH))
    purpose: Mapped[str] = mapped_column(String(40))
    month: Mapped[Month] = mapped_column()
    amount_minor: Mapped[int] = minor(least=1)
    currency: Mapped[str] = currency_code()
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    payee_id: Mapped[UUID | None] = mapped_column(ForeignKey("payees.id", ondelete="RESTRICT"), index=True)
    payee: Mapped[str] = mapped_column(String(32))
    reissue_of: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), index=True)
    state: Mapped[PaymentState] = mapped_column(Choice(PaymentState), default=PaymentState.PENDING)
    instructed_at: Mapped[datetime | None] = mapped_column()
    accepted_at: Mapped[datetime | None] = mapped_column()
    failed_at: Mapped[datetime | None] = mapped_column()
    settled_at: Mapped[datetime | None] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()
    returned_at: Mapped[datetime | None] = mapped_column()
    cancelled_at: Mapped[datetime | None] = mapped_column()
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    provider_reference: Mapped[str] = mapped_column(String(120), default="")
    result_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("result_files.id", ondelete="RESTRICT"), index=True)
    failed_because: Mapped[str | None] = mapped_column(String(40))
    returned_because: Mapped[str | None] = mapped_column(String(40))


class EarlierReference(HasId, Stamped, Base):
    """What a provider called a movement of a payment before it gave it another name."""

    __tablename__ = "earlier_references"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), index=True)
    reference: Mapped[str] = mapped_column(String(120), index=True)


class Instruction(HasId, Stamped, Base):
    """The file that instructs the payments of a run by one channel: sealed under its own key, never made again.

    `sum_minor` is the control sum; `manifest` repeats what somebody needs who checks the file.
    """

    __tablename__ = "instructions"
    __table_args__ = (
        UniqueConstraint("run_id", "channel"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
        CheckConstraint("count > 0", name="instructs_something"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    template: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(120))
    count: Mapped[int] = mapped_column(Integer)
    sum_minor: Mapped[int] = minor(least=1)
    currency: Mapped[str] = currency_code()
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    manifest: Mapped[dict[str, Any]] = mapped_column(Json)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    downloads: Mapped[int] = mapped_column(Integer, default=0)


class FileWindow(HasId, Stamped, Base):
    """That somebody said why they need a pay file, which they can then take once until `ends_at`; it may be taken.

    `again` says that the file had been taken before. The reason is sealed.
    """

    __tablename__ = "file_windows"
    __table_args__ = (
        UniqueConstraint("instruction_id", "number"),
        CheckConstraint("reason IS NOT NULL OR again = false", name="again_with_reason"),
    )

    instruction_id: Mapped[UUID] = mapped_column(ForeignKey("instructions.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(SmallInteger)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    again: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    ends_at: Mapped[datetime] = mapped_column()
    taken_at: Mapped[datetime | None] = mapped_column()


class Handover(HasId, Stamped, Base):
    """That a pay file was handed to the provider, on which day, by which way, and by whom.

    `reference` is what the provider calls the delivery. From the second time on `reason`, sealed, says why again.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        UniqueConstraint("instruction_id", "number"),
        CheckConstraint("number > 0 AND (number = 1) = (reason IS NULL)", name="again_with_reason"),
    )

    instruction_id: Mapped[UUID] = mapped_column(ForeignKey("instructions.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(SmallInteger)
    handed_on: Mapped[date] = mapped_column(Date)
    way: Mapped[HandoverWay] = mapped_column(Choice(HandoverWay))
    reference: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    handed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


_PASSING = {("instructed", "returned"), ("accepted", "returned")}  # paid and returned by one result
_ARROWS = ", ".join(
    sorted(
        f"'{source} {target}'"
        for source, target in {
            *((source.value, arrow.target.value) for arrow in PAYMENT_ARROWS.values() for source in arrow.sources),
            *_PASSING,
        }
    )
)
ARROWS = Guard(
    table="payments",
    name="arrows",
    act="UPDATE",
    message="a payment moves along its arrows only",
    when=f"OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ({_ARROWS})",
)
keep(Payment.__table__, [*append_only(Payment.__table__, may_change=OUTCOME), ARROWS])
keep(EarlierReference.__table__, append_only(EarlierReference.__table__))
keep(Instruction.__table__, append_only(Instruction.__table__, may_change=["downloads"]))
keep(FileWindow.__table__, append_only(FileWindow.__table__, may_change=["taken_at"]))
keep(Handover.__table__, append_only(Handover.__table__))
