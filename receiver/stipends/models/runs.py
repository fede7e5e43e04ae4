"""Pay runs, their history, the list of people they look at, accepted findings, who is left out, comments on lines."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
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

from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.ddl import Guard, append_only, keep
from receiver.db.types import Choice, Json, currency_code, minor
from receiver.kit.months import Month
from receiver.stipends.rules.checklist import Flag, unpack
from receiver.stipends.rules.leaving_out import LeaveOutReason
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import RUN_ARROWS, LineStatus, RunAct, RunKind, RunName, RunState


class PayRun(HasId, Versioned, Stamped, Base):
    """A pay run. `lines`, `total_minor` and `digest` are those of the frozen list, once it is submitted.

    `attempt` counts its submissions, so that end-to-end ids of one that was returned are never used again.
    `built_at` is empty while the background has yet to fill it. `follows` is the run whose month it completes.
    `figures` are what its page says of the lines, counted whenever they change: for each filter how many it shows and
    what they come to.
    """

    __tablename__ = "pay_runs"
    __table_args__ = (
        UniqueConstraint("programme_id", "name"),
        CheckConstraint("digest IS NULL OR length(digest) = 64", name="digest_length"),
        CheckConstraint(
            "state IN ('draft', 'abandoned') OR (digest IS NOT NULL AND submitted_at IS NOT NULL AND attempt > 0)",
            name="frozen_has_digest",
        ),
        CheckConstraint("people >= 0 AND missed >= 0 AND odd >= 0 AND already >= 0", name="counts"),
        Index(
            "uq_pay_runs_programme_id_month_underway",
            "programme_id",
            "month",
            unique=True,
            sqlite_where=text("state IN ('draft', 'submitted', 'approved')"),
            postgresql_where=text("state IN ('draft', 'submitted', 'approved')"),
        ),
    )

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(String(16))
    month: Mapped[Month] = mapped_column(index=True)
    kind: Mapped[RunKind] = mapped_column(Choice(RunKind))
    state: Mapped[RunState] = mapped_column(Choice(RunState), default=RunState.DRAFT)
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = currency_code()
    people: Mapped[int] = mapped_column(Integer, default=0)
    missed: Mapped[int] = mapped_column(Integer, default=0)
    odd: Mapped[int] = mapped_column(Integer, default=0)
    already: Mapped[int] = mapped_column(Integer, default=0)
    total_minor: Mapped[int] = minor(least=0, default=0)
    figures: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    digest: Mapped[str | None] = mapped_column(String(64))
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0)
    approvals_needed: Mapped[int] = mapped_column(SmallInteger, default=1)
    built_at: Mapped[datetime | None] = mapped_column()
    submitted_at: Mapped[datetime | None] = mapped_column()
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)

    @property
    def run_name(self) -> RunName:
        """The name, taken apart."""
        return RunName.parse(self.name)


class RunStep(HasId, Base):
    """Something that was done to a run, by whom, and the state it led to; the history of a run is all of them.

    `user_id` is empty where nobody signed in did it: results that arrive by themselves.
    """

    __tablename__ = "pay_run_steps"
    __table_args__ = (UniqueConstraint("run_id", "number"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column()
    act: Mapped[RunAct] = mapped_column(Choice(RunAct))
    state: Mapped[RunState] = mapped_column(Choice(RunState))
    attempt: Mapped[int] = mapped_column(SmallInteger)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    digest: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)


class Acceptance(HasId, Stamped, Base):
    """Findings of a run that were accepted together, with the reason, sealed."""

    __tablename__ = "run_acceptances"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    people: Mapped[int] = mapped_column(Integer)
    accepted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


class RunLine(HasId, Base):
    """A person on the list of a run: paid by it, held back after it was frozen, or left out, and why.

    `flags` are the bits of `checklist.pack`. `amount_minor` is what the run pays, or would pay. `previous_minor` is
    the month before. `at_desk` sends this one payment to the cash desk whatever the payee says. `payee_id` is the
    payee it was or will be frozen with. Once `payment_id` is set the line stays as it is.
    """

    __tablename__ = "run_lines"
    __table_args__ = (
        UniqueConstraint("run_id", "person_id"),
        CheckConstraint("status = 'missed' OR (amount_minor > 0 AND channel IS NOT NULL)", name="pays_something"),
        Index("ix_run_lines_run_id_id", "run_id", "id"),
        Index("ix_run_lines_run_id_status_id", "run_id", "status", "id"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    status: Mapped[LineStatus] = mapped_column(Choice(LineStatus))
    amount_minor: Mapped[int] = minor(least=0)
    previous_minor: Mapped[int | None] = minor(least=0)
    channel: Mapped[Channel | None] = mapped_column(Choice(Channel))
    payee_id: Mapped[UUID | None] = mapped_column(ForeignKey("payees.id", ondelete="RESTRICT"), index=True)
    payee_changed: Mapped[bool] = mapped_column(default=False)
    at_desk: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[int] = mapped_column(Integer, default=0)
    acceptance_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("run_acceptances.id", ondelete="RESTRICT"), index=True
    )
    reissue_of: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), index=True)
    payment_id: Mapped[UUID | None] = mapped_column(ForeignKey("payments.id", ondelete="RESTRICT"), index=True)

    @property
    def findings(self) -> tuple[Flag, ...]:
        """Why to look at this person."""
        return unpack(self.flags)


class LeftOut(HasId, Stamped, Base):
    """That somebody is left out of a run on purpose, and why; the words are sealed as the person's own.

    It holds for every build of the run until it is taken back, which happens while the run is a draft.
    """

    __tablename__ = "left_out"
    __table_args__ = (
        CheckConstraint("(taken_back_at IS NULL) = (taken_back_by IS NULL)", name="taken_back_by_somebody"),
        Index(
            "uq_left_out_run_id_person_id_now",
            "run_id",
            "person_id",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    reason: Mapped[LeaveOutReason] = mapped_column(Choice(LeaveOutReason))
    text: Mapped[bytes] = mapped_column(LargeBinary)
    left_out_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    taken_back_at: Mapped[datetime | None] = mapped_column()
    taken_back_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


class LineComment(HasId, Stamped, Base):
    """What an approver wrote beside a person on a list that waited for approval; sealed as the person's own.

    It stays with the `attempt`, the submission it is about: those who prepare the next one read it until then.
    """

    __tablename__ = "run_line_comments"
    __table_args__ = (Index("ix_run_line_comments_run_id_attempt", "run_id", "attempt"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("pay_runs.id", ondelete="RESTRICT"))
    attempt: Mapped[int] = mapped_column(SmallInteger)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="RESTRICT"), index=True)
    written_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    text: Mapped[bytes] = mapped_column(LargeBinary)


_ARROWS = ", ".join(
    sorted(f"'{source.value} {target.value}'" for sources, target in RUN_ARROWS.values() for source in sources)
)
ARROWS = Guard(
    table="pay_runs",
    name="arrows",
    act="UPDATE",
    message="a pay run moves along its arrows only",
    when=f"OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ({_ARROWS})",
)
FREEZES = Guard(
    table="pay_runs",
    name="freezes",
    act="UPDATE",
    message="what was frozen with a pay run never changes",
    when=(
        "OLD.id {differs} NEW.id OR OLD.programme_id {differs} NEW.programme_id OR OLD.name {differs} NEW.name "
        "OR OLD.month {differs} NEW.month OR OLD.purpose {differs} NEW.purpose OR OLD.currency {differs} NEW.currency "
        "OR NEW.attempt < OLD.attempt OR (OLD.state NOT IN ('draft', 'abandoned') AND NEW.state <> 'draft' AND ("
        "OLD.digest {differs} NEW.digest OR OLD.total_minor {differs} NEW.total_minor "
        "OR OLD.people {differs} NEW.people OR OLD.attempt {differs} NEW.attempt "
        "OR OLD.approvals_needed {differs} NEW.approvals_needed "
        "OR OLD.submitted_at {differs} NEW.submitted_at OR OLD.submitted_by {differs} NEW.submitted_by))"
    ),
)
KEPT = Guard("pay_runs", "no_delete", "DELETE", "rows of pay_runs stay")
LINES_STAY = Guard(
    table="run_lines",
    name="frozen_stays",
    act="UPDATE",
    message="a frozen line of a pay run is never edited",
    only="OLD.payment_id IS NOT NULL",
    when=(
        "EXISTS (SELECT 1 FROM pay_runs run WHERE run.id = OLD.run_id AND run.state <> 'draft') "
        "AND (OLD.payment_id {differs} NEW.payment_id OR OLD.amount_minor {differs} NEW.amount_minor "
        "OR OLD.person_id {differs} NEW.person_id OR OLD.run_id {differs} NEW.run_id "
        "OR OLD.channel {differs} NEW.channel OR OLD.payee_id {differs} NEW.payee_id "
        "OR (OLD.status {differs} NEW.status AND NEW.status <> 'held_back'))"
    ),
)
LINES_KEPT = Guard(
    table="run_lines",
    name="frozen_no_delete",
    act="DELETE",
    message="a list of people that was frozen is never thrown away",
    when="EXISTS (SELECT 1 FROM pay_runs run WHERE run.id = OLD.run_id AND run.state <> 'draft')",
)
keep(PayRun.__table__, [ARROWS, FREEZES, KEPT])
keep(LeftOut.__table__, append_only(LeftOut.__table__, may_change=["taken_back_at", "taken_back_by"]))
keep(RunLine.__table__, [LINES_STAY, LINES_KEPT])
for _model in (RunStep, Acceptance, LineComment):
    _table = Base.metadata.tables[_model.__tablename__]
    keep(_table, append_only(_table))
