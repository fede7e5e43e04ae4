"""What other people do to a frozen run: approve it, return it, hold lines back, close it, abandon it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.money import Money
from receiver.stipends import queries
from receiver.stipends.actions.run_build import BULK, count_figures
from receiver.stipends.actions.steps import add_step
from receiver.stipends.models import Payment, RunLine
from receiver.stipends.rules import approval, closing
from receiver.stipends.rules.approval import Approval, demand_human
from receiver.stipends.rules.payments import PaymentMove, PaymentState, move_payment
from receiver.stipends.rules.runs import (
    STOPS,
    LineNotFrozen,
    LineStatus,
    PartlySent,
    ReasonMissing,
    RunAct,
    RunMove,
    RunState,
    move_run,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun


def approve_run(session: Session, actor: Actor, run: PayRun, *, total: Money, digest: str) -> PayRun:
    """Approve a run; above the threshold it is approved when a second human has done so too.

    Args:
        session: that writes.
        actor: who approves: neither preparer nor submitter.
        run: the run.
        total: what the actor typed.
        digest: the one on the page that the actor read.

    Raises:
        RunCannotMove, ApproverPreparedRun, ApproverSubmittedRun, ApprovedAlready, RunChanged, TotalDiffers
    """
    actor.demand(Permission.PAY_RUN_APPROVE)
    user = demand_human(actor)
    run = queries.locked(session, run)
    run.state = approval.approve(
        run.run_name,
        run.state,
        queries.humans(session, run),
        user,
        Approval(total, digest),
        Approval(Money(run.total_minor, run.currency), run.digest or ""),
        run.approvals_needed,
    )
    add_step(session, actor, run, RunAct.APPROVE)
    facts: dict[str, Any] = {
        "run": run.id,
        "attempt": run.attempt,
        "total": total,
        "digest": run.digest,
        "state": run.state,
    }
    audit.record(
        session, Kind.PAY_RUN_APPROVED, actor, queries.subject(session, run), needed=run.approvals_needed, **facts
    )
    return run


def reject_run(session: Session, actor: Actor, run: PayRun, *, reason: str) -> PayRun:
    """Return a run to its draft. Its payments are cancelled and their ids spent; what people are owed stands.

    Raises:
        RunCannotMove, ReasonMissing
        PartlySent: a part of it was released.
    """
    actor.demand(Permission.PAY_RUN_APPROVE)
    demand_human(actor)
    run = queries.locked(session, run)
    state = move_run(run.run_name, run.state, RunMove.REJECT, reason)
    _demand_unsent(session, run)
    cancelled = _cancel(session, run)
    digest, run.state = run.digest, state
    run.digest = run.submitted_at = run.submitted_by = None
    session.flush()
    frozen = (RunLine.run_id == run.id, RunLine.payment_id.is_not(None))
    again = update(RunLine).where(*frozen).values(payment_id=None, status=LineStatus.INCLUDED)
    session.execute(again, execution_options=BULK)
    queries.forget(session, RunLine)
    count_figures(session, run)
    add_step(session, actor, run, RunAct.REJECT, reason=reason)
    facts: dict[str, Any] = {"run": run.id, "attempt": run.attempt, "digest": digest, "cancelled": cancelled}
    audit.record(session, Kind.PAY_RUN_REJECTED, actor, queries.subject(session, run), reason=reason, **facts)
    return run


def hold_back(session: Session, actor: Actor, run: PayRun, people: Collection[UUID], *, reason: str) -> int:
    """Hold back the lines of these people of a submitted or approved run; its list and its hash stay as they are.

    Raises:
        ReasonMissing
        LineNotFrozen: one of the lines is not there, was sent or is held back already; then none is held back.
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    demand_human(actor)
    run = queries.locked(session, run)
    if not reason.strip():
        raise ReasonMissing
    wanted = set(people)
    found = queries.waiting_payments(session, run, wanted) if run.state in _BEFORE_RELEASE else {}
    if not wanted or len(found) < len(wanted):
        raise LineNotFrozen
    _hold_back(session, actor, run, found, wanted, reason=reason)
    return len(wanted)


def hold_back_stopped(session: Session, actor: Actor, run: PayRun) -> int:
    """Hold back whoever was put on hold, left or died since the run was frozen, as a part of its release.

    The run is locked. A hold that somebody places at this moment comes before the release, or waits until it is over.
    What is owed to those who left or died stays owed: a human decides how it is paid.
    """
    queries.hold_programme(session, run.programme_id)
    stopped = queries.stopped(session, run)
    for why in STOPS:
        wanted = [one.person_id for one in stopped if one.why is why]
        if wanted:
            found = queries.waiting_payments(session, run, wanted)
            _hold_back(session, actor, run, found, wanted, act=why)
    return len(stopped)


def _hold_back(
    session: Session,
    actor: Actor,
    run: PayRun,
    payments: Collection[UUID],
    wanted: Collection[UUID],
    *,
    reason: str = "",
    act: RunAct = RunAct.HOLD_BACK,
) -> None:
    """Cancel these payments; the reason is what somebody typed, or what the act says in everybody's language."""
    sum_minor = _cancel(session, run, payments)
    lines = update(RunLine).where(RunLine.run_id == run.id).values(status=LineStatus.HELD_BACK)
    for some in queries.portions(wanted):
        session.execute(lines.where(RunLine.person_id.in_(some)), execution_options=BULK)
    queries.forget(session, RunLine)
    count_figures(session, run)
    add_step(session, actor, run, act, reason=reason)
    person = next(iter(wanted)) if len(wanted) == 1 else None
    facts: dict[str, Any] = {"run": run.id, "lines": len(wanted), "sum_minor": sum_minor, "currency": run.currency}
    audit.record(
        session,
        Kind.PAY_RUN_LINE_HELD_BACK,
        actor,
        queries.subject(session, run),
        person=person,
        reason=reason or None,
        act=act,
        **facts,
    )


def close_run(session: Session, actor: Actor, run: PayRun) -> PayRun:
    """Close a run that adds up, with nothing pending and no row that waits for a decision.

    Raises:
        RunCannotMove, StillPending, ExceptionsOpen, DoesNotAddUp
    """
    actor.demand(Permission.PAY_RUN_CLOSE)
    demand_human(actor)
    run = queries.locked(session, run)
    standing = queries.run_tally(session, run)
    run.state = closing.close(
        run.run_name, run.state, standing.tally, pending=standing.pending, exceptions=standing.exceptions
    )
    add_step(session, actor, run, RunAct.CLOSE)
    tally = standing.tally
    facts: dict[str, Any] = {
        "paid": tally.paid,
        "failed": tally.failed,
        "returned": tally.returned,
        "held_back": tally.held_back,
    }
    audit.record(
        session, Kind.PAY_RUN_CLOSED, actor, queries.subject(session, run), run=run.id, frozen=tally.frozen, **facts
    )
    return run


def abandon_run(session: Session, actor: Actor, run: PayRun, *, reason: str) -> PayRun:
    """Abandon a run before its release; what people are owed stands and is paid by another run of the month.

    Raises:
        RunCannotMove, ReasonMissing, PartlySent
    """
    actor.demand(Permission.PAY_RUN_ABANDON)
    demand_human(actor)
    run = queries.locked(session, run)
    state = move_run(run.run_name, run.state, RunMove.ABANDON, reason)
    _demand_unsent(session, run)
    cancelled = _cancel(session, run)
    run.state = state
    add_step(session, actor, run, RunAct.ABANDON, reason=reason)
    facts: dict[str, Any] = {"run": run.id, "attempt": run.attempt, "digest": run.digest, "cancelled": cancelled}
    audit.record(session, Kind.PAY_RUN_ABANDONED, actor, queries.subject(session, run), reason=reason, **facts)
    return run


_BEFORE_RELEASE = frozenset({RunState.SUBMITTED, RunState.APPROVED})


def _demand_unsent(session: Session, run: PayRun) -> None:
    if queries.sent_anything(session, run):
        raise PartlySent(run=run.name)


def _cancel(session: Session, run: PayRun, payments: Collection[UUID] | None = None) -> int:
    """Cancel the pending payments of the present submission, or these of them; says what they come to."""
    target = move_payment(run.name, PaymentState.PENDING, PaymentMove.CANCEL)
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt, Payment.state == PaymentState.PENDING)
    sum_minor = 0
    statement = update(Payment).where(*mine).values(state=target, cancelled_at=clock.now())
    for some in [None] if payments is None else queries.portions(payments):
        narrowed = () if some is None else (Payment.id.in_(some),)
        sum_minor += queries.sum_of_payments(session, *mine, *narrowed)
        session.execute(statement.where(*narrowed), execution_options=BULK)
    queries.forget(session, Payment, RunLine)
    return sum_minor
