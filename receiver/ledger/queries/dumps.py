"""The whole ledger as files for other programs, streamed: one line a side as CSV, or JSON with what rooms above add."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver.db.engine import in_parts
from receiver.kit import clock
from receiver.kit.wiring import Slot
from receiver.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from receiver.ledger.queries.bean import beancount
from receiver.ledger.queries.lines import BEFORE, COLUMNS, fields, lines
from receiver.ledger.rules import AccountKind, DumpForm, fund

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy.orm import Session

FORMAT = "receiver-ledger/1"
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class DumpPart:
    """A list of the JSON dump: its key, and its members as plain values, in a settled order."""

    name: str
    rows: Callable[[Session], Iterable[Mapping[str, Any]]]


DUMP_PARTS: Slot[DumpPart] = Slot("ledger.dump_parts")
"""What rooms above add to the JSON dump: `runs`, `entitlements`, `payments`, `reports`."""


def dump(session: Session, form: DumpForm) -> Iterator[str]:
    """The dump in one of its forms, in pieces."""
    forms = {DumpForm.CSV: dump_csv, DumpForm.JSON: dump_json, DumpForm.BEANCOUNT: beancount}
    return forms[form](session)


def dump_csv(session: Session) -> Iterator[str]:
    """The dump as CSV, in pieces: a header, then one line a side, by number; lines end with a line feed.

    The hash of a posting is that of its entries' lines as they stand here.
    """
    yield ",".join(COLUMNS) + "\n"
    for part in lines(session):
        yield "".join(line for _seq, _amount, line in part)


def dump_json(session: Session) -> Iterator[str]:
    """The dump as JSON, in pieces: one object with the parts of the ledger and of rooms above, and when it was made.

    Its own are `entries`, `balances` (both sides of each account as they are kept), `postings`, and `overrides` (funds
    that somebody allowed to go below zero, and with which entries).
    """
    yield f'{{"format":"{FORMAT}",\n"made_at":"{clock.now().isoformat()}"'
    for part in (*_OWN, *DUMP_PARTS):
        yield f',\n"{part.name}":['
        yield from _listed(part.rows(session))
        yield "]"
    yield "}\n"


def _listed(rows: Iterable[Mapping[str, Any]], at_once: int = 500) -> Iterator[str]:
    """Objects with commas between them, many in a piece: writing each alone costs more than making it."""
    pieces: list[str] = []
    comma = "\n"
    for row in rows:
        pieces.append(comma + _encoder.encode(row))
        comma = ",\n"
        if len(pieces) >= at_once:
            yield "".join(pieces)
            pieces.clear()
    yield "".join(pieces)


def entry_objects(session: Session) -> Iterator[dict[str, Any]]:
    """Two objects for each entry, its sides, with the columns of the CSV; null where that is empty."""
    for part in in_parts(session, fields(session.get_bind().dialect.name)):
        for *texts, debit, credit, amount in part:
            texts[0] = int(texts[0])
            before, after = texts[: len(BEFORE)], texts[len(BEFORE) :]
            yield dict(zip(COLUMNS, (*before, debit, amount, 0, *after), strict=True))
            yield dict(zip(COLUMNS, (*before, credit, 0, amount, *after), strict=True))


def _balances(session: Session) -> Iterator[dict[str, Any]]:
    account = LedgerAccount
    statement = select(
        account.kind, account.owner, account.currency, account.debit_minor, account.credit_minor
    ).order_by(account.id)
    for part in in_parts(session, statement):
        for kind, owner, currency, debit, credit in part:
            name = f"{kind.value}:{owner}"
            yield {"account": name, "currency": currency, "debit_minor": debit, "credit_minor": credit}


def _postings(session: Session) -> Iterator[dict[str, Any]]:
    posting = LedgerPosting
    statement = select(
        posting.first_seq,
        posting.last_seq,
        posting.entries,
        posting.sum_minor,
        posting.currency,
        posting.sha256,
        posting.overdrawn_because.is_not(None).label("overdrawn"),
    ).order_by(posting.first_seq)
    for part in in_parts(session, statement):
        for row in part:
            yield {**row._mapping, "overdrawn": bool(row.overdrawn)}  # noqa: SLF001 - the documented way to the names


def _overrides(session: Session) -> Iterator[dict[str, Any]]:
    """The reason is kept in the ledger and not told here: it is somebody's words."""
    posting, entry, account = LedgerPosting, LedgerEntry, LedgerAccount
    statement = (
        select(account.owner, posting.first_seq, posting.last_seq, posting.recorded_at, posting.posted_by)
        .join(entry, entry.seq.between(posting.first_seq, posting.last_seq))
        .join(account, account.id == entry.debit_account_id)
        .where(posting.overdrawn_because.is_not(None), account.kind == AccountKind.FUND)
        .distinct()
        .order_by(posting.first_seq, account.owner)
    )
    for owner, first, last, at, by in session.execute(statement):
        who = str(by) if by else None
        yield {"fund": str(fund(owner)), "first_seq": first, "last_seq": last, "at": at.isoformat(), "by": who}


_OWN = (
    DumpPart("entries", entry_objects),
    DumpPart("balances", _balances),
    DumpPart("postings", _postings),
    DumpPart("overrides", _overrides),
)
