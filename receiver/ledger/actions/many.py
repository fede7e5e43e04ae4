"""Entries from a SELECT: a month of a hundred thousand people is one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, exists, func, insert, literal, null, select
from sqlalchemy.exc import IntegrityError

from receiver.ledger.actions.accounts import resolve
from receiver.ledger.actions.book import last_entry
from receiver.ledger.models import ENTRIES, LedgerAccount, LedgerEntry
from receiver.ledger.rules import (
    ARROWS,
    AccountKind,
    Cause,
    OtherCurrency,
    demand_codes,
    fund,
    in_transit,
    paid,
)

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select, Subquery

    from receiver.kit.months import Month
    from receiver.ledger.actions.book import Book

MANY = frozenset({Cause.ENTITLE, Cause.INSTRUCT, Cause.SETTLE, Cause.FAIL, Cause.RETURN})
"""What happens to many people at once."""

REQUIRED = frozenset({"cause_id", "owed_account_id", "amount_minor"})
OPTIONAL = frozenset({"payment_id", "end_to_end_id", "channel", "purpose", "month", "business_date"})
"""The columns of a SELECT to post from; an optional one takes the place of what the movement says for all."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What the entries of one SELECT have in common.

    `channels` are needed where money goes into or out of transit; with more than one the SELECT names each row's
    `channel`. `report_for` is the month of the run, if it is not `month`.
    """

    cause: Cause
    programme: str
    currency: str
    purpose: str
    month: Month
    business_date: date
    run_id: UUID | None = None
    run: str | None = None
    report_for: Month | None = None
    channels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.cause not in MANY:
            raise ValueError(f"{self.cause.value} is posted entry by entry")
        demand_codes(self.programme, self.purpose, self.run)


def add_from(book: Book, movement: Movement, rows: Select[*tuple[Any, ...]]) -> None:
    """Insert an entry for each row that has not been posted yet, in the order of `cause_id`.

    Columns: `cause_id`, `owed_account_id` (the person's `owed` account) and `amount_minor` (above zero), and those
    of `OPTIONAL`.

    Raises:
        OtherCurrency: an account is kept in another currency.
        ValueError: a column is missing or unknown.
    """
    source = rows.subquery()
    names = set(source.c.keys())
    if not names >= REQUIRED or names - REQUIRED - OPTIONAL:
        raise ValueError(f"cannot post from columns {', '.join(sorted(names))}")
    values = _values(book, movement, source)
    numbered = (
        select(*values.values())
        .join_from(source, LedgerAccount, LedgerAccount.id == source.c.owed_account_id)
        .where(~exists().where(LedgerEntry.cause == movement.cause, LedgerEntry.cause_id == source.c.cause_id))
    )
    statement = insert(ENTRIES).from_select(list(values), numbered)
    try:
        with book.session.begin_nested():
            book.session.execute(statement)
    except IntegrityError as error:
        raise _other_currency(book, movement, source) or error from error
    book.last = last_entry(book.session)  # drivers do not agree on how to count what INSERT ... SELECT did


def _values(book: Book, movement: Movement, source: Subquery) -> dict[str, ColumnElement[Any]]:
    table = ENTRIES

    def said(name: str, value: object) -> ColumnElement[Any]:
        if name in source.c:
            return source.c[name]
        return null() if value is None else literal(value, table.c[name].type)

    out, to = ARROWS[movement.cause][0]
    sides = _sides(book, movement, source)
    return {
        "seq": func.row_number().over(order_by=source.c.cause_id) + literal(book.last, table.c.seq.type),
        "cause": said("cause", movement.cause),
        "cause_id": source.c.cause_id,
        "debit_account_id": sides[out],
        "debit_kind": said("debit_kind", out),
        "credit_account_id": sides[to],
        "credit_kind": said("credit_kind", to),
        "amount_minor": source.c.amount_minor,
        "currency": said("currency", movement.currency),
        "recorded_at": said("recorded_at", book.recorded_at),
        "business_date": said("business_date", movement.business_date),
        "month": said("month", movement.month),
        "report_month": said(
            "report_month", book.report_month(movement.programme, movement.report_for or movement.month)
        ),
        "programme": said("programme", movement.programme),
        "purpose": said("purpose", movement.purpose),
        "run_id": said("run_id", movement.run_id),
        "run": said("run", movement.run),
        "person": LedgerAccount.owner.expression,
        "payment_id": said("payment_id", None),
        "end_to_end_id": said("end_to_end_id", None),
    }


def _sides(book: Book, movement: Movement, source: Subquery) -> dict[AccountKind, ColumnElement[Any]]:
    """The account of each kind that this cause moves between."""
    kinds = set(ARROWS[movement.cause][0])
    if (AccountKind.IN_TRANSIT in kinds) != bool(movement.channels):
        raise ValueError("money in transit goes by a channel, and other money by none")
    single = {AccountKind.FUND: fund(movement.programme), AccountKind.PAID: paid(movement.programme)}
    channels = {channel: in_transit(channel) for channel in movement.channels}
    wanted = [account for kind, account in single.items() if kind in kinds]
    ids = resolve(book.session, [*wanted, *channels.values()], movement.currency)
    number = ENTRIES.c.debit_account_id.type
    sides: dict[AccountKind, ColumnElement[Any]] = {AccountKind.OWED: source.c.owed_account_id}
    sides |= {account.kind: literal(ids[account], number) for account in wanted}
    by_channel = {channel: literal(ids[account], number) for channel, account in channels.items()}
    if len(by_channel) == 1:
        sides[AccountKind.IN_TRANSIT] = next(iter(by_channel.values()))
    elif by_channel:
        sides[AccountKind.IN_TRANSIT] = case(by_channel, value=source.c.channel)
    return sides


def _other_currency(book: Book, movement: Movement, source: Subquery) -> OtherCurrency | None:
    """The refusal, if the database refused the entries because somebody's account is kept in another currency."""
    account = LedgerAccount
    statement = (
        select(account.kind, account.owner, account.currency)
        .join(source, source.c.owed_account_id == account.id)
        .where(account.currency != movement.currency)
        .limit(1)
    )
    row = book.session.execute(statement).first()
    return None if row is None else OtherCurrency(account=f"{row[0].value}:{row[1]}", currency=row[2])
