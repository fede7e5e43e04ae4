"""Manifests: uploaded and sealed, their columns assigned, their rows checked, and cancelled. Nothing reaches people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select
from sqlalchemy.orm.attributes import flag_modified

from receiver import audit, background, vault
from receiver.audit import Kind
from receiver.kit.ids import new_id, new_reference
from receiver.people.actions.arrivals import check_programme_room
from receiver.people.models import ManifestImport, ManifestRow
from receiver.people.queries import manifests as queries
from receiver.people.rules import ImportState, RowDecision, RowVerdict
from receiver.people.rules.manifest import (
    MANIFEST_PREFIX,
    KnownManifest,
    ManifestField,
    ManifestOver,
    guess_columns,
    structure_fault,
)
from receiver.people.rules.manifest_rows import Problem, across
from receiver.people.rules.manifest_words import heading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Batch
    from receiver.people.queries.manifests import RowCells
    from receiver.people.rules import Likeness
    from receiver.people.rules.manifest_files import ManifestTable
    from receiver.people.rules.manifest_rows import RowRead

AT_ONCE = 100
"""Rows that are checked while somebody waits; more are checked in the background."""
CHECK = "people.check_manifest"


@dataclass(frozen=True)
class Sent:
    """A manifest file: its bytes, only to know it again, and the table that was read from it."""

    data: bytes
    table: ManifestTable
    date_order: str = "dmy"


def upload_manifest(
    session: Session, actor: Actor, sent: Sent, *, programme_id: UUID, office_id: UUID, batch: Batch | None = None
) -> ManifestImport:
    """Take in a manifest for a programme and an office, sealed under a key of its own; its columns are guessed.

    With `batch` all its people come with that arrival; else each row says the day.

    Raises:
        KnownManifest: the same file came before for this programme and was not cancelled.
        ProgrammeClosed
    """
    check_programme_room(session, programme_id, 0)  # locks: of two that send the same file, one finds the other
    mark = queries.file_mark(session, sent.data)
    known = queries.known_import(session, programme_id, mark)
    if known is not None:
        raise KnownManifest(reference=known.reference)
    made = ManifestImport(
        id=new_id(),
        reference=_free_reference(session),
        programme_id=programme_id,
        office_id=office_id,
        batch_id=batch.id if batch else None,
        uploaded_by=actor.user_id,
        fingerprint=mark,
        state=ImportState.UPLOADED,
        columns=guess_columns(sent.table.table.headers, heading),
        date_order=sent.date_order,
        counts={"rows": len(sent.table.table.rows)},
    )
    made.file = vault.seal_bytes(session, made.id, queries.file_place(made.id), sent.table.pack())
    session.add(made)
    session.flush()
    audit.record(
        session,
        Kind.IMPORT_UPLOADED,
        actor,
        made.reference,
        programme=programme_id,
        office=office_id,
        rows=len(sent.table.table.rows),
        file=mark.hex(),
    )
    return made


def set_columns(session: Session, actor: Actor, found: ManifestImport, columns: Mapping[str, int]) -> UUID | None:
    """Say which column holds what, and check the rows; what was corrected or decided before begins anew.

    Gives the id of the background work where there are many rows.

    Raises:
        ManifestOver
        TableError: a column that is needed is missing, or one is chosen twice.
    """
    assign_columns(session, actor, found, columns)
    return ask_check(session, actor, found)


def assign_columns(session: Session, actor: Actor, found: ManifestImport, columns: Mapping[str, int]) -> None:
    """Say which column holds what; the rows have no verdict yet.

    Raises:
        ManifestOver
        TableError: a column that is needed is missing, or one is chosen twice.
    """
    demand_open(found)
    table = queries.table_of(session, found)
    fault = structure_fault(table.table.headers, columns)
    if fault is not None:
        raise fault
    found.columns = dict(columns)
    session.execute(delete(ManifestRow).where(ManifestRow.import_id == found.id))
    for row in table.table.rows:
        cells = {name: row.cells[place] for name, place in columns.items() if row.cells[place].strip()}
        faults = {
            name: table.faults[row.number, place]
            for name, place in columns.items()
            if (row.number, place) in table.faults
        }
        made = ManifestRow(id=new_id(), import_id=found.id, number=row.number, verdict=RowVerdict.IGNORED)
        _seal(session, found, made, cells, faults)
        session.add(made)
    found.state, found.counts = ImportState.UPLOADED, {"rows": len(table.table.rows)}
    session.flush()
    audit.record(session, Kind.IMPORT_MAPPED, actor, found.reference, columns=sorted(columns))


def ask_check(session: Session, actor: Actor, found: ManifestImport) -> UUID | None:
    """Check every row now, or in the background where there are many; then gives the id of the work.

    Raises:
        ManifestOver
    """
    demand_open(found)
    if found.counts.get("rows", 0) <= AT_ONCE:
        check_manifest(session, actor, found)
        return None
    return background.hand_over(
        session,
        CHECK,
        f"manifest-{found.reference}-check-{found.version}",
        actor=actor,
        url=f"/arrivals/imports/{found.reference}",
        manifest=found.id,
    )


def check_manifest(session: Session, actor: Actor, found: ManifestImport) -> None:
    """Check every row anew, against the others and against the people who are known by now.

    Raises:
        ManifestOver
    """
    check_rows(session, actor, found)
    end_check(session, actor, found)


@dataclass(frozen=True)
class Beside:
    """What only all rows together tell: the one day of arrival, and what is wrong with a row because of another."""

    day: date | None
    problems: dict[int, list[Problem]]


def look_beside(session: Session, found: ManifestImport) -> Beside:
    """Hold the rows of a manifest against one another."""
    opened = queries.cells_of(session, found, queries.rows_of(session, found))
    day = queries.day_of(found, opened)
    return Beside(day, across(queries.read_rows(found, opened, day)))


def check_rows(
    session: Session,
    actor: Actor,
    found: ManifestImport,
    numbers: Collection[int] | None = None,
    beside: Beside | None = None,
) -> None:
    """Give a verdict on these rows, or on all of them.

    Without `beside`, which is known in the background, other rows that they concern get a new one too.

    Raises:
        ManifestOver
    """
    demand_open(found)
    known = beside or look_beside(session, found)
    rows = queries.rows_of(session, found, numbers if beside else None)
    opened = queries.cells_of(session, found, rows)
    with session.no_autoflush:  # verdicts do not tell who is known
        for each, read in zip(opened, queries.read_rows(found, opened, known.day), strict=True):
            problems = [*read.problems, *known.problems.get(read.number, ())]
            told = [_told(problem) for problem in problems]
            if numbers is None or read.number in numbers or told != each.row.problems:
                _judge(session, actor, found, each, read, told)
    session.flush()


def end_check(session: Session, actor: Actor, found: ManifestImport) -> None:
    """Count the verdicts once every row has one."""
    recount(session, found, ImportState.CHECKED)
    audit.record(session, Kind.IMPORT_CHECKED, actor, found.reference, counts=found.counts)


def recount(session: Session, found: ManifestImport, state: ImportState) -> None:
    """Count the verdicts anew; the manifest gets a new version even where the numbers are the same."""
    found.counts, found.state = queries.verdict_counts(session, found), state
    flag_modified(found, "counts")
    session.flush()


def cancel_manifest(session: Session, actor: Actor, found: ManifestImport) -> None:
    """Delete the upload and its rows, and the key they were sealed under. Nobody is imported.

    Raises:
        ManifestOver
    """
    demand_open(found)
    session.execute(delete(ManifestRow).where(ManifestRow.import_id == found.id))
    found.file, found.state, found.counts = None, ImportState.REFUSED, {"rows": found.counts.get("rows", 0)}
    vault.destroy(session, found.id)
    session.flush()
    audit.record(session, Kind.IMPORT_REFUSED, actor, found.reference)


def demand_open(found: ManifestImport) -> None:
    """Refuse to change what was imported or cancelled.

    Raises:
        ManifestOver
    """
    if found.state not in queries.OPEN:
        raise ManifestOver(state=found.state.label)


def _seal(
    session: Session, found: ManifestImport, row: ManifestRow, cells: Mapping[str, str], faults: Mapping[str, str]
) -> None:
    whole = json.dumps({"c": dict(cells), "f": dict(faults)}, ensure_ascii=False)
    row.cells = vault.seal(session, found.id, queries.cells_place(row.id), whole)


def write_cell(session: Session, found: ManifestImport, opened: RowCells, field: ManifestField, text: str) -> None:
    """Put another text into one cell of a row."""
    cells = {place.value: typed for place, typed in opened.cells.items()} | {field.value: text}
    faults = {place.value: code for place, code in opened.faults.items() if place is not field}
    _seal(session, found, opened.row, cells, faults)


def _told(problem: Problem) -> list[object]:
    """A problem as it is stored: never what was typed."""
    return [problem.field.value, problem.code, problem.row]


def _judge(
    session: Session,
    actor: Actor,
    found: ManifestImport,
    opened: RowCells,
    read: RowRead,
    problems: list[list[object]],
) -> None:
    row = opened.row
    row.problems = problems
    if problems or read.values is None:
        row.verdict = RowVerdict.WRONG if problems else RowVerdict.IGNORED
        row.candidates, row.decision, row.same_as = [], None, None
        return
    likenesses = queries.known_people(session, actor, found, row, read.values)
    candidates = [[str(each.other), [reason.value for reason in each.reasons]] for each in likenesses]
    if candidates != row.candidates:
        row.candidates, row.decision, row.same_as = candidates, None, None
    if row.decision is None:
        row.verdict, row.same_as = _verdict(likenesses)


def _verdict(likenesses: Sequence[Likeness]) -> tuple[RowVerdict, UUID | None]:
    """What likenesses mean before a human has said anything: only one certain one is believed."""
    certain = [each for each in likenesses if each.certain]
    if len(certain) == 1:
        return RowVerdict.MATCH, certain[0].other
    return (RowVerdict.DECIDE if likenesses else RowVerdict.NEW), None


def decided(decision: RowDecision) -> RowVerdict:
    """What a row is once a human has decided."""
    verdicts = {RowDecision.SAME: RowVerdict.MATCH, RowDecision.OTHER: RowVerdict.NEW}
    return verdicts.get(decision, RowVerdict.DECIDE)


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference(MANIFEST_PREFIX)
        if not session.scalar(select(exists().where(ManifestImport.reference == reference))):
            return reference
