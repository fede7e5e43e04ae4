"""Households: begun, moved into, moved out of, and who collects for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from receiver import audit, i18n
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id, new_reference
from receiver.people.models import Household, HouseholdMember
from receiver.people.queries import collects_for, households_of, members_of
from receiver.people.rules import (
    HOUSEHOLD_PREFIX,
    LivesInHousehold,
    MovedInAfterwards,
    NotInHousehold,
    OtherOffice,
    Relationship,
    check_collector,
)

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person


def begin_household(session: Session, actor: Actor, head: Person, *, since: date) -> Household:
    """Begin a household with its head, who collects until somebody else is chosen.

    Raises:
        LivesInHousehold
    """
    _check_free(session, head)
    household = Household(id=new_id(), reference=_free_reference(session), collector_id=head.id)
    session.add(household)
    session.flush()
    _move_in(session, actor, household, head, relationship=Relationship.HEAD, since=since)
    return household


def join_household(
    session: Session, actor: Actor, household: Household, person: Person, *, relationship: Relationship, since: date
) -> None:
    """Let somebody move into a household.

    Raises:
        LivesInHousehold, OtherOffice
    """
    _check_free(session, person)
    if any(member.office_id != person.office_id for _place, member in members_of(session, household.id)):
        raise OtherOffice(reference=person.reference)
    _move_in(session, actor, household, person, relationship=relationship, since=since)


def leave_household(
    session: Session, actor: Actor, household: Household, person: Person, *, on: date | None = None
) -> None:
    """Let somebody move out; `on` is the last day there. What they collected for others falls to the alternate.

    Whoever moves out on the day of moving in was never there: it was an error. Without `on` they move out today, or
    never move in where that lies ahead.

    Raises:
        NotInHousehold, MovedInAfterwards
    """
    place = _place_of(session, household, person)
    on = on or max(clock.today(i18n.zone()), place.since)
    if on < place.since:
        raise MovedInAfterwards
    if on == place.since:
        session.delete(place)
    else:
        place.until = on
    session.flush()
    audit.record(session, Kind.HOUSEHOLD_CHANGED, actor, household.reference, person=person.id, act="left", on=on)
    give_up_collecting(session, actor, person)


def begin_on_arrival(session: Session, actor: Actor, person: Person, day: date, *, was: date | None = None) -> None:
    """Let the places in a household that began with somebody's arrival begin on the real day of it.

    Until somebody is here, every place begins with the arrival; afterwards, those that began on the day it `was`.
    """
    wanted = (
        select(HouseholdMember, Household.reference)
        .join(Household, Household.id == HouseholdMember.household_id)
        .where(
            HouseholdMember.person_id == person.id,
            HouseholdMember.since != day,
            or_(HouseholdMember.until.is_(None), HouseholdMember.until >= day),
        )
        .order_by(HouseholdMember.id)
    )
    if was is not None:
        wanted = wanted.where(HouseholdMember.since == was)
    for place, reference in session.execute(wanted).all():
        before, place.since = place.since, day
        audit.record(
            session, Kind.HOUSEHOLD_CHANGED, actor, reference, person=person.id, act="arrived", on=day, was=before
        )


def change_member(
    session: Session, actor: Actor, household: Household, person: Person, *, relationship: Relationship
) -> None:
    """Correct how somebody is related to the head.

    Raises:
        NotInHousehold
    """
    _place_of(session, household, person).relationship = relationship
    audit.record(
        session,
        Kind.HOUSEHOLD_CHANGED,
        actor,
        household.reference,
        person=person.id,
        act="related",
        relationship=relationship,
    )


def set_collectors(
    session: Session, actor: Actor, household: Household, *, collector_id: UUID | None, alternate_id: UUID | None
) -> None:
    """Choose who collects for a household, and who does when that person cannot.

    Raises:
        CollectorOutsideHousehold
    """
    members = [person.id for _place, person in members_of(session, household.id) if person.left_on is None]
    check_collector(members, collector_id, alternate_id)
    household.collector_id, household.alternate_id = collector_id, alternate_id
    _record_collectors(session, actor, household)


def give_up_collecting(session: Session, actor: Actor, person: Person) -> None:
    """Let somebody who has gone collect for nobody: the alternate takes over."""
    for household in collects_for(session, person.id):
        if household.collector_id == person.id:
            household.collector_id = household.alternate_id
        household.alternate_id = None
        _record_collectors(session, actor, household)


def _check_free(session: Session, person: Person) -> None:
    if person.id in households_of(session, [person.id]):
        raise LivesInHousehold(reference=person.reference)


def _move_in(
    session: Session, actor: Actor, household: Household, person: Person, *, relationship: Relationship, since: date
) -> None:
    session.add(HouseholdMember(household_id=household.id, person_id=person.id, relationship=relationship, since=since))
    session.flush()
    audit.record(
        session,
        Kind.HOUSEHOLD_CHANGED,
        actor,
        household.reference,
        person=person.id,
        act="joined",
        relationship=relationship,
        on=since,
    )


def _place_of(session: Session, household: Household, person: Person) -> HouseholdMember:
    wanted = select(HouseholdMember).where(
        HouseholdMember.household_id == household.id,
        HouseholdMember.person_id == person.id,
        HouseholdMember.until.is_(None),
    )
    place = session.scalar(wanted)
    if place is None:
        raise NotInHousehold(reference=person.reference)
    return place


def _record_collectors(session: Session, actor: Actor, household: Household) -> None:
    audit.record(
        session,
        Kind.COLLECTOR_CHANGED,
        actor,
        household.reference,
        person=household.collector_id,
        collector=household.collector_id,
        alternate=household.alternate_id,
    )


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference(HOUSEHOLD_PREFIX)
        if not session.scalar(select(exists().where(Household.reference == reference))):
            return reference
