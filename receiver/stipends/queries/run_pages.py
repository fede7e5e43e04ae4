"""What the pages of pay runs and payments list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from receiver.access import Permission
from receiver.accounts.models import User
from receiver.kit.errors import NotFound
from receiver.kit.ids import clean_reference
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.people.models import Person
from receiver.people.queries import portions
from receiver.stipends import queries
from receiver.stipends.models import Payee, Payment, PayRun, RunLine, RunStep
from receiver.stipends.queries.lines import shown_by
from receiver.stipends.queries.pay_files import still_to_send
from receiver.stipends.queries.payments import tallies
from receiver.stipends.rules.checklist import Flag, pack, unpack
from receiver.stipends.rules.closing import ADDS_UP, remainder
from receiver.stipends.rules.listing import LineFilter
from receiver.stipends.rules.payments import IN_TRANSIT, OWED_AGAIN, Channel, PaymentState
from receiver.stipends.rules.runs import PREPARING, LineStatus, RunAct, RunState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.partners.models import Programme

SAMPLE = 10
"""Lines that an approver looks at one by one."""
MOST = 20
"""Lines of a short list on the page of an approval."""
LINES_A_PAGE = 20
"""Fewer than elsewhere: a line has so much to say and to do that 25 weigh more than a fragment may."""
PAYEES_LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in the list: `failed` counts its payments that failed or came back.

    `difference` is what its equation (`Tally`) leaves over; None while the run was not sent as a whole.
    """

    run: PayRun
    programme: Programme
    failed: int
    held: int
    closed_at: datetime | None
    difference: Money | None = None

    @property
    def total(self) -> Money:
        """What it pays."""
        return Money(self.run.total_minor, self.run.currency)


def run_page(session: Session, actor: Actor, cursor: str | None) -> Page[RunRow]:
    """Runs, the newest month on top, and of a month the runs that follow below those they follow: three queries.

    Raises:
        RoleNeeded
    """
    place = Cursor.decode(cursor, Month, UUID)
    back = place is not None and place.back
    failed = select(func.count()).where(Payment.run_id == PayRun.id, Payment.state.in_(OWED_AGAIN)).scalar_subquery()
    lines = (RunLine.run_id == PayRun.id, RunLine.status == LineStatus.HELD_BACK)
    held = select(func.count()).where(*lines).scalar_subquery()
    closing = (RunStep.run_id == PayRun.id, RunStep.act == RunAct.CLOSE)
    closed = select(func.max(RunStep.at)).where(*closing).scalar_subquery()
    wanted = queries.visible_runs(actor, Permission.PAY_RUN_LIST).add_columns(failed, held, closed)
    if place is not None:
        month, run_id = place.place
        beyond = PayRun.month > month if back else PayRun.month < month
        further = PayRun.id < run_id if back else PayRun.id > run_id
        wanted = wanted.where(or_(beyond, and_(PayRun.month == month, further)))
    order = (PayRun.month, PayRun.id.desc()) if back else (PayRun.month.desc(), PayRun.id)
    found = [RunRow(*row) for row in session.execute(wanted.order_by(*order).limit(DEFAULT_SIZE + 1))]
    listed = _with_differences(session, found)
    return Page.build(listed, DEFAULT_SIZE, lambda row: (row.run.month, row.run.id), cursor=place)


def _with_differences(session: Session, rows: Sequence[RunRow]) -> list[RunRow]:
    added_up = tallies(session, [row.run for row in rows if row.run.state in ADDS_UP])
    return [
        replace(row, difference=remainder(row.run.state, row.run.currency, added_up.get(row.run.id))) for row in rows
    ]


def from_place(
    wanted: Select[Any], key: Any, place: Cursor | None, *, down: bool = False, size: int = DEFAULT_SIZE
) -> Select[Any]:
    """A page of a list by one key, and one row more."""
    back = place is not None and place.back
    falls = down is not back
    if place is not None:
        wanted = wanted.where(key < place.place[0] if falls else key > place.place[0])
    return wanted.order_by(key.desc() if falls else key).limit(size + 1)


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a run (the columns of `_LINE`) with its person, and the payment once it was frozen."""

    line: Any
    reference: str
    name: str
    currency: str
    state: PaymentState | None
    end_to_end_id: str | None

    @property
    def amount(self) -> Money:
        """What the run pays, or would pay."""
        return Money(self.line.amount_minor, self.currency)

    @property
    def previous(self) -> Money | None:
        """What the month before brought."""
        minor = self.line.previous_minor
        return None if minor is None else Money(minor, self.currency)

    @property
    def findings(self) -> tuple[Flag, ...]:
        """Why to look at this person."""
        return unpack(self.line.flags)


def line_numbers(run: PayRun) -> dict[LineFilter, tuple[int, Money]]:
    """How many lines each filter shows, and what they come to, as it was counted when the lines last changed."""
    found = {which: run.figures.get(which.value, (0, 0)) for which in LineFilter}
    return {which: (count, Money(minor, run.currency)) for which, (count, minor) in found.items()}


_LINE = (
    *(RunLine.id, RunLine.status, RunLine.amount_minor, RunLine.previous_minor, RunLine.channel),
    *(RunLine.payee_changed, RunLine.flags, RunLine.acceptance_id, RunLine.payment_id),
    *(Person.reference, Person.full_name, Payment.state, Payment.end_to_end_id),
)


def _lines(run: PayRun) -> Any:
    return (
        select(*_LINE)
        .join(Person, Person.id == RunLine.person_id)
        .outerjoin(Payment, Payment.id == RunLine.payment_id)
        .where(RunLine.run_id == run.id)
    )


def _line_row(run: PayRun, row: Any) -> LineRow:
    return LineRow(row, row.reference, row.full_name, run.currency, row.state, row.end_to_end_id)


def _line_rows(session: Session, run: PayRun, wanted: Select[Any]) -> list[LineRow]:
    return [_line_row(run, row) for row in session.execute(wanted)]


def line_page(session: Session, run: PayRun, which: LineFilter, cursor: str | None) -> Page[LineRow]:
    """Lines of a run, by reference: one query."""
    place = Cursor.decode(cursor, UUID)
    wanted = from_place(_lines(run).where(shown_by(which)), RunLine.id, place, size=LINES_A_PAGE)
    return Page.build(_line_rows(session, run, wanted), LINES_A_PAGE, lambda row: (row.line.id,), cursor=place)


def line_of(session: Session, run: PayRun, reference: str) -> tuple[UUID, LineRow]:
    """The line of a person on a run, and the person.

    Raises:
        NotFound
    """
    wanted = _lines(run).where(Person.reference == clean_reference(reference)).add_columns(RunLine.person_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound
    return row.person_id, _line_row(run, row)


def people_of_lines(session: Session, run: PayRun, references: Collection[str]) -> list[UUID]:
    """The people whose lines were ticked, by their references.

    Raises:
        NotFound: one of them has no line in this run; then it is done for nobody.
    """
    wanted = select(RunLine.person_id).join(Person, Person.id == RunLine.person_id).where(RunLine.run_id == run.id)
    found = {one for some in portions(references) for one in session.scalars(wanted.where(Person.reference.in_(some)))}
    if len(found) < len(set(references)):
        raise NotFound
    return sorted(found)


def printed_lines(session: Session, run: PayRun, most: int) -> list[LineRow]:
    """The first lines of a run for paper, the paid ones before the others."""
    order = case((RunLine.status == LineStatus.INCLUDED, 0), else_=1)
    return _line_rows(session, run, _lines(run).order_by(order, RunLine.id).limit(most))


def flag_counts(session: Session, run: PayRun) -> dict[Flag, tuple[int, int]]:
    """For each finding how many lines have it, and how many of these are neither settled nor accepted: one query."""
    columns: list[ColumnElement[Any]] = []
    for flag in Flag:
        has = RunLine.flags.bitwise_and(pack([flag])) != 0
        columns.append(func.coalesce(func.sum(case((has, 1), else_=0)), 0))
        unsettled = and_(has, RunLine.acceptance_id.is_(None))
        columns.append(func.coalesce(func.sum(case((unsettled, 1), else_=0)), 0))
    found = [int(one) for one in session.execute(select(*columns).where(RunLine.run_id == run.id)).one()]
    both = zip(Flag, found[::2], found[1::2], strict=True)
    return {flag: (count, waiting) for flag, count, waiting in both if count}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the system ticks for the approver, from the payments as they were frozen."""

    count: int
    people: int
    total: Money
    lists_agree: bool
    unaccepted: int
    unconfirmed: int
    on_hold: int

    @property
    def nobody_twice(self) -> bool:
        """Whether each person has one line."""
        return self.count == self.people


def checked(session: Session, run: PayRun) -> Checked:
    """The system's part of the approver's list: two queries."""
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt)
    unusable = case((and_(Payment.channel != Channel.CASH_DESK, Payee.usable_from.is_(None)), 1), else_=0)
    frozen = (
        select(
            func.count(),
            func.count(Payment.person_id.distinct()),
            func.coalesce(func.sum(Payment.amount_minor), 0),
            func.coalesce(func.sum(unusable), 0),
        )
        .select_from(Payment)
        .outerjoin(Payee, Payee.id == Payment.payee_id)
        .where(*mine)
    )
    count, people, minor, unconfirmed = map(int, session.execute(frozen).one())
    waits = and_(RunLine.flags != 0, RunLine.acceptance_id.is_(None))
    held = and_(
        RunLine.status == LineStatus.INCLUDED,
        RunLine.flags.bitwise_and(pack([Flag.ON_HOLD])) != 0,
    )
    sums = (func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in (waits, held))
    unaccepted, on_hold = map(int, session.execute(select(*sums).where(RunLine.run_id == run.id)).one())
    agree = count == run.people and minor == run.total_minor
    return Checked(count, people, Money(minor, run.currency), agree, unaccepted, unconfirmed, on_hold)


def sampled_lines(session: Session, run: PayRun) -> list[LineRow]:
    """Ten lines that the digest of the run picks, so that everybody who looks at it gets the same."""
    numbers = Random(run.digest).sample(range(1, run.people + 1), min(SAMPLE, run.people))  # noqa: S311 - no secret
    picked = (Payment.run_id == run.id, Payment.attempt == run.attempt, Payment.number.in_(numbers))
    return _line_rows(session, run, _lines(run).where(*picked).order_by(Payment.number))


def changed_lines(session: Session, run: PayRun) -> list[LineRow]:
    """The lines whose amount differs most from the month before."""
    difference = func.abs(RunLine.amount_minor - RunLine.previous_minor)
    differ = (RunLine.previous_minor.is_not(None), difference > 0, RunLine.status == LineStatus.INCLUDED)
    wanted = _lines(run).where(*differ).order_by(difference.desc(), RunLine.id).limit(MOST)
    return _line_rows(session, run, wanted)


@dataclass(frozen=True, slots=True)
class ChangedPayee:
    """A line paid by details that were confirmed in the last thirty days."""

    row: LineRow
    channel: Channel
    tail: str
    confirmed_at: datetime
    asked_by: UUID
    decided_by: UUID | None


def changed_payees(session: Session, run: PayRun, now: datetime, most: int) -> list[ChangedPayee]:
    """The lines whose payment details are younger than thirty days, the newest first."""
    wanted = (
        _lines(run)
        .join(Payee, Payee.id == RunLine.payee_id)
        .add_columns(Payee.channel, Payee.tail, Payee.usable_from, Payee.asked_by, Payee.decided_by)
        .where(Payee.created_at > now - PAYEES_LATELY, RunLine.status == LineStatus.INCLUDED)
        .order_by(Payee.id.desc())
        .limit(most)
    )
    return [ChangedPayee(_line_row(run, row), *row[len(_LINE) :]) for row in session.execute(wanted)]


def runs_to_approve(session: Session, actor: Actor, limit: int) -> tuple[list[tuple[PayRun, Programme]], int]:
    """Runs that wait for this actor's approval: submitted, and neither prepared, sent nor approved by them."""
    mine = aliased(RunStep)
    approved = and_(mine.act == RunAct.APPROVE, mine.attempt == PayRun.attempt)
    own = (
        select(mine.id)
        .where(mine.run_id == PayRun.id, mine.user_id == actor.user_id, mine.act.in_(PREPARING) | approved)
        .exists()
    )
    wanted = queries.visible_runs(actor, Permission.PAY_RUN_APPROVE).where(
        PayRun.state == RunState.SUBMITTED, PayRun.submitted_by != actor.user_id, ~own
    )
    found = session.execute(wanted.order_by(PayRun.submitted_at)).all()
    return [(row[0], row[1]) for row in found[:limit]], len(found)


def desk_page(session: Session, run: PayRun, cursor: str | None) -> Page[LineRow]:
    """The payments of a run that wait at the cash desk, by number: one query."""
    place = Cursor.decode(cursor, UUID)
    waits = (Payment.channel == Channel.CASH_DESK, Payment.state.in_(IN_TRANSIT), Payment.attempt == run.attempt)
    found = _line_rows(session, run, from_place(_lines(run).where(*waits), RunLine.id, place))
    return Page.build(found, DEFAULT_SIZE, lambda row: (row.line.id,), cursor=place)


def waiting_by_channel(session: Session, run: PayRun) -> list[tuple[Channel, int, Money]]:
    """What of a frozen run is still to be sent, by channel: how many payments, and what they come to."""
    wanted = select(Payment.channel, func.count(), func.sum(Payment.amount_minor)).where(*still_to_send(run))
    rows = session.execute(wanted.group_by(Payment.channel).order_by(Payment.channel))
    return [(channel, count, Money(int(minor), run.currency)) for channel, count, minor in rows]


def told_history(session: Session, run: PayRun) -> tuple[list[RunStep], dict[UUID | None, str]]:
    """Everything that was done to a run, in order, and the names of those who did it: one query."""
    wanted = select(RunStep, User.name).outerjoin(User, User.id == RunStep.user_id).where(RunStep.run_id == run.id)
    rows = session.execute(wanted.order_by(RunStep.number)).all()
    return [row[0] for row in rows], {row[0].user_id: row[1] or "" for row in rows}


def reasons_of_steps(session: Session, steps: Sequence[RunStep]) -> dict[UUID, str]:
    """Why a run was returned or abandoned, or lines of it held back, by step."""
    return {one.id: queries.step_reason(session, one) for one in steps if one.reason is not None}
