"""The review of a manifest by a human: one cell corrected, one likeness decided, one row left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import audit
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.people.actions.manifest_checks import (
    check_rows,
    decided,
    demand_open,
    demand_waiting,
    recount,
)
from receiver.people.actions.manifests import demand_whole, write_cell
from receiver.people.models import ManifestRow
from receiver.people.queries import manifests as queries
from receiver.people.rules import ImportState, RowDecision, RowVerdict
from receiver.people.rules.manifest import NotToDecide, RowsAgree

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import ManifestImport
    from receiver.people.rules.manifest import ManifestField


def fix_row(
    session: Session, actor: Actor, found: ManifestImport, number: int, field: ManifestField, text: str
) -> ManifestRow:
    """Put another text into one cell, and check the row again; the file that was uploaded stays as it was.

    Raises:
        NotFound, ManifestOver, RowImported
    """
    demand_open(found)
    row = queries.row_of(session, found, number)
    demand_waiting(row)
    write_cell(session, found, queries.cells_of(session, found, [row])[0], field, text)
    row.candidates, row.decision, row.same_as = [], None, None
    session.flush()
    check_rows(session, actor, found, {number})
    recount(session, found, ImportState.IN_REVIEW)
    told = audit.fingerprint(session, f"manifest.{field.value}", text)
    audit.record(session, Kind.IMPORT_ROW_FIXED, actor, found.reference, row=number, field=field.value, value=told)
    return row


def decide_row(
    session: Session,
    actor: Actor,
    found: ManifestImport,
    number: int,
    decision: RowDecision,
    same_as: UUID | None = None,
) -> ManifestRow:
    """Say whether a row is somebody known (`same_as`), somebody else, or that it is decided later.

    Raises:
        NotFound: no such row, or `same_as` is none of its candidates.
        NotToDecide: nobody looks like it.
        RowsAgree: another row is that person already.
        ManifestOver, RowImported
    """
    demand_open(found)
    row = queries.row_of(session, found, number)
    demand_waiting(row)
    if not row.candidates:
        raise NotToDecide(row=str(number))
    if decision is RowDecision.SAME and str(same_as) not in {other for other, _reasons in row.candidates}:
        raise NotFound
    if decision is not RowDecision.SAME:
        same_as = None
    _check_alone(session, row, same_as)
    row.decision, row.same_as, row.verdict = decision, same_as, decided(decision)
    row.decided_by = actor.user_id
    session.flush()
    recount(session, found, ImportState.IN_REVIEW)
    audit.record(
        session,
        Kind.IMPORT_DUPLICATE_DECIDED,
        actor,
        found.reference,
        person=same_as,
        row=number,
        decision=decision,
    )
    return row


def leave_row(session: Session, actor: Actor, found: ManifestImport, number: int) -> None:
    """Say that a row is not needed; rows that were wrong because of it get a new verdict.

    Raises:
        NotFound: no such row.
        NotToDecide: it counts for nothing, or is left out already.
        ManifestOver
        RowsImported: what is left over from an import is left out as a whole, with a reason.
    """
    demand_whole(found)
    row = queries.row_of(session, found, number)
    if row.verdict is RowVerdict.IGNORED:
        raise NotToDecide(row=str(number))
    row.verdict, row.decision, row.decided_by = RowVerdict.IGNORED, RowDecision.LATER, actor.user_id
    row.problems, row.candidates, row.same_as = [], [], None
    _check_beside(session, actor, found, number, left_out=True)


def take_row_back(session: Session, actor: Actor, found: ManifestImport, number: int) -> None:
    """Take back that a row is not needed, and check it again.

    Raises:
        NotFound: no such row.
        NotToDecide: it is not left out.
        ManifestOver
    """
    demand_open(found)
    row = queries.row_of(session, found, number)
    if not row.left_out:
        raise NotToDecide(row=str(number))
    row.decision, row.decided_by = None, None
    _check_beside(session, actor, found, number, left_out=False)


def _check_beside(session: Session, actor: Actor, found: ManifestImport, number: int, *, left_out: bool) -> None:
    """Check a row that was left out or taken back, with those that it concerns, and record it."""
    session.flush()
    check_rows(session, actor, found, {number})
    recount(session, found, ImportState.IN_REVIEW)
    audit.record(session, Kind.IMPORT_ROW_LEFT, actor, found.reference, row=number, left_out=left_out)


def _check_alone(session: Session, row: ManifestRow, same_as: UUID | None) -> None:
    """Refuse two rows that are one person."""
    if same_as is None:
        return
    wanted = select(ManifestRow.number).where(
        ManifestRow.import_id == row.import_id,
        ManifestRow.same_as == same_as,
        ManifestRow.verdict == RowVerdict.MATCH,
        ManifestRow.id != row.id,
    )
    other = session.scalars(wanted).first()
    if other is not None:
        raise RowsAgree(row=str(other))
