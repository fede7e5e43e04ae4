"""Whom a run looks at, and everything about them that decides what they are paid and how: a few statements for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from receiver import vault
from receiver.people.models import Household, HouseholdMember, Person
from receiver.people.queries import portions
from receiver.stipends.models import Enrolment, Entitlement, Hold, Payee, Payment, PayRun, Policy
from receiver.stipends.queries.leaving_out import is_left_out
from receiver.stipends.queries.payments import reason_place
from receiver.stipends.rules.entitlements import Span
from receiver.stipends.rules.payees import PayeeState
from receiver.stipends.rules.payments import LIVE, OWED_AGAIN, Channel, PaymentState
from receiver.stipends.rules.reasons import Failure, failure_of
from receiver.stipends.rules.runs import RunState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from receiver.kit.months import Month
    from receiver.people.rules import LeftKind

NEVER_SENT = (PaymentState.PENDING, PaymentState.CANCELLED)
_GONE_OUT = (RunState.RELEASED, RunState.RECONCILING, RunState.CLOSED)


class Candidate(NamedTuple):
    """One person as the database knows them at this moment; amounts in minor units.

    `standing_id` is an entitlement of the month that exists, `elsewhere` says that another programme owes it, `live`
    that a payment of it is on its way or arrived, `owed_again` the newest one that failed or came back, `held_back`
    that a released run of the month held the person's line back, `left_out` that this run is not to pay them. The payee
    is what counts now. `number_failed` says that this very number is the one for which the provider refused
    `owed_again`.
    """

    person_id: UUID
    reference: str
    arrived_on: date | None
    left_on: date | None
    left_kind: LeftKind | None
    standing_id: UUID | None
    standing_minor: int | None
    elsewhere: bool
    live: bool
    owed_again: UUID | None
    held_back: bool
    previous_minor: int | None
    last_payment: UUID | None
    last_payee: UUID | None
    on_hold: bool
    left_out: bool
    payee_id: UUID | None
    channel: Channel | None
    payee_state: PayeeState | None
    blind: bytes | None
    likeness: int | None
    usable_from: datetime | None
    number_failed: bool = False


def candidates(session: Session, run: PayRun, people: Collection[UUID] | None = None) -> list[Candidate]:
    """The people of a run's programme and month, by reference; or those of them among `people`."""
    standing, before = aliased(Entitlement), aliased(Entitlement)
    waits, confirmed = aliased(Payee), aliased(Payee)

    def of(state: PayeeState, payee: Any) -> ColumnElement[bool]:
        return and_(payee.person_id == Person.id, payee.state == state)

    def one_of(name: str) -> ColumnElement[Any]:
        return func.coalesce(getattr(waits, name), getattr(confirmed, name))

    mine = (Entitlement.purpose == run.purpose, Entitlement.month == run.month)
    statement = (
        select(
            *(Person.id, Person.reference, Person.arrived_on, Person.left_on, Person.left_kind),
            *(standing.id, standing.amount_minor, func.coalesce(standing.programme_id != run.programme_id, False)),
            exists().where(Payment.entitlement_id == standing.id, Payment.state.in_(LIVE)),
            _newest(Payment.id, Payment.entitlement_id == standing.id, Payment.state.in_(OWED_AGAIN)),
            _was_held_back(standing.id),
            before.amount_minor,
            _newest(Payment.id, Payment.person_id == Person.id, Payment.state.not_in(NEVER_SENT)),
            _newest(Payment.payee_id, Payment.person_id == Person.id, Payment.state.not_in(NEVER_SENT)),
            exists().where(Hold.person_id == Person.id, Hold.released_at.is_(None)),
            is_left_out(run),
            *(one_of(name) for name in ("id", "channel", "state", "blind", "likeness", "usable_from")),
        )
        .outerjoin(standing, and_(standing.person_id == Person.id, *_like(standing, run.purpose, run.month)))
        .outerjoin(before, and_(before.person_id == Person.id, *_like(before, run.purpose, run.month - 1)))
        .outerjoin(waits, of(PayeeState.AWAITING, waits))
        .outerjoin(confirmed, of(PayeeState.CONFIRMED, confirmed))
        .where(Person.erased_at.is_(None), Person.id.in_(_listed(run, *mine)))
        .where(or_(standing.id.is_not(None), Person.left_on.is_(None), Person.left_on >= run.month.first))
        .order_by(Person.reference)
    )
    if people is not None:
        statement = statement.where(Person.id.in_(people))
    return _look_at_failures(session, [Candidate(*row) for row in session.execute(statement)])


def _look_at_failures(session: Session, found: list[Candidate]) -> list[Candidate]:
    """The same, with what providers said of numbers that have not been changed or confirmed again since."""
    again = {one.owed_again for one in found if one.owed_again and one.payee_id}
    wanted = select(Payment.id, Payment.person_id, Payment.payee_id, Payment.reason).where(
        Payment.reason.is_not(None), Payment.channel != Channel.CASH_DESK
    )
    told = [row for some in portions(again) for row in session.execute(wanted.where(Payment.id.in_(some)))]
    payees = {one.person_id: one.payee_id for one in found}
    told = [row for row in told if row.payee_id == payees[row.person_id]]
    vault.warm(session, {row.person_id for row in told})
    failed = {
        row.person_id
        for row in told
        if failure_of(vault.unseal(session, row.person_id, reason_place(row.id), row.reason)) is Failure.NUMBER
    }
    return [one._replace(number_failed=True) if one.person_id in failed else one for one in found]


def _like(entitlement: Any, purpose: str, month: Month) -> tuple[ColumnElement[bool], ...]:
    return entitlement.purpose == purpose, entitlement.month == month


def _newest(column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    # By the moment first: ordered by the id alone, PostgreSQL reads all payments backwards for each person.
    newest = select(column).where(*conditions).order_by(Payment.created_at.desc(), Payment.id.desc())
    return newest.limit(1).scalar_subquery()


def _was_held_back(entitlement_id: Any) -> ColumnElement[bool]:
    return (
        exists()
        .where(Payment.entitlement_id == entitlement_id, Payment.state == PaymentState.CANCELLED)
        .where(PayRun.id == Payment.run_id, PayRun.attempt == Payment.attempt, PayRun.state.in_(_GONE_OUT))
    )


def overlapping(month: Month) -> tuple[ColumnElement[bool], ...]:
    """Enrolments with a day in the month, as far as their own dates say."""
    return (
        Enrolment.since <= month.last,
        or_(Enrolment.until.is_(None), and_(Enrolment.until >= month.first, Enrolment.until >= Enrolment.since)),
    )


def _listed(run: PayRun, *mine: ColumnElement[bool]) -> Select[UUID]:
    """Who is enrolled in the programme in that month, or is owed something for it already."""
    enrolled = (
        select(Enrolment.person_id)
        .join(Policy, Policy.id == Enrolment.policy_id)
        .where(Policy.programme_id == run.programme_id, *overlapping(run.month))
    )
    owed = select(Entitlement.person_id).where(*mine, Entitlement.programme_id == run.programme_id)
    listed = union(enrolled, owed).subquery()
    return select(listed.c[0])


def enrolled_days(
    session: Session, run: PayRun, people: Collection[UUID] | None = None
) -> dict[UUID, tuple[tuple[UUID, Span], ...]]:
    """The policies of the programme in which each person, or each of `people`, was in the month, with the days."""
    wanted = (
        select(Enrolment.person_id, Enrolment.policy_id, Enrolment.since, Enrolment.until)
        .join(Policy, Policy.id == Enrolment.policy_id)
        .where(Policy.programme_id == run.programme_id, *overlapping(run.month))
        .order_by(Enrolment.since)
    )
    if people is not None:
        wanted = wanted.where(Enrolment.person_id.in_(people))
    found: dict[UUID, tuple[tuple[UUID, Span], ...]] = {}
    for person_id, policy_id, since, until in session.execute(wanted):
        found[person_id] = (*found.get(person_id, ()), (policy_id, Span(since, until)))
    return found


def shared_numbers(session: Session) -> set[bytes]:
    """Keyed hashes of the numbers on which more than one person would be paid."""
    wanted = (
        select(Payee.blind)
        .where(Payee.state.in_((PayeeState.AWAITING, PayeeState.CONFIRMED)), Payee.blind.is_not(None))
        .group_by(Payee.blind)
        .having(func.count(Payee.person_id.distinct()) > 1)
    )
    return {blind for blind in session.scalars(wanted) if blind is not None}


@dataclass(slots=True)
class _Place:
    person_id: UUID
    days: Span
    enrolled_since: date | None


def dependants(session: Session, run: PayRun, people: Collection[UUID] | None = None) -> dict[UUID, tuple[Span, ...]]:
    """For whom the household top-up counts others, with the days of each.

    Counted are members who have no stipend of their own that month, on the days on which they were here and lived
    with the one who gets the top-up. That is one of each household: who collects for it, if enrolled in any policy,
    else who was enrolled first. With `people` only the households of these are looked at.
    """
    mine = (Entitlement.purpose == run.purpose, Entitlement.month == run.month)
    return dependants_in(session, run.month, _listed(run, *mine) if people is None else people)


def dependants_in(
    session: Session, month: Month, whose: Collection[UUID] | Select[UUID]
) -> dict[UUID, tuple[Span, ...]]:
    """The same for the households of these people in any month, whether or not there is a run."""
    households: dict[UUID, list[_Place]] = {}
    collectors: dict[UUID, UUID | None] = {}
    for household_id, collector_id, person_id, since, until, arrived, left, enrolled_since in _places(
        session, month, whose
    ):
        first = max(since, arrived)
        last = min((day for day in (until, left) if day is not None), default=None)
        households.setdefault(household_id, []).append(_Place(person_id, Span(first, last), enrolled_since))
        collectors[household_id] = collector_id
    found: dict[UUID, list[Span]] = {}
    for household_id, places in households.items():
        getter = _getter(places, collectors[household_id])
        if getter is not None:
            others = [place for place in places if place.enrolled_since is None]
            spans = [_both(getter.days, other.days) for other in others]
            found.setdefault(getter.person_id, []).extend(span for span in spans if span is not None)
    return {person: tuple(sorted(spans, key=lambda span: span.first)) for person, spans in found.items()}


def _places(session: Session, month: Month, whose: Collection[UUID] | Select[UUID]) -> Any:
    """Who lived in which household of a candidate that month, and since when each is enrolled anywhere."""
    member = aliased(HouseholdMember)
    lived = (member.since <= month.last, or_(member.until.is_(None), member.until >= month.first))
    theirs = select(HouseholdMember.household_id).where(HouseholdMember.person_id.in_(whose))
    enrolled = select(func.min(Enrolment.since)).where(Enrolment.person_id == Person.id, *overlapping(month))
    wanted = (
        select(
            *(member.household_id, Household.collector_id, member.person_id, member.since, member.until),
            *(Person.arrived_on, Person.left_on, enrolled.scalar_subquery()),
        )
        .join(Household, Household.id == member.household_id)
        .join(Person, Person.id == member.person_id)
        .where(*lived, member.household_id.in_(theirs), Person.arrived_on.is_not(None))
        .order_by(member.household_id, member.since, member.id)
    )
    return session.execute(wanted)


def _getter(places: list[_Place], collector_id: UUID | None) -> _Place | None:
    """Who of a household gets its top-up."""
    enrolled = [place for place in places if place.enrolled_since is not None]
    collecting = [place for place in enrolled if place.person_id == collector_id]
    return min(collecting or enrolled, key=lambda place: (place.enrolled_since, place.person_id), default=None)


def _both(one: Span, other: Span) -> Span | None:
    """The days in both spans, if any."""
    first = max(one.first, other.first)
    last = min((day for day in (one.last, other.last) if day is not None), default=None)
    return Span(first, last) if last is None or first <= last else None
