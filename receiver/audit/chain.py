"""Writing the chain: what an action records is chained in the action's own transaction, just before it commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast
from weakref import WeakKeyDictionary

from sqlalchemy import event, insert, select, update

from receiver import vault
from receiver.audit.canonical import CODE, GENESIS, code, digest, entry, facts_text
from receiver.audit.models import HEADS, RECORDS
from receiver.db.engine import WriteSession
from receiver.db.inserts import insert_for
from receiver.kit import clock
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session, SessionTransaction

    from receiver.audit.kinds import Kind

_QUEUE = "audit.queue"
_LONGEST_REASON = 2000


class Actor(Protocol):
    """Who does something, as far as the chain must know."""

    @property
    def user_id(self) -> UUID | None:
        """The account, or None for the system itself and for people who are not signed in."""

    @property
    def channel(self) -> str:
        """Where it comes from: web, cli, background, system."""

    @property
    def os_user(self) -> str | None:
        """The user of the operating system, for the command line."""

    @property
    def label(self) -> str:
        """What a log calls the actor; never a name."""


class AuditLostError(RuntimeError):
    """Records were made and the transaction ended without them: a savepoint was left open."""


class Head(NamedTuple):
    """Where a chain ends: the number and hash of its last record, and the running keyed hash."""

    seq: int
    hash: bytes
    seal: bytes


@dataclass(slots=True)
class Queue:
    """Records that wait for the commit, and how many there were when each open savepoint began."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    before: WeakKeyDictionary[SessionTransaction, int] = field(default_factory=WeakKeyDictionary)


def record(
    session: Session,
    kind: Kind,
    actor: Actor,
    subject: str,
    *,
    person: UUID | None = None,
    reason: str | None = None,
    **facts: object,
) -> UUID:
    """Record what `actor` does to `subject`, in the transaction that does it; returns the id of the record.

    `subject` is a code and an id (`pay_run:2026-11`), `facts` are ids, counts, codes and hashes; what a personal
    field held goes in as `fingerprint` only. `reason` is what someone typed; it is sealed under the key of `person`.

    Raises:
        TypeError: the session cannot write.
        ValueError: a subject or fact that looks like words.
        Destroyed: a reason for a person whose key is destroyed; an erasure gives its reason without `person`.
    """
    if not isinstance(session, WriteSession):
        raise TypeError("what is read only cannot be audited: record in a writing session")
    record_id = new_id()
    row = {
        "id": record_id,
        "at": clock.now(),
        "kind": kind.value,
        "actor": actor.user_id,
        "channel": code(actor.channel, what="channel", longest=20),
        "os_user": _os_user(actor),
        "subject": code(subject, what="subject", longest=120),
        "person": person,
        "reason": _sealed(session, record_id, person, reason),
        "facts": facts_text(facts),
    }
    if not session.in_transaction():
        session.begin()  # so that a rollback is noticed
    _queue(session).rows.append(row)
    return record_id


def fingerprint(session: Session, field: str, value: str) -> str:
    """A keyed hash of a personal value (32 hexadecimal digits): equal for equal values, telling nothing else."""
    return vault.of(session).mac(vault.Purpose.AUDIT_FINGERPRINT, field, value)[:16].hex()


def reason_place(record_id: object) -> str:
    """Where the reason of a record is sealed."""
    return vault.place("audit_records.reason", record_id)


def next_seal(session: Session, seal: bytes, record_hash: bytes) -> bytes:
    """The running keyed hash after one more record."""
    return vault.of(session).mac(vault.Purpose.AUDIT_HEAD, seal, record_hash)


def _os_user(actor: Actor) -> str | None:
    """The name of an account of the computer, brought into the form of a code."""
    name = (actor.os_user or "")[:100]
    return name if CODE.fullmatch(name) and name else (f"hex:{name.encode().hex()}"[:100] if name else None)


def _sealed(session: Session, record_id: UUID, person: UUID | None, reason: str | None) -> bytes | None:
    if not reason:
        return None
    if len(reason) > _LONGEST_REASON:
        raise ValueError("a reason has at most 2000 letters")
    return vault.seal(session, person or vault.HOUSE, reason_place(record_id), reason)


def _queue(session: Session) -> Queue:
    return cast("Queue", session.info.setdefault(_QUEUE, Queue()))


@event.listens_for(WriteSession, "before_commit")
def _chain(session: WriteSession) -> None:
    """Write the queued records at the end of the chain, with the head locked after everything else."""
    queue = _queue(session)
    if session.in_nested_transaction() or not queue.rows:
        return
    session.flush()
    rows, queue.rows = queue.rows, []
    head = _locked_head(session)
    for row in rows:
        row["seq"], row["previous"] = head.seq + 1, head.hash
        row["hash"] = digest(head.hash, entry(row))
        head = Head(row["seq"], row["hash"], next_seal(session, head.seal, row["hash"]))
    session.execute(insert(RECORDS), rows)
    session.execute(update(HEADS).values(head._asdict()))


def _locked_head(session: Session) -> Head:
    """The end of the chain, which nobody else moves until this transaction is over."""
    wanted = select(HEADS.c.seq, HEADS.c.hash, HEADS.c.seal).with_for_update()
    row = session.execute(wanted).first()
    if row is None:
        first = insert_for(session, HEADS).values(id=1, seq=0, hash=GENESIS, seal=GENESIS)
        session.execute(first.on_conflict_do_nothing())
        row = session.execute(wanted).one()
    return Head(*row)


@event.listens_for(WriteSession, "after_transaction_create")
def _remember(session: WriteSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        queue = _queue(session)
        queue.before[transaction] = len(queue.rows)


@event.listens_for(WriteSession, "after_commit")
def _keep(session: WriteSession) -> None:
    """A savepoint released keeps its records; the end of all is loud if someone forgot to release one."""
    queue, savepoint = _queue(session), session.get_nested_transaction()
    if savepoint is not None:
        del queue.before[savepoint]
    elif queue.rows:
        raise AuditLostError("a savepoint was still open at the commit, and the records made in it are lost")


@event.listens_for(WriteSession, "after_transaction_end")
def _forget(session: WriteSession, ended: SessionTransaction) -> None:
    """A savepoint not released takes along what was recorded since it began, also in savepoints inside it.

    Not by `after_soft_rollback`: a savepoint that a failed flush has ended is only closed.
    """
    queue = _queue(session)
    if ended in queue.before:
        del queue.rows[queue.before[ended] :]
    if ended.parent is None:
        del session.info[_QUEUE]
