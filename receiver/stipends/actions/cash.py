"""The cash desk: who was paid, and who did not come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.stipends import queries
from receiver.stipends.actions.moving import Outcome, begin_reconciling, move_payments, post_moved
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.payments import IN_TRANSIT, PAYMENT_ARROWS, NotAtTheDesk, PaymentMove

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun


def mark_paid(session: Session, actor: Actor, run: PayRun, payments: Collection[UUID]) -> int:
    """Record that these payments were handed out at the cash desk; it says how many, those marked before left out.

    Raises:
        NotAtTheDesk: one of them is not of this run's cash desk, or not handed out there; then none is recorded.
    """
    return _mark(session, actor, run, payments, PaymentMove.SETTLE)


def mark_uncollected(session: Session, actor: Actor, run: PayRun, payments: Collection[UUID]) -> int:
    """Record that nobody came for these payments; the money is owed again. It says how many, as `mark_paid`.

    Raises:
        NotAtTheDesk
    """
    return _mark(session, actor, run, payments, PaymentMove.FAIL)


def _mark(session: Session, actor: Actor, run: PayRun, payments: Collection[UUID], move: PaymentMove) -> int:
    actor.demand(Permission.PAY_RUN_RECONCILE)
    demand_human(actor)
    run = queries.locked(session, run)
    found = queries.desk_payments(session, run, payments)
    target = PAYMENT_ARROWS[move].target
    wrong = [one for one in found if one.state not in {*IN_TRANSIT, target}]
    if wrong or len(found) < len(set(payments)):
        raise NotAtTheDesk(run=run.name)
    now = clock.now()
    outcomes = [
        Outcome(one.id, one.person_id, one.end_to_end_id, one.state, (move,))
        for one in found
        if one.state is not target
    ]
    moved = move_payments(session, outcomes, now)
    if moved:
        begin_reconciling(session, actor, run)
        posted = post_moved(session, actor, run, now)
        audit.record(
            session, Kind.CASH_MARKED, actor, queries.subject(session, run), move=move, run=run.id, **posted.facts
        )
    return len(moved)
