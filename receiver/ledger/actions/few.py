"""Entries from values: a posting replayed changes nothing, and one that says something else is refused."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.orm import aliased

from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.ledger.actions.accounts import resolve
from receiver.ledger.models import ENTRIES, LedgerAccount, LedgerEntry
from receiver.ledger.queries.balances import AT_ONCE
from receiver.ledger.queries.listing import still_to_reverse
from receiver.ledger.rules import Account, Cause, Entry, NotReversible, PostedDifferently, TooMuchReversed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.ledger.actions.book import Book

# What a replay must say again; when it was done, and in which report it stands, may differ.
_SAME = (
    *("debit_account_id", "credit_account_id", "amount_minor", "currency", "programme", "purpose", "month"),
    *("run_id", "person", "payment_id", "end_to_end_id", "reverses"),
)


def add_entries(book: Book, entries: Iterable[Entry]) -> None:
    """Insert what has not been posted yet, numbered in the order given.

    Raises:
        PostedDifferently: an entry of the same cause stands there with other figures.
        OtherCurrency: an account is kept in another currency.
    """
    waiting = iter(entries)
    while some := list(islice(waiting, AT_ONCE)):
        known = _posted(book.session, some)
        rows: list[dict[str, Any]] = []
        for row in _rows(book, some):
            key = (row["cause"], row["cause_id"])
            if key not in known:
                book.last += 1
                known[key] = row | {"seq": book.last}
                rows.append(known[key])
            elif any(row[name] != known[key][name] for name in _SAME):
                raise PostedDifferently(entry=f"E-{known[key]['seq']}")
        if rows:
            book.session.execute(insert(ENTRIES), rows)


def reversal(session: Session, seq: int, *, cause_id: UUID, business_date: date, amount: Money | None = None) -> Entry:
    """The entry that takes back another, or `amount` of it; `cause_id` names the act for ever.

    It keeps the month, the run and the payment of its original.

    Raises:
        NotFound: there is no such entry.
        NotReversible: it is a reversal.
        TooMuchReversed: less than `amount`, or nothing, is left of it.
    """
    entry, debit, credit = LedgerEntry, aliased(LedgerAccount), aliased(LedgerAccount)
    statement = (
        select(entry, debit.kind, debit.owner, credit.kind, credit.owner)
        .join(debit, debit.id == entry.debit_account_id)
        .join(credit, credit.id == entry.credit_account_id)
        .where(entry.seq == seq)
    )
    row = session.execute(statement).first()
    if row is None:
        raise NotFound
    original: LedgerEntry = row[0]
    if original.cause is Cause.REVERSE:
        raise NotReversible(entry=f"E-{seq}")
    left = Money(still_to_reverse(session, seq), original.currency)
    if not left or (amount is not None and amount > left):
        raise TooMuchReversed(entry=f"E-{seq}", left=left)
    return Entry(
        cause=Cause.REVERSE,
        cause_id=cause_id,
        debit=Account(row[3], row[4]),
        credit=Account(row[1], row[2]),
        amount=left if amount is None else amount,
        programme=original.programme,
        purpose=original.purpose,
        month=original.month,
        business_date=business_date,
        run_id=original.run_id,
        run=original.run,
        person=original.person,
        payment_id=original.payment_id,
        end_to_end_id=original.end_to_end_id,
        reverses=seq,
        report_for=original.report_month,
    )


def _posted(session: Session, entries: Sequence[Entry]) -> dict[tuple[Cause, UUID], dict[str, Any]]:
    """The entries of the same causes that stand there already."""
    found: dict[tuple[Cause, UUID], dict[str, Any]] = {}
    for cause in {entry.cause for entry in entries}:
        ids = [entry.cause_id for entry in entries if entry.cause is cause]
        statement = select(ENTRIES).where(ENTRIES.c.cause == cause, ENTRIES.c.cause_id.in_(ids))
        for row in session.execute(statement).mappings():
            found[cause, row["cause_id"]] = dict(row)
    return found


def _rows(book: Book, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    ids: dict[tuple[str, Account], int] = {}
    for currency in {entry.amount.currency for entry in entries}:
        mine = [entry for entry in entries if entry.amount.currency == currency]
        wanted = [account for entry in mine for account in (entry.debit, entry.credit)]
        ids |= {(currency, account): number for account, number in resolve(book.session, wanted, currency).items()}
    return [
        {
            "cause": entry.cause,
            "cause_id": entry.cause_id,
            "debit_account_id": ids[entry.amount.currency, entry.debit],
            "debit_kind": entry.debit.kind,
            "credit_account_id": ids[entry.amount.currency, entry.credit],
            "credit_kind": entry.credit.kind,
            "amount_minor": entry.amount.minor,
            "currency": entry.amount.currency,
            "recorded_at": book.recorded_at,
            "business_date": entry.business_date,
            "month": entry.month,
            "report_month": book.report_month(entry.programme, entry.report_for or entry.month),
            "programme": entry.programme,
            "purpose": entry.purpose,
            "run_id": entry.run_id,
            "run": entry.run,
            "person": entry.person,
            "payment_id": entry.payment_id,
            "end_to_end_id": entry.end_to_end_id,
            "reverses": entry.reverses,
        }
        for entry in entries
    ]
