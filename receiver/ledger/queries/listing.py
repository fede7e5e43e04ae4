"""Entries as pages and reports need them: lists, sums by cause with reversals taken off, running balances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, literal, or_, select
from sqlalchemy.orm import aliased

from receiver.db.engine import in_parts
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.kit.paging import Cursor, Page
from receiver.ledger.models import Instalment, LedgerAccount, LedgerEntry, LedgerPosting
from receiver.ledger.rules import Account, AccountKind, Cause, natural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from receiver.kit.months import Month
    from receiver.ledger.queries.balances import AccountRow

_debit, _credit = aliased(LedgerAccount), aliased(LedgerAccount)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries; what is None does not matter. `account_id` is that of either side."""

    programme: str | None = None
    month: Month | None = None
    report_month: Month | None = None
    run_id: UUID | None = None
    cause: Cause | None = None
    person: str | None = None
    purpose: str | None = None
    payment_id: UUID | None = None
    account_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What the database looks for."""
        entry = LedgerEntry
        wanted = {
            entry.programme: self.programme,
            entry.month: self.month,
            entry.report_month: self.report_month,
            entry.run_id: self.run_id,
            entry.cause: self.cause,
            entry.person: self.person,
            entry.purpose: self.purpose,
            entry.payment_id: self.payment_id,
        }
        found: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value is not None]
        if self.account_id is not None:
            found.append(or_(entry.debit_account_id == self.account_id, entry.credit_account_id == self.account_id))
        return found


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as a list shows it; `posted_by` is the user, if one was signed in."""

    seq: int
    recorded_at: datetime
    business_date: date
    month: Month
    report_month: Month
    programme: str
    purpose: str
    run: str | None
    cause: Cause
    cause_id: UUID
    debit: Account
    credit: Account
    amount: Money
    person: str | None
    payment_id: UUID | None
    end_to_end_id: str | None
    reverses: int | None
    posted_by: UUID | None

    @property
    def entry_id(self) -> str:
        """What dumps call it."""
        return f"E-{self.seq}"


@dataclass(frozen=True, slots=True)
class Moved:
    """What a cause moved, after reversals: how many entries it has, and the sum that is left."""

    entries: int
    minor: int


def entries(session: Session, wanted: EntryFilter, cursor: str | None = None, size: int = 25) -> Page[EntryRow]:
    """A page of entries, the oldest first."""
    place = Cursor.decode(cursor, int)
    statement = _rows().where(*wanted.conditions()).limit(size + 1)
    back = place is not None and place.back
    if place is not None:
        (seq,) = place.place
        statement = statement.where(LedgerEntry.seq < seq if back else LedgerEntry.seq > seq)
    statement = statement.order_by(LedgerEntry.seq.desc() if back else LedgerEntry.seq)
    found = [_row(row) for row in session.execute(statement)]
    return Page.build(found, size, lambda row: (row.seq,), cursor=place)


def entries_in_parts(session: Session, wanted: EntryFilter) -> Iterator[list[EntryRow]]:
    """All entries, the oldest first, some thousand at a time."""
    for part in in_parts(session, _rows().where(*wanted.conditions()).order_by(LedgerEntry.seq)):
        yield [_row(row) for row in part]


def _rows() -> Select[*tuple[Any, ...]]:
    entry = LedgerEntry
    who = (
        select(LedgerPosting.posted_by)
        .where(LedgerPosting.first_seq <= entry.seq)
        .order_by(LedgerPosting.first_seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = (
        *(entry.seq, entry.recorded_at, entry.business_date, entry.month, entry.report_month, entry.programme),
        *(entry.purpose, entry.run, entry.cause, entry.cause_id),
        *(_debit.kind, _debit.owner, _credit.kind, _credit.owner, entry.amount_minor, entry.currency),
        *(entry.person, entry.payment_id, entry.end_to_end_id, entry.reverses, who),
    )
    return (
        select(*columns)
        .join_from(entry, _debit, _debit.id == entry.debit_account_id)
        .join(_credit, _credit.id == entry.credit_account_id)
    )


def _row(row: Sequence[Any]) -> EntryRow:
    values = [*row[:10], Account(*row[10:12]), Account(*row[12:14]), Money(*row[14:16]), *row[16:]]
    return EntryRow(*values)


def moved(session: Session, wanted: EntryFilter) -> dict[Cause, Moved]:
    """What each cause moved among these entries; a reversal is taken off the cause of its original.

    An upward and a downward correction are one cause: the sum is up less down.
    """
    entry, original = LedgerEntry, aliased(LedgerEntry)
    sign = case((entry.cause == Cause.REVERSE, -1), else_=1)
    down = case((func.coalesce(original.debit_kind, entry.debit_kind) == AccountKind.OWED, -1), else_=1)
    real = func.coalesce(original.cause, entry.cause)
    direction = case((real == Cause.CORRECT, down), else_=1)
    statement = (
        select(
            real,
            func.sum(case((entry.cause == Cause.REVERSE, 0), else_=1)),
            func.sum(sign * direction * entry.amount_minor),
        )
        .outerjoin(original, original.seq == entry.reverses)
        .where(*wanted.conditions())
        .group_by(real)
    )
    return {Cause(cause): Moved(int(count), int(total)) for cause, count, total in session.execute(statement) if cause}


def moved_of_runs(session: Session, cause: Cause, runs: Collection[UUID]) -> dict[UUID, int]:
    """What one cause moved for each of these runs, in minor units, less what was reversed of it: one query."""
    entry, original = LedgerEntry, aliased(LedgerEntry)
    signed = case((entry.cause == Cause.REVERSE, -entry.amount_minor), else_=entry.amount_minor)
    statement = (
        select(entry.run_id, func.sum(signed))
        .outerjoin(original, original.seq == entry.reverses)
        .where(entry.run_id.in_(runs), func.coalesce(original.cause, entry.cause) == cause)
        .group_by(entry.run_id)
    )
    return {run: int(minor) for run, minor in session.execute(statement) if run}


def owed_before(session: Session, programme: str, month: Month, purpose: str | None = None) -> int:
    """What people of a programme were owed when a report month began: its opening, in minor units."""
    entry = LedgerEntry
    conditions = [entry.programme == programme, entry.report_month < month]
    if purpose is not None:
        conditions.append(entry.purpose == purpose)
    into = case((entry.credit_kind == AccountKind.OWED, entry.amount_minor), else_=0)
    out = case((entry.debit_kind == AccountKind.OWED, entry.amount_minor), else_=0)
    statement = select(func.coalesce(func.sum(into - out), 0)).where(*conditions)
    return int(session.execute(statement).scalar_one())


def running_balance(session: Session, account: AccountRow, before_seq: int) -> Money:
    """The balance of an account before the entry with this number."""
    entry = LedgerEntry
    debit = select(func.coalesce(func.sum(entry.amount_minor), 0)).where(
        entry.debit_account_id == account.id, entry.seq < before_seq
    )
    credit = select(func.coalesce(func.sum(entry.amount_minor), 0)).where(
        entry.credit_account_id == account.id, entry.seq < before_seq
    )
    sides = (int(session.execute(side).scalar_one()) for side in (debit, credit))
    return Money(natural(account.account.kind, *sides), account.currency)


def still_to_reverse(session: Session, seq: int) -> int:
    """How much of an entry, in minor units, no reversal has taken back yet."""
    reversal = aliased(LedgerEntry)
    taken = select(func.coalesce(func.sum(reversal.amount_minor), 0)).where(reversal.reverses == seq)
    statement = select(LedgerEntry.amount_minor - taken.scalar_subquery()).where(LedgerEntry.seq == seq)
    return int(session.execute(statement).scalar_one())


def entry_of(session: Session, cause: Cause, cause_id: UUID) -> int:
    """The number of the entry that an act posted.

    Raises:
        NotFound: it posted none.
    """
    found = session.scalar(select(LedgerEntry.seq).where(LedgerEntry.cause == cause, LedgerEntry.cause_id == cause_id))
    if found is None:
        raise NotFound
    return found


def instalments(session: Session, programme: str) -> list[tuple[Instalment, Money]]:
    """The money received for a programme, the newest first, each with what of it was taken back."""
    entry, reversal = aliased(LedgerEntry), aliased(LedgerEntry)
    back = (
        select(func.coalesce(func.sum(reversal.amount_minor), literal(0)))
        .join(entry, entry.seq == reversal.reverses)
        .where(entry.cause == Cause.RECEIVED, entry.cause_id == Instalment.id)
        .scalar_subquery()
    )
    statement = (
        select(Instalment, back)
        .where(Instalment.programme == programme)
        .order_by(Instalment.received_on.desc(), Instalment.id.desc())
    )
    return [(row, Money(int(taken), row.currency)) for row, taken in session.execute(statement)]
