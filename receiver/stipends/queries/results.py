"""Files of results: read, and judged against the payments they name."""

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
from receiver.partners.models import Programme
from receiver.people.queries import portions
from receiver.stipends.models import Payment, PayRun, ResultException, ResultFile
from receiver.stipends.queries.base import Limits, limits
from receiver.stipends.queries.runs import GONE_OUT
from receiver.stipends.rules.exceptions import (
    BelongsElsewhere,
    NotReleased,
    ResultFileState,
    ResultsFaulty,
    ResultsTooLong,
    UnknownFormat,
)
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.result_formats import (
    FORMATS,
    STANDARD,
    Fault,
    ResultFormat,
    ResultRow,
    ResultStatus,
    column_faults,
    read_row,
)
from receiver.stipends.rules.results import Effect, OfSeveralRuns, PaymentFacts, Scope, Verdict, judge_file, tally

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor

STANDARD_RESULTS = STANDARD.code
_COLUMNS_MOST = 40
_CELL_MOST = 1_000
_MEGABYTE = 1_000_000
FAULTS_TOLD = 100
"""More faults than this are not looked for: the file is wrong as a whole."""
RUNS_TOLD = 5
"""Of the runs that a file is about, when it is not about the one it was offered for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A payment that a row names: its ids, what is to be judged, and what the provider called its movement so far."""

    payment_id: UUID
    person_id: UUID
    facts: PaymentFacts
    provider_reference: str


@dataclass(frozen=True, slots=True)
class ResultCheck:
    """What a file does or would do: `counts` of `receiver reconcile --json`, and each row's verdict, in order.

    `payments` are those that the rows name, by end-to-end id. `before` is this very file, if it was taken in before.
    """

    sha256: str
    counts: dict[str, int]
    verdicts: tuple[Verdict, ...]
    payments: dict[str, Found]
    before: ResultFile | None = None

    @property
    def repeated(self) -> bool:
        """Whether this very file was taken in before."""
        return self.before is not None


def format_of(code: str) -> ResultFormat:
    """The format of this code.

    Raises:
        UnknownFormat
    """
    if code not in FORMATS:
        raise UnknownFormat(form=code, known=list(FORMATS))
    return FORMATS[code]


def formats_of(channels: Collection[Channel]) -> list[ResultFormat]:
    """The formats in which results of these channels can come."""
    return [form for form in FORMATS.values() if form.channels.intersection(channels)]


def read_results(
    session: Session, run: PayRun, data: bytes, form: str = STANDARD_RESULTS, rows: list[ResultRow] | None = None
) -> list[ResultRow]:
    """The rows of a file of results for a run; `rows` are those that were read from it already.

    Raises:
        NotReleased
        BelongsElsewhere: it names payments of other runs, and none of this one.
        and as `read_rows`
    """
    if run.state not in GONE_OUT:
        raise NotReleased
    rows = read_rows(limits(session), data, form) if rows is None else rows
    if file_taken(session, hashlib.sha256(data).hexdigest()) is None:
        _demand_place(session, run, {row.end_to_end_id for row in rows})
    return rows


def read_rows(most: Limits, data: bytes, form: str = STANDARD_RESULTS) -> list[ResultRow]:
    """The rows of a file of results, whatever they are about; nothing is asked of the database.

    Raises:
        UnknownFormat, ResultsTooLong
        TableError: it is no table, with row and column.
        ResultsFaulty: columns are missing, or else cells that cannot be read.
    """
    written = format_of(form)
    if len(data) > most.results_most_mb * _MEGABYTE:
        raise ResultsTooLong(most=most.results_most_mb)
    table = read_table(data, max_rows=most.results_most_rows, max_columns=_COLUMNS_MOST, max_cell=_CELL_MOST)
    if missing := column_faults(table.headers, written):
        raise ResultsFaulty(missing)
    rows: list[ResultRow] = []
    faults: list[Fault] = []
    for number, cells in table.records():
        row = read_row(number, cells, written)
        if isinstance(row, ResultRow):
            rows.append(row)
        elif len(faults) < FAULTS_TOLD:
            faults += row
    if faults:
        raise ResultsFaulty(faults)
    return rows


def run_of_results(session: Session, actor: Actor, data: bytes, form: str = STANDARD_RESULTS) -> PayRun:
    """The run that a file is about, where nobody said so: that of its payments, or the newest that went out.

    Raises:
        RoleNeeded, NotReleased, OfSeveralRuns, and as `read_rows`
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    if before := file_taken(session, hashlib.sha256(data).hexdigest()):
        return session.get_one(PayRun, before.run_id)
    found = _runs_named(session, {row.end_to_end_id for row in read_rows(limits(session), data, form)})
    if len(found) > 1:
        raise OfSeveralRuns(runs=sorted(found)[:RUNS_TOLD])
    if found:
        return session.get_one(PayRun, *found.values())
    newest = session.scalar(select(PayRun).where(PayRun.state.in_(GONE_OUT)).order_by(PayRun.id.desc()).limit(1))
    if newest is None:
        raise NotReleased
    return newest


def _demand_place(session: Session, run: PayRun, names: Collection[str]) -> None:
    """Refuse what was put on the wrong page as a whole: as exceptions it would be decided row by row."""
    mine = select(Payment.id).where(Payment.run_id == run.id).limit(1)
    if any(session.scalar(mine.where(Payment.end_to_end_id.in_(some))) for some in portions(names)):
        return
    if found := _runs_named(session, names):
        raise BelongsElsewhere(run=run.name, runs=sorted(found)[:RUNS_TOLD])


def _runs_named(session: Session, names: Collection[str]) -> dict[str, UUID]:
    """The runs of the payments that have these end-to-end ids, by name and programme."""
    wanted = select(PayRun.name, Programme.code, PayRun.id).join(Programme, Programme.id == PayRun.programme_id)
    wanted = wanted.join(Payment, Payment.run_id == PayRun.id).distinct()
    return {
        f"{name} ({code})": run
        for some in portions(names)
        for name, code, run in session.execute(wanted.where(Payment.end_to_end_id.in_(some)))
    }


def check_results(
    session: Session,
    actor: Actor,
    run: PayRun,
    data: bytes,
    form: str = STANDARD_RESULTS,
    *,
    every_channel: bool = False,
) -> ResultCheck:
    """What taking in a file for a run would do now; nothing is written.

    Raises:
        RoleNeeded, and as `read_results`
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    rows = read_results(session, run, data, form)
    sha256 = hashlib.sha256(data).hexdigest()
    return judge_results(session, run, rows, form, sha256, every_channel=every_channel)


def judge_results(
    session: Session, run: PayRun, rows: Sequence[ResultRow], form: str, sha256: str, *, every_channel: bool = False
) -> ResultCheck:
    """Judge rows that came for a run against the payments as they are at this moment."""
    if file := file_taken(session, sha256):
        return taken_before(file)
    payments = payments_named(session, {row.end_to_end_id for row in rows})
    facts = {name: found.facts for name, found in payments.items()}
    scope = Scope(run.id, frozenset(Channel) if every_channel else format_of(form).channels)
    verdicts = tuple(judge_file(rows, facts, scope, _queued(session, rows)))
    return ResultCheck(sha256, tally(verdicts), verdicts, payments)


def payments_named(session: Session, names: Iterable[str]) -> dict[str, Found]:
    """The payments that have these end-to-end ids."""
    one = Payment
    moments = (one.settled_at, one.failed_at, one.returned_at, one.accepted_at)
    columns = (one.end_to_end_id, one.id, one.person_id, one.provider_reference, one.run_id, one.channel)
    stands = (one.amount_minor, one.currency, one.state)
    found = {}
    for some in portions(names):
        wanted = select(*columns, *stands, *moments).where(one.end_to_end_id.in_(some))
        for name, payment, person, reference, run, channel, minor, currency, state, *reached in session.execute(wanted):
            taken = frozenset(status for status, at in zip(_TOLD, reached, strict=True) if at is not None)
            facts = PaymentFacts(name, run, channel, Money(minor, currency), state, taken)
            found[name] = Found(payment, person, facts, reference)
    return found


# A payment that reached a state was told so; then the same word again, however late it comes, is known.
_TOLD = (ResultStatus.SETTLED, ResultStatus.FAILED, ResultStatus.RETURNED, ResultStatus.PENDING)


def _queued(session: Session, rows: Sequence[ResultRow]) -> set[str]:
    """Keys of rows that wait for a decision already, or were decided."""
    times = Counter(row.fingerprint for row in rows)
    keys = [key if nth == 1 else f"{key}:{nth}" for key, most in times.items() for nth in range(1, most + 1)]
    wanted = select(ResultException.key)
    return {key for some in portions(keys) for key in session.scalars(wanted.where(ResultException.key.in_(some)))}


def result_place(file_id: UUID) -> str:
    """Where the bytes of a file of results are sealed while it waits."""
    return vault.place("result_files.content", file_id)


def is_known_file(session: Session, sha256: str) -> bool:
    """Whether a file with this content came before."""
    return session.scalar(select(ResultFile.id).where(ResultFile.sha256 == sha256)) is not None


def file_taken(session: Session, sha256: str) -> ResultFile | None:
    """The file with this content, if it was taken in, for whichever run."""
    wanted = select(ResultFile).where(ResultFile.sha256 == sha256, ResultFile.state == ResultFileState.TAKEN)
    return session.scalar(wanted)


def result_file_by_hash(session: Session, sha256: str) -> ResultFile:
    """The file with this content, locked: whoever brings the same one at the same time waits."""
    wanted = select(ResultFile).where(ResultFile.sha256 == sha256).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def taken_before(file: ResultFile) -> ResultCheck:
    """What a file that was taken in does when it comes again: every row is known."""
    counts = tally(()) | {Effect.KNOWN.value: file.rows}
    return ResultCheck(file.sha256, counts, (), {}, before=file)


def result_file(session: Session, file_id: UUID, run: PayRun | None = None) -> ResultFile:
    """One file of results; on the page of a run only what waits for it, or was taken in.

    Raises:
        NotFound
    """
    found = session.get(ResultFile, file_id)
    if found is None or (run is not None and not is_for(found, run)):
        raise NotFound
    return found


def is_for(file: ResultFile, run: PayRun) -> bool:
    """Whether a file can be looked at with a run: it waits for that one, or was taken in and does nothing any more."""
    return file.state is ResultFileState.TAKEN or file.run_id == run.id


def run_of_file(session: Session, file: ResultFile) -> tuple[PayRun, Programme]:
    """The run that a file came for, and its programme."""
    run = session.get_one(PayRun, file.run_id)
    return run, session.get_one(Programme, run.programme_id)
