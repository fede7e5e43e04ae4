"""Submitting a run: its list is frozen, its people are owed the money from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.money import Money
from receiver.ledger.actions import open_people
from receiver.stipends import queries
from receiver.stipends.actions.findings import accept_rest
from receiver.stipends.actions.freezing import freeze_list
from receiver.stipends.actions.owing import correct, entitle, post_owed
from receiver.stipends.actions.run_build import count_lines
from receiver.stipends.actions.steps import add_step
from receiver.stipends.rules.approval import approvals_needed, demand_human
from receiver.stipends.rules.checklist import demand_complete
from receiver.stipends.rules.runs import DraftOutOfDate, LineStatus, NotBuiltYet, RunAct, RunMove, move_run

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun
    from receiver.stipends.queries import Worked


def submit_run(
    session: Session, actor: Actor, run: PayRun, *, accept_because: str = "", overdraw_because: str = ""
) -> PayRun:
    """Freeze a draft and ask for approval; open findings are accepted with `accept_because`, if that is given.

    Raises:
        NotADraft, NotBuiltYet
        DraftOutOfDate: something changed since it was built.
        NobodyToPay, ChecklistOpen, AcceptanceNeedsReason
        FundOverdrawn: the fund does not hold what people would be owed, and `overdraw_because` says nothing.
    """
    actor.demand(Permission.PAY_RUN_SUBMIT)
    demand_human(actor)
    run = queries.draft(session, run)
    if run.built_at is None:
        raise NotBuiltYet(run=run.name)
    queries.hold_programme(session, run.programme_id)
    now = clock.now()
    found = _as_drafted(session, run, now)
    demand_complete(run.people, queries.open_findings(session, run), accept_because)
    accepted = accept_rest(session, actor, run, accept_because) if accept_because else 0
    run.attempt += 1
    people = [one for one in found if one.status is LineStatus.INCLUDED]
    pseudonyms = open_people(session, (one.who.person_id for one in people), run.currency)
    entitlements = entitle(session, run, people, pseudonyms, now)
    corrections = correct(session, run, found, now)
    frozen = freeze_list(session, run, people, pseudonyms, entitlements, now)
    posted = post_owed(session, actor, run, corrections, overdraw_because)
    run.digest, run.total_minor, run.people = frozen.digest, frozen.total.minor, frozen.count
    threshold = queries.limits(session).two_approvers_above
    run.approvals_needed = approvals_needed(frozen.total, None if threshold is None else Money(threshold, run.currency))
    run.state = move_run(run.run_name, run.state, RunMove.SUBMIT)
    run.submitted_at, run.submitted_by = now, actor.user_id
    add_step(session, actor, run, RunAct.SUBMIT)
    audit.record(
        session,
        Kind.PAY_RUN_SUBMITTED,
        actor,
        queries.subject(session, run),
        reason=accept_because or None,
        run=run.id,
        attempt=run.attempt,
        lines=frozen.count,
        total=frozen.total,
        digest=frozen.digest,
        corrected=len(corrections),
        accepted=accepted,
        overdrawn=bool(overdraw_because),
        **posted.facts,
    )
    return run


def _as_drafted(session: Session, run: PayRun, now: datetime) -> list[Worked]:
    """The list as of now, which must be what the draft says.

    Raises:
        DraftOutOfDate
    """
    said = queries.drafted(session, run)
    found = queries.work_out_run(session, run, now, at_desk=queries.decided(session, run).at_desk)
    true = {one.who.person_id: one.key for one in found.people}
    differ = sum(true.get(person) != said.get(person) for person in true.keys() | said.keys())
    if differ:
        raise DraftOutOfDate(n=differ, run=run.name)
    count_lines(session, run)
    return found.people
