"""Results of providers, taken in: each row once, whatever the order of files and however often one comes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.background import hand_over
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.ledger.actions.book import plan_anew
from receiver.stipends import queries
from receiver.stipends.actions.moving import Outcome, begin_reconciling, move_payments, post_moved
from receiver.stipends.models import ResultException, ResultFile
from receiver.stipends.queries.results import is_known_file
from receiver.stipends.rules.exceptions import ExceptionState, ResultFileState
from receiver.stipends.rules.results import Effect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.ledger.actions import Posted
    from receiver.stipends.queries import ResultCheck
    from receiver.stipends.rules.results import Verdict


def take_results(session: Session, actor: Actor, data: bytes, *, form: str = queries.STANDARD_RESULTS) -> ResultCheck:
    """Take in a file of results; the same file again, or the same rows in another one, change nothing.

    Raises:
        UnknownFormat, ResultsTooLong, TableError, ResultsFaulty
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    plan_anew(session)
    rows = queries.read_results(session, data, form)
    sha256 = hashlib.sha256(data).hexdigest()
    named = queries.payments_named(session, {row.end_to_end_id for row in rows})
    runs = queries.runs_locked(session, {found.run_id for found in named.values()})
    file = _file(session, actor, sha256, form, len(rows), data)
    check = queries.judge_results(session, rows, sha256)
    if check.repeated:
        return check
    now = clock.now()
    moved = move_payments(session, _outcomes(check), now, file_id=file.id)
    exceptions = _queue(session, check, file, now)
    effective = [verdict for verdict in check.verdicts if verdict.effect is not Effect.KNOWN]
    touched = {check.payments[verdict.row.end_to_end_id].run_id for verdict in effective if _named(check, verdict)}
    for run in runs:
        if run.id in touched:
            begin_reconciling(session, actor, run)
    posted = post_moved(session, actor, runs, now) if moved else []
    file.state, file.taken_at, file.counts, file.content = ResultFileState.TAKEN, now, check.counts, None
    session.flush()
    _record(session, actor, check, file, posted, exceptions)
    return check


def store_results(session: Session, actor: Actor, data: bytes, *, form: str = queries.STANDARD_RESULTS) -> ResultFile:
    """Keep a file of results that could be read, sealed, for the background to take in.

    Raises:
        UnknownFormat, ResultsTooLong, TableError, ResultsFaulty
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    rows = queries.read_results(session, data, form)
    file = _file(session, actor, hashlib.sha256(data).hexdigest(), form, len(rows), data)
    audit.record(session, Kind.RESULTS_UPLOADED, actor, f"results:{file.id}", sha256=file.sha256, rows=len(rows))
    return file


def reconcile_in_background(session: Session, actor: Actor, file: ResultFile, *, url: str | None = None) -> UUID:
    """Hand a kept file over to the background; the id is that of `/progress/<id>`, which leads on to `url`."""
    actor.demand(Permission.PAY_RUN_RECONCILE)
    work_id = f"results-{file.sha256[:32]}"
    return hand_over(session, "stipends.reconcile", work_id, actor=actor, url=url, file_id=file.id)


def take_stored(session: Session, actor: Actor, file: ResultFile) -> ResultCheck:
    """Take in a file that was kept; one that was taken in changes nothing and counts as known."""
    actor.demand(Permission.PAY_RUN_RECONCILE)
    file = queries.locked(session, file)
    if file.content is None:
        return queries.taken_before(file)
    data = vault.unseal_bytes(session, file.id, queries.result_place(file.id), file.content)
    return take_results(session, actor, data, form=file.format)


def _named(check: ResultCheck, verdict: Verdict) -> bool:
    return verdict.row.end_to_end_id in check.payments


def _outcomes(check: ResultCheck) -> list[Outcome]:
    outcomes = []
    for verdict in check.verdicts:
        if not verdict.moves:
            continue
        row, found = verdict.row, check.payments[verdict.row.end_to_end_id]
        outcomes.append(
            Outcome(
                payment_id=found.payment_id,
                person_id=found.person_id,
                end_to_end_id=row.end_to_end_id,
                state=found.facts.state,
                moves=verdict.moves,
                reason=row.reason,
                provider_reference=row.provider_reference,
            )
        )
    return outcomes


def _file(session: Session, actor: Actor, sha256: str, form: str, rows: int, data: bytes) -> ResultFile:
    """The row of a file, which is there once for its content whoever brings it."""
    if is_known_file(session, sha256):
        return queries.result_file_by_hash(session, sha256)
    file_id = new_id()
    content = vault.seal_bytes(session, file_id, queries.result_place(file_id), data)
    values = {
        "id": file_id,
        "sha256": sha256,
        "format": form,
        "state": ResultFileState.WAITING,
        "rows": rows,
        "counts": {},
        "content": content,
        "uploaded_by": actor.user_id,
        "created_at": clock.now(),
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(ResultFile).values(values)
    session.execute(statement.on_conflict_do_nothing(index_elements=["sha256"]))
    return queries.result_file_by_hash(session, sha256)


def _queue(session: Session, check: ResultCheck, file: ResultFile, now: datetime) -> int:
    """Queue rows that did not fit, each once for ever; says how many there are."""
    rows = [_exception(session, check, verdict, file, now) for verdict in check.verdicts if verdict.exception]
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(ResultException).on_conflict_do_nothing(index_elements=["key"]), rows)
    return len(rows)


def _exception(
    session: Session, check: ResultCheck, verdict: Verdict, file: ResultFile, now: datetime
) -> dict[str, object]:
    row, found, exception_id = verdict.row, check.payments.get(verdict.row.end_to_end_id), new_id()
    place = queries.exception_place(exception_id)
    return {
        "id": exception_id,
        "file_id": file.id,
        "run_id": found.run_id if found else None,
        "payment_id": found.payment_id if found else None,
        "key": verdict.key,
        "row": row.number,
        "kind": verdict.exception,
        "end_to_end_id": row.end_to_end_id,
        "status": row.status,
        "amount_minor": row.amount.minor,
        "currency": row.amount.currency,
        "reason": vault.seal(session, vault.HOUSE, place, row.reason) if row.reason else None,
        "provider_reference": row.provider_reference,
        "state": ExceptionState.OPEN,
        "created_at": now,
        "version": 1,
    }


def _record(
    session: Session, actor: Actor, check: ResultCheck, file: ResultFile, posted: Sequence[Posted], exceptions: int
) -> None:
    facts: dict[str, Any] = dict(check.counts)
    facts |= {f"posted_{one.total.currency}": one.facts for one in posted if one.count}
    runs = sorted({str(found.run_id) for found in check.payments.values()})[:50]
    audit.record(
        session,
        Kind.PAY_RUN_RECONCILED,
        actor,
        f"results:{file.id}",
        sha256_of_file=check.sha256,
        rows=file.rows,
        runs=runs,
        queued=exceptions,
        **facts,
    )
