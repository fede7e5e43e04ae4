"""Tasks about payments that failed: the caseworker checks how the person is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import i18n
from receiver.access import Permission
from receiver.cases.actions import add_task, hand_over_task
from receiver.cases.actions.by_rule import make_tasks, settle_tasks, settle_tasks_of
from receiver.cases.rules import TaskKind, TaskState
from receiver.cases.rules.by_rule import RuleTask, rule_key
from receiver.kit import clock
from receiver.stipends.queries import failures as queries
from receiver.stipends.rules.reasons import Failure, failure_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person
    from receiver.stipends.models import Payment, PayRun

_PAYEE_KINDS = (TaskKind.PAYMENT_FAILED, TaskKind.PAYEE)


def tell_failures(session: Session, actor: Actor, run: PayRun, moment: datetime) -> None:
    """Make a task of each payment of a run that failed or came back at this moment, unless that may pass by itself.

    The task of one that was paid after all is closed.
    """
    today = clock.day_of(moment, i18n.zone())
    found = queries.failed_at(session, run, moment)
    make_tasks(
        session,
        actor,
        [
            RuleTask(
                key=_key(one.payment_id),
                person_id=one.person_id,
                kind=TaskKind.PAYMENT_FAILED,
                due_on=today,
                url=f"/people/{one.reference}/payee",
            )
            for one in found
            if failure_of(one.reason) is not Failure.PASSING
        ],
    )
    settle_tasks(session, actor, map(_key, queries.paid_after_all(session, run, moment)))


def give_failed(session: Session, actor: Actor, chosen: Sequence[tuple[Payment, Person]], assignee_id: UUID) -> None:
    """Let a colleague look into failed payments, all of them or none: their tasks are handed over, or made.

    What somebody looks into already is given away by those who hand tasks over; others give what nobody has.

    Raises:
        RoleNeeded
        NobodyThere: the colleague does not work in the office of one of the people.
        TaskNotOpen: somebody has ended the task meanwhile.
    """
    actor.demand(Permission.TASK_ADD)
    today = clock.today(i18n.zone())
    for payment, person in chosen:
        url = f"/people/{person.reference}/payee"
        task = add_task(session, actor, person, TaskKind.PAYMENT_FAILED, today, rule_key=_key(payment.id), url=url)
        is_open = task.state is TaskState.OPEN
        if is_open and task.assignee_id == assignee_id:
            continue
        if is_open and task.assignee_id is not None:
            actor.demand(Permission.TASK_EDIT)
        hand_over_task(session, actor, person, task, assignee_id)


def settle_paid_anew(session: Session, actor: Actor, run: PayRun) -> None:
    """Money that a run sends once more needs no task any longer."""
    settle_tasks(session, actor, map(_key, queries.paid_anew(session, run)))


def settle_payee_asked(session: Session, actor: Actor, person_id: UUID) -> None:
    """Somebody has said how they want to be paid, which the tasks about it were for."""
    settle_tasks_of(session, actor, person_id, _PAYEE_KINDS)


def _key(payment_id: UUID) -> str:
    return rule_key(TaskKind.PAYMENT_FAILED, payment_id)
