"""Batches of arriving people: which there are, who is in them, what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Select, distinct, false, func, select, true
from sqlalchemy.orm import aliased

from receiver.access import Permission
from receiver.accounts.models import Office, User
from receiver.kit.errors import NotFound
from receiver.partners.models import Programme
from receiver.people.models import Arrival, Batch, Person
from receiver.people.queries.persons import needs_of, portions
from receiver.people.rules import ArrivalState, BatchState, Need

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch with the names beside it and the number of people in each state."""

    batch: Batch
    programme: str
    programme_code: str
    office: str
    counts: dict[ArrivalState, int] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many people it has."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """A person of a batch as its page shows them."""

    arrival: Arrival
    person: Person
    meets: str | None
    caseworker: str | None
    needs: tuple[Need, ...] = ()


def visible_batches(actor: Actor, permission: Permission = Permission.ARRIVAL_VIEW) -> Select[Batch]:
    """The batches that this right of the actor reaches."""
    scope = actor.scope(permission)
    chosen = select(Batch)
    if scope.everywhere:
        return chosen
    return chosen.where(Batch.office_id.in_(scope.offices) if scope.offices else false())


def batch_by_slug(session: Session, actor: Actor, slug: str, permission: Permission = Permission.ARRIVAL_VIEW) -> Batch:
    """The batch of this name.

    Raises:
        NotFound: there is none, or it belongs to an office that the actor does not see.
    """
    batch = session.scalar(visible_batches(actor, permission).where(Batch.slug == slug))
    if batch is None:
        raise NotFound
    return batch


def batches_page(
    actor: Actor, *, state: BatchState | None = None, office_id: UUID | None = None, programme_id: UUID | None = None
) -> Select[Batch]:
    """The visible batches that fit a filter, ready for paging by (arrives_on, id), the latest first."""
    wanted = (
        (Batch.state == state if state else true()),
        (Batch.office_id == office_id if office_id else true()),
        (Batch.programme_id == programme_id if programme_id else true()),
    )
    return visible_batches(actor).where(*wanted)


def open_batches(session: Session, actor: Actor, permission: Permission) -> Sequence[Batch]:
    """Batches to which people may still be added, the nearest first."""
    wanted = visible_batches(actor, permission).where(Batch.state != BatchState.RECEIVED)
    return session.scalars(wanted.order_by(Batch.arrives_on, Batch.id)).all()


def batch_rows(session: Session, chosen: Select[Batch]) -> list[BatchRow]:
    """These batches with names and counts, in the order of the select: two queries whatever their number."""
    wanted = chosen.join(Programme, Programme.id == Batch.programme_id).join(Office, Office.id == Batch.office_id)
    found = session.execute(wanted.with_only_columns(Batch, Programme.name, Programme.code, Office.name)).all()
    counted: dict[UUID, dict[ArrivalState, int]] = {}
    numbers = (
        select(Arrival.batch_id, Arrival.state, func.count())
        .where(Arrival.batch_id.in_([batch.id for batch, *_names in found]))
        .group_by(Arrival.batch_id, Arrival.state)
    )
    for batch_id, state, number in session.execute(numbers):
        counted.setdefault(batch_id, {})[state] = number
    return [
        BatchRow(batch, programme, code, office, counted.get(batch.id, {})) for batch, programme, code, office in found
    ]


def batch_row(session: Session, actor: Actor, slug: str, permission: Permission = Permission.ARRIVAL_VIEW) -> BatchRow:
    """One batch with names and counts.

    Raises:
        NotFound: as `batch_by_slug`.
    """
    rows = batch_rows(session, visible_batches(actor, permission).where(Batch.slug == slug))
    if not rows:
        raise NotFound
    return rows[0]


def arrivals_page(
    batch_id: UUID, *, state: ArrivalState | None = None, meets_id: UUID | None = None
) -> Select[Arrival]:
    """The arrivals of a batch that fit a filter, ready for paging by id, in the order in which they were added."""
    return (
        select(Arrival)
        .join(Person, Person.id == Arrival.person_id)
        .where(
            Arrival.batch_id == batch_id,
            Person.erased_at.is_(None),
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


def arrivals_of(session: Session, batch: Batch, ids: Collection[UUID]) -> Sequence[tuple[Arrival, Person]]:
    """These arrivals of a batch with their people, for an act on several, each row locked where the database can.

    Raises:
        NotFound: one of them is not of this batch; then it is done for nobody.
    """
    wanted = (
        select(Arrival, Person)
        .join(Person, Person.id == Arrival.person_id)
        .where(Arrival.batch_id == batch.id, Person.erased_at.is_(None))
        .order_by(Arrival.id)
        .with_for_update()
    )
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


def soon_arriving(actor: Actor, until: date) -> Select[Batch]:
    """The visible batches that are announced for a day up to `until`, the overdue ones included."""
    return visible_batches(actor).where(Batch.state == BatchState.ANNOUNCED, Batch.arrives_on <= until)


def languages_in(session: Session, batch_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The languages that people of these batches like best, the most frequent first."""
    wanted = (
        select(Arrival.batch_id, Person.languages)
        .join(Person, Person.id == Arrival.person_id)
        .where(Arrival.batch_id.in_(set(batch_ids)), Person.erased_at.is_(None))
    )
    counted: dict[UUID, dict[str, int]] = {}
    for batch_id, spoken in session.execute(wanted):
        for language in spoken[:1]:
            numbers = counted.setdefault(batch_id, {})
            numbers[language] = numbers.get(language, 0) + 1
    return {batch_id: sorted(numbers, key=lambda one: (-numbers[one], one)) for batch_id, numbers in counted.items()}


def meeting(session: Session, batch_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The names of those who meet people of these batches."""
    wanted = (
        select(Arrival.batch_id, User.name)
        .join(User, User.id == Arrival.meets_id)
        .where(Arrival.batch_id.in_(set(batch_ids)))
        .distinct()
        .order_by(User.name)
    )
    found: dict[UUID, list[str]] = {}
    for batch_id, name in session.execute(wanted):
        found.setdefault(batch_id, []).append(name)
    return found
