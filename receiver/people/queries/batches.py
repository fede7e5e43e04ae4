"""Batches of arriving people: which there are, how many of each are here, who meets them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, false, func, or_, select, true

from receiver.access import Permission
from receiver.accounts.models import Office, User
from receiver.kit.errors import NotFound
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.partners.models import Programme
from receiver.people.models import Arrival, Batch, Person
from receiver.people.rules import HERE, ArrivalState, BatchState

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

    @property
    def expected(self) -> int:
        """Of how many nothing is known yet."""
        return self.counts.get(ArrivalState.EXPECTED, 0)

    @property
    def here(self) -> int:
        """How many came."""
        return sum(self.counts.get(state, 0) for state in HERE)

    @property
    def not_here(self) -> int:
        """How many did not come, or are elsewhere."""
        return self.people - self.expected - self.here


@dataclass(frozen=True, slots=True)
class Company:
    """What must be known to meet a batch: languages as BCP 47 tags, and the names of those who meet them."""

    languages: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()


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


def batch_list(
    session: Session,
    actor: Actor,
    cursor: Cursor | None = None,
    *,
    state: BatchState | None = None,
    office_id: UUID | None = None,
    programme_id: UUID | None = None,
) -> Page[BatchRow]:
    """One page of the visible batches that fit a filter, the latest first; the cursor is a day and an id."""
    chosen = batches_page(actor, state=state, office_id=office_id, programme_id=programme_id)
    back = cursor is not None and cursor.back
    if cursor is not None:
        day, row_id = cursor.place
        later = or_(Batch.arrives_on > day, and_(Batch.arrives_on == day, Batch.id > row_id))
        earlier = or_(Batch.arrives_on < day, and_(Batch.arrives_on == day, Batch.id < row_id))
        chosen = chosen.where(later if back else earlier)
    order = (Batch.arrives_on, Batch.id) if back else (Batch.arrives_on.desc(), Batch.id.desc())
    found = batch_rows(session, chosen.order_by(*order).limit(DEFAULT_SIZE + 1))
    return Page.build(found, DEFAULT_SIZE, lambda row: (row.batch.arrives_on, row.batch.id), cursor=cursor)


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


def soon_arriving(actor: Actor, until: date) -> Select[Batch]:
    """The visible batches that are announced for a day up to `until`, the overdue ones included."""
    return visible_batches(actor).where(Batch.state == BatchState.ANNOUNCED, Batch.arrives_on <= until)


def company_of(session: Session, batch_ids: Collection[UUID]) -> dict[UUID, Company]:
    """What languages the people of these batches like best, the most frequent first, and who meets them."""
    wanted = (
        select(Arrival.batch_id, Person.languages, User.name)
        .join(Person, Person.id == Arrival.person_id)
        .outerjoin(User, User.id == Arrival.meets_id)
        .where(Arrival.batch_id.in_(set(batch_ids)), Person.erased_at.is_(None))
    )
    spoken: dict[UUID, Counter[str]] = {}
    meets: dict[UUID, set[str]] = {}
    for batch_id, languages, name in session.execute(wanted):
        spoken.setdefault(batch_id, Counter()).update(languages[:1])
        meets.setdefault(batch_id, set()).update([name] if name else [])
    return {
        batch_id: Company(tuple(sorted(numbers, key=lambda one: (-numbers[one], one))), tuple(sorted(meets[batch_id])))
        for batch_id, numbers in spoken.items()
    }
