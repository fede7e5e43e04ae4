"""Manifests on their way in: the sealed file and its rows, what they say, and whom they may mean."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, false, func, select

from receiver import i18n, vault
from receiver.access import Permission
from receiver.kit import clock
from receiver.kit.dates import PartialDate
from receiver.kit.errors import NotFound
from receiver.kit.ids import clean_reference
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.kit.text import clean_line, clean_text
from receiver.people.models import ManifestImport, ManifestRow, Person
from receiver.people.queries.persons import PersonCard, visible_ids, visible_people
from receiver.people.queries.searching import document_mark
from receiver.people.queries.twins import look_alikes
from receiver.people.rules import DocumentKind, DuplicateReason, ImportState, Likeness, RowVerdict, Trait
from receiver.people.rules.manifest import ManifestField
from receiver.people.rules.manifest_cells import Terms
from receiver.people.rules.manifest_files import ManifestTable
from receiver.people.rules.manifest_rows import Problem, RowRead, only_day, read_row, told_problems

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.dates import Order
    from receiver.people.rules.manifest_rows import RowValues

OPEN = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class RowCells:
    """What a row holds, as typed, and the cells that hold no text (by field, with the code of the fault)."""

    row: ManifestRow
    cells: dict[ManifestField, str]
    faults: dict[ManifestField, str]


def visible_imports(actor: Actor) -> Select[ManifestImport]:
    """The manifests for offices that this right of the actor reaches."""
    scope = actor.scope(Permission.MANIFEST_IMPORT)
    chosen = select(ManifestImport)
    if scope.everywhere:
        return chosen
    return chosen.where(ManifestImport.office_id.in_(scope.offices) if scope.offices else false())


def import_by_reference(session: Session, actor: Actor, reference: str) -> ManifestImport:
    """The manifest of this reference.

    Raises:
        NotFound: there is none, or it is for an office that the actor does not see.
    """
    found = session.scalar(visible_imports(actor).where(ManifestImport.reference == clean_reference(reference)))
    if found is None:
        raise NotFound
    return found


def unfinished_imports(session: Session, actor: Actor, *, limit: int = 10) -> Sequence[ManifestImport]:
    """Manifests that wait for somebody, the newest first."""
    waiting = visible_imports(actor).where(ManifestImport.state.in_(OPEN))
    return session.scalars(waiting.order_by(ManifestImport.id.desc()).limit(limit)).all()


def unfinished_count(session: Session, actor: Actor) -> int:
    """How many manifests wait for somebody."""
    waiting = visible_imports(actor).where(ManifestImport.state.in_(OPEN))
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def file_mark(session: Session, data: bytes) -> bytes:
    """The keyed hash under which a file is known again."""
    return vault.blind(session, "manifest_imports.fingerprint", hashlib.sha256(data).hexdigest())


def known_import(session: Session, programme_id: UUID, mark: bytes) -> ManifestImport | None:
    """The manifest of a programme that was uploaded with the same file, and not cancelled."""
    wanted = select(ManifestImport).where(
        ManifestImport.programme_id == programme_id,
        ManifestImport.fingerprint == mark,
        ManifestImport.state != ImportState.REFUSED,
    )
    return session.scalars(wanted.order_by(ManifestImport.id)).first()


def file_place(import_id: UUID) -> str:
    """Where the file of a manifest is sealed."""
    return vault.place("manifest_imports.file", import_id)


def cells_place(row_id: UUID) -> str:
    """Where the cells of a row are sealed."""
    return vault.place("manifest_rows.cells", row_id)


def table_of(session: Session, found: ManifestImport) -> ManifestTable:
    """The file as it was uploaded.

    Raises:
        NotFound: it is gone, because the manifest was imported or cancelled.
    """
    if found.file is None:
        raise NotFound
    return ManifestTable.unpack(vault.unseal_bytes(session, found.id, file_place(found.id), found.file))


def rows_of(session: Session, found: ManifestImport, numbers: Collection[int] | None = None) -> Sequence[ManifestRow]:
    """Every row of a manifest, or those of these numbers, in the order of the file."""
    wanted = select(ManifestRow).where(ManifestRow.import_id == found.id)
    if numbers is not None:
        wanted = wanted.where(ManifestRow.number.in_(numbers))
    return session.scalars(wanted.order_by(ManifestRow.number)).all()


def row_of(session: Session, found: ManifestImport, number: int) -> ManifestRow:
    """One row by its number in the spreadsheet.

    Raises:
        NotFound: there is none.
    """
    wanted = select(ManifestRow).where(ManifestRow.import_id == found.id, ManifestRow.number == number)
    row = session.scalar(wanted)
    if row is None:
        raise NotFound
    return row


def rows_page(
    session: Session, found: ManifestImport, verdict: RowVerdict, cursor: Cursor | None, total: int
) -> Page[ManifestRow]:
    """One page of the rows of a verdict, in the order of the file; the cursor is a number.

    While a manifest is open, rows that became people are not among them.
    """
    chosen = select(ManifestRow).where(ManifestRow.import_id == found.id, ManifestRow.verdict == verdict)
    if found.state in OPEN:
        chosen = chosen.where(ManifestRow.person_id.is_(None))
    back = cursor is not None and cursor.back
    if cursor is not None:
        place = cursor.place[0]
        chosen = chosen.where(ManifestRow.number < place if back else ManifestRow.number > place)
    order = ManifestRow.number.desc() if back else ManifestRow.number
    rows = session.scalars(chosen.order_by(order).limit(DEFAULT_SIZE + 1)).all()
    return Page.build(rows, DEFAULT_SIZE, lambda row: (row.number,), cursor=cursor, total=total)


def cells_of(session: Session, found: ManifestImport, rows: Sequence[ManifestRow]) -> list[RowCells]:
    """What rows hold; one that is imported holds nothing any more."""
    opened = []
    for row in rows:
        whole: dict[str, dict[str, str]] = {"c": {}, "f": {}}
        if row.cells is not None:
            whole = json.loads(vault.unseal(session, found.id, cells_place(row.id), row.cells))
        cells = {ManifestField(name): text for name, text in whole["c"].items()}
        opened.append(RowCells(row, cells, {ManifestField(name): code for name, code in whole["f"].items()}))
    return opened


def day_of(found: ManifestImport, opened: Sequence[RowCells]) -> date | None:
    """The one day of arrival that all the rows of a manifest name, for those of them that name none.

    Rows that are left out name nothing.
    """
    terms = terms_of(found)
    if not terms.needs_day:
        return None
    return only_day([each.cells.get(ManifestField.ARRIVAL_DATE, "") for each in opened if not each.row.left_out], terms)


def read_rows(found: ManifestImport, opened: Sequence[RowCells], day: date | None) -> list[RowRead]:
    """Rows read by the terms of their manifest; `day` is that of `day_of`."""
    terms = replace(terms_of(found), only_day=day)
    return [read_row(each.row.number, each.cells, terms, each.faults) for each in opened]


def terms_of(found: ManifestImport) -> Terms:
    """How a manifest is read: its order of day and month, and whether its rows must name a day."""
    order: Order = "mdy" if found.date_order == "mdy" else "dmy"
    return Terms(clock.today(i18n.zone()), order, needs_day=found.batch_id is None)


def verdict_counts(session: Session, found: ManifestImport, *, left: bool = False) -> dict[str, int]:
    """How many rows have each verdict, or of those that are `left` over from an import; and how many there are."""
    ours = ManifestRow.import_id == found.id
    numbers = select(ManifestRow.verdict, func.count()).where(ours)
    if left:
        numbers = numbers.where(ManifestRow.person_id.is_(None))
    counted = {verdict.value: count for verdict, count in session.execute(numbers.group_by(ManifestRow.verdict))}
    rows = session.scalar(select(func.count()).select_from(ManifestRow).where(ours)) or 0
    return {verdict.value: counted.get(verdict.value, 0) for verdict in RowVerdict} | {"rows": rows}


def rows_left(found: ManifestImport) -> int:
    """How many rows of an open manifest still wait; blank ones do not."""
    waiting = (verdict for verdict in RowVerdict if verdict is not RowVerdict.IGNORED)
    return sum(found.counts.get(verdict.value, 0) for verdict in waiting)


def trait_of(session: Session, row_id: UUID, values: RowValues, programme_id: UUID) -> Trait:
    """What is compared of a row."""
    identity, born = values.identity, values.identity.born
    marks = [document_mark(session, *values.document)] if values.document else []
    sending = []
    if values.sending_number:
        sending.append(document_mark(session, DocumentKind.SENDING_NUMBER, values.sending_number, programme_id))
    return Trait(
        id=row_id,
        names=identity.names,
        sex=identity.sex.value,
        birth=(born.year, born.month, born.day),
        nationality=identity.nationality,
        marks=frozenset(marks),
        sending_marks=frozenset(sending),
    )


def known_people(
    session: Session, actor: Actor, found: ManifestImport, row: ManifestRow, values: RowValues
) -> list[Likeness]:
    """Whom a row may mean, the likest first, among those whom the actor may see."""
    trait = trait_of(session, row.id, values, found.programme_id)
    return look_alikes(session, trait, visible_people(actor, Permission.MANIFEST_IMPORT))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a row means or may mean, with the reasons, and what is compared with the row."""

    card: PersonCard
    born: PartialDate
    nationality: str | None
    reasons: tuple[DuplicateReason, ...] = ()


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as the review shows it; its cells are without hidden signs, as they are read.

    `told` are its cells that could be read, so that a human sees what a date was taken for.
    """

    row: ManifestRow
    cells: dict[ManifestField, str]
    told: Mapping[ManifestField, Any]
    problems: tuple[Problem, ...]
    candidates: tuple[Candidate, ...]
    same_as: Candidate | None

    @property
    def name(self) -> str:
        """The name as it would be registered, without signs that turn or hide it."""
        return clean_line(self.cells.get(ManifestField.FULL_NAME, ""))

    @property
    def mends(self) -> dict[ManifestField, list[Problem]]:
        """The cells to correct, each with what is wrong with it, and after it others in which that can be put right."""
        offered: dict[ManifestField, list[Problem]] = {}
        for problem in self.problems:
            offered.setdefault(problem.field, []).append(problem)
            for other in problem.beside:
                offered.setdefault(other, [])
        return offered

    @property
    def household(self) -> str:
        """The text that it shares with those who live together."""
        return clean_line(self.cells.get(ManifestField.HOUSEHOLD, ""))


def row_views(session: Session, actor: Actor, found: ManifestImport, rows: Sequence[ManifestRow]) -> list[RowView]:
    """Rows with what is wrong with them in words, and whom they may mean, as far as the actor may see them."""
    meant = {UUID(other) for row in rows for other, _reasons in row.candidates}
    meant |= {one for row in rows for one in (row.same_as, row.person_id) if one is not None}
    seen = visible_ids(session, actor, Permission.MANIFEST_IMPORT, meant) if meant else set()
    known = _known(session, seen) if seen else {}
    terms = terms_of(found)
    views = []
    for each in cells_of(session, found, rows):
        read = read_row(each.row.number, each.cells, terms, each.faults)
        candidates = tuple(
            replace(known[UUID(other)], reasons=tuple(DuplicateReason(reason) for reason in reasons))
            for other, reasons in each.row.candidates
            if UUID(other) in known
        )
        same_as = each.row.same_as or each.row.person_id
        views.append(
            RowView(
                each.row,
                {place: clean_text(typed) for place, typed in each.cells.items()},
                read.told,
                tuple(told_problems(each.row.problems, read)),
                candidates,
                known.get(same_as) if same_as else None,
            )
        )
    return views


def _known(session: Session, ids: Collection[UUID]) -> dict[UUID, Candidate]:
    """What is shown of these people, the erased left out. The ids come from a query that is scoped already."""
    people = session.scalars(select(Person).where(Person.id.in_(ids), Person.erased_at.is_(None)))
    return {
        each.id: Candidate(
            PersonCard.of(each),
            PartialDate(each.birth_year, each.birth_month, each.birth_day, each.birth_precision),
            each.nationality,
        )
        for each in people
    }
