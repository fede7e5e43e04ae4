"""Months that were not paid: the list, who can be paid by now, and what a month would come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, case, exists, func, not_, or_, select

from receiver.access import Permission
from receiver.kit.money import Money
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.partners.models import Programme
from receiver.people.models import Person
from receiver.people.queries import portions, visible
from receiver.stipends.models import (
    Enrolment,
    Entitlement,
    Hold,
    MissedMonth,
    Payee,
    Payment,
    PayRun,
    Policy,
    RunLine,
)
from receiver.stipends.queries.candidates import NEVER_SENT, overlapping
from receiver.stipends.queries.leaving_out import reason_of_missed
from receiver.stipends.queries.run_pages import from_place
from receiver.stipends.queries.runs import GONE_OUT
from receiver.stipends.queries.working import Reckoner
from receiver.stipends.rules.checklist import Flag, pack
from receiver.stipends.rules.entitlements import Line
from receiver.stipends.rules.listing import MissedFilter
from receiver.stipends.rules.payees import PayeeState
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import LineStatus, RunKind, RunState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.months import Month
    from receiver.stipends.rules.leaving_out import LeaveOutReason

MOST_MONTHS = 12
"""Months that are worked out live for one person; the oldest ones of more come in a list only."""


@dataclass(frozen=True, slots=True)
class MissedRow:
    """A missed month with its person and programme; `ready` says that a follow-up would pay it now.

    `left_out` is why the person was left out on purpose the last time, if they were.
    """

    missed: MissedMonth
    reference: str
    name: str
    programme: str
    ready: bool
    left_out: LeaveOutReason | None


@dataclass(frozen=True, slots=True)
class ExpectedMonth:
    """A month of which nothing is owed in the books yet: what it would come to now, and why it was not paid.

    `run` is the draft that is about to pay it, or the run that left it out.
    """

    month: Month
    run: PayRun
    amount: Money
    lines: tuple[Line, ...]
    missed: MissedMonth | None = None

    @property
    def reasons(self) -> tuple[Flag, ...]:
        """Why the month was not paid; empty for one of a draft."""
        return self.missed.reasons if self.missed else ()


@dataclass(frozen=True, slots=True)
class MissedCounts:
    """How many missed months there are, and how many of them a follow-up would pay now."""

    missed: int = 0
    ready: int = 0


def payable(now: datetime) -> ColumnElement[bool]:
    """Whether a person, of the row of `Person` at hand, has a way to be paid now and no hold."""
    mine = Payee.person_id == Person.id
    usable = or_(Payee.channel == Channel.CASH_DESK, Payee.usable_from <= now)
    return and_(
        exists().where(mine, Payee.state == PayeeState.CONFIRMED, usable),
        not_(exists().where(mine, Payee.state == PayeeState.AWAITING)),
        not_(exists().where(Hold.person_id == Person.id, Hold.released_at.is_(None))),
    )


def _visible(actor: Actor, *columns: Any) -> Select[Any]:
    """Missed months that are open, as far as the actor sees the people.

    Raises:
        RoleNeeded
    """
    actor.demand(Permission.PAYMENT_VIEW)
    return (
        select(*columns)
        .select_from(MissedMonth)
        .join(Person, Person.id == MissedMonth.person_id)
        .where(MissedMonth.settled_at.is_(None), *visible(actor, Permission.PAYMENT_VIEW))
    )


def _rows(actor: Actor, now: datetime, *more: Any) -> Select[Any]:
    columns = (MissedMonth, Person.reference, Person.full_name, Programme.code, payable(now), reason_of_missed(), *more)
    return _visible(actor, *columns).join(Programme, Programme.id == MissedMonth.programme_id)


def missed_page(
    session: Session,
    actor: Actor,
    now: datetime,
    cursor: str | None,
    *,
    why: Flag | None = None,
    programme: str | None = None,
    month: Month | None = None,
    which: MissedFilter = MissedFilter.ALL,
) -> Page[MissedRow]:
    """Open missed months, those noted last on top: one query.

    Raises:
        RoleNeeded
    """
    place = Cursor.decode(cursor, UUID)
    wanted = _rows(actor, now)
    if why is not None:
        wanted = wanted.where(MissedMonth.flags.bitwise_and(pack([why])) != 0)
    if programme:
        wanted = wanted.where(Programme.code == programme)
    if month is not None:
        wanted = wanted.where(MissedMonth.month == month)
    if which is not MissedFilter.ALL:
        wanted = wanted.where(payable(now) if which is MissedFilter.READY else not_(payable(now)))
    found = [MissedRow(*row) for row in session.execute(from_place(wanted, MissedMonth.id, place, down=True))]
    return Page.build(found, DEFAULT_SIZE, lambda row: (row.missed.id,), cursor=place)


def missed_today(session: Session, actor: Actor, now: datetime, limit: int) -> tuple[list[MissedRow], int]:
    """The newest missed months that are open, and how many there are: one query."""
    wanted = _rows(actor, now, func.count().over()).order_by(MissedMonth.id.desc()).limit(limit)
    found = session.execute(wanted).all()
    return [MissedRow(*row) for *row, _count in found], found[0][-1] if found else 0


def missed_counts(session: Session, run: PayRun, now: datetime) -> MissedCounts:
    """Of the month of a run: one query."""
    ready = func.coalesce(func.sum(case((payable(now), 1), else_=0)), 0)
    mine = (MissedMonth.programme_id == run.programme_id, MissedMonth.month == run.month)
    wanted = (
        select(func.count(), ready)
        .select_from(MissedMonth)
        .join(Person, Person.id == MissedMonth.person_id)
        .where(*mine, MissedMonth.purpose == run.purpose, MissedMonth.settled_at.is_(None))
    )
    return MissedCounts(*map(int, session.execute(wanted).one()))


def expected_months(session: Session, person: Person) -> list[ExpectedMonth]:
    """The months of somebody that were missed or stand in a draft, each worked out as of now, the newest first.

    A month with an entitlement is not among them: that one explains itself.
    """
    known = exists().where(
        Entitlement.person_id == person.id,
        Entitlement.purpose == PayRun.purpose,
        Entitlement.month == PayRun.month,
    )
    missed = select(MissedMonth, PayRun).join(PayRun, PayRun.id == MissedMonth.run_id)
    missed = missed.where(MissedMonth.person_id == person.id, MissedMonth.settled_at.is_(None))
    drafts = select(PayRun).join(RunLine, RunLine.run_id == PayRun.id)
    drafts = drafts.where(RunLine.person_id == person.id, PayRun.state == RunState.DRAFT, ~known)
    found: dict[tuple[UUID, Month], tuple[PayRun, MissedMonth | None]] = {
        (run.programme_id, run.month): (run, None) for run in session.scalars(drafts)
    }
    for one, run in session.execute(missed):
        found[run.programme_id, run.month] = (run, one)
    newest = sorted(found.values(), key=lambda pair: pair[0].month, reverse=True)[:MOST_MONTHS]
    return [_expected(session, person, run, one) for run, one in newest]


def _expected(session: Session, person: Person, run: PayRun, missed: MissedMonth | None) -> ExpectedMonth:
    figures = Reckoner(session, run, [person.id]).of(person.id, person.arrived_on, person.left_on)
    lines = tuple(Line.of(facts) for facts in figures.lines)
    return ExpectedMonth(run.month, run, Money(figures.amount_minor, run.currency), lines, missed)


# What acts need to note and to settle them


def left_out(session: Session, run: PayRun) -> Sequence[Any]:
    """The lines of a run for which nothing is sent though something is owed; those that failed before are no news."""
    on_hold = exists().where(Hold.person_id == RunLine.person_id, Hold.released_at.is_(None))
    line, without = RunLine, (LineStatus.MISSED, LineStatus.HELD_BACK)
    wanted = (
        select(line.person_id, line.status, line.flags, line.amount_minor, Person.left_on, Person.left_kind, on_hold)
        .join(Person, Person.id == line.person_id)
        .where(line.run_id == run.id, line.status.in_(without), line.reissue_of.is_(None), line.amount_minor > 0)
        .order_by(Person.reference)
    )
    return session.execute(wanted).all()


def enrolled_since(session: Session, run: PayRun) -> list[UUID]:
    """The people whom a run could not list, because they were enrolled after it was submitted."""
    listed = _lines_of_month(run).where(RunLine.person_id == Enrolment.person_id).exists()
    wanted = (
        select(Enrolment.person_id)
        .join(Policy, Policy.id == Enrolment.policy_id)
        .where(Policy.programme_id == run.programme_id, *overlapping(run.month))
        .where(Enrolment.created_at >= run.submitted_at, ~listed)
    )
    return list(session.scalars(wanted.distinct()))


def _lines_of_month(run: PayRun) -> Select[UUID]:
    """Who has a line in a run of the same programme, purpose and month that went out, as this one does."""
    same = (PayRun.programme_id == run.programme_id, PayRun.purpose == run.purpose, PayRun.month == run.month)
    wanted = select(RunLine.person_id).join(PayRun, PayRun.id == RunLine.run_id)
    return wanted.where(*same, or_(PayRun.id == run.id, PayRun.state.in_(GONE_OUT)))


def listed_by(session: Session, run: PayRun, people: Collection[UUID]) -> set[UUID]:
    """Those of these people who have a line in a run of its month that went out."""
    wanted = _lines_of_month(run)
    return {one for some in portions(people) for one in session.scalars(wanted.where(RunLine.person_id.in_(some)))}


def amounts_now(session: Session, run: PayRun, people: Collection[UUID]) -> dict[UUID, int]:
    """What each of these people would be owed for the month of a run, as of now; who was erased is owed nothing."""
    reckoner = Reckoner(session, run, people)
    wanted = select(Person.id, Person.arrived_on, Person.left_on).where(Person.erased_at.is_(None))
    rows = session.execute(wanted.where(Person.id.in_(people)))
    return {person_id: reckoner.of(person_id, arrived, left).amount_minor for person_id, arrived, left in rows}


def months_gone_out(session: Session, programme_ids: Collection[UUID], since: Any) -> list[PayRun]:
    """The regular runs of programmes that went out, for months with a day from `since` on, the oldest first."""
    wanted = select(PayRun).where(
        PayRun.programme_id.in_(programme_ids), PayRun.kind == RunKind.REGULAR, PayRun.state.in_(GONE_OUT)
    )
    runs = session.scalars(wanted.order_by(PayRun.month)).all()
    return [run for run in runs if run.month.last >= since]


def programmes_of(session: Session, people: Collection[UUID]) -> dict[UUID, Any]:
    """The programmes in whose policies these people are or were, with the first day of any of them."""
    wanted = select(Policy.programme_id, func.min(Enrolment.since)).join(Policy, Policy.id == Enrolment.policy_id)
    found: dict[UUID, Any] = {}
    for some in portions(people):
        mine = wanted.where(Enrolment.person_id.in_(some)).group_by(Policy.programme_id)
        for programme_id, since in session.execute(mine):
            found[programme_id] = min(found.get(programme_id, since), since)
    return found


def noted(session: Session, run: PayRun, people: Iterable[UUID]) -> dict[UUID, MissedMonth]:
    """What was noted of these people for the purpose and month of a run."""
    wanted = select(MissedMonth).where(MissedMonth.purpose == run.purpose, MissedMonth.month == run.month)
    return {
        one.person_id: one
        for some in portions(people)
        for one in session.scalars(wanted.where(MissedMonth.person_id.in_(some)))
    }


def paid_months(session: Session, run: PayRun, people: Iterable[UUID]) -> set[UUID]:
    """Those of these people to whom something was sent for the month of a run, by whichever run."""
    wanted = select(Payment.person_id).where(
        Payment.purpose == run.purpose, Payment.month == run.month, Payment.state.not_in(NEVER_SENT)
    )
    return {one for some in portions(people) for one in session.scalars(wanted.where(Payment.person_id.in_(some)))}


def sent_by(run: PayRun) -> ColumnElement[bool]:
    """Whether a run has sent money for the missed month at hand."""
    return exists().where(
        Payment.run_id == run.id,
        Payment.attempt == run.attempt,
        Payment.state == PaymentState.INSTRUCTED,
        Payment.person_id == MissedMonth.person_id,
    )


def open_missed(session: Session, people: Collection[UUID] | None = None) -> list[tuple[MissedMonth, PayRun]]:
    """Open missed months with the run that left them out: of these people, or all."""
    wanted = (
        select(MissedMonth, PayRun)
        .join(PayRun, PayRun.id == MissedMonth.run_id)
        .where(MissedMonth.settled_at.is_(None))
        .order_by(MissedMonth.id)
    )
    if people is None:
        return [(one, run) for one, run in session.execute(wanted)]
    return [
        (one, run)
        for some in portions(people)
        for one, run in session.execute(wanted.where(MissedMonth.person_id.in_(some)))
    ]
