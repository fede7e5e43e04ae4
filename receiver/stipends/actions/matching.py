"""Matching rows of results that did not fit with payments of their run, by hand and with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.money import Money
from receiver.stipends import queries
from receiver.stipends.actions.moving import Outcome, begin_reconciling, move_payments, post_moved
from receiver.stipends.models import PayRun, ResultFile
from receiver.stipends.queries.matching import carriers_of, lock_same_movement, payment_named
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.exceptions import ExceptionSettled, ExceptionState
from receiver.stipends.rules.matching import match
from receiver.stipends.rules.result_formats import ResultRow
from receiver.stipends.rules.results import Scope
from receiver.stipends.rules.runs import ReasonMissing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import ResultException


def match_exception(session: Session, actor: Actor, exception: ResultException, *, name: str, reason: str) -> None:
    """Take a row as word on a payment of the run that its file came for, which is named by its id or its person.

    Raises:
        ExceptionSettled, ReasonMissing, NoSuchPayment
        PaymentIsOurs, DoesNotFit, NothingNew: the row cannot be about that payment, or says nothing new of it.
        MovementTaken: another payment or decided row carries what the provider calls this movement.
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    user = demand_human(actor)
    run = queries.locked(session, session.get_one(PayRun, exception.run_id))
    lock_same_movement(session, exception)
    exception = queries.locked(session, exception)
    if exception.state is ExceptionState.SETTLED:
        raise ExceptionSettled
    if not reason.strip():
        raise ReasonMissing
    payment = queries.locked(session, payment_named(session, run, name))
    file, now = session.get_one(ResultFile, exception.file_id), clock.now()
    row = ResultRow(
        number=exception.row,
        end_to_end_id=exception.end_to_end_id,
        status=exception.status,
        amount=Money(exception.amount_minor, exception.currency),
        reason=queries.exception_reason(session, exception),
        provider_reference=exception.provider_reference,
    )
    facts = queries.payments_named(session, [payment.end_to_end_id])[payment.end_to_end_id].facts
    scope = Scope(run.id, queries.format_of(file.format).channels)
    decision, moves = match(exception.kind, row, facts, scope, carriers_of(session, exception, payment, scope.channels))
    one = Outcome(
        payment_id=payment.id,
        person_id=payment.person_id,
        end_to_end_id=payment.end_to_end_id,
        state=payment.state,
        moves=moves,
        reason=row.reason,
        provider_reference=row.provider_reference,
        reference_so_far=payment.provider_reference,
    )
    move_payments(session, [one], now, file_id=file.id)
    begin_reconciling(session, actor, run)
    posted = post_moved(session, actor, run, now)
    exception.state, exception.decision = ExceptionState.SETTLED, decision
    exception.decided_by, exception.decided_at = user, now
    session.flush()
    audit.record(
        session,
        Kind.EXCEPTION_MATCHED,
        actor,
        f"exception:{exception.id}",
        person=payment.person_id,
        reason=reason,
        of_kind=exception.kind,
        decision=decision,
        payment=payment.id,
        moves=[move.value for move in moves],
        **(posted.facts if posted.count else {}),
    )
