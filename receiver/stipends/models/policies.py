"""Policies and their versions, who is enrolled in them, and holds."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.ddl import Guard, append_only, keep
from receiver.db.types import Choice, currency_code, minor
from receiver.kit.months import Month
from receiver.stipends.rules.enrolments import EndReason, EnrolmentState, HoldReason
from receiver.stipends.rules.policies import PolicyState, Terms


class Policy(HasId, Stamped, Base):
    """Terms under which people of a programme are paid, in versions; the code names them in the arithmetic."""

    __tablename__ = "policies"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"), index=True)


class PolicyVersion(HasId, Versioned, Stamped, Base):
    """One version of a policy, for whole months from `valid_from` to `valid_to`; amounts are for a whole month.

    Once it is in force only its end can still be set, when a version after it begins.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (
        UniqueConstraint("policy_id", "number"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
        CheckConstraint("limit_minor IS NULL OR limit_minor >= base_minor", name="limit_above_base"),
        CheckConstraint("(state = 'draft') = (decided_at IS NULL)", name="decided_when_no_draft"),
        CheckConstraint("decided_by IS NULL OR state <> 'in_force' OR decided_by <> drafted_by", name="four_eyes"),
    )

    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id", ondelete="RESTRICT"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[PolicyState] = mapped_column(Choice(PolicyState), default=PolicyState.DRAFT)
    currency: Mapped[str] = currency_code()
    base_minor: Mapped[int] = minor(least=1)
    member_minor: Mapped[int] = minor(least=0, default=0)
    members_most: Mapped[int] = mapped_column(SmallInteger, default=0)
    limit_minor: Mapped[int | None] = minor(least=1)
    valid_from: Mapped[Month] = mapped_column()
    valid_to: Mapped[Month | None] = mapped_column()
    drafted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column()

    def terms(self, policy: str) -> Terms:
        """As the rules see it; `policy` is the code."""
        return Terms(
            policy=policy,
            version=self.number,
            currency=self.currency,
            base_minor=self.base_minor,
            first=self.valid_from.first,
            last=self.valid_to.last if self.valid_to else None,
            member_minor=self.member_minor,
            members_most=self.members_most,
            limit_minor=self.limit_minor,
        )


class Enrolment(HasId, Versioned, Stamped, Base):
    """A person in a policy from `since` to `until`, the last day that counts; at most one is not ended.

    An `until` before `since` counts no day at all: the enrolment was an error.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        CheckConstraint("(state = 'ended') = (until IS NOT NULL)", name="ended_has_day"),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="ended_has_reason"),
        Index(
            "uq_enrolments_person_id_live",
            "person_id",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id", ondelete="RESTRICT"), index=True)
    state: Mapped[EnrolmentState] = mapped_column(Choice(EnrolmentState), default=EnrolmentState.ACTIVE)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[EndReason | None] = mapped_column(Choice(EndReason))


class Hold(HasId, Versioned, Stamped, Base):
    """A stop of somebody's stipend, from `placed_at` to `released_at`; at most one stands at a time.

    `notice_language` and `notice_on` say in which language and when the person was told.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("released_at IS NULL OR released_at >= placed_at", name="released_after_placed"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released_by_somebody"),
        Index(
            "uq_holds_person_id_standing",
            "person_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id", ondelete="RESTRICT"), index=True)
    reason: Mapped[HoldReason] = mapped_column(Choice(HoldReason))
    since: Mapped[date] = mapped_column(Date)
    review_on: Mapped[date] = mapped_column(Date, index=True)
    notice_language: Mapped[str] = mapped_column(String(20))
    notice_on: Mapped[date] = mapped_column(Date)
    placed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    placed_at: Mapped[datetime] = mapped_column()
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    released_at: Mapped[datetime | None] = mapped_column()
    until: Mapped[date | None] = mapped_column(Date)


TERMS_STAY = Guard(
    table="policy_versions",
    name="terms_stay",
    act="UPDATE",
    message="a policy version that is no longer a draft is never edited",
    when=(
        "OLD.state <> 'draft' AND (OLD.state {differs} NEW.state OR OLD.base_minor {differs} NEW.base_minor "
        "OR OLD.member_minor {differs} NEW.member_minor OR OLD.members_most {differs} NEW.members_most "
        "OR OLD.limit_minor {differs} NEW.limit_minor OR OLD.valid_from {differs} NEW.valid_from "
        "OR OLD.currency {differs} NEW.currency OR OLD.policy_id {differs} NEW.policy_id "
        "OR OLD.number {differs} NEW.number OR (OLD.valid_to IS NOT NULL AND OLD.valid_to {differs} NEW.valid_to))"
    ),
)
keep(PolicyVersion.__table__, [TERMS_STAY])
keep(
    Hold.__table__,
    append_only(Hold.__table__, may_change=["review_on", "released_by", "released_at", "until", "version"]),
)
