"""Building runs: started, filled with what is true now, filled again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert

from receiver import audit, i18n
from receiver.access import Permission
from receiver.audit import Kind
from receiver.background import hand_over
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.kit.months import Month
from receiver.ledger.actions.book import plan_anew
from receiver.stipends import queries
from receiver.stipends.actions.steps import add_step
from receiver.stipends.models import PayRun, RunLine
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.entitlements import STIPEND
from receiver.stipends.rules.runs import (
    LineStatus,
    MonthHasRun,
    MonthTooFar,
    NothingToFollow,
    RunAct,
    RunKind,
    RunState,
    RunUnderway,
    next_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.partners.models import Programme
    from receiver.stipends.queries import Decided, Worked

_LINES: Any = RunLine.__table__

BULK = {"synchronize_session": False}
"""Lines are rows here, never objects of the session."""


def start_run(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Make an empty draft for a month, at most the one after the current, which `fill_run` fills.

    Raises:
        MonthTooFar
        RunUnderway: another run of the month is not released yet.
        MonthHasRun: the month was built before, and not abandoned.
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    last = Month.of(clock.today(i18n.zone())) + 1
    if month > last:
        raise MonthTooFar(month=month, last=last)
    runs = _runs(session, programme, month)
    kept = [run for run in runs if run.state is not RunState.ABANDONED]
    if kept:
        raise MonthHasRun(run=kept[0].name)
    return _start(session, actor, programme, month, RunKind.REGULAR, runs)


def start_follow_up(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Make an empty follow-up (2026-11-r1) for what is still to be paid of a month.

    Raises:
        RunUnderway: another run of the month is not released yet.
        NothingToFollow: none was ever released.
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    runs = _runs(session, programme, month)
    gone_out = [run for run in runs if run.state is not RunState.ABANDONED]
    if not gone_out:
        raise NothingToFollow(month=month)
    return _start(session, actor, programme, month, RunKind.FOLLOW_UP, runs, follows=gone_out[0])


def fill_run(session: Session, actor: Actor, run: PayRun) -> PayRun:
    """Work out who is paid how much, who would be missed and who is odd; what was there before is replaced.

    Who was sent to the cash desk stays so, and a finding that was accepted stays accepted while it is the same.

    Raises:
        NotADraft
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    plan_anew(session)
    run = queries.draft(session, run)
    again, now = run.built_at is not None, clock.now()
    decided = queries.decided(session, run)
    found = queries.work_out_run(session, run, now, at_desk=decided.at_desk)
    session.execute(delete(RunLine).where(RunLine.run_id == run.id), execution_options=BULK)
    add_lines(session, run, found.people, decided)
    run.already, run.built_at = found.already, now
    count_lines(session, run)
    if again or actor.user_id not in queries.humans(session, run).prepared_by:
        add_step(session, actor, run, RunAct.REBUILD)
    follow_up = run.kind is RunKind.FOLLOW_UP
    first = Kind.PAY_RUN_FOLLOW_UP_BUILT if follow_up else Kind.PAY_RUN_BUILT
    audit.record(
        session,
        Kind.PAY_RUN_REBUILT if again else first,
        actor,
        queries.subject(session, run),
        **queries.size_facts(run),
    )
    return run


def build_run(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Start a run and fill it, in one go."""
    return fill_run(session, actor, start_run(session, actor, programme, month))


def build_follow_up(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Start a follow-up and fill it, in one go."""
    return fill_run(session, actor, start_follow_up(session, actor, programme, month))


def rebuild_run(session: Session, actor: Actor, run: PayRun) -> PayRun:
    """Fill a draft again with what is true now.

    Raises:
        NotADraft
    """
    return fill_run(session, actor, run)


def build_in_background(session: Session, actor: Actor, run: PayRun) -> UUID:
    """Hand over filling (or filling again) to the background; the id is that of `/progress/<id>`.

    Raises:
        NotADraft
    """
    actor.demand(Permission.PAY_RUN_PREPARE)
    run = queries.draft(session, run)
    programme = queries.programme_of(session, run)
    # By what was there before: pressed twice it is one work, and pressed again after it was filled it is another.
    before = f"{run.built_at:%Y%m%d%H%M%S%f}" if run.built_at else "first"
    return hand_over(
        session,
        "stipends.build",
        f"pay-run-{programme.code}-{run.name}-build-{before}",
        actor=actor,
        url=queries.run_url(run, programme),
        run_id=run.id,
        run=run.name,
    )


def add_lines(session: Session, run: PayRun, people: Iterable[Worked], decided: Decided) -> None:
    """Write lines, with what was decided about the people before; what was accepted of other findings is not."""
    rows = [_row(run, one, decided) for one in people]
    if rows:
        session.execute(insert(_LINES), rows)


def count_lines(session: Session, run: PayRun) -> None:
    """Bring the counts of a draft up to date with its lines."""
    found = queries.line_counts(session, run)
    run.people, run.total_minor, run.missed, run.odd = found.people, found.total_minor, found.missed, found.odd
    count_figures(session, run)


def count_figures(session: Session, run: PayRun) -> None:
    """Count anew what the page of a run says of its lines: after every change of them."""
    run.figures = queries.line_figures(session, run)
    session.flush()


def _row(run: PayRun, one: Worked, decided: Decided) -> dict[str, object]:
    person = one.who.person_id
    return {
        "id": new_id(),
        "run_id": run.id,
        "person_id": person,
        "status": one.status,
        "amount_minor": one.amount_minor,
        "previous_minor": one.who.previous_minor,
        "channel": one.channel,
        "payee_id": one.payee_id,
        "payee_changed": one.status is LineStatus.INCLUDED and one.payee_changed,
        "at_desk": person in decided.at_desk,
        "flags": one.flags,
        "acceptance_id": decided.accepted.get((person, one.flags)),
        "reissue_of": one.who.owed_again,
    }


def _runs(session: Session, programme: Programme, month: Month) -> Sequence[PayRun]:
    """The runs of a month, while nobody else can start one.

    Raises:
        RunUnderway
    """
    queries.hold_programme(session, programme.id)
    runs = queries.runs_of_month(session, programme.id, month)
    for run in runs:
        if run.state in queries.UNRELEASED:
            raise RunUnderway(run=run.name)
    return runs


def _start(
    session: Session,
    actor: Actor,
    programme: Programme,
    month: Month,
    kind: RunKind,
    runs: Sequence[PayRun],
    follows: PayRun | None = None,
) -> PayRun:
    demand_human(actor)
    run = PayRun(
        id=new_id(),
        programme_id=programme.id,
        name=str(next_name(month, [one.run_name for one in runs])),
        month=month,
        kind=kind,
        state=RunState.DRAFT,
        follows_id=follows.id if follows else None,
        purpose=STIPEND,
        currency=programme.currency,
        attempt=0,
    )
    session.add(run)
    session.flush()
    add_step(session, actor, run, RunAct.BUILD)
    audit.record(session, Kind.PAY_RUN_STARTED, actor, f"pay_run:{programme.code}/{run.name}", run=run.id, of_kind=kind)
    return run
