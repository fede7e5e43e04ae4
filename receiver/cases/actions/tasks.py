"""Tasks: added by people and by rules, done, moved, handed over, dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from receiver import audit, i18n, vault
from receiver.audit import Kind
from receiver.cases.models import Task
from receiver.cases.queries import colleagues, open_case, result_place, task_by_key, task_made, title_place
from receiver.cases.rules import (
    NobodyThere,
    TaskKind,
    TaskNotOpen,
    TaskState,
    check_due,
    check_task_words,
)
from receiver.kit import clock
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person


def add_task(
    session: Session,
    actor: Actor,
    person: Person,
    kind: TaskKind,
    due_on: date,
    *,
    title: str = "",
    rule_key: str | None = None,
    url: str | None = None,
    assignee: UUID | None = None,
    case_id: UUID | None = None,
) -> Task:
    """Add something to be done for somebody; under a `rule_key` it is added once for ever, done or not.

    Without an assignee it is for the caseworker of the open case. `url` leads to where it is done.

    Raises:
        TaskNeedsWords
        DueOutOfReach: of a task that no rule makes.
    """
    check_task_words(kind, title)
    if rule_key is None:
        check_due(due_on, clock.today(i18n.zone()))
    elif (known := task_by_key(session, rule_key)) is not None:
        return known
    case = open_case(session, person.id) if case_id is None or assignee is None else None
    task = Task(
        id=new_id(),
        person_id=person.id,
        case_id=case_id or (case.id if case else None),
        kind=kind,
        due_on=due_on,
        state=TaskState.OPEN,
        assignee_id=assignee or (case.caseworker_id if case else None),
        url=url or "",
        rule_key=rule_key,
    )
    if title:
        task.title = vault.seal(session, person.id, title_place(task.id), title)
    try:
        with session.begin_nested():
            session.add(task)
    except IntegrityError:  # another run of the same rule was quicker
        return task_made(session, rule_key)
    _record(session, Kind.TASK_ADDED, actor, person, task, what=kind, due=due_on, assignee=task.assignee_id)
    return task


def do_task(session: Session, actor: Actor, person: Person, task: Task, *, result: str = "") -> None:
    """Record that a task is done, and what came of it.

    Raises:
        TaskNotOpen
    """
    _end(session, actor, task, TaskState.DONE, result)
    _record(session, Kind.TASK_DONE, actor, person, task, what=task.kind)


def drop_task(session: Session, actor: Actor, person: Person, task: Task, *, reason: str) -> None:
    """Record that a task will not be done, and why.

    Raises:
        TaskNotOpen
    """
    _end(session, actor, task, TaskState.DROPPED, "")
    _record(session, Kind.TASK_DROPPED, actor, person, task, reason=reason, what=task.kind)


def move_tasks(session: Session, actor: Actor, tasks: Sequence[tuple[Task, Person]], due_on: date) -> int:
    """Move tasks to another day, all of them or none; it says how many moved.

    Raises:
        DueOutOfReach, TaskNotOpen
    """
    check_due(due_on, clock.today(i18n.zone()))
    for task, _person in tasks:
        _demand_open(task)
    moving = [(task, person) for task, person in tasks if task.due_on != due_on]
    for task, person in moving:
        move_task(session, actor, person, task, due_on)
    return len(moving)


def move_task(session: Session, actor: Actor, person: Person, task: Task, due_on: date) -> None:
    """Move one task that is open, wherever the day lies: it may follow another one that was corrected."""
    was, task.due_on = task.due_on, due_on
    _record(session, Kind.TASK_MOVED, actor, person, task, was=was, due=due_on)


def hand_over_task(session: Session, actor: Actor, person: Person, task: Task, assignee_id: UUID) -> None:
    """Hand a task to a colleague of the person's office.

    Raises:
        TaskNotOpen
        NobodyThere: no active user works there under this id.
    """
    _demand_open(task)
    if assignee_id not in dict(colleagues(session, person.office_id)):
        raise NobodyThere
    was, task.assignee_id = task.assignee_id, assignee_id
    _record(session, Kind.TASK_HANDED_OVER, actor, person, task, was=was, assignee=assignee_id)


def _end(session: Session, actor: Actor, task: Task, state: TaskState, result: str) -> None:
    _demand_open(task)
    task.state, task.done_by, task.done_at = state, actor.user_id, clock.now()
    if result:
        task.result = vault.seal(session, task.person_id, result_place(task.id), result)


def _demand_open(task: Task) -> None:
    if task.state is not TaskState.OPEN:
        raise TaskNotOpen


def _record(
    session: Session, kind: Kind, actor: Actor, person: Person, task: Task, reason: str | None = None, **facts: object
) -> None:
    audit.record(session, kind, actor, person.reference, person=person.id, reason=reason, task=task.id, **facts)
