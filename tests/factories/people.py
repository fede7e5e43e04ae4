"""People, households and arrivals."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any

from receiver.kit.dates import PartialDate
from receiver.kit.ids import new_id, new_reference
from receiver.people.actions import write_name_keys
from receiver.people.models import Arrival, Batch, Household, HouseholdMember, Person
from receiver.people.rules import ArrivalState, BatchState, Relationship, Sex
from tests.factories.partners import make_programme

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.accounts.models import Office
    from receiver.partners.models import Programme

ARRIVED = date(2026, 11, 3)
_numbers = count(1)


def make_person(
    session: Session,
    office: Office,
    full_name: str = "Selam Haile",
    *,
    born: PartialDate | None = None,
    arrived_on: date | None = ARRIVED,
    **changes: Any,
) -> Person:
    """Somebody who arrived on 3 November 2026, findable by name; `arrived_on=None` is not here yet."""
    born = born or PartialDate(1994, 5, 17)
    values: dict[str, Any] = {
        "reference": new_reference("R"),
        "sex": Sex.FEMALE,
        "nationality": "ERI",
        "languages": ["ti", "ar"],
        "interpreter_needed": False,
    }
    person = Person(
        id=new_id(),
        office_id=office.id,
        full_name=full_name,
        birth_year=born.year,
        birth_month=born.month,
        birth_day=born.day,
        birth_precision=born.precision,
        arrived_on=arrived_on,
        **{**values, **changes},
    )
    session.add(person)
    session.flush()
    write_name_keys(session, person)
    return person


def make_batch(
    session: Session,
    office: Office,
    programme: Programme | None = None,
    *people: Person,
    arrives_on: date = ARRIVED,
    state: BatchState = BatchState.ANNOUNCED,
    **changes: Any,
) -> Batch:
    """A batch of these people, each expected, or met where the person is already here."""
    programme = programme or make_programme(session)
    batch = Batch(
        id=new_id(),
        slug=f"{arrives_on}-{next(_numbers)}",
        programme_id=programme.id,
        office_id=office.id,
        arrives_on=arrives_on,
        arrived_on=None if state is BatchState.ANNOUNCED else arrives_on,
        origin=changes.pop("origin", "London"),
        carrier=changes.pop("carrier", "RW 701"),
        state=state,
        **changes,
    )
    session.add(batch)
    session.flush()
    session.add_all(
        Arrival(
            id=new_id(),
            batch_id=batch.id,
            person_id=person.id,
            state=ArrivalState.MET if person.arrived_on else ArrivalState.EXPECTED,
        )
        for person in people
    )
    session.flush()
    return batch


def make_household(session: Session, head: Person, *others: Person, since: date = ARRIVED) -> Household:
    """A household in which the head collects."""
    household = Household(id=new_id(), reference=new_reference("HH"), collector_id=head.id)
    session.add(household)
    session.flush()
    for person in (head, *others):
        relationship = Relationship.HEAD if person is head else Relationship.CHILD
        session.add(
            HouseholdMember(household_id=household.id, person_id=person.id, relationship=relationship, since=since)
        )
    session.flush()
    return household
