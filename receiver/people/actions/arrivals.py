"""Batches: announced, changed, moved on; people added to them, planned for, marked as met, given a caseworker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from receiver import audit, i18n
from receiver.accounts.queries import caseworkers
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.partners.queries import programme
from receiver.partners.rules import check_room
from receiver.people import hooks
from receiver.people.actions.households import begin_on_arrival
from receiver.people.models import Arrival, Batch
from receiver.people.queries import arrival_in, arrivals_of, days_here, expected_in, people_under
from receiver.people.rules import (
    HERE,
    AlreadyLeft,
    ArrivalState,
    BatchState,
    PeopleInBatch,
    check_arrived,
    check_arrived_with,
    check_batch_move,
    check_mark,
    check_received,
    slugs,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, time
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person


@dataclass(frozen=True)
class Journey:
    """When, from where and with whom a batch comes; `announced` is how many people were announced, if known."""

    arrives_on: date
    arrives_time: time | None = None
    announced: int | None = None
    origin: str = ""
    carrier: str = ""
    place: str = ""


def announce_batch(session: Session, actor: Actor, *, programme_id: UUID, office_id: UUID, journey: Journey) -> Batch:
    """Announce that people come; the batch is named after the day.

    Raises:
        ProgrammeClosed, ProgrammeFull
    """
    check_programme_room(session, programme_id, journey.announced or 0)
    taken = _taken(session, journey.arrives_on)
    made = (
        Batch(id=new_id(), slug=slug, programme_id=programme_id, office_id=office_id, **vars(journey))
        for slug in slugs(journey.arrives_on)
        if slug not in taken
    )
    batch = next(batch for batch in made if _saved(session, batch))
    audit.record(session, Kind.BATCH_ANNOUNCED, actor, batch.slug, programme=programme_id, office=office_id)
    return batch


def list_opened(session: Session, actor: Actor, batch: Batch, *, people: int) -> None:
    """Record that somebody opened the reception list, which is made to be printed: names and first needs on paper."""
    audit.record(session, Kind.RECEPTION_LIST_OPENED, actor, batch.slug, people=people)


def change_batch(
    session: Session, actor: Actor, batch: Batch, *, programme_id: UUID, office_id: UUID, journey: Journey
) -> None:
    """Change a batch. Programme and office stay once people are in it.

    Raises:
        PeopleInBatch
    """
    if (programme_id, office_id) != (batch.programme_id, batch.office_id) and _has_people(session, batch):
        raise PeopleInBatch
    now = {**vars(journey), "programme_id": programme_id, "office_id": office_id}
    changed = sorted(name for name, value in now.items() if getattr(batch, name) != value)
    for name in changed:
        setattr(batch, name, now[name])
    audit.record(session, Kind.BATCH_CHANGED, actor, batch.slug, changed=changed)


def move_batch(session: Session, actor: Actor, batch: Batch, then: BatchState, *, on: date | None = None) -> None:
    """Move a batch on: it has arrived (on a day, today unless said otherwise), or everybody of it is received.

    Raises:
        BatchCannotMove, WrongArrivalDay, ReceivedTooEarly
    """
    check_batch_move(batch.state, then)
    if then is BatchState.ARRIVED:
        day = on or clock.today(i18n.zone())
        check_day(session, batch, day)
        batch.arrived_on = day
        audit.record(session, Kind.BATCH_ARRIVED, actor, batch.slug, on=batch.arrived_on)
    else:
        check_received(expected_in(session, batch.id))
        audit.record(session, Kind.BATCH_RECEIVED, actor, batch.slug)
    batch.state = then


def correct_batch(session: Session, actor: Actor, batch: Batch, was: date) -> None:
    """Let a batch that arrived on a day on which nobody of it came any more have arrived with the first of its people.

    `was` is the day of somebody whose day was corrected; while it is still that of others, the batch keeps it.
    """
    if batch.arrived_on != was:
        return
    days = days_here(session, batch)
    if was not in days and days:
        batch.arrived_on = min(days)
        audit.record(session, Kind.BATCH_CHANGED, actor, batch.slug, changed=["arrived_on"])


def add_arrival(
    session: Session, actor: Actor, batch: Batch, person: Person, *, caseworker_id: UUID | None = None
) -> Arrival:
    """Expect somebody with a batch; who is in it already stays as they are.

    Raises:
        ProgrammeClosed, ProgrammeFull
    """
    known = arrival_in(session, batch.id, person.id)
    if known is not None:
        return known
    check_programme_room(session, batch.programme_id, 1)
    arrival = Arrival(
        id=new_id(),
        batch_id=batch.id,
        person_id=person.id,
        state=ArrivalState.EXPECTED,
        caseworker_id=caseworker_id,
    )
    session.add(arrival)
    session.flush()
    audit.record(session, Kind.ARRIVAL_ADDED, actor, person.reference, person=person.id, batch=batch.slug)
    return arrival


def mark_arrivals(
    session: Session, actor: Actor, batch: Batch, ids: Collection[UUID], state: ArrivalState, *, on: date | None = None
) -> int:
    """Record what became of people of a batch; who is here gets a case. For all of `ids`, or for nobody.

    `on` is the day of arrival, by default that of the batch. It says how many there are.

    Raises:
        NotFound: one of the ids is not of this batch, or of another office by now.
        WrongArrivalDay, AlreadyHere, AlreadyLeft
    """
    found = arrivals_of(session, actor, batch, ids, lock=True)
    day = on or batch.arrived_on or min(batch.arrives_on, clock.today(i18n.zone()))
    if on is not None or state in HERE:
        check_day(session, batch, day)
    for arrival, person in found:
        check_mark(arrival.state, state, here=person.arrived_on is not None, reference=person.reference)
        if state in HERE:
            mark_here(session, actor, batch, arrival, person, day, state=state)
        else:
            _mark(session, actor, batch, arrival, person, state)
    return len(found)


def mark_here(
    session: Session,
    actor: Actor,
    batch: Batch,
    arrival: Arrival,
    person: Person,
    day: date,
    *,
    state: ArrivalState = ArrivalState.MET,
) -> None:
    """Record that somebody of a batch is here since a day; a batch that was announced has then arrived.

    Raises:
        AlreadyLeft
    """
    if person.left_on is not None:
        raise AlreadyLeft
    came = arrival.state not in HERE
    if person.arrived_on is None:
        person.arrived_on = day
        begin_on_arrival(session, actor, person, day)
    if batch.state is BatchState.ANNOUNCED:
        move_batch(session, actor, batch, BatchState.ARRIVED, on=day)
    _mark(session, actor, batch, arrival, person, state)
    if came:
        hooks.PERSON_ARRIVED(session, actor, person, batch.programme_id, arrival.caseworker_id)


def plan_arrivals(
    session: Session,
    actor: Actor,
    batch: Batch,
    ids: Collection[UUID],
    *,
    meets_id: UUID | None = None,
    room: str | None = None,
) -> int:
    """Arrange who meets people of a batch and where they sleep; what is None stays. For all of `ids`, or for nobody.

    Raises:
        NotFound: one of the ids is not of this batch, or of another office by now.
    """
    found = arrivals_of(session, actor, batch, ids, lock=True)
    for arrival, _person in found:
        if meets_id is not None:
            arrival.meets_id = meets_id
        if room is not None:
            arrival.room = room
    audit.record(
        session, Kind.ARRIVAL_PLANNED, actor, batch.slug, people=len(found), meets=meets_id, room=room is not None
    )
    return len(found)


def assign_caseworker(session: Session, actor: Actor, batch: Batch, ids: Collection[UUID], caseworker_id: UUID) -> int:
    """Give people of a batch to a caseworker of its office; who is not here yet is given on arrival. All or nobody.

    Raises:
        NotFound: one of the ids is not of this batch or of another office by now, or the user is no caseworker of
            its office.
    """
    if caseworker_id not in {user.id for user in caseworkers(session, [batch.office_id])}:
        raise NotFound
    found = arrivals_of(session, actor, batch, ids, lock=True)
    for arrival, _person in found:
        arrival.caseworker_id = caseworker_id
    audit.record(session, Kind.ARRIVAL_PLANNED, actor, batch.slug, people=len(found), caseworker=caseworker_id)
    if here := [person for arrival, person in found if arrival.state in HERE]:
        hooks.CASEWORKER_CHOSEN(session, actor, here, batch.programme_id, caseworker_id)
    return len(found)


def check_day(session: Session, batch: Batch, on: date) -> None:
    """Refuse a day on which nobody of a batch can have arrived.

    Raises:
        WrongArrivalDay
    """
    check_arrived(on, clock.today(i18n.zone()))
    opens = programme(session, batch.programme_id).starts_on
    check_arrived_with(on, slug=batch.slug, expected=batch.arrives_on, opens=opens)


def _taken(session: Session, day: date) -> set[str]:
    return set(session.scalars(select(Batch.slug).where(Batch.slug.startswith(day.isoformat()))))


def _saved(session: Session, batch: Batch) -> bool:
    """Whether the name was free; another writer may have taken it at this moment."""
    try:
        with session.begin_nested():
            session.add(batch)
    except IntegrityError as error:
        if "slug" not in str(error.orig):
            raise
        return False
    return True


def _mark(session: Session, actor: Actor, batch: Batch, arrival: Arrival, person: Person, state: ArrivalState) -> None:
    arrival.state = state
    audit.record(session, Kind.ARRIVAL_MARKED, actor, person.reference, person=person.id, batch=batch.slug, state=state)
    hooks.ARRIVAL_MARKED(session, actor, person, arrival)


def check_programme_room(session: Session, programme_id: UUID, more: int) -> None:
    """Refuse more people than the arrangement allows; its row is locked, so that two writers cannot both fit.

    Raises:
        ProgrammeClosed, ProgrammeFull
    """
    terms = programme(session, programme_id, lock=True)
    check_room(
        programme=terms.name,
        state=terms.state,
        cap=terms.people_cap,
        people=people_under(session, programme_id),
        more=more,
    )


def _has_people(session: Session, batch: Batch) -> bool:
    return session.scalar(select(exists().where(Arrival.batch_id == batch.id))) is True
