"""The households of a manifest: rows with an equal text live together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver.kit.ids import new_id, new_reference
from receiver.kit.text import clean_text
from receiver.people.models import Arrival, Batch, Household, HouseholdMember, Person
from receiver.people.queries import households_of, portions
from receiver.people.queries import manifests as queries
from receiver.people.rules import HOUSEHOLD_PREFIX, Relationship
from receiver.people.rules.manifest import ManifestField
from receiver.people.rules.manifest_cells import read_household

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.people.models import ManifestImport
    from receiver.people.rules.manifest_cells import Household as Told

_TELLING = (ManifestField.HOUSEHOLD, ManifestField.RELATIONSHIP)
Row = tuple[Person, "Told | None", Batch]


def join_households(session: Session, rows: Sequence[Row]) -> int:
    """Let people who share a household in the manifest live together from their arrival; gives how many are new.

    Who lives somewhere already stays there, and the others join them; else the first, or who is named as the head,
    is the head and collects. Of whom the relationship is not told is another relative.
    """
    together: dict[str, list[Row]] = {}
    for row in rows:
        if row[1] is not None:
            together.setdefault(row[1].key, []).append(row)
    homes = households_of(session, [person.id for person, *_rest in rows])
    groups = [members for members in together.values() if _lives_together(members)]
    references = _free_references(session, len(groups))
    made: list[Household] = []
    places: list[HouseholdMember] = []
    for members in groups:
        free = list({row[0].id: row for row in members if row[0].id not in homes}.values())
        home, head = next((homes[row[0].id] for row in members if row[0].id in homes), None), None
        if home is None:
            head = next((row for row in free if _relationship(row) is Relationship.HEAD), free[0])
            made.append(Household(id=new_id(), reference=references.pop(), collector_id=head[0].id))
            home = made[-1].id
        for row in free:
            places.append(_place(home, row, head=row is head))
            homes[row[0].id] = home
    session.add_all(made)
    session.flush()
    session.add_all(places)
    session.flush()
    return len(made)


def imported_before(session: Session, found: ManifestImport) -> list[Row]:
    """The rows that an earlier import of this manifest took, of people who are still here: others may join them."""
    if found.merged_at is None:
        return []
    opened = [each for each in queries.cells_of(session, found, queries.rows_of(session, found)) if each.row.person_id]
    came = (
        select(Person, Batch)
        .join(Arrival, Arrival.person_id == Person.id)
        .join(Batch, Batch.id == Arrival.batch_id)
        .where(Batch.programme_id == found.programme_id, Person.erased_at.is_(None), Person.left_on.is_(None))
    )
    people = {
        person.id: (person, batch)
        for some in portions(each.row.person_id for each in opened)
        for person, batch in session.execute(came.where(Person.id.in_(some)).order_by(Batch.arrives_on, Batch.id))
    }
    rows = []
    for each in opened:
        if each.row.person_id in people:
            person, batch = people[each.row.person_id]
            typed = {place: clean_text(each.cells.get(place, "")) for place in _TELLING}
            rows.append((person, read_household(typed), batch))
    return rows


def _lives_together(members: Sequence[Row]) -> bool:
    """Whether a group is a household for us: more than one person, and of one office."""
    return len(members) > 1 and len({person.office_id for person, *_rest in members}) == 1


def _place(home: UUID, row: Row, *, head: bool) -> HouseholdMember:
    person, _told, batch = row
    told = _relationship(row)
    if head:
        told = Relationship.HEAD
    elif told is None or told is Relationship.HEAD:
        told = Relationship.RELATIVE
    since = person.arrived_on or batch.arrives_on
    return HouseholdMember(household_id=home, person_id=person.id, relationship=told, since=since)


def _relationship(row: Row) -> Relationship | None:
    return row[1].relationship if row[1] else None


def _free_references(session: Session, count: int) -> list[str]:
    """References that no household has."""
    free: set[str] = set()
    while len(free) < count:
        drawn = [new_reference(HOUSEHOLD_PREFIX) for _each in range(count - len(free))]
        free |= set(drawn) - set(session.scalars(select(Household.reference).where(Household.reference.in_(drawn))))
    return sorted(free)
