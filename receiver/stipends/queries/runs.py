"""Pay runs: who sees them, what was done to them, who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from receiver import vault
from receiver.kit.errors import NotFound
from receiver.partners.models import Programme
from receiver.stipends.models import Instruction, PayRun, RunStep
from receiver.stipends.queries.base import locked
from receiver.stipends.rules.approval import RunHumans
from receiver.stipends.rules.runs import PREPARING, NotADraft, RunAct, RunName, RunState, SeveralRuns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor, Permission
    from receiver.kit.months import Month

UNRELEASED = (RunState.DRAFT, RunState.SUBMITTED, RunState.APPROVED)
GONE_OUT = (RunState.RELEASED, RunState.RECONCILING, RunState.CLOSED)


def visible_runs(actor: Actor, permission: Permission) -> Select[PayRun, Programme]:
    """Every run with its programme: they belong to no office.

    Raises:
        RoleNeeded
    """
    actor.demand(permission)
    return select(PayRun, Programme).join(Programme, Programme.id == PayRun.programme_id)


def run_by_name(
    session: Session, actor: Actor, name: str, permission: Permission, programme: str | None = None
) -> tuple[PayRun, Programme]:
    """The run of this name; where several programmes have one, their code must be given.

    Raises:
        NotFound: there is none, or the actor may not see it.
        SeveralRuns
        NotARunName
    """
    if not actor.may(permission):
        raise NotFound
    wanted = visible_runs(actor, permission).where(PayRun.name == str(RunName.parse(name)))
    if programme:
        wanted = wanted.where(Programme.code == programme.strip().upper())
    found = session.execute(wanted.order_by(Programme.code)).all()
    if not found:
        raise NotFound
    if len(found) > 1:
        raise SeveralRuns(run=name, programmes=[row[1].code for row in found])
    return found[0][0], found[0][1]


def runs_of_month(session: Session, programme_id: UUID, month: Month) -> Sequence[PayRun]:
    """The runs of a programme for a month, in the order of their names."""
    wanted = select(PayRun).where(PayRun.programme_id == programme_id, PayRun.month == month)
    runs = session.scalars(wanted.execution_options(populate_existing=True)).all()
    return sorted(runs, key=lambda run: run.run_name)


def programme_of(session: Session, run: PayRun) -> Programme:
    """The programme of a run."""
    return session.get_one(Programme, run.programme_id)


def history(session: Session, run: PayRun) -> Sequence[RunStep]:
    """Everything that was done to a run, in order."""
    return session.scalars(select(RunStep).where(RunStep.run_id == run.id).order_by(RunStep.number)).all()


def step_reason(session: Session, step: RunStep) -> str:
    """Why somebody returned, abandoned or held back; empty where no reason was needed."""
    if step.reason is None:
        return ""
    return vault.unseal(session, vault.HOUSE, step_place(step.id), step.reason)


def step_place(step_id: UUID) -> str:
    """Where the reason of a step is sealed."""
    return vault.place("pay_run_steps.reason", step_id)


def humans(session: Session, run: PayRun) -> RunHumans:
    """Who prepared, submitted and approved a run; approvals are those of the present submission."""
    steps = history(session, run)
    approvals = [step for step in steps if step.act is RunAct.APPROVE and step.attempt == run.attempt]
    return RunHumans(
        prepared_by=frozenset(step.user_id for step in steps if step.act in PREPARING and step.user_id),
        submitted_by=run.submitted_by,
        approved_by=tuple(step.user_id for step in approvals if step.user_id),
    )


def run_url(run: PayRun, programme: Programme) -> str:
    """The address of a run's page."""
    return f"/stipends/runs/{run.name}?programme={programme.code}"


def instructions(session: Session, run: PayRun) -> Sequence[Instruction]:
    """The pay files of a run, by channel."""
    return session.scalars(select(Instruction).where(Instruction.run_id == run.id).order_by(Instruction.channel)).all()


def sent_anything(session: Session, run: PayRun) -> bool:
    """Whether a part of the run was released."""
    wanted = select(func.count()).select_from(Instruction).where(Instruction.run_id == run.id)
    return bool(session.scalar(wanted))


def draft(session: Session, run: PayRun) -> PayRun:
    """The run, locked, as long as it is a draft.

    Raises:
        NotADraft
    """
    run = locked(session, run)
    if run.state is not RunState.DRAFT:
        raise NotADraft(run=run.name)
    return run


def subject(session: Session, run: PayRun) -> str:
    """What the audit trail calls a run."""
    return f"pay_run:{programme_of(session, run).code}/{run.name}"


def size_facts(run: PayRun) -> dict[str, Any]:
    """What the audit trail says of its size."""
    facts: dict[str, Any] = {"people": run.people, "missed": run.missed, "odd": run.odd, "already": run.already}
    return facts | {"total_minor": run.total_minor, "currency": run.currency, "run": run.id}
