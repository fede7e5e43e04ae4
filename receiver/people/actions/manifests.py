"""Manifests: uploaded and sealed, their columns assigned, their rows checked, and cancelled. Nothing reaches people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from receiver import audit, vault
from receiver.audit import Kind
from receiver.kit.ids import new_id, new_reference
from receiver.people.actions.arrivals import check_programme_room
from receiver.people.actions.manifest_checks import ask_check, demand_open
from receiver.people.models import ManifestImport, ManifestRow
from receiver.people.queries import manifests as queries
from receiver.people.rules import ImportState, RowVerdict
from receiver.people.rules.manifest import (
    MANIFEST_PREFIX,
    KnownManifest,
    ManifestField,
    NothingLeft,
    RowsImported,
    guess_columns,
    structure_fault,
)
from receiver.people.rules.manifest_words import heading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Batch
    from receiver.people.queries.manifests import RowCells
    from receiver.people.rules.manifest_files import ManifestTable


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


def set_columns(
    session: Session, actor: Actor, found: ManifestImport, columns: Mapping[str, int], date_order: str | None = None
) -> UUID | None:
    """Say which column holds what, and check the rows; what was corrected or decided before begins anew.

    With `date_order` (“dmy” or “mdy”) dates are read that way from now on.

    Gives the id of the background work where there are many rows.

    Raises:
        ManifestOver
        TableError: a column that is needed is missing, or one is chosen twice.
    """
    assign_columns(session, actor, found, columns, date_order)
    return ask_check(session, actor, found)


def assign_columns(
    session: Session, actor: Actor, found: ManifestImport, columns: Mapping[str, int], date_order: str | None = None
) -> None:
    """Say which column holds what; the rows have no verdict yet.

    Raises:
        ManifestOver, RowsImported
        TableError: a column that is needed is missing, or one is chosen twice.
    """
    demand_whole(found)
    table = queries.table_of(session, found)
    fault = structure_fault(table.table.headers, columns)
    if fault is not None:
        raise fault
    found.columns, found.date_order = dict(columns), date_order or found.date_order
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
    order = found.date_order
    audit.record(session, Kind.IMPORT_MAPPED, actor, found.reference, columns=sorted(columns), date_order=order)


def cancel_manifest(session: Session, actor: Actor, found: ManifestImport) -> None:
    """Delete the upload and its rows, and the key they were sealed under. Nobody is imported.

    Raises:
        ManifestOver, RowsImported
    """
    demand_whole(found)
    session.execute(delete(ManifestRow).where(ManifestRow.import_id == found.id))
    found.file, found.state, found.counts = None, ImportState.REFUSED, {"rows": found.counts.get("rows", 0)}
    vault.destroy(session, found.id)
    session.flush()
    audit.record(session, Kind.IMPORT_REFUSED, actor, found.reference)


def leave_rest(session: Session, actor: Actor, found: ManifestImport, *, reason: str) -> None:
    """Say that the rows that are left over from an import are not wanted: they are deleted, and it is finished.

    Raises:
        ManifestOver, NothingLeft
    """
    demand_open(found)
    if found.merged_at is None:
        raise NothingLeft
    left = queries.rows_left(found)
    finish(session, found)
    audit.record(session, Kind.IMPORT_REST_LEFT, actor, found.reference, reason=reason, rows=left)


def finish(session: Session, found: ManifestImport) -> None:
    """Close a manifest of which something was imported: nothing that it held is kept but verdicts and numbers."""
    for row in queries.rows_of(session, found):
        row.cells = None
    found.counts = {**found.counts, **queries.verdict_counts(session, found)}
    found.file, found.state = None, ImportState.MERGED
    vault.destroy(session, found.id)
    session.flush()


def demand_whole(found: ManifestImport) -> None:
    """Refuse to change or delete as a whole what is closed, or of which rows became people already.

    Raises:
        ManifestOver, RowsImported
    """
    demand_open(found)
    if found.merged_at is not None:
        raise RowsImported


def _seal(
    session: Session, found: ManifestImport, row: ManifestRow, cells: Mapping[str, str], faults: Mapping[str, str]
) -> None:
    whole = json.dumps({"c": dict(cells), "f": dict(faults)}, ensure_ascii=False)
    row.cells = vault.seal(session, found.id, queries.cells_place(row.id), whole)


def keep_household(session: Session, found: ManifestImport, opened: RowCells) -> None:
    """Of a row that became somebody keep only what rows that are left need of it: the household and the day."""
    kept = (ManifestField.HOUSEHOLD, ManifestField.RELATIONSHIP, ManifestField.ARRIVAL_DATE)
    _seal(session, found, opened.row, {place.value: opened.cells[place] for place in kept if place in opened.cells}, {})


def write_cell(session: Session, found: ManifestImport, opened: RowCells, field: ManifestField, text: str) -> None:
    """Put another text into one cell of a row."""
    cells = {place.value: typed for place, typed in opened.cells.items()} | {field.value: text}
    faults = {place.value: code for place, code in opened.faults.items() if place is not field}
    _seal(session, found, opened.row, cells, faults)


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference(MANIFEST_PREFIX)
        if not session.scalar(select(exists().where(ManifestImport.reference == reference))):
            return reference
