"""Posting: all entries of one action under one count, sum and hash.

`posting` locks the ledger, so that numbers have no gaps and a later dump only ever adds lines. It follows that two
postings never meet on an account, and that the rows of accounts need no order in which they are locked. Keep slow
work outside of it.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, case, cast, func, insert, literal_column, select, union_all, update
from sqlalchemy.exc import IntegrityError

from receiver.kit import clock
from receiver.kit.money import Money
from receiver.ledger.actions.book import Book, lock, open_book
from receiver.ledger.actions.few import add_entries, reversal
from receiver.ledger.actions.many import Movement, add_from
from receiver.ledger.models import ACCOUNTS, POSTINGS, LedgerAccount, LedgerEntry
from receiver.ledger.queries.lines import lines
from receiver.ledger.rules import DEBIT_BALANCES, AccountKind, BalanceBelowZero, Entry, FundOverdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import ColumnElement, Select, Subquery
    from sqlalchemy.orm import Session

    from receiver.audit import Actor

__all__ = ["Movement", "Posted", "Posting", "lock", "post", "post_many", "posting", "reversal"]

NO_CURRENCY = "XXX"  # ISO 4217's own word for none
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted: entries `first` to `last`, their sum, and the SHA-256 of their lines in the dump."""

    first: int
    last: int
    total: Money
    sha256: str

    @property
    def count(self) -> int:
        """How many entries."""
        return self.last - self.first + 1

    @property
    def facts(self) -> dict[str, Any]:
        """What the audit record of the action says about it."""
        return {
            "entries": self.count,
            "first_seq": self.first,
            "last_seq": self.last,
            "sum_minor": self.total.minor,
            "currency": self.total.currency,
            "sha256": self.sha256,
        }


class Posting:
    """The entries of one action, inside `with posting(...)`; `posted` is known after it."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.posted = _nothing(book)

    def add(self, entries: Iterable[Entry]) -> None:
        """Post these entries, without those that were posted before."""
        add_entries(self._book, entries)

    def add_many(self, movement: Movement, rows: Select[*tuple[Any, ...]]) -> None:
        """Post an entry for each row, without those that were posted before; see `many.add_from`."""
        add_from(self._book, movement, rows)


@contextmanager
def posting(session: Session, actor: Actor, *, overdraw_because: str = "") -> Iterator[Posting]:
    """Open the ledger for one action, which then writes one audit record with `posted.facts`.

    Either all of it is posted or, on any refusal, nothing. `overdraw_because` states why a fund may go below zero.

    Raises:
        FundOverdrawn: a fund would go below zero, and nothing was stated.
        BalanceBelowZero: more would leave another account than is in it.
        ValueError: the entries are not all in one currency.
    """
    with session.begin_nested():
        session.flush()
        book = open_book(session, clock.now())
        opened = Posting(book)
        yield opened
        if book.last >= book.first:
            opened.posted = _settle_up(book, actor, overdraw_because.strip()[:LONGEST_REASON])


def post(session: Session, actor: Actor, *entries: Entry, overdraw_because: str = "") -> Posted:
    """Post a few entries as one posting."""
    with posting(session, actor, overdraw_because=overdraw_because) as opened:
        opened.add(entries)
    return opened.posted


def post_many(
    session: Session, actor: Actor, movement: Movement, rows: Select[*tuple[Any, ...]], *, overdraw_because: str = ""
) -> Posted:
    """Post an entry for each row of a SELECT as one posting."""
    with posting(session, actor, overdraw_because=overdraw_because) as opened:
        opened.add_many(movement, rows)
    return opened.posted


def _nothing(book: Book) -> Posted:
    return Posted(book.first, book.last, Money.zero(NO_CURRENCY), hashlib.sha256().hexdigest())


def _settle_up(book: Book, actor: Actor, overdraw_because: str) -> Posted:
    """Bring the balances up to date, look at the funds, and write down what was posted."""
    session = book.session
    mine = LedgerEntry.seq.between(book.first, book.last)
    amounts = select(
        func.sum(LedgerEntry.amount_minor), func.min(LedgerEntry.currency), func.max(LedgerEntry.currency)
    ).where(mine)
    total, currency, other = session.execute(amounts).one()
    if currency != other:
        raise ValueError(f"one posting, one currency: {currency} and {other} do not mix")
    _move_balances(session, mine)
    overdrawn = _overdrawn(session, mine)
    if overdrawn is not None and not overdraw_because:
        raise overdrawn
    posted = Posted(book.first, book.last, Money(int(total), currency), _hash(session, mine))
    row = {
        "first_seq": posted.first,
        "last_seq": posted.last,
        "entries": posted.count,
        "sum_minor": posted.total.minor,
        "currency": posted.total.currency,
        "sha256": posted.sha256,
        "recorded_at": book.recorded_at,
        "posted_by": actor.user_id,
        "overdrawn_because": None if overdrawn is None else overdraw_because,
    }
    session.execute(insert(POSTINGS), row)
    return posted


def _moves(mine: ColumnElement[bool]) -> Subquery:
    """What these entries add to both sides of each account."""
    entry, none = LedgerEntry, literal_column("0", BigInteger)
    sides = union_all(
        select(entry.debit_account_id.label("id"), entry.amount_minor.label("debit"), none.label("credit")).where(mine),
        select(entry.credit_account_id, none, entry.amount_minor).where(mine),
    ).subquery()
    debit, credit = (cast(func.sum(side), BigInteger) for side in (sides.c.debit, sides.c.credit))
    return select(sides.c.id, debit.label("debit"), credit.label("credit")).group_by(sides.c.id).subquery()


def _move_balances(session: Session, mine: ColumnElement[bool]) -> None:
    account, moves = ACCOUNTS, _moves(mine)
    debit, credit = account.c.debit_minor + moves.c.debit, account.c.credit_minor + moves.c.credit
    statement = update(account).where(account.c.id == moves.c.id).values(debit_minor=debit, credit_minor=credit)
    try:
        with session.begin_nested():
            session.execute(statement)
    except IntegrityError as error:
        natural = case((account.c.kind.in_(DEBIT_BALANCES), debit - credit), else_=credit - debit)
        short = (
            select(account.c.kind, account.c.owner)
            .join(moves, moves.c.id == account.c.id)
            .where(natural < 0, account.c.kind != AccountKind.FUND)
            .order_by(account.c.id)
        )
        kind, owner = session.execute(short).first() or (AccountKind.FUND, "?")
        raise BalanceBelowZero(account=f"{kind.value}:{owner}") from error


def _overdrawn(session: Session, mine: ColumnElement[bool]) -> FundOverdrawn | None:
    """The refusal for a fund that these entries draw on and that is below zero, if there is one."""
    account = LedgerAccount
    drawn = select(LedgerEntry.debit_account_id).where(mine, LedgerEntry.debit_kind == AccountKind.FUND)
    statement = (
        select(account.owner, account.currency, account.debit_minor - account.credit_minor)
        .where(account.kind == AccountKind.FUND, account.debit_minor > account.credit_minor, account.id.in_(drawn))
        .order_by(account.id)
    )
    row = session.execute(statement).first()
    return None if row is None else FundOverdrawn(programme=row[0], short=Money(row[2], row[1]))


def _hash(session: Session, mine: ColumnElement[bool]) -> str:
    text = hashlib.sha256()
    for part in lines(session, mine):
        text.update("".join(line for _seq, _amount, line in part).encode())
    return text.hexdigest()
