"""Tasks that rules make and close: once each, however often a rule looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from receiver import audit, i18n
from receiver.audit import Kind
from receiver.cases.actions.tasks import add_task
from receiver.cases.models import Task
from receiver.cases.queries import by_rule as queries
from receiver.cases.rules import TaskKind, TaskState, arrival_url
from receiver.cases.rules.by_rule import document_tasks, duplicate_tasks, rule_key
from receiver.kit import clock
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.cases.rules.by_rule import RuleTask
    from receiver.people.models import Arrival, Person


def make_tasks(session: Session, actor: Actor, wanted: Sequence[RuleTask]) -> int:
    """Make those of these tasks that were never made, each for the caseworker of the open case; says how many."""
    known = queries.known_keys(session, [one.key for one in wanted])
    new = [one for one in {one.key: one for one in wanted}.values() if one.key not in known]
    if not new:
        return 0
    cases = queries.caseworkers_of(session, [one.person_id for one in new])
    references, now = queries.references_of(session, [one.person_id for one in new]), clock.now()
    rows = []
    for one in new:
        case = cases.get(one.person_id)
        row = {
            "id": new_id(),
            "person_id": one.person_id,
            "case_id": case.id if case else None,
            "kind": one.kind,
            "due_on": one.due_on,
            "state": TaskState.OPEN,
            "assignee_id": case.caseworker_id if case else None,
            "url": one.url,
            "rule_key": one.key,
            "created_at": now,
            "version": 1,
        }
        rows.append(row)
        audit.record(
            session,
            Kind.TASK_ADDED,
            actor,
            references[one.person_id],
            person=one.person_id,
            task=row["id"],
            what=one.kind,
            due=one.due_on,
            assignee=row["assignee_id"],
        )
    session.execute(insert(Task), rows)
    return len(rows)


def look_for(session: Session, actor: Actor, person: Person, arrival: Arrival) -> None:
    """Let somebody find out where a person is who was expected and did not come; once they are here, it is done.

    It is for who will have their case, else for who was to meet them, else for whoever marked it.
    """
    key = rule_key(TaskKind.FOLLOW_UP, arrival.id)
    if person.arrived_on is not None:
        settle_tasks(session, actor, [key])
        return
    add_task(
        session,
        actor,
        person,
        TaskKind.FOLLOW_UP,
        clock.today(i18n.zone()),
        rule_key=key,
        url=arrival_url(person.reference),
        assignee=arrival.caseworker_id or arrival.meets_id or actor.user_id,
    )


def settle_tasks(session: Session, actor: Actor, keys: Iterable[str]) -> int:
    """Close those of these tasks that are still open, because what they are about is settled; says how many."""
    return _settle(session, actor, queries.made_by_rule(session, keys=keys))


def settle_tasks_of(session: Session, actor: Actor, person_id: UUID, kinds: Collection[TaskKind]) -> int:
    """Close the tasks of these kinds that rules made about somebody."""
    return _settle(session, actor, queries.made_by_rule(session, kinds=kinds, person_id=person_id))


def look_at_rules(session: Session, actor: Actor) -> tuple[int, int]:
    """Make what is to be done about documents and look-alikes, and close what is settled; says how many of each."""
    today = clock.today(i18n.zone())
    wanted = [
        *document_tasks(queries.expiring_documents(session, today), today),
        *duplicate_tasks(queries.open_pairs(session), today),
    ]
    keys = {one.key for one in wanted}
    kinds = (TaskKind.DOCUMENT_EXPIRES, TaskKind.DUPLICATE)
    gone = [task for task in queries.made_by_rule(session, kinds=kinds) if task.rule_key not in keys]
    return make_tasks(session, actor, wanted), _settle(session, actor, gone)


def _settle(session: Session, actor: Actor, tasks: Sequence[Task]) -> int:
    if not tasks:
        return 0
    references, now = queries.references_of(session, [task.person_id for task in tasks]), clock.now()
    for task in tasks:
        task.state, task.done_by, task.done_at = TaskState.DONE, actor.user_id, now
        audit.record(
            session,
            Kind.TASK_DONE,
            actor,
            references[task.person_id],
            person=task.person_id,
            task=task.id,
            what=task.kind,
            by_rule=True,
        )
    session.flush()
    return len(tasks)
