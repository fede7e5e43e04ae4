"""Leaving somebody out of a draft with a reason, and taking that back while it is a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.stipends import queries
from receiver.stipends.actions.run_build import BULK, add_lines, count_lines
from receiver.stipends.actions.steps import add_step
from receiver.stipends.models import LeftOut, RunLine
from receiver.stipends.queries.leaving_out import left_out_now, left_out_place
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.leaving_out import LeaveOutReason, NotLeftOut, demand_may_leave_out
from receiver.stipends.rules.runs import NotOnTheList, RunAct

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun


def leave_out(
    session: Session, actor: Actor, run: PayRun, person_id: UUID, *, reason: LeaveOutReason, text: str
) -> None:
    """Leave somebody out of a draft; every later build of it does so too.

    The month counts as missed once the run goes out, and a follow-up run may pay it.

    Raises:
        NotADraft, NotOnTheList, LeftOutAlready
        WhyLeftOut: it says nothing.
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    user = demand_human(actor)
    run = queries.draft(session, run)
    if not queries.on_the_list(session, run, [person_id]):
        raise NotOnTheList(run=run.name)
    demand_may_leave_out(run.name, already=left_out_now(session, run, person_id) is not None, text=text)
    one = LeftOut(id=new_id(), run_id=run.id, person_id=person_id, reason=reason, left_out_by=user)
    one.text = vault.seal(session, person_id, left_out_place(one.id), text.strip())
    session.add(one)
    _look_again(session, run, person_id)
    add_step(session, actor, run, RunAct.LEAVE_OUT)
    audit.record(
        session,
        Kind.PAY_RUN_LINE_LEFT_OUT,
        actor,
        queries.subject(session, run),
        person=person_id,
        reason=text.strip(),
        run=run.id,
        why=reason,
    )


def take_back(session: Session, actor: Actor, run: PayRun, person_id: UUID) -> None:
    """List somebody again who was left out of a draft.

    Raises:
        NotADraft, NotLeftOut
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    user = demand_human(actor)
    run = queries.draft(session, run)
    one = left_out_now(session, run, person_id)
    if one is None:
        raise NotLeftOut(run=run.name)
    one.taken_back_at, one.taken_back_by = clock.now(), user
    _look_again(session, run, person_id)
    add_step(session, actor, run, RunAct.TAKE_BACK)
    subject = queries.subject(session, run)
    audit.record(session, Kind.PAY_RUN_LINE_TAKEN_BACK, actor, subject, person=person_id, run=run.id)


def _look_again(session: Session, run: PayRun, person_id: UUID) -> None:
    """Work out the line of somebody anew, with what was decided about them before."""
    session.flush()
    decided = queries.decided(session, run)
    found = queries.work_out_run(session, run, clock.now(), at_desk=decided.at_desk, people=[person_id])
    mine = (RunLine.run_id == run.id, RunLine.person_id == person_id)
    session.execute(delete(RunLine).where(*mine), execution_options=BULK)
    queries.forget(session, RunLine)
    add_lines(session, run, found.people, decided)
    count_lines(session, run)
