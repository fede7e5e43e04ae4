"""The whole ledger as files for other programs, streamed: one line a side as CSV, or JSON with what rooms above add."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver.db.engine import in_parts
from receiver.kit.wiring import Slot
from receiver.ledger.models import LedgerAccount, LedgerPosting
from receiver.ledger.queries.lines import COLUMNS, fields, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy.orm import Session

FORMAT = "receiver-ledger-1"


@dataclass(frozen=True, slots=True)
class DumpPart:
    """A list of the JSON dump: its key, and its members as plain values, in a settled order."""

    name: str
    rows: Callable[[Session], Iterable[Mapping[str, Any]]]


DUMP_PARTS: Slot[DumpPart] = Slot("ledger.dump_parts")
"""What rooms above add to the JSON dump: `runs`, `entitlements`, `payments`, `reports`."""


def dump_csv(session: Session) -> Iterator[str]:
    """The dump as CSV, in pieces: a header, then one line a side, by number; lines end with a line feed.

    The hash of a posting is that of its entries' lines as they stand here.
    """
    yield ",".join(COLUMNS) + "\n"
    for part in in_parts(session, lines(session.get_bind().dialect.name)):
        yield "".join(text for (text,) in part)


def dump_json(session: Session) -> Iterator[str]:
    """The dump as JSON, in pieces: one object with `entries`, `accounts`, `postings` and the parts of rooms above."""
    yield f'{{"format":"{FORMAT}"'
    own = (DumpPart("entries", entry_objects), DumpPart("accounts", _accounts), DumpPart("postings", _postings))
    for part in (*own, *DUMP_PARTS):
        yield f',\n"{part.name}":['
        yield from _listed(part.rows(session))
        yield "]"
    yield "}\n"


def _listed(rows: Iterable[Mapping[str, Any]], at_once: int = 500) -> Iterator[str]:
    """Objects with commas between them, many in a piece: writing each alone costs more than making it."""
    pieces: list[str] = []
    comma = "\n"
    for row in rows:
        pieces.append(comma + json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
        comma = ",\n"
        if len(pieces) >= at_once:
            yield "".join(pieces)
            pieces.clear()
    yield "".join(pieces)


def entry_objects(session: Session) -> Iterator[dict[str, Any]]:
    """Two objects for each entry, its sides, with the columns of the CSV; null where that is empty."""
    for part in in_parts(session, fields(session.get_bind().dialect.name)):
        for row in part:
            side = dict(row._mapping)  # noqa: SLF001 - the documented way to the names, and far faster than getattr
            debit, credit, amount = side.pop("debit"), side.pop("credit"), int(side.pop("amount"))
            side["seq"] = int(side["seq"])
            for account, minor in ((debit, (amount, 0)), (credit, (0, amount))):
                whole = {**side, "account": account, "debit_minor": minor[0], "credit_minor": minor[1]}
                yield {name: whole[name] for name in COLUMNS}


def _accounts(session: Session) -> Iterator[dict[str, Any]]:
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
