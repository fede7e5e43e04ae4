"""Entries as text put together by the database: the lines of the dump, two for each entry.

The database is faster at this than the program, and the lines are what the hash of a posting is made of. No value can
hold a comma, a quote or a line end: they are numbers, dates, ids and codes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, Text, case, cast, func, literal, select, type_coerce
from sqlalchemy.orm import aliased

from receiver.db.engine import in_parts
from receiver.ledger.models import LedgerAccount, LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

BEFORE = (
    "seq",
    "entry_id",
    "recorded_at",
    "business_date",
    "month",
    "report_month",
    "programme",
    "purpose",
    "run",
    "cause",
    "cause_id",
)
AFTER = ("currency", "person", "payment_id", "end_to_end_id", "reverses")
COLUMNS = (*BEFORE, "account", "debit_minor", "credit_minor", *AFTER)
"""The columns of a dump, one line a side."""

_debit, _credit = aliased(LedgerAccount), aliased(LedgerAccount)


@cache
def fields(dialect: str) -> Select[*tuple[Any, ...]]:
    """For each entry, in order, every column as text or None, both accounts as `debit` and `credit`, the amount."""
    columns = _columns(dialect)
    texts = (columns[name].label(name) for name in (*BEFORE, *AFTER))
    return _from_entries(*texts, *_sides(dialect))


def lines(session: Session, *conditions: ColumnElement[bool]) -> Iterator[list[tuple[int, int, str]]]:
    """Number, amount and the two lines of CSV, with their line ends, of entries in order; in parts."""
    statement = _halves(session.get_bind().dialect.name).where(*conditions)
    for part in in_parts(session, statement):
        yield [
            (seq, amount, f"{before}{debit},{amount},0{after}{before}{credit},0,{amount}{after}")
            for seq, before, after, debit, credit, amount in part
        ]


@cache
def _halves(dialect: str) -> Select[*tuple[Any, ...]]:
    """What stands on both lines of an entry before and after its sides."""
    columns = _columns(dialect)
    before = _formatted(dialect, "%s," * len(BEFORE), *(columns[name] for name in BEFORE))
    after = _formatted(dialect, ",%s" * len(AFTER) + "\n", *(columns[name] for name in AFTER))
    return _from_entries(LedgerEntry.seq, before, after, *_sides(dialect))


def _columns(dialect: str) -> dict[str, ColumnElement[Any]]:
    entry = LedgerEntry
    return {
        "seq": cast(entry.seq, Text),
        "entry_id": _entry_id(entry.seq),
        "recorded_at": _moment(entry.recorded_at, dialect),
        "business_date": _date(entry.business_date, dialect),
        "cause_id": _uuid(entry.cause_id, dialect),
        "payment_id": _uuid(entry.payment_id, dialect),
        "reverses": _entry_id(entry.reverses),
        **{
            name: _plain(getattr(entry, name))
            for name in ("month", "report_month", "programme", "purpose", "run", "cause")
        },
        **{name: _plain(getattr(entry, name)) for name in ("currency", "person", "end_to_end_id")},
    }


def _sides(dialect: str) -> tuple[ColumnElement[Any], ...]:
    names = (_formatted(dialect, "%s:%s", _plain(side.kind), side.owner) for side in (_debit, _credit))
    debit, credit = names
    return debit.label("debit"), credit.label("credit"), type_coerce(LedgerEntry.amount_minor, String).label("amount")


def _from_entries(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join_from(LedgerEntry, _debit, _debit.id == LedgerEntry.debit_account_id)
        .join(_credit, _credit.id == LedgerEntry.credit_account_id)
        .order_by(LedgerEntry.seq)
    )


def _formatted(dialect: str, template: str, *values: Any) -> ColumnElement[str]:
    """The values, NULL as nothing, in the places of `%s`: one pass, where joining with `||` copies again and again."""
    function = func.format if dialect == "postgresql" else func.printf
    return function(literal(template, String), *values, type_=String)


def _plain(column: Any) -> ColumnElement[str]:
    """What is stored, without the type that would make a value of it."""
    return type_coerce(column, String)


def _entry_id(seq: Any) -> ColumnElement[str]:
    return literal("E-", String) + cast(seq, Text)


def _uuid(column: Any, dialect: str) -> ColumnElement[str]:
    if dialect == "postgresql":
        return cast(column, Text)
    cuts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    parts = [func.substr(_plain(column), start, length, type_=String) for start, length in cuts]
    return case((column.is_not(None), _formatted(dialect, "%s-%s-%s-%s-%s", *parts)))


def _date(column: Any, dialect: str) -> ColumnElement[str]:
    return func.to_char(column, "YYYY-MM-DD", type_=String) if dialect == "postgresql" else _plain(column)


def _moment(column: Any, dialect: str) -> ColumnElement[str]:
    if dialect == "postgresql":
        return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', type_=String)
    return func.replace(_plain(column), " ", "T", type_=String) + literal("Z", String)
