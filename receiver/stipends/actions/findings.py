"""The list before submitting: findings accepted with a reason, people paid at the cash desk this once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, update

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.people.models import Person
from receiver.stipends import queries
from receiver.stipends.actions.payees import ask_cash_desk
from receiver.stipends.actions.run_build import BULK, add_lines, count_lines
from receiver.stipends.actions.steps import add_step
from receiver.stipends.models import Acceptance, RunLine
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.checklist import AcceptanceNeedsReason
from receiver.stipends.rules.runs import LineStatus, NotOnTheList, RunAct

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun


def accept_findings(
    session: Session, actor: Actor, run: PayRun, people: Collection[UUID] | None = None, *, reason: str
) -> int:
    """Accept the open findings of these people, or of all; says how many people that was.

    Raises:
        NotADraft, AcceptanceNeedsReason
        NotOnTheList: one of them has no open finding; then none is accepted.
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    run = queries.draft(session, run)
    if not reason.strip():
        raise AcceptanceNeedsReason
    found = queries.open_findings(session, run, people)
    if not found or (people is not None and found < len(set(people))):
        raise NotOnTheList(run=run.name)
    _accept(session, actor, run, people, found, reason)
    audit.record(
        session, Kind.PAY_RUN_LINE_SETTLED, actor, queries.subject(session, run), reason=reason, accepted=found
    )
    return found


def accept_rest(session: Session, actor: Actor, run: PayRun, reason: str) -> int:
    """Accept what is still open, as a part of submitting."""
    found = queries.open_findings(session, run)
    if found:
        _accept(session, actor, run, None, found, reason)
    return found


def pay_at_desk(session: Session, actor: Actor, run: PayRun, people: Collection[UUID]) -> int:
    """Pay these people of a draft at the cash desk this once; who has no payee at all gets the cash desk as payee.

    It says how many of them the run pays now: whoever is on hold or owed nothing is still left out.

    Raises:
        NotADraft
        NotOnTheList: one of them is not on the list; then it is done for nobody.
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    run = queries.draft(session, run)
    wanted = set(people)
    if not wanted or queries.on_the_list(session, run, wanted) < len(wanted):
        raise NotOnTheList(run=run.name)
    for person_id in wanted:
        if not queries.payees_now(session, person_id):
            ask_cash_desk(session, actor, session.get_one(Person, person_id))
    decided = queries.decided(session, run)
    decided.at_desk.update(wanted)
    found = queries.work_out_run(session, run, clock.now(), at_desk=wanted, people=wanted)
    mine = delete(RunLine).where(RunLine.run_id == run.id)
    for some in queries.portions(wanted):
        session.execute(mine.where(RunLine.person_id.in_(some)), execution_options=BULK)
    add_lines(session, run, found.people, decided)
    count_lines(session, run)
    add_step(session, actor, run, RunAct.PAY_AT_DESK)
    audit.record(session, Kind.PAY_RUN_LINE_SETTLED, actor, queries.subject(session, run), at_desk=len(wanted))
    return sum(one.status is LineStatus.INCLUDED for one in found.people)


def _accept(
    session: Session, actor: Actor, run: PayRun, people: Collection[UUID] | None, found: int, reason: str
) -> None:
    acceptance = Acceptance(id=new_id(), run_id=run.id, accepted_by=demand_human(actor), people=found)
    acceptance.reason = vault.seal(session, vault.HOUSE, queries.acceptance_place(acceptance.id), reason)
    session.add(acceptance)
    session.flush()
    open_lines = (RunLine.run_id == run.id, RunLine.flags != 0, RunLine.acceptance_id.is_(None))
    statement = update(RunLine).where(*open_lines).values(acceptance_id=acceptance.id)
    for some in [None] if people is None else queries.portions(people):
        narrowed = statement if some is None else statement.where(RunLine.person_id.in_(some))
        session.execute(narrowed, execution_options=BULK)
    queries.forget(session, RunLine)
    add_step(session, actor, run, RunAct.ACCEPT)
