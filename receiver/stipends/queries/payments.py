"""Payments: of a run, of people, across runs; how a run adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from receiver import vault
from receiver.access import Permission
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.ledger.queries import moved_of_runs
from receiver.ledger.rules import Cause
from receiver.people.models import Person
from receiver.people.queries import portions, visible
from receiver.stipends.models import Entitlement, Payee, Payment, PayRun, ResultException, RunLine
from receiver.stipends.queries.exceptions import about_run
from receiver.stipends.rules.closing import Tally
from receiver.stipends.rules.exceptions import ExceptionState
from receiver.stipends.rules.payments import IN_TRANSIT, LIVE, PAID, Channel, PaymentState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands: its money, payments without a result, rows that wait for a decision, payments by state."""

    tally: Tally
    pending: int
    exceptions: int
    by_state: dict[PaymentState, int]


def run_tally(session: Session, run: PayRun) -> Standing:
    """How a frozen run adds up now, its payments against the ledger."""
    sums = _sums(session, [run]).get(run.id, {})
    sent = moved_of_runs(session, Cause.INSTRUCT, [run.id])
    waiting = sum(sums.get(state, (0, 0))[0] for state in (*IN_TRANSIT, PaymentState.PENDING))
    exceptions = select(func.count()).select_from(ResultException)
    exceptions = exceptions.where(about_run(run), ResultException.state == ExceptionState.OPEN)
    by_state = {state: count for state, (count, _minor) in sums.items()}
    return Standing(_tally(run, sums, sent.get(run.id, 0)), waiting, session.scalar(exceptions) or 0, by_state)


def tallies(session: Session, runs: Collection[PayRun]) -> dict[UUID, Tally]:
    """How each of these frozen runs adds up now: two queries, and none where there is no run."""
    if not runs:
        return {}
    sums, sent = _sums(session, runs), moved_of_runs(session, Cause.INSTRUCT, [run.id for run in runs])
    return {run.id: _tally(run, sums.get(run.id, {}), sent.get(run.id, 0)) for run in runs}


_Sums = dict[PaymentState, tuple[int, int]]


def _sums(session: Session, runs: Collection[PayRun]) -> dict[UUID, _Sums]:
    """For each run how many payments of its present submission stand in each state, and what they come to."""
    mine = or_(*(and_(Payment.run_id == run.id, Payment.attempt == run.attempt) for run in runs))
    columns = (Payment.run_id, Payment.state, func.count(), func.sum(Payment.amount_minor))
    found: dict[UUID, _Sums] = {}
    for run, state, count, minor in session.execute(
        select(*columns).where(mine).group_by(Payment.run_id, Payment.state)
    ):
        found.setdefault(run, {})[state] = int(count), int(minor)
    return found


def _tally(run: PayRun, sums: _Sums, sent: int) -> Tally:
    def money(*states: PaymentState) -> Money:
        return Money(sum(sums.get(state, (0, 0))[1] for state in states), run.currency)

    return Tally(
        frozen=Money(run.total_minor, run.currency),
        held_back=money(PaymentState.CANCELLED),
        instructed=Money(sent, run.currency),
        paid=money(*PAID),
        failed=money(PaymentState.FAILED),
        returned=money(PaymentState.RETURNED),
        pending=money(*IN_TRANSIT, PaymentState.PENDING),
    )


def waiting_payments(session: Session, run: PayRun, people: Collection[UUID]) -> dict[UUID, UUID]:
    """The payments of these people in a frozen run that were not sent yet, each with its person."""
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt, Payment.state == PaymentState.PENDING)
    wanted = select(Payment.id, Payment.person_id).where(*mine)
    return {
        payment: person
        for some in portions(people)
        for payment, person in session.execute(wanted.where(Payment.person_id.in_(some)))
    }


def sum_of_payments(session: Session, *conditions: ColumnElement[bool]) -> int:
    """What payments come to, in minor units."""
    return int(session.scalar(select(func.coalesce(func.sum(Payment.amount_minor), 0)).where(*conditions)) or 0)


def entitlements_by_id(session: Session, ids: Iterable[UUID]) -> list[Any]:
    """Entitlements as rows: id, amount, lines, revision, version and pseudonym."""
    one = Entitlement
    columns = (one.id, one.amount_minor, one.lines, one.revision, one.policy_version_id, one.pseudonym)
    wanted = select(*columns)
    return [row for some in portions(ids) for row in session.execute(wanted.where(one.id.in_(some)))]


def payee_marks(session: Session, run: PayRun) -> dict[UUID, str]:
    """The fingerprints of the payment details that the list of a run points to."""
    theirs = select(RunLine.payee_id).where(RunLine.run_id == run.id, RunLine.payee_id.is_not(None))
    return dict(session.execute(select(Payee.id, Payee.mark).where(Payee.id.in_(theirs))).all())


def visible_payments(actor: Actor) -> Select[Payment, Person]:
    """Payments with their people, as far as the actor sees them, ready for filters and paging.

    Raises:
        RoleNeeded
    """
    actor.demand(Permission.PAYMENT_VIEW)
    seen = visible(actor, Permission.PAYMENT_VIEW)
    return select(Payment, Person).join(Person, Person.id == Payment.person_id).where(*seen)


def payment_by_id(session: Session, actor: Actor, payment_id: UUID) -> Payment:
    """One payment of somebody whom the actor sees.

    Raises:
        NotFound
    """
    found = session.execute(visible_payments(actor).where(Payment.id == payment_id)).first()
    if found is None:
        raise NotFound
    return found[0]


def payments_of(session: Session, person_id: UUID) -> Sequence[tuple[Payment, PayRun]]:
    """Every payment of somebody with its run, the newest first."""
    wanted = (
        select(Payment, PayRun)
        .join(PayRun, PayRun.id == Payment.run_id)
        .where(Payment.person_id == person_id)
        .order_by(Payment.id.desc())
    )
    return session.execute(wanted).all()


def entitlements_of(session: Session, person_id: UUID) -> Sequence[Entitlement]:
    """What somebody was and is owed, the newest month first."""
    wanted = select(Entitlement).where(Entitlement.person_id == person_id)
    return session.scalars(wanted.order_by(Entitlement.month.desc(), Entitlement.purpose)).all()


def reason_place(payment_id: UUID) -> str:
    """Where the words of a provider about a payment are sealed."""
    return vault.place("payments.reason", payment_id)


def reason_of(session: Session, payment: Payment) -> str:
    """What a provider said about a payment; empty if nothing."""
    if payment.reason is None:
        return ""
    return vault.unseal(session, payment.person_id, reason_place(payment.id), payment.reason)


def has_live_payment(session: Session, entitlement_id: UUID) -> bool:
    """Whether a payment of an entitlement is under way or has arrived."""
    wanted = select(Payment.id).where(Payment.entitlement_id == entitlement_id, Payment.state.in_(LIVE)).limit(1)
    return session.scalar(wanted) is not None


def desk_payments(session: Session, run: PayRun, ids: Collection[UUID]) -> list[Payment]:
    """Those of these payments that are of the cash desk of a run's present submission."""
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt, Payment.channel == Channel.CASH_DESK)
    wanted = select(Payment).where(*mine).execution_options(populate_existing=True)
    return [one for some in portions(ids) for one in session.scalars(wanted.where(Payment.id.in_(some)))]


def channels_of(session: Session, run: PayRun) -> list[Channel]:
    """The channels by which a run pays."""
    wanted = select(Payment.channel).where(Payment.run_id == run.id).distinct().order_by(Payment.channel)
    return list(session.scalars(wanted))
