"""Reading the chain again: every record that was changed, removed, put in or moved is found, and a cut end too."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import literal_column, select

from receiver import vault
from receiver.audit import notes
from receiver.audit.canonical import GENESIS, digest, entry
from receiver.audit.chain import Head, next_seal
from receiver.audit.models import HEADS, RECORDS
from receiver.db.engine import in_parts
from receiver.kit import clock
from receiver.kit.words import LabelledEnum, Words, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.orm import Session

NOTE_NAME = "receiver/audit"
_MOST_FINDINGS = 100
_COLUMNS = [column.name for column in RECORDS.columns]
_ODD = (ValueError, TypeError, RecursionError)  # a value in a form in which the program never writes it


class Fault(LabelledEnum):
    """What can be wrong with a chain."""

    CHANGED = "changed", _("This record was changed after it was written.")
    UNCHAINED = "unchained", _("This record does not follow the one before it.")
    MISSING = "missing", _("Records before this one were removed.")
    CUT = "cut", _("Records at the end of the chain were removed.")
    EXTRA = "extra", _("This record was added past the end of the chain.")
    REWRITTEN = "rewritten", _("The chain does not fit its sealed end: it was written anew without the keys.")
    CHECKPOINT_UNREADABLE = "checkpoint_unreadable", _("The checkpoint is not one that this installation signed.")
    CHECKPOINT_BEYOND = "checkpoint_beyond", _("The chain is shorter than it was when the checkpoint was signed.")
    CHECKPOINT_DIFFERS = "checkpoint_differs", _("This record is not the one that the checkpoint was signed for.")


class Finding(NamedTuple):
    """A fault, and the number of the record where it shows."""

    seq: int
    fault: Fault

    @property
    def words(self) -> Words:
        """What was found, as a sentence."""
        if not self.seq:
            return self.fault.label
        return _("Record %(number)s: %(fault)s", number=str(self.seq), fault=self.fault.label)

    def __str__(self) -> str:
        return str(self.words)


@dataclass(slots=True)
class Verdict:
    """What a verification found: the first hundred findings, and how many there are in all."""

    records: int = 0
    head: str = GENESIS.hex()
    total: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the chain is whole."""
        return self.total == 0

    def add(self, seq: int, fault: Fault) -> None:
        """Note one finding."""
        self.total += 1
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(seq, fault))


class Mark(NamedTuple):
    """What a checkpoint says: the number and the hash of the last record at that time."""

    seq: int
    hash: bytes


def verify(session: Session, checkpoint: str | None = None, progress: Callable[[int], None] | None = None) -> Verdict:
    """Compute the whole chain again, in constant memory, and compare it with its head and with a signed checkpoint.

    `progress` is told after each part how many records have been read.
    """
    verdict = Verdict()
    mark = _marked(session, checkpoint, verdict) if checkpoint is not None else None
    head = head_of(session)
    reached = Head(0, GENESIS, GENESIS)
    for part in in_parts(session, raw_records()):
        for row in part:
            reached = _step(session, row, reached, head.seq, verdict)
            if mark and row.seq == mark.seq and row.hash != mark.hash:
                verdict.add(row.seq, Fault.CHECKPOINT_DIFFERS)
        if progress:
            progress(verdict.records)
    if reached.seq < head.seq:
        verdict.add(head.seq, Fault.CUT)
    elif not (hmac.compare_digest(reached.seal, head.seal) and reached.hash == head.hash):
        verdict.add(head.seq, Fault.REWRITTEN)
    if mark and mark.seq > reached.seq:
        verdict.add(mark.seq, Fault.CHECKPOINT_BEYOND)
    verdict.head = reached.hash.hex()
    return verdict


def checkpoint(session: Session) -> str:
    """A signed note that says where the chain ends now, to be kept outside: it shows any later cut.

    Four lines: the name, the number of records, the hash of the last in base64, the time.
    """
    head = head_of(session)
    at = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{NOTE_NAME}\n{head.seq}\n{base64.b64encode(head.hash).decode()}\n{at}\n"
    return notes.sign(text, NOTE_NAME, _signing_key(session))


def verifier_key(session: Session) -> str:
    """The public key with which others check our checkpoints, as `name+id+base64`."""
    return notes.verifier_key(NOTE_NAME, _signing_key(session).public_key())


def head_of(session: Session) -> Head:
    """Where the chain ends, by its head row."""
    row = session.execute(select(HEADS.c.seq, HEADS.c.hash, HEADS.c.seal)).first()
    return Head(*row) if row else Head(0, GENESIS, GENESIS)


def raw_records() -> Any:
    """All records in order, as the database stores them: no conversion that could hide or stumble over a change."""
    columns: list[ColumnElement[Any]] = [literal_column(f'"{name}"').label(name) for name in _COLUMNS]
    return select(*columns).select_from(RECORDS).order_by(RECORDS.c.seq)


def dump(session: Session) -> Iterator[dict[str, Any]]:
    """Every record in order as plain values, for `standalone.py` and for auditors; reasons stay sealed."""
    for part in in_parts(session, raw_records()):
        for row in part:
            yield _plain(_columns(row))


def _step(session: Session, row: Row[Any], before: Head, last: int, verdict: Verdict) -> Head:
    """Judge one record by the one before it."""
    verdict.records += 1
    if row.seq > last:
        verdict.add(row.seq, Fault.EXTRA)
        return before
    if row.seq != before.seq + 1:
        verdict.add(row.seq, Fault.MISSING)
    elif row.previous != before.hash:
        verdict.add(row.seq, Fault.UNCHAINED)
    if not _is_whole(row):
        verdict.add(row.seq, Fault.CHANGED)
    stored = row.hash if isinstance(row.hash, bytes) else b""
    return Head(row.seq, stored, next_seal(session, before.seal, stored))


def _is_whole(row: Row[Any]) -> bool:
    """Whether the hash of a record is that of its other columns."""
    try:
        return bool(row.hash == digest(row.previous, entry(_columns(row))))
    except _ODD:
        return False


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A record as JSON holds it; one that was tampered with comes out as it stands, for others to find."""
    try:
        plain = entry(row)
    except _ODD:
        plain = {name: _shown(value) for name, value in row.items()}
    return {**plain, "previous": _shown(row["previous"]), "hash": _shown(row["hash"])}


def _shown(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, int) else str(value)


def _columns(row: Row[Any]) -> dict[str, Any]:
    return dict(zip(_COLUMNS, row, strict=True))


def _marked(session: Session, note: str, verdict: Verdict) -> Mark | None:
    """What the checkpoint says, if this installation signed it."""
    try:
        text = notes.open_note(note, NOTE_NAME, _signing_key(session).public_key())
        name, seq, encoded, *_more = text.split("\n")
        if name != NOTE_NAME:
            raise notes.BadNoteError(name)
        return Mark(int(seq), base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error):
        verdict.add(0, Fault.CHECKPOINT_UNREADABLE)
        return None


def _signing_key(session: Session) -> Any:
    keys = vault.of(session)
    return keys.signing_key(vault.Purpose.AUDIT_SIGNING)
