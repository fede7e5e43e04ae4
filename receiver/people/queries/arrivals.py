"""People in batches: what is known of each, and which batches brought somebody.

A batch stays with the office that received it, and whoever came with it may have moved to another office since. So
who reads or changes people through a batch reaches only those of its own offices, as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, distinct, func, select, true
from sqlalchemy.orm import aliased

from receiver.access import Permission
from receiver.accounts.models import User
from receiver.kit.errors import NotFound
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.people.models import Arrival, Batch, Person
from receiver.people.queries.persons import needs_of, portions, visible
from receiver.people.rules import CAME, EARLY_AT_MOST, ArrivalState, Need

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """A person of a batch as its page shows them."""

    arrival: Arrival
    person: Person
    meets: str | None
    caseworker: str | None
    needs: tuple[Need, ...] = ()


def arrivals_page(
    actor: Actor,
    batch_id: UUID,
    *,
    permission: Permission = Permission.ARRIVAL_VIEW,
    state: ArrivalState | None = None,
    meets_id: UUID | None = None,
) -> Select[Arrival]:
    """The arrivals of a batch that fit a filter, of people whom this right of the actor reaches."""
    return (
        select(Arrival)
        .join(Person, Person.id == Arrival.person_id)
        .where(
            Arrival.batch_id == batch_id,
            *visible(actor, permission),
            Arrival.state == state if state else true(),
            Arrival.meets_id == meets_id if meets_id else true(),
        )
    )


def arrival_rows(session: Session, chosen: Select[Arrival]) -> list[ArrivalRow]:
    """These arrivals with person, names and first needs: two queries whatever their number."""
    meets, caseworker = aliased(User), aliased(User)
    wanted = chosen.outerjoin(meets, meets.id == Arrival.meets_id).outerjoin(
        caseworker, caseworker.id == Arrival.caseworker_id
    )
    found = session.execute(wanted.with_only_columns(Arrival, Person, meets.name, caseworker.name)).all()
    needs = needs_of(session, [person for _arrival, person, *_names in found])
    return [
        ArrivalRow(arrival, person, meets_name, caseworker_name, needs.get(person.id, ()))
        for arrival, person, meets_name, caseworker_name in found
    ]


def listed_counts(session: Session, actor: Actor, batch_id: UUID) -> dict[ArrivalState, int]:
    """How many people of a batch the actor may see, by state; the batch itself may have brought more."""
    chosen = arrivals_page(actor, batch_id).with_only_columns(Arrival.state, func.count()).group_by(Arrival.state)
    return {row[0]: row[1] for row in session.execute(chosen)}


def arrival_list(
    session: Session,
    actor: Actor,
    batch_id: UUID,
    cursor: Cursor | None = None,
    *,
    state: ArrivalState | None = None,
    total: int,
) -> Page[ArrivalRow]:
    """One page of the people of a batch in the order in which they were added; the cursor is an id."""
    chosen = arrivals_page(actor, batch_id, state=state)
    back = cursor is not None and cursor.back
    if cursor is not None:
        place = cursor.place[0]
        chosen = chosen.where(Arrival.id < place if back else Arrival.id > place)
    found = arrival_rows(session, chosen.order_by(Arrival.id.desc() if back else Arrival.id).limit(DEFAULT_SIZE + 1))
    return Page.build(found, DEFAULT_SIZE, lambda each: (each.arrival.id,), cursor=cursor, total=total)


def chosen_ids(
    session: Session,
    actor: Actor,
    batch_id: UUID,
    references: Collection[str],
    *,
    every: bool,
    state: ArrivalState | None,
) -> list[UUID]:
    """The arrivals of the people whom somebody chose from a list: those ticked, or all that its filter found.

    Raises:
        NotFound: one of the people is not of this batch, or of another office by now; then nobody is chosen.
    """
    chosen = arrivals_page(actor, batch_id, permission=Permission.ARRIVAL_MANAGE, state=state if every else None)
    wanted = chosen.with_only_columns(Arrival.id)
    if every:
        return list(session.scalars(wanted))
    found = [one for some in portions(references) for one in session.scalars(wanted.where(Person.reference.in_(some)))]
    if len(found) < len(set(references)):
        raise NotFound
    return found


def arrivals_of(
    session: Session, actor: Actor, batch: Batch, ids: Collection[UUID], *, lock: bool = False
) -> Sequence[tuple[Arrival, Person]]:
    """These arrivals of a batch with their people, for an act on several, which locks the rows.

    Raises:
        NotFound: one of them is not of this batch, or of another office by now; then it is done for nobody.
    """
    wanted = (
        select(Arrival, Person)
        .join(Person, Person.id == Arrival.person_id)
        .where(Arrival.batch_id == batch.id, *visible(actor, Permission.ARRIVAL_MANAGE))
        .order_by(Arrival.id)
    )
    if lock:
        wanted = wanted.with_for_update(of=Arrival)
    found = [row for some in portions(ids) for row in session.execute(wanted.where(Arrival.id.in_(some))).all()]
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def arrival_in(session: Session, batch_id: UUID, person_id: UUID) -> Arrival | None:
    """A person's place in a batch."""
    return session.scalar(select(Arrival).where(Arrival.batch_id == batch_id, Arrival.person_id == person_id))


def arrivals_of_person(session: Session, person_id: UUID) -> Sequence[tuple[Arrival, Batch]]:
    """The batches of a person, the latest first; mostly one."""
    wanted = (
        select(Arrival, Batch)
        .join(Batch, Batch.id == Arrival.batch_id)
        .where(Arrival.person_id == person_id)
        .order_by(Batch.arrives_on.desc(), Batch.id.desc())
    )
    return session.execute(wanted).all()


def days_here(session: Session, batch: Batch) -> set[date]:
    """The days on which people of a batch arrived; who had been here long before it is no matter."""
    wanted = (
        select(Person.arrived_on)
        .join(Arrival, Arrival.person_id == Person.id)
        .where(Arrival.batch_id == batch.id, Arrival.state.in_(CAME))
        .where(Person.arrived_on >= batch.arrives_on - EARLY_AT_MOST)
    )
    return {day for day in session.scalars(wanted.distinct()) if day is not None}


def expected_in(session: Session, batch_id: UUID) -> int:
    """How many people of a batch nothing is known of yet."""
    wanted = select(func.count()).where(Arrival.batch_id == batch_id, Arrival.state == ArrivalState.EXPECTED)
    return session.scalar(wanted) or 0


def people_under(session: Session, programme_id: UUID) -> int:
    """How many people a programme has brought or will bring; who did not come does not count."""
    wanted = (
        select(func.count(distinct(Arrival.person_id)))
        .join(Batch, Batch.id == Arrival.batch_id)
        .where(Batch.programme_id == programme_id, Arrival.state != ArrivalState.NOT_ARRIVED)
    )
    return session.scalar(wanted) or 0


def programme_ids_of(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The programme under which each of these people came; of several, the one of the latest batch."""
    wanted = (
        select(Arrival.person_id, Batch.programme_id)
        .join(Batch, Batch.id == Arrival.batch_id)
        .order_by(Batch.arrives_on, Batch.id)
    )
    return {
        person: programme
        for some in portions(ids)
        for person, programme in session.execute(wanted.where(Arrival.person_id.in_(some)))
    }
