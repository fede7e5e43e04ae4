"""Entries as text put together by the database: the lines of the dump, two for each entry.

The database is faster at this than the program by far, and the lines are what the hash of a posting is made of. No
value can hold a comma, a quote or a line end: they are numbers, dates, ids and codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, Text, cast, func, literal_column, select, type_coerce
from sqlalchemy.orm import aliased

from receiver.ledger.models import LedgerAccount, LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select

COLUMNS = (
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
    "account",
    "debit_minor",
    "credit_minor",
    "currency",
    "person",
    "payment_id",
    "end_to_end_id",
    "reverses",
)
"""The columns of a dump, one line a side."""

_BEFORE = COLUMNS[: COLUMNS.index("account")]
_AFTER = COLUMNS[COLUMNS.index("currency") :]

_debit, _credit = aliased(LedgerAccount), aliased(LedgerAccount)


def texts(dialect: str) -> dict[str, ColumnElement[Any]]:
    """Each column of an entry as text, both accounts as `debit` and `credit`, and the amount; NULL where empty."""
    entry = LedgerEntry
    return {
        "seq": cast(entry.seq, Text),
        "entry_id": _entry_id(entry.seq),
        "recorded_at": _moment(entry.recorded_at, dialect),
        "business_date": _date(entry.business_date, dialect),
        "month": _plain(entry.month),
        "report_month": _plain(entry.report_month),
        "programme": _plain(entry.programme),
        "purpose": _plain(entry.purpose),
        "run": _plain(entry.run),
        "cause": _plain(entry.cause),
        "cause_id": _uuid(entry.cause_id, dialect),
        "debit": _plain(_debit.kind) + _quoted(":") + _debit.owner,
        "credit": _plain(_credit.kind) + _quoted(":") + _credit.owner,
        "amount": cast(entry.amount_minor, Text),
        "currency": _plain(entry.currency),
        "person": _plain(entry.person),
        "payment_id": _uuid(entry.payment_id, dialect),
        "end_to_end_id": _plain(entry.end_to_end_id),
        "reverses": _entry_id(entry.reverses),
    }


def lines(dialect: str) -> Select[*tuple[Any, ...]]:
    """For each entry, in order, its two lines of CSV with their line ends."""
    text = {name: func.coalesce(column, _quoted(""), type_=String) for name, column in texts(dialect).items()}
    before = _joined([text[name] for name in _BEFORE]) + _quoted(",")
    after = _quoted(",") + _joined([text[name] for name in _AFTER]) + _quoted("\n")
    debit = before + text["debit"] + _quoted(",") + text["amount"] + _quoted(",0") + after
    credit = before + text["credit"] + _quoted(",0,") + text["amount"] + after
    return _from_entries(debit + credit)


def fields(dialect: str) -> Select[*tuple[Any, ...]]:
    """For each entry, in order, its texts as columns."""
    return _from_entries(*(column.label(name) for name, column in texts(dialect).items()))


def _from_entries(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join_from(LedgerEntry, _debit, _debit.id == LedgerEntry.debit_account_id)
        .join(_credit, _credit.id == LedgerEntry.credit_account_id)
        .order_by(LedgerEntry.seq)
    )


def _quoted(text: str) -> ColumnElement[str]:
    return literal_column("'" + text.replace("'", "''") + "'", String)


def _plain(column: Any) -> ColumnElement[str]:
    """What is stored, without the type that would make a value of it."""
    return type_coerce(column, String)


def _joined(parts: Sequence[ColumnElement[str]], sign: str = ",") -> ColumnElement[str]:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + _quoted(sign) + part
    return whole


def _entry_id(seq: Any) -> ColumnElement[str]:
    return _quoted("E-") + cast(seq, Text)


def _uuid(column: Any, dialect: str) -> ColumnElement[str]:
    if dialect == "postgresql":
        return cast(column, Text)
    stored = _plain(column)
    cuts = [
        func.substr(stored, start, length, type_=String)
        for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    ]
    return _joined(cuts, "-")


def _date(column: Any, dialect: str) -> ColumnElement[str]:
    return func.to_char(column, _quoted("YYYY-MM-DD"), type_=String) if dialect == "postgresql" else _plain(column)


def _moment(column: Any, dialect: str) -> ColumnElement[str]:
    if dialect == "postgresql":
        utc = func.timezone(_quoted("UTC"), column)
        return func.to_char(utc, _quoted('YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), type_=String)
    return func.replace(_plain(column), _quoted(" "), _quoted("T"), type_=String) + _quoted("Z")
