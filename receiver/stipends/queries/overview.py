"""What the pages on policies, enrolments, holds and a person's stipend list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select, tuple_

from receiver.access import Permission
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.ledger.queries import person_account
from receiver.partners.models import Programme
from receiver.people.models import Arrival, Batch, Person
from receiver.people.queries import PersonCard, portions, visible_people
from receiver.stipends.models import Enrolment, Entitlement, Hold, Payment, PayRun, Policy, PolicyVersion
from receiver.stipends.queries.enrolments import visible_holds
from receiver.stipends.rules.enrolments import EnrolmentState
from receiver.stipends.rules.entitlements import Line
from receiver.stipends.rules.listing import HoldFilter
from receiver.stipends.rules.payments import PAID
from receiver.stipends.rules.policies import PolicyState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor


@dataclass(slots=True)
class PolicyRow:
    """A policy with its programme, its versions that count, the newest first, and how many people are in it."""

    policy: Policy
    programme: Programme
    people: int
    versions: list[PolicyVersion] = field(default_factory=list)

    def in_force(self, month: Month) -> PolicyVersion | None:
        """The version by which a month is paid; before the first one that, and none while all are drafts."""
        live = [one for one in self.versions if one.state is PolicyState.IN_FORCE]
        begun = [one for one in live if one.valid_from <= month]
        first = min(live, key=lambda one: one.valid_from, default=None)
        return max(begun, key=lambda one: one.valid_from, default=first)


def policy_rows(session: Session, actor: Actor) -> list[PolicyRow]:
    """Every policy, by programme and code: two queries.

    Raises:
        RoleNeeded
    """
    actor.demand(Permission.POLICY_VIEW)
    inside = (
        select(func.count())
        .where(Enrolment.policy_id == Policy.id, Enrolment.state != EnrolmentState.ENDED)
        .scalar_subquery()
    )
    wanted = select(Policy, Programme, inside).join(Programme, Programme.id == Policy.programme_id)
    rows = {
        policy.id: PolicyRow(policy, programme, people)
        for policy, programme, people in session.execute(wanted.order_by(Programme.code, Policy.code))
    }
    versions = select(PolicyVersion).where(PolicyVersion.state != PolicyState.WITHDRAWN)
    for version in session.scalars(versions.order_by(PolicyVersion.number.desc())):
        rows[version.policy_id].versions.append(version)
    return list(rows.values())


def newcomers(
    actor: Actor, *, programme_id: UUID, batch_id: UUID | None = None, person_id: UUID | None = None
) -> Select[Person]:
    """The people of a programme who are here and in no policy, as far as the actor may enrol them."""
    came = select(Arrival.person_id).join(Batch, Batch.id == Arrival.batch_id)
    came = came.where(Batch.programme_id == programme_id)
    if batch_id is not None:
        came = came.where(Batch.id == batch_id)
    live = exists().where(Enrolment.person_id == Person.id, Enrolment.state != EnrolmentState.ENDED)
    wanted = visible_people(actor, Permission.ENROL).where(
        Person.arrived_on.is_not(None), Person.left_on.is_(None), ~live, Person.id.in_(came)
    )
    return wanted if person_id is None else wanted.where(Person.id == person_id)


def newcomer_page(session: Session, wanted: Select[Person], cursor: str | None) -> Page[PersonCard]:
    """Newcomers, who arrived first on top, with their number."""
    place = Cursor.decode(cursor, date, UUID)
    total = select(func.count()).select_from(wanted.subquery()).scalar_subquery()
    back = place is not None and place.back
    if place is not None:
        here = tuple_(Person.arrived_on, Person.id)
        wanted = wanted.where(here < place.place if back else here > place.place)
    columns = (Person.arrived_on, Person.id)
    wanted = wanted.order_by(*((column.desc() for column in columns) if back else columns)).limit(DEFAULT_SIZE + 1)
    rows = session.execute(wanted.add_columns(total)).all()
    found = [PersonCard.of(row[0]) for row in rows]
    count = rows[0][1] if rows else 0
    return Page.build(found, DEFAULT_SIZE, lambda card: (card.arrived_on, card.id), cursor=place, total=count)


def newcomer_ids(session: Session, wanted: Select[Person]) -> list[UUID]:
    """All of them, for an act on everybody that was found."""
    return list(session.scalars(wanted.with_only_columns(Person.id)))


def hold_page(session: Session, actor: Actor, which: HoldFilter, cursor: str | None) -> Page[tuple[Hold, Person]]:
    """Holds: those that stand by their review date, those that ended by the day they were placed, the newest first."""
    standing = which is HoldFilter.STANDING
    place = Cursor.decode(cursor, date, UUID)
    ended = Hold.released_at.is_(None) if standing else Hold.released_at.is_not(None)
    wanted = visible_holds(actor).where(ended)
    key = Hold.review_on if standing else Hold.since
    back = place is not None and place.back
    up = standing is not back
    if place is not None:
        here = tuple_(key, Hold.id)
        wanted = wanted.where(here > place.place if up else here < place.place)
    wanted = wanted.order_by(*((key, Hold.id) if up else (key.desc(), Hold.id.desc()))).limit(DEFAULT_SIZE + 1)
    found = [(row[0], row[1]) for row in session.execute(wanted)]

    def where(row: tuple[Hold, Person]) -> tuple[date, UUID]:
        return (row[0].review_on if standing else row[0].since), row[0].id

    return Page.build(found, DEFAULT_SIZE, where, cursor=place)


@dataclass(slots=True)
class MonthRow:
    """A month of somebody's stipend: what is owed, why that amount, and the payments of it with their runs."""

    entitlement: Entitlement
    programme: Programme
    payments: list[tuple[Payment, PayRun]] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The arithmetic."""
        return [Line.of(facts) for facts in self.entitlement.lines]

    @property
    def amount(self) -> Money:
        """What is owed for the month."""
        return Money(self.entitlement.amount_minor, self.entitlement.currency)

    @property
    def paid(self) -> bool:
        """Whether the money of the month arrived."""
        return any(payment.state in PAID for payment, _run in self.payments)


def years_of(session: Session, person_id: UUID) -> list[int]:
    """The years in which somebody was owed a stipend, the newest first: one query."""
    months = session.scalars(select(Entitlement.month).where(Entitlement.person_id == person_id))
    return sorted({month.year for month in months}, reverse=True)


def month_rows(session: Session, person_id: UUID, year: int) -> list[MonthRow]:
    """The months of a year of somebody's stipend, the newest first, each with its payments in order: two queries."""
    wanted = (
        select(Entitlement, Programme)
        .join(Programme, Programme.id == Entitlement.programme_id)
        .where(Entitlement.person_id == person_id, Entitlement.month.between(Month(year, 1), Month(year, 12)))
        .order_by(Entitlement.month.desc())
    )
    rows = {entitlement.id: MonthRow(entitlement, programme) for entitlement, programme in session.execute(wanted)}
    payments = select(Payment, PayRun).join(PayRun, PayRun.id == Payment.run_id).order_by(Payment.id)
    for payment, run in session.execute(payments.where(Payment.entitlement_id.in_(rows))):
        rows[payment.entitlement_id].payments.append((payment, run))
    return list(rows.values())


def balance_of(session: Session, person_id: UUID) -> Money | None:
    """What somebody is owed now and is not on its way; None where the ledger does not know them."""
    account = person_account(session, person_id)
    return None if account is None else account.balance


_STATES = (
    select(Enrolment.person_id, Enrolment.state)
    .where(Enrolment.person_id.in_(bindparam("people", expanding=True)))
    .order_by(Enrolment.since, Enrolment.id)
)


def states_of(session: Session, people: Sequence[UUID]) -> dict[UUID, EnrolmentState]:
    """Where the stipend of each of these people stands; who was never enrolled is not in the answer."""
    found: dict[UUID, EnrolmentState] = {}
    for some in portions(people):
        found |= dict(session.execute(_STATES, {"people": some}).all())  # the newest is the last
    return found
