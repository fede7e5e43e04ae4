"""Households: who lives with whom, on which days, and who collects for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from receiver.kit.errors import NotFound
from receiver.kit.ids import clean_reference
from receiver.people.models import Household, HouseholdMember, Person
from receiver.people.queries.persons import people_cards, portions, visible_people

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor, Permission
    from receiver.people.queries.persons import PersonCard


@dataclass(frozen=True, slots=True)
class Together:
    """Days on which somebody else lived in a person's household and was in the country, both ends included."""

    person_id: UUID
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Collectors:
    """Who may collect for the members of a household."""

    household: str
    collector: PersonCard | None
    alternate: PersonCard | None


def household_of(session: Session, person: Person) -> Household | None:
    """The household in which somebody lives now."""
    return session.scalar(
        select(Household)
        .join(HouseholdMember, HouseholdMember.household_id == Household.id)
        .where(HouseholdMember.person_id == person.id, HouseholdMember.until.is_(None))
    )


def household_by_reference(session: Session, actor: Actor, reference: str, permission: Permission) -> Household:
    """The household of this reference.

    Raises:
        NotFound: there is none, or the actor sees none of its members.
    """
    seen = visible_people(actor, permission).with_only_columns(Person.id)
    members = select(HouseholdMember.household_id).where(HouseholdMember.person_id.in_(seen))
    wanted = select(Household).where(Household.reference == clean_reference(reference), Household.id.in_(members))
    household = session.scalar(wanted)
    if household is None:
        raise NotFound
    return household


def members_of(session: Session, household_id: UUID) -> Sequence[tuple[HouseholdMember, Person]]:
    """Who lives in a household now, with the person; the head first, then by age of the entry."""
    wanted = (
        select(HouseholdMember, Person)
        .join(Person, Person.id == HouseholdMember.person_id)
        .where(HouseholdMember.household_id == household_id, HouseholdMember.until.is_(None))
        .order_by((HouseholdMember.relationship != "head"), HouseholdMember.since, HouseholdMember.id)
    )
    return session.execute(wanted).all()


def living_with(session: Session, person: Person) -> list[Person]:
    """The others who live with somebody now and are here."""
    household = household_of(session, person)
    members = [member for _place, member in members_of(session, household.id)] if household else []
    return [one for one in members if one.id != person.id and one.arrived_on is not None and one.left_on is None]


def households_of(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The household of each of these people who lives in one now."""
    wanted = select(HouseholdMember.person_id, HouseholdMember.household_id).where(HouseholdMember.until.is_(None))
    return {
        person: household
        for some in portions(ids)
        for person, household in session.execute(wanted.where(HouseholdMember.person_id.in_(some)))
    }


def household_spans(
    session: Session, ids: Collection[UUID], first: date, last: date
) -> dict[UUID, tuple[Together, ...]]:
    """For each person the days between `first` and `last` that every other member lived with them and was here.

    Days count from the later of moving in and arriving to the earlier of moving out and leaving. People who live
    alone are not in the answer.
    """
    mine, theirs, other = aliased(HouseholdMember), aliased(HouseholdMember), aliased(Person)
    wanted = (
        select(mine.person_id, mine.since, mine.until, theirs, other.arrived_on, other.left_on)
        .join(theirs, (theirs.household_id == mine.household_id) & (theirs.person_id != mine.person_id))
        .join(other, other.id == theirs.person_id)
        .where(
            other.arrived_on <= last,
            mine.since <= last,
            theirs.since <= last,
            *(or_(end.is_(None), end >= first) for end in (mine.until, theirs.until, other.left_on)),
        )
        .order_by(theirs.since, theirs.id)
    )
    found: dict[UUID, list[Together]] = {}
    for some in portions(ids):
        rows = session.execute(wanted.where(mine.person_id.in_(some)))
        for person_id, since, until, member, arrived_on, left_on in rows:
            begins = max(day for day in (since, member.since, arrived_on) if day is not None)
            ends = min((day for day in (until, member.until, left_on) if day is not None), default=None)
            if ends is None or begins <= ends:
                found.setdefault(person_id, []).append(Together(member.person_id, begins, ends))
    return {person_id: tuple(spans) for person_id, spans in found.items()}


def household_sizes(session: Session, ids: Collection[UUID], on: date) -> dict[UUID, int]:
    """How many people live together on a day with each of these, themselves included: 1 for who lives alone."""
    spans = household_spans(session, ids, on, on)
    return {one: 1 + len({span.person_id for span in spans.get(one, ())}) for one in ids}


def collectors(session: Session, ids: Collection[UUID]) -> dict[UUID, Collectors]:
    """Who may collect for each of these people who lives in a household now."""
    places = households_of(session, ids)
    households = {
        one.id: one
        for some in portions(places.values())
        for one in session.scalars(select(Household).where(Household.id.in_(some)))
    }
    chosen = {who for one in households.values() for who in (one.collector_id, one.alternate_id) if who is not None}
    cards = people_cards(session, chosen)
    found = {}
    for person_id, household_id in places.items():
        household = households[household_id]
        collector, alternate = (
            cards.get(who) if who is not None else None for who in (household.collector_id, household.alternate_id)
        )
        found[person_id] = Collectors(household.reference, collector, alternate)
    return found


def collects_for(session: Session, person_id: UUID) -> Sequence[Household]:
    """The households for which somebody collects, as the first or as the alternate."""
    wanted = select(Household).where(or_(Household.collector_id == person_id, Household.alternate_id == person_id))
    return session.scalars(wanted).all()


def member_count(session: Session, household_id: UUID) -> int:
    """How many live in a household now."""
    wanted = select(func.count()).where(HouseholdMember.household_id == household_id, HouseholdMember.until.is_(None))
    return session.scalar(wanted) or 0
