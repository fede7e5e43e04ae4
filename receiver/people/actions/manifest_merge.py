"""A manifest becomes people: all that is right of it in one transaction, or nothing.

Rows that are wrong or undecided are left and stay sealed: the manifest is in review again until they are imported too,
or somebody says that they are not wanted.

People are written together instead of one by one, because on SQLite nobody else can write meanwhile, and with one
record in the audit chain. Look-alikes among everybody are looked for afterwards, in portions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import insert, select

from receiver import audit, background, vault
from receiver.audit import Kind
from receiver.kit import clock, names
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id, new_reference
from receiver.people.actions.arrivals import check_programme_room
from receiver.people.actions.manifest_checks import demand_open
from receiver.people.actions.manifest_households import imported_before, join_households
from receiver.people.actions.manifest_parts import Taken, batches_for, write_arrivals, write_papers, write_speech_of
from receiver.people.actions.manifests import finish, keep_household
from receiver.people.actions.persons import identity_columns
from receiver.people.actions.twins import look_again
from receiver.people.models import (
    ManifestImport,
    NameKey,
    Person,
    PossibleDuplicate,
)
from receiver.people.queries import manifests as queries
from receiver.people.queries import names_of, portions
from receiver.people.rules import (
    PREFIX,
    DuplicateState,
    ImportState,
    RowDecision,
    RowVerdict,
    share_a_number,
)
from receiver.people.rules.manifest import ManifestChanged, ManifestNotChecked, NothingToImport

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy.orm import Session

    from receiver.access import Actor

MERGE = "people.merge_manifest"
IMPORTED = (RowVerdict.NEW, RowVerdict.MATCH)


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import brought: ids of the people who are new, and counts."""

    people: tuple[UUID, ...]
    counts: dict[str, object] = field(default_factory=dict)


def ask_merge(session: Session, actor: Actor, found: ManifestImport) -> UUID:
    """Hand the import over to the background as the manifest stands now; gives the id of the work.

    Raises:
        ManifestOver, ManifestNotChecked, NothingToImport, ProgrammeFull, ProgrammeClosed
    """
    check_ready(session, found)
    return background.hand_over(
        session,
        MERGE,
        f"manifest-{found.reference}-merge-{found.version}",
        actor=actor,
        url=f"/arrivals/imports/{found.reference}",
        manifest=found.id,
        version=found.version,
    )


def check_ready(session: Session, found: ManifestImport) -> None:
    """Refuse an import before its rows are checked, of nobody, or of more people than the programme allows.

    Raises:
        ManifestOver, ManifestNotChecked, NothingToImport, ProgrammeFull, ProgrammeClosed
    """
    demand_open(found)
    if found.state is ImportState.UPLOADED:
        raise ManifestNotChecked
    if not any(found.counts.get(verdict.value) for verdict in IMPORTED):
        raise NothingToImport
    check_programme_room(session, found.programme_id, found.counts.get(RowVerdict.NEW.value, 0))


def merge_manifest(
    session: Session,
    actor: Actor,
    import_id: UUID,
    *,
    version: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Merged:
    """Make people of the rows that are right, once: what is imported already gives nobody new.

    The rows that are wrong or undecided are left, and wait. Where none is left, rows and their key are destroyed; the
    file is deleted in any case.

    Raises:
        ManifestOver, ManifestNotChecked, NothingToImport, ProgrammeFull, ProgrammeClosed
        ManifestChanged: it is not the `version` that was confirmed.
        NotFound
    """
    found = session.get(ManifestImport, import_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    if found.state is ImportState.MERGED:
        return Merged((), dict(found.counts))
    if version is not None and version != found.version:
        raise ManifestChanged
    check_ready(session, found)
    taken = _people(session, actor, found)
    vault.warm(session, [each.person.id for each in taken], create=True)
    for number, each in enumerate(taken, 1):
        write_papers(session, found, each)
        write_speech_of(session, each)
        if progress is not None:
            progress(number, len(taken))
    write_arrivals(session, taken)
    rows = [(each.person, each.values.household, each.batch) for each in taken]
    households = join_households(session, [*imported_before(session, found), *rows])
    _settle(session, taken)
    return _close(session, actor, found, taken, households)


def look_for_twins(session: Session, actor: Actor, ids: Collection[UUID]) -> int:
    """Look for records that may be the same as these new ones, and note them; gives how many are to decide."""
    found = 0
    for some in portions(ids):
        people = session.scalars(select(Person).where(Person.id.in_(some)).order_by(Person.id))
        found += sum(len(look_again(session, actor, person)) for person in people.all())
    return found


def _people(session: Session, actor: Actor, found: ManifestImport) -> list[Taken]:
    """The rows that count, each with its person: made, or known."""
    opened = queries.cells_of(session, found, queries.rows_of(session, found))
    chosen = [
        (each.row, read.values)
        for each, read in zip(opened, queries.read_rows(found, opened, queries.day_of(found, opened)), strict=True)
        if each.row.verdict in IMPORTED and each.row.person_id is None and read.values is not None
    ]
    known_ids = {row.same_as for row, _values in chosen if row.same_as is not None}
    known = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(known_ids)))}
    batches = batches_for(session, actor, found, [values.arrives_on for _row, values in chosen])
    references = _references(session, len(chosen))
    taken = []
    for row, values in chosen:
        batch = batches[values.arrives_on]
        if row.verdict is RowVerdict.MATCH:
            if row.same_as is None or known[row.same_as].erased_at is not None:
                raise ManifestChanged
            taken.append(Taken(row, values, known[row.same_as], batch, new=False))
            continue
        columns = identity_columns(values.identity)
        person = Person(id=new_id(), reference=references.pop(), office_id=found.office_id, **columns)
        person.languages = list(values.languages)
        session.add(person)
        taken.append(Taken(row, values, person, batch, new=True))
    session.flush()
    keys = [
        {"person_id": each.person.id, "key": key}
        for each in taken
        if each.new
        for key in sorted(set().union(*(names.search_keys(name) for name in names_of(each.person))))
    ]
    if keys:
        session.execute(insert(NameKey), keys)
    return taken


def _references(session: Session, count: int) -> list[str]:
    """References that nobody has."""
    free: set[str] = set()
    while len(free) < count:
        drawn = [new_reference(PREFIX) for _each in range(count - len(free))]
        taken = set(session.scalars(select(Person.reference).where(Person.reference.in_(drawn))))
        free |= set(drawn) - taken
    return sorted(free)


def _settle(session: Session, taken: Sequence[Taken]) -> None:
    """Keep what a human said of rows that are somebody else; where a number is shared, a second human must look."""
    for each in taken:
        if each.row.decision is not RowDecision.OTHER:
            continue
        for other, reasons in each.row.candidates:
            if not share_a_number(reasons):
                _note_different(session, each, other, reasons)
    session.flush()


def _note_different(session: Session, taken: Taken, other: str, reasons: list[str]) -> None:
    person = session.scalar(select(Person.id).where(Person.id == UUID(other), Person.erased_at.is_(None)))
    if person is None:
        return
    first, second = sorted((taken.person.id, person))
    session.add(
        PossibleDuplicate(
            a_id=first,
            b_id=second,
            score=0,
            reasons=reasons,
            state=DuplicateState.DIFFERENT,
            raised_by=taken.row.decided_by,
            decided_by=taken.row.decided_by,
            decided_at=clock.now(),
        )
    )


def _close(session: Session, actor: Actor, found: ManifestImport, taken: Sequence[Taken], households: int) -> Merged:
    opened = queries.cells_of(session, found, [each.row for each in taken])
    for each in taken:
        each.row.person_id = each.person.id
    session.flush()
    new = tuple(each.person.id for each in taken if each.new)
    brought = {"people": len(new), "known": len(taken) - len(new), "households": households}
    so_far = {name: found.counts.get(name, 0) + number for name, number in brought.items()}
    batches = sorted({*found.counts.get("batches", ()), *(each.batch.slug for each in taken)})
    found.counts = {**queries.verdict_counts(session, found, left=True), **so_far, "batches": batches}
    found.file, found.state, found.merged_at = None, ImportState.IN_REVIEW, clock.now()
    if not queries.rows_left(found):
        if len(batches) == 1:
            found.batch_id = taken[0].batch.id
        finish(session, found)
    else:
        for row in opened:
            keep_household(session, found, row)
    session.flush()
    audit.record(session, Kind.IMPORT_MERGED, actor, found.reference, counts=found.counts, file=found.fingerprint.hex())
    return Merged(new, dict(found.counts))
