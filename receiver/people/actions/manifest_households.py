"""The households of a manifest: rows with an equal text live together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from receiver.kit.ids import new_id, new_reference
from receiver.people.models import Household, HouseholdMember
from receiver.people.queries import households_of
from receiver.people.rules import HOUSEHOLD_PREFIX, Relationship

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.people.models import Batch, Person
    from receiver.people.rules.manifest_rows import RowValues

Row = tuple["Person", "RowValues", "Batch"]


def join_households(session: Session, rows: Sequence[Row]) -> int:
    """Let people who share a household in the manifest live together from their arrival; gives how many are new.

    Who lives somewhere already stays there, and the others join them; else the first, or who is named as the head,
    is the head and collects. Of whom the relationship is not told is another relative.
    """
    together: dict[str, list[Row]] = {}
    for row in rows:
        if row[1].household is not None:
            together.setdefault(row[1].household.key, []).append(row)
    homes = households_of(session, [person.id for person, *_rest in rows])
    made = 0
    for members in together.values():
        one_office = len({person.office_id for person, *_rest in members}) == 1
        if len(members) > 1 and one_office:
            made += _join(session, members, homes)
    session.flush()
    return made


def _join(session: Session, members: Sequence[Row], homes: dict[UUID, UUID]) -> int:
    free = list(
        {person.id: (person, values, batch) for person, values, batch in members if person.id not in homes}.values()
    )
    known = next((homes[person.id] for person, *_rest in members if person.id in homes), None)
    head = None
    if known is None:
        head = next((row for row in free if _relationship(row) is Relationship.HEAD), free[0])
        household = Household(id=new_id(), reference=_free_reference(session), collector_id=head[0].id)
        session.add(household)
        session.flush()
    for row in free:
        person, _values, batch = row
        told = _relationship(row)
        if row is head:
            told = Relationship.HEAD
        elif told is None or told is Relationship.HEAD:
            told = Relationship.RELATIVE
        session.add(
            HouseholdMember(
                household_id=known or household.id,
                person_id=person.id,
                relationship=told,
                since=person.arrived_on or batch.arrives_on,
            )
        )
        homes[person.id] = known or household.id
    return int(known is None)


def _relationship(row: Row) -> Relationship | None:
    household = row[1].household
    return household.relationship if household else None


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference(HOUSEHOLD_PREFIX)
        if not session.scalar(select(exists().where(Household.reference == reference))):
            return reference
