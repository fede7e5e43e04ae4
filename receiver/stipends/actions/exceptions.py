"""Rows that did not fit: a person asked the provider and decides what became of the money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit, i18n
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.ledger.actions import post, reversal
from receiver.ledger.queries import entry_of
from receiver.ledger.rules import Cause
from receiver.stipends import queries
from receiver.stipends.actions.moving import Outcome, begin_reconciling, move_payments, post_moved
from receiver.stipends.models import Payment
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.exceptions import Decision, ExceptionSettled, ExceptionState, moves_for
from receiver.stipends.rules.payments import PaymentMove, move_payment
from receiver.stipends.rules.result_formats import ResultStatus
from receiver.stipends.rules.runs import ReasonMissing

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun, ResultException


def settle_exception(
    session: Session, actor: Actor, exception: ResultException, *, decision: Decision, reason: str
) -> None:
    """Decide what became of a row that did not fit.

    “The money arrived” after a failure takes the failure back and settles the payment, unless a new payment of the
    same money is under way. What the provider gave as its reason stands with a payment that failed or came back.

    The payment may be of another run than the file came for; whoever decides has the right on that one.

    Raises:
        NotFound: the payment is of a run that this actor may not reconcile.
        ExceptionSettled, ReasonMissing
        PartNotBooked: the row is about another amount or currency than was sent, and is said to be paid.
        PaymentIsOurs, NoPaymentToMove, NothingToDecide: there is a payment of ours, or none, or it stands so already.
        PaymentCannotMove, AlreadyReissued: the payment does not allow it.
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    user = demand_human(actor)
    payment = session.get_one(Payment, exception.payment_id) if exception.payment_id else None
    run = queries.locked(session, queries.run_to_decide(session, actor, payment)) if payment else None
    exception = queries.locked(session, exception)
    if exception.state is ExceptionState.SETTLED:
        raise ExceptionSettled
    if not reason.strip():
        raise ReasonMissing
    now = clock.now()
    payment = queries.locked(session, payment) if payment else None
    sent = (payment.amount_minor, payment.currency) if payment else None
    other_money = sent is not None and sent != (exception.amount_minor, exception.currency)
    moves = moves_for(decision, payment.state if payment else None, other_money=other_money)
    if payment is not None and run is not None and moves:
        _move(session, actor, run, payment, moves, now, reason=_reason_given(session, exception, decision))
    exception.state, exception.decision = ExceptionState.SETTLED, decision
    exception.decided_by, exception.decided_at = user, now
    session.flush()
    audit.record(
        session,
        Kind.EXCEPTION_SETTLED,
        actor,
        f"exception:{exception.id}",
        reason=reason,
        of_kind=exception.kind,
        decision=decision,
        payment=exception.payment_id,
        moves=[move.value for move in moves],
    )


def _reason_given(session: Session, exception: ResultException, decision: Decision) -> str:
    """Why the money did not stay, in the provider's words; what it says of a row as paid is no such reason."""
    if decision not in {Decision.FAILED, Decision.RETURNED} or exception.status is ResultStatus.SETTLED:
        return ""
    return queries.exception_reason(session, exception)


def _move(
    session: Session,
    actor: Actor,
    run: PayRun,
    payment: Payment,
    moves: tuple[PaymentMove, ...],
    now: datetime,
    *,
    reason: str,
) -> None:
    if PaymentMove.SETTLE_LATE in moves:
        reissued = queries.has_live_payment(session, payment.entitlement_id)
        move_payment(payment.end_to_end_id, payment.state, PaymentMove.SETTLE_LATE, by_hand=True, reissued=reissued)
        failed = entry_of(session, Cause.FAIL, payment.id)
        back = reversal(session, failed, cause_id=new_id(), business_date=clock.day_of(now, i18n.zone()))
        post(session, actor, back)
    one = Outcome(payment.id, payment.person_id, payment.end_to_end_id, payment.state, moves, reason)
    move_payments(session, [one], now, by_hand=True)
    begin_reconciling(session, actor, run)
    post_moved(session, actor, run, now)
