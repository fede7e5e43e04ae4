"""Ways to be paid."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.ddl import append_only, keep
from receiver.db.types import Choice
from receiver.kit.words import Words
from receiver.stipends.rules import payees as rules
from receiver.stipends.rules.payees import PayeeState
from receiver.stipends.rules.payments import Channel


class Payee(HasId, Versioned, Stamped, Base):
    """How a person is paid: a mobile money number, sealed, or the cash desk. New details are a new row.

    `blind` finds the same number with somebody else, `tail` are its two last digits, `mark` is the keyed fingerprint
    of the details that frozen runs show. `likeness` (0 to 100) compares the name on the account with the person's.
    `changes` says that it takes the place of details that were confirmed before.
    """

    __tablename__ = "payees"
    __table_args__ = (
        CheckConstraint("channel IN ('cash_desk', 'mobile_money_file')", name="channel_offered"),
        CheckConstraint("(channel = 'cash_desk') = (number IS NULL)", name="number_given"),
        CheckConstraint("(number IS NULL) = (blind IS NULL)", name="blind_given"),
        CheckConstraint("(number IS NULL) = (name IS NULL)", name="name_given"),
        CheckConstraint("state <> 'confirmed' OR usable_from IS NOT NULL", name="confirmed_is_usable"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="four_eyes"),
        *(
            Index(
                f"uq_payees_person_id_{state}",
                "person_id",
                unique=True,
                sqlite_where=text(f"state = '{state}'"),
                postgresql_where=text(f"state = '{state}'"),
            )
            for state in ("awaiting", "confirmed")
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    state: Mapped[PayeeState] = mapped_column(Choice(PayeeState), default=PayeeState.AWAITING, index=True)
    number: Mapped[bytes | None] = mapped_column(LargeBinary)
    blind: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    tail: Mapped[str] = mapped_column(String(2), default="")
    name: Mapped[bytes | None] = mapped_column(LargeBinary)
    likeness: Mapped[int | None] = mapped_column(SmallInteger)
    mark: Mapped[str] = mapped_column(String(32))
    changes: Mapped[bool] = mapped_column(default=False)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column()
    usable_from: Mapped[datetime | None] = mapped_column()

    @property
    def plain(self) -> rules.Payee:
        """As the rules see it."""
        return rules.Payee(self.channel, self.state, self.asked_by, self.usable_from)

    @property
    def says(self) -> Words:
        """Where the details stand, in words."""
        return rules.state_words(self.channel, self.state)


keep(
    Payee.__table__,
    append_only(Payee.__table__, may_change=["state", "decided_by", "decided_at", "usable_from", "version"]),
)
