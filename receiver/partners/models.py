"""Programmes, the bank accounts their money comes to, and partner organisations."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.types import Choice, currency_code
from receiver.partners.rules import ProgrammeState


class Programme(HasId, Versioned, Stamped, Base):
    """An arrangement under which people arrive; `people_cap` is empty where the number is not agreed.

    `bank_account` names the account that its instalments come to, as the ledger's `bank:<account>`.
    """

    __tablename__ = "programmes"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("people_cap IS NULL OR people_cap > 0", name="cap_above_zero"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    sending_country: Mapped[str | None] = mapped_column(String(3))
    legal_instrument: Mapped[str] = mapped_column(String(500), default="")
    payer: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    people_cap: Mapped[int | None] = mapped_column(Integer)
    currency: Mapped[str] = currency_code()
    bank_account: Mapped[str] = mapped_column(String(40))
    state: Mapped[ProgrammeState] = mapped_column(Choice(ProgrammeState), default=ProgrammeState.OPEN)


class EarlierProgrammeName(HasId, Base):
    """The name that a programme had until `changed_at`: a report of an earlier moment calls it so."""

    __tablename__ = "earlier_programme_names"
    __table_args__ = (Index("ix_earlier_programme_names_programme_id_changed_at", "programme_id", "changed_at"),)

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"))
    changed_at: Mapped[datetime] = mapped_column()
    name: Mapped[str] = mapped_column(String(200))


class Organisation(HasId, Versioned, Stamped, Base):
    """A partner that takes referrals or receives data."""

    __tablename__ = "organisations"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
