"""Files of results: read, judged against the payments they name, and the rows that wait for a person."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import vault
from receiver.access import Permission
from receiver.kit.csvs import read_table
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.people.queries import portions
from receiver.stipends.models import Payment, PayRun, ResultException, ResultFile
from receiver.stipends.queries.base import limits
from receiver.stipends.rules.exceptions import (
    ExceptionState,
    ResultFileState,
    ResultsFaulty,
    ResultsTooLong,
    UnknownFormat,
)
from receiver.stipends.rules.results import (
    Effect,
    Fault,
    PaymentFacts,
    ResultRow,
    ResultStatus,
    Verdict,
    column_faults,
    judge_file,
    read_row,
    tally,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor

STANDARD_RESULTS = "csv:standard"
FORMATS = (STANDARD_RESULTS,)
_COLUMNS_MOST = 40
_CELL_MOST = 1_000
_MEGABYTE = 1_000_000
FAULTS_TOLD = 100
"""More faults than this are not looked for: the file is wrong as a whole."""


@dataclass(frozen=True, slots=True)
class Found:
    """A payment that a row names: its ids, and what is to be judged."""

    payment_id: UUID
    person_id: UUID
    run_id: UUID
    facts: PaymentFacts


@dataclass(frozen=True, slots=True)
class ResultCheck:
    """What a file does or would do: `counts` of `receiver reconcile --json`, and each row's verdict, in order.

    `payments` are those that the rows name, by end-to-end id; `runs` the names of their runs. `repeated` says that
    this very file was taken in before.
    """

    sha256: str
    counts: dict[str, int]
    verdicts: tuple[Verdict, ...]
    payments: dict[str, Found]
    repeated: bool = False


def read_results(session: Session, data: bytes, form: str = STANDARD_RESULTS) -> list[ResultRow]:
    """The rows of a file of results.

    Raises:
        UnknownFormat, ResultsTooLong
        TableError: it is no table, with row and column.
        ResultsFaulty: columns are missing, or else cells that cannot be read.
    """
    if form not in FORMATS:
        raise UnknownFormat(form=form, known=", ".join(FORMATS))
    most = limits(session)
    if len(data) > most.upload_most_mb * _MEGABYTE:
        raise ResultsTooLong(most=most.upload_most_mb)
    table = read_table(data, max_rows=most.most_rows, max_columns=_COLUMNS_MOST, max_cell=_CELL_MOST)
    if missing := column_faults(table.headers):
        raise ResultsFaulty(missing)
    rows: list[ResultRow] = []
    faults: list[Fault] = []
    for number, cells in table.records():
        row = read_row(number, cells)
        if isinstance(row, ResultRow):
            rows.append(row)
        elif len(faults) < FAULTS_TOLD:
            faults += row
    if faults:
        raise ResultsFaulty(faults)
    return rows


def check_results(session: Session, actor: Actor, data: bytes, form: str = STANDARD_RESULTS) -> ResultCheck:
    """What taking in a file would do now; nothing is written.

    Raises:
        RoleNeeded, and as `read_results`
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    return judge_results(session, read_results(session, data, form), hashlib.sha256(data).hexdigest())


def judge_results(session: Session, rows: Sequence[ResultRow], sha256: str) -> ResultCheck:
    """Judge rows against the payments as they are at this moment."""
    payments = payments_named(session, {row.end_to_end_id for row in rows})
    facts = {name: found.facts for name, found in payments.items()}
    verdicts = tuple(judge_file(rows, facts, _queued(session, rows)))
    file = select(ResultFile.id).where(ResultFile.sha256 == sha256, ResultFile.state == ResultFileState.TAKEN)
    return ResultCheck(sha256, tally(verdicts), verdicts, payments, session.scalar(file) is not None)


def payments_named(session: Session, names: Iterable[str]) -> dict[str, Found]:
    """The payments that have these end-to-end ids."""
    one = Payment
    moments = (one.settled_at, one.failed_at, one.returned_at, one.accepted_at)
    columns = (one.end_to_end_id, one.id, one.person_id, one.run_id, one.amount_minor, one.currency, one.state)
    found = {}
    for some in portions(names):
        wanted = select(*columns, *moments).where(one.end_to_end_id.in_(some))
        for name, payment, person, run, minor, currency, state, *reached in session.execute(wanted):
            taken = frozenset(status for status, at in zip(_TOLD, reached, strict=True) if at is not None)
            found[name] = Found(payment, person, run, PaymentFacts(name, Money(minor, currency), state, taken))
    return found


# A payment that reached a state was told so; then the same word again, however late it comes, is known.
_TOLD = (ResultStatus.SETTLED, ResultStatus.FAILED, ResultStatus.RETURNED, ResultStatus.PENDING)


def _queued(session: Session, rows: Sequence[ResultRow]) -> set[str]:
    """Keys of rows that wait for a decision already, or were decided."""
    times = Counter(row.fingerprint for row in rows)
    keys = [key if nth == 1 else f"{key}:{nth}" for key, most in times.items() for nth in range(1, most + 1)]
    wanted = select(ResultException.key)
    return {key for some in portions(keys) for key in session.scalars(wanted.where(ResultException.key.in_(some)))}


def runs_locked(session: Session, runs: Iterable[UUID]) -> Sequence[PayRun]:
    """These runs, locked, always in the same order, so that two files never wait for each other."""
    ids = sorted(set(runs))
    wanted = select(PayRun).where(PayRun.id.in_(ids)).order_by(PayRun.id)
    return session.scalars(wanted.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


def visible_exceptions(actor: Actor) -> Select[ResultException]:
    """Rows that did not fit, ready for filters and paging; they belong to no office.

    Raises:
        RoleNeeded
    """
    actor.demand(Permission.PAY_RUN_VIEW)
    return select(ResultException)


def open_exceptions(session: Session, actor: Actor, run: PayRun | None = None) -> Sequence[ResultException]:
    """Rows that wait for a decision, the oldest first: of a run, or all with those that belong to none."""
    wanted = visible_exceptions(actor).where(ResultException.state == ExceptionState.OPEN)
    if run is not None:
        wanted = wanted.where(ResultException.run_id == run.id)
    return session.scalars(wanted.order_by(ResultException.id)).all()


def exception_by_id(session: Session, actor: Actor, exception_id: UUID) -> ResultException:
    """One row that did not fit.

    Raises:
        NotFound
    """
    found = session.scalar(visible_exceptions(actor).where(ResultException.id == exception_id))
    if found is None:
        raise NotFound
    return found


def exception_place(exception_id: UUID) -> str:
    """Where the words of a provider about a row are sealed."""
    return vault.place("result_exceptions.reason", exception_id)


def exception_reason(session: Session, exception: ResultException) -> str:
    """What a provider said about a row; empty if nothing."""
    if exception.reason is None:
        return ""
    return vault.unseal(session, vault.HOUSE, exception_place(exception.id), exception.reason)


def result_place(file_id: UUID) -> str:
    """Where the bytes of a file of results are sealed while it waits."""
    return vault.place("result_files.content", file_id)


def is_known_file(session: Session, sha256: str) -> bool:
    """Whether a file with this content came before."""
    return session.scalar(select(ResultFile.id).where(ResultFile.sha256 == sha256)) is not None


def result_file_by_hash(session: Session, sha256: str) -> ResultFile:
    """The file with this content, locked: whoever brings the same one at the same time waits."""
    wanted = select(ResultFile).where(ResultFile.sha256 == sha256).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def taken_before(file: ResultFile) -> ResultCheck:
    """What a file that was taken in does when it comes again: every row is known."""
    counts = tally(()) | {Effect.KNOWN.value: file.rows}
    return ResultCheck(file.sha256, counts, (), {}, repeated=True)


def result_file(session: Session, file_id: UUID) -> ResultFile:
    """One file of results.

    Raises:
        NotFound
    """
    found = session.get(ResultFile, file_id)
    if found is None:
        raise NotFound
    return found
