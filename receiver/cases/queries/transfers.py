"""Who stays behind where people move to another office, and who collects for them then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver import i18n
from receiver.kit import clock
from receiver.kit.dates import age
from receiver.people.frame import born_of
from receiver.people.models import Person
from receiver.people.queries import household_of
from receiver.people.queries.households import living_with

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

_OF_AGE = 18


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A household out of which somebody moves: who stays, who of them is a child, and who collects afterwards."""

    people: tuple[Person, ...]
    children: tuple[Person, ...]
    collector: Person | None
    gives_up: bool
    """Whether somebody who moves collected for it, as the first or the alternate."""


def left_behind(session: Session, moving: Sequence[Person]) -> list[LeftBehind]:
    """The households that these people leave with somebody in them, each once."""
    going = {person.id for person in moving}
    today = clock.today(i18n.zone())
    found: dict[UUID, LeftBehind] = {}
    for person in moving:
        household = household_of(session, person)
        if household is None or household.id in found:
            continue
        people = tuple(one for one in living_with(session, person) if one.id not in going)
        if not people:
            continue
        collect = [household.collector_id, household.alternate_id]
        left = [one for one in collect if one is not None and one not in going]
        years = {one.id: age(born_of(one), today) for one in people}
        children = tuple(one for one in people if (old := years[one.id]) is not None and old < _OF_AGE)
        collector = session.get(Person, left[0]) if left else None
        found[household.id] = LeftBehind(people, children, collector, gives_up=bool(going & set(collect)))
    return list(found.values())
