"""Results of providers, taken in: each row once, whatever the order of files and however often one comes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.background import hand_over
from receiver.db.inserts import insert_for
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.ledger.actions.book import plan_anew
from receiver.stipends import queries
from receiver.stipends.actions.moving import Outcome, begin_reconciling, move_payments, post_moved
from receiver.stipends.models import ResultException, ResultFile
from receiver.stipends.queries.results import is_known_file
from receiver.stipends.rules.exceptions import ExceptionState, ResultFileState
from receiver.stipends.rules.results import Effect

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.ledger.actions import Posted
    from receiver.stipends.models import PayRun
    from receiver.stipends.queries import ResultCheck
    from receiver.stipends.rules.result_formats import ResultRow
    from receiver.stipends.rules.results import Verdict


def take_results(
    session: Session,
    actor: Actor,
    run: PayRun,
    data: bytes,
    *,
    form: str = queries.STANDARD_RESULTS,
    every_channel: bool = False,
) -> ResultCheck:
    """Take in a file of results for a run; the same file again, or the same rows in another one, change nothing.

    Only payments of this run, by a channel that the format belongs to, move; word on others waits for a person.
    With `every_channel` whoever brings the file answers for it: it is no provider's, but says what became of the run.

    Raises:
        NotReleased, UnknownFormat, ResultsTooLong, TableError, ResultsFaulty, BelongsElsewhere
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    plan_anew(session)
    run = queries.locked(session, run)
    rows = queries.read_results(session, run, data, form)
    sha256 = hashlib.sha256(data).hexdigest()
    file = _file(session, actor, run, sha256, form, len(rows), data)
    check = queries.judge_results(session, run, rows, form, sha256, every_channel=every_channel)
    if check.repeated:
        return check
    now = clock.now()
    moved = move_payments(session, _outcomes(check), now, file_id=file.id)
    exceptions = _queue(session, check, run, file, now)
    if any(_is_news_of(check, verdict, run) for verdict in check.verdicts):
        begin_reconciling(session, actor, run)
    posted = post_moved(session, actor, run, now) if moved else None
    file.state, file.taken_at, file.counts, file.content = ResultFileState.TAKEN, now, check.counts, None
    session.flush()
    _record(session, actor, check, run, file, posted, exceptions)
    return check


def store_results(
    session: Session,
    actor: Actor,
    run: PayRun,
    data: bytes,
    *,
    form: str = queries.STANDARD_RESULTS,
    rows: list[ResultRow] | None = None,
) -> ResultFile:
    """Keep a file of results for a run that could be read, sealed, for the background to take in.

    `rows` are those that were read from it already.

    Raises:
        NotReleased, UnknownFormat, ResultsTooLong, TableError, ResultsFaulty, BelongsElsewhere
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    rows = queries.read_results(session, run, data, form, rows)
    file = _file(session, actor, run, hashlib.sha256(data).hexdigest(), form, len(rows), data)
    audit.record(
        session,
        Kind.RESULTS_UPLOADED,
        actor,
        f"results:{file.id}",
        sha256=file.sha256,
        format=form,
        rows=len(rows),
        run=run.id,
    )
    return file


def reconcile_in_background(
    session: Session, actor: Actor, run: PayRun, file: ResultFile, *, url: str | None = None
) -> UUID:
    """Hand a kept file over to the background; the id is that of `/progress/<id>`, which leads on to `url`."""
    actor.demand(Permission.PAY_RUN_RECONCILE)
    work_id = f"results-{run.id}-{file.sha256[:32]}"
    return hand_over(session, "stipends.reconcile", work_id, actor=actor, url=url, run_id=run.id, file_id=file.id)


def take_stored(session: Session, actor: Actor, run: PayRun, file: ResultFile) -> ResultCheck:
    """Take in a file that was kept for a run; one that was taken in changes nothing and counts as known.

    Raises:
        NotFound: it was offered for another run since.
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    file = queries.locked(session, file)
    if file.content is None:
        return queries.taken_before(file)
    if file.run_id != run.id:
        raise NotFound
    data = vault.unseal_bytes(session, file.id, queries.result_place(file.id), file.content)
    return take_results(session, actor, run, data, form=file.format)


def _is_news_of(check: ResultCheck, verdict: Verdict, run: PayRun) -> bool:
    """Whether a row says something new about a payment of this run."""
    found = check.payments.get(verdict.row.end_to_end_id)
    return found is not None and found.facts.run == run.id and verdict.effect is not Effect.KNOWN


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
                reference_so_far=found.provider_reference,
            )
        )
    return outcomes


def _file(session: Session, actor: Actor, run: PayRun, sha256: str, form: str, rows: int, data: bytes) -> ResultFile:
    """The row of a file, which is there once for its content whoever brings it, for the run it was brought for last."""
    if is_known_file(session, sha256):
        file = queries.result_file_by_hash(session, sha256)
        if file.state is ResultFileState.WAITING:
            file.run_id, file.format = run.id, form
        return file
    file_id = new_id()
    content = vault.seal_bytes(session, file_id, queries.result_place(file_id), data)
    values = {
        "id": file_id,
        "run_id": run.id,
        "sha256": sha256,
        "format": form,
        "state": ResultFileState.WAITING,
        "rows": rows,
        "counts": {},
        "content": content,
        "uploaded_by": actor.user_id,
        "created_at": clock.now(),
    }
    statement = insert_for(session, ResultFile).values(values)
    session.execute(statement.on_conflict_do_nothing(index_elements=["sha256"]))
    return queries.result_file_by_hash(session, sha256)


def _queue(session: Session, check: ResultCheck, run: PayRun, file: ResultFile, now: datetime) -> int:
    """Queue rows that did not fit, each once for ever; says how many there are."""
    rows = [_exception(session, check, verdict, run, file, now) for verdict in check.verdicts if verdict.exception]
    if rows:
        session.execute(insert_for(session, ResultException).on_conflict_do_nothing(index_elements=["key"]), rows)
    return len(rows)


def _exception(
    session: Session, check: ResultCheck, verdict: Verdict, run: PayRun, file: ResultFile, now: datetime
) -> dict[str, object]:
    row, found, exception_id = verdict.row, check.payments.get(verdict.row.end_to_end_id), new_id()
    place = queries.exception_place(exception_id)
    return {
        "id": exception_id,
        "file_id": file.id,
        "run_id": run.id,
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
    session: Session,
    actor: Actor,
    check: ResultCheck,
    run: PayRun,
    file: ResultFile,
    posted: Posted | None,
    exceptions: int,
) -> None:
    facts: dict[str, Any] = dict(check.counts)
    if posted is not None and posted.count:
        facts |= posted.facts
    audit.record(
        session,
        Kind.PAY_RUN_RECONCILED,
        actor,
        f"results:{file.id}",
        sha256_of_file=check.sha256,
        format=file.format,
        rows=file.rows,
        run=run.id,
        queued=exceptions,
        **facts,
    )
