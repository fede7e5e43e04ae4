"""Every write about works: handing over, claiming, recording steps, ending, cancelling. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, event, select, update

from receiver import audit
from receiver.access import SYSTEM
from receiver.audit import Kind
from receiver.background import queries
from receiver.background.facts import is_code, pack, pack_all, pack_told, unpack_all
from receiver.background.models import ScheduleRecord, StepRecord, WorkRecord
from receiver.background.registry import WORKFLOWS
from receiver.background.rules import REPEATABLE, PastCancelling, WorkIsOver, WorkState, moved_on
from receiver.db.inserts import insert_for
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor

# Executors of this process, woken when a transaction that handed work over has committed.
WAKE: set[threading.Event] = set()


class Superseded(BaseException):
    """This run of a work is no longer the current one. Nothing of it may be written any more."""


class Cancelled(BaseException):
    """Somebody asked to cancel the work, and it has not come to its final step."""


class Paused(BaseException):
    """This process is about to stop. The work goes on after its last whole step, here or elsewhere."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A work that this process may run now, as it stood when it was claimed."""

    id: UUID
    attempt: int
    name: str
    workflow_id: str
    arguments: dict[str, object]
    requested_by: UUID | None
    done: int
    steps: dict[str, Any]


def hand_over(
    session: Session, name: str, workflow_id: str, *, actor: Actor, url: str | None = None, **ids: object
) -> UUID:
    """Leave work to the background in this transaction, and give its id for `/progress/<id>`.

    Nothing is handed over unless the transaction commits. The same `workflow_id` again is the same work and changes
    nothing, except that what failed or was cancelled starts afresh, for this actor and with these ids. `url` is where
    people find the result; the work may change it.

    Raises:
        NotAFactError: an argument may be about a person (see `facts`).
        ValueError: the id or the address is not a code, or the id belongs to work of another name.
        TypeError: the work of this name does not take these arguments.
    """
    _check(name, workflow_id, url, ids)
    kind = WORKFLOWS.get(name)
    asked: dict[str, Any] = {
        "arguments": pack_all(ids),
        "requested_by": actor.user_id,
        "url": url,
        "cancellable": bool(kind and kind.cancellable),
        "created_at": clock.now(),
    }
    session.execute(
        insert_for(session, WorkRecord)
        .values(id=new_id(), name=name, workflow_id=workflow_id, state=WorkState.QUEUED, attempt=1, **asked)
        .values(done=0, errors=0)
        .on_conflict_do_nothing(index_elements=["workflow_id"])
    )
    row = session.execute(
        select(WorkRecord.id, WorkRecord.name, WorkRecord.state)
        .where(WorkRecord.workflow_id == workflow_id)
        .with_for_update()
    ).one()
    if row.name != name:
        raise ValueError(f"{workflow_id} is already the id of {row.name}")
    if row.state in REPEATABLE:
        _start_afresh(session, row.id, asked)
    event.listen(session, "after_commit", _wake, once=True)
    work_id: UUID = row.id
    return work_id


def _check(name: str, workflow_id: str, url: str | None, ids: Mapping[str, object]) -> None:
    """Find mistakes where they are made, not in the process that executes later."""
    if not (is_code(name) and is_code(workflow_id)):
        raise ValueError("the name and the id of work are codes without spaces, and never about a person")
    if url is not None and not (is_code(url) and url.startswith("/") and not url.startswith("//")):
        raise ValueError("the result of work is found at an address of ours, such as /stipends/runs/2026-11")
    kind = WORKFLOWS.get(name)  # unknown where the code of the work is not loaded: rooms do not import tasks
    if kind is not None and kind.takes != ids.keys():
        raise TypeError(f"{name} takes {', '.join(sorted(kind.takes)) or 'nothing'}; given: {', '.join(sorted(ids))}")


def _start_afresh(session: Session, work_id: UUID, asked: Mapping[str, Any]) -> None:
    """A new attempt that knows nothing of the steps of the old one: what they decided on may have changed."""
    session.execute(delete(StepRecord).where(StepRecord.work_id == work_id))
    session.execute(
        update(WorkRecord)
        .where(WorkRecord.id == work_id)
        .values(state=WorkState.QUEUED, attempt=WorkRecord.attempt + 1, done=0, errors=0, total=None, **asked)
        .values(result=None, failure=None, failure_params=None, cancel_asked_at=None)
        .values(enqueued_at=None, started_at=None, finished_at=None, executor=None)
    )


def _wake(_session: Session) -> None:
    for sleeper in tuple(WAKE):
        sleeper.set()


def request_cancel(session: Session, actor: Actor, work_id: UUID) -> None:
    """Ask a work of this actor to stop before its final step; what waits is cancelled at once.

    Raises:
        NotFound: there is none, or somebody else asked for it.
        WorkIsOver: it has ended.
        PastCancelling: it cannot be cancelled, or no longer.
    """
    row = _locked(session, work_id)
    if row is None or not queries.is_of(actor, row):
        raise NotFound
    if row.state.over:
        raise WorkIsOver
    if not row.cancellable:
        raise PastCancelling
    if row.cancel_asked_at is None:
        row.cancel_asked_at = clock.now()
        audit.record(session, Kind.WORK_CANCELLED, actor, f"work:{row.id}", work=row.name)
    if row.state is WorkState.QUEUED:
        _end(session, row, WorkState.CANCELLED)
    session.flush()


def _locked(session: Session, work_id: UUID) -> WorkRecord | None:
    return session.scalar(
        select(WorkRecord).where(WorkRecord.id == work_id).with_for_update().execution_options(populate_existing=True)
    )


def mark_enqueued(session: Session, works: Iterable[tuple[UUID, int]]) -> None:
    """These attempts are known to the executor: they leave the outbox."""
    for work_id, attempt in works:
        session.execute(
            update(WorkRecord)
            .where(WorkRecord.id == work_id, WorkRecord.attempt == attempt, WorkRecord.enqueued_at.is_(None))
            .values(enqueued_at=clock.now())
        )


def claim(session: Session, work_id: UUID, attempt: int, executor: str) -> Claim | None:
    """Take up this attempt of a work; None when it is over, or another attempt has taken its place."""
    row = _locked(session, work_id)
    if row is None or row.state.over or row.attempt != attempt:
        return None
    now = clock.now()
    row.state, row.executor = WorkState.RUNNING, executor
    row.enqueued_at, row.started_at = row.enqueued_at or now, row.started_at or now
    session.flush()
    return Claim(
        id=row.id,
        attempt=attempt,
        name=row.name,
        workflow_id=row.workflow_id,
        arguments=unpack_all(row.arguments),
        requested_by=row.requested_by,
        done=row.done,
        steps=queries.steps_done(session, row.id),
    )


def take_over(session: Session, work_id: UUID, attempt: int, executor: str) -> Claim | None:
    """Claim a work as a new attempt, so that nobody else can still run the one before."""
    row = _locked(session, work_id)
    if row is None or row.state.over or row.attempt != attempt:
        return None
    row.attempt += 1
    session.flush()
    return claim(session, work_id, row.attempt, executor)


def current(session: Session, work_id: UUID, attempt: int, *, ending: bool = False) -> WorkRecord:
    """The row of a work, locked, for the run that may still write; `ending` when nothing is left to be cancelled.

    Raises:
        Superseded: another attempt has taken its place, or it has been ended.
        Cancelled: somebody asked to cancel it.
    """
    row = _locked(session, work_id)
    if row is None or row.attempt != attempt or row.state.over:
        raise Superseded
    if row.cancel_asked_at is not None and not ending:
        raise Cancelled
    return row


def record_progress(row: WorkRecord, done: int, total: int | None, errors: int, url: str | None) -> None:
    """Counts that never go back."""
    row.done, row.errors = moved_on(row.done, done), moved_on(row.errors, errors)
    row.total = total if total is not None else row.total
    row.url = url or row.url


def record_step(session: Session, row: WorkRecord, key: str, result: object, *, final: bool) -> None:
    """A step is done; after a final one the work can no longer be cancelled."""
    session.add(StepRecord(work_id=row.id, key=key, result=pack(result)))
    if final:
        row.cancellable = False
    session.flush()


def finish(session: Session, row: WorkRecord, result: Mapping[str, object]) -> None:
    """The work is done."""
    row.result = pack_all(result)
    _end(session, row, WorkState.DONE)


def fail(session: Session, work_id: UUID, attempt: int, failure: Refusal | str) -> bool:
    """The work ended in a refusal, or in a fault of the program named by a code; False if this attempt is not current.

    The text of a fault is never kept, because it may quote data.
    """
    row = _locked(session, work_id)
    if row is None or row.state.over or row.attempt != attempt:
        return False
    if isinstance(failure, Refusal):
        row.failure, row.failure_params = failure.code[:80], pack_told(failure.params)
    else:
        row.failure = failure[:80]
        audit.record(session, Kind.WORK_FAILED, SYSTEM, f"work:{row.id}", work=row.name, failure=row.failure)
    _end(session, row, WorkState.FAILED)
    return True


def end_cancelled(session: Session, work_id: UUID, attempt: int) -> None:
    """The run has noticed that it should stop."""
    row = _locked(session, work_id)
    if row is not None and not row.state.over and row.attempt == attempt:
        _end(session, row, WorkState.CANCELLED)


def _end(session: Session, row: WorkRecord, state: WorkState) -> None:
    row.state, row.finished_at = state, clock.now()
    session.flush()
    session.execute(delete(StepRecord).where(StepRecord.work_id == row.id))


def put_back(session: Session, work_id: UUID, attempt: int) -> None:
    """Back to the outbox as a new attempt, which goes on after the steps that are done."""
    session.execute(
        update(WorkRecord)
        .where(WorkRecord.id == work_id, WorkRecord.attempt == attempt, WorkRecord.finished_at.is_(None))
        .values(attempt=attempt + 1, state=WorkState.QUEUED, enqueued_at=None, executor=None)
    )


def mark_schedule(session: Session, name: str, since: datetime) -> None:
    """All moments of a schedule up to `since` have been handed over."""
    statement = insert_for(session, ScheduleRecord).values(name=name, since=since)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"since": since}))


def tidy(session: Session, before: datetime) -> int:
    """Forget scheduled works that ended before this moment: how many.

    What a person asked for stays: its row is why the same id is never worked on twice.
    """
    result: Any = session.execute(
        delete(WorkRecord).where(WorkRecord.finished_at < before, WorkRecord.requested_by.is_(None))
    )
    return int(result.rowcount)
