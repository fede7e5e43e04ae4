"""Tasks as far as somebody may see them, with the words that name them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, bindparam, func, select, tuple_

from receiver import vault
from receiver.access import Permission
from receiver.accounts.models import User
from receiver.accounts.queries import user_names
from receiver.cases.models import Task
from receiver.cases.rules import TaskState, Whose, words_for
from receiver.kit.errors import NotFound
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.people.models import Person
from receiver.people.queries import CARD, PersonCard, visible, within

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.access.actor import Scope
    from receiver.kit.words import Words


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as a list shows it; `title` are words of ours, or what somebody wrote."""

    task: Task
    person: PersonCard
    title: Words | str
    assignee: str | None

    def late(self, today: date) -> int:
        """How many days it is late; 0 or less if it is not, or is no longer open."""
        return (today - self.task.due_on).days if self.task.state is TaskState.OPEN else 0


def visible_tasks(actor: Actor, permission: Permission = Permission.TASK_VIEW) -> Select[Task]:
    """The tasks about the people that this right of the actor reaches."""
    return select(Task).join(Person, Person.id == Task.person_id).where(*visible(actor, permission))


def task_of(session: Session, actor: Actor, task_id: UUID, permission: Permission) -> tuple[Task, Person]:
    """One task, with the person it is about.

    Raises:
        NotFound: there is none, or the actor may not see the person.
    """
    wanted = select(Task, Person).join(Person, Person.id == Task.person_id).where(*visible(actor, permission))
    found = session.execute(wanted.where(Task.id == task_id)).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def tasks_by_id(
    session: Session, actor: Actor, ids: Collection[UUID], permission: Permission
) -> list[tuple[Task, Person]]:
    """All of these tasks with their people, for an act on several.

    Raises:
        NotFound: one is unknown or may not be seen; then it is done for none.
    """
    wanted = select(Task, Person).join(Person, Person.id == Task.person_id).where(*visible(actor, permission))
    found = session.execute(wanted.where(Task.id.in_(set(ids))).order_by(Task.due_on, Task.id)).all()
    if len(found) < len(set(ids)):
        raise NotFound
    return [(task, person) for task, person in found]


def task_by_key(session: Session, rule_key: str) -> Task | None:
    """The task that a rule made under this key."""
    return session.scalar(select(Task).where(Task.rule_key == rule_key))


def task_made(session: Session, rule_key: str | None) -> Task:
    """The same, where the database has just said that there is one."""
    return session.scalars(select(Task).where(Task.rule_key == rule_key)).one()


def title_of(session: Session, task: Task) -> Words | str:
    """What is to be done, as somebody wrote it, or in words of ours."""
    if task.title is None:
        return words_for(task.kind, task.url)
    return vault.unseal(session, task.person_id, title_place(task.id), task.title)


def result_of(session: Session, task: Task) -> str:
    """What came of it; empty if nobody wrote anything."""
    if task.result is None:
        return ""
    return vault.unseal(session, task.person_id, result_place(task.id), task.result)


def names_of(session: Session, task: Task) -> dict[str, str | None]:
    """Who is to do a task, and who did it or dropped it."""
    names = user_names(session, {each for each in (task.assignee_id, task.done_by) if each is not None})
    return {
        "assignee": names.get(task.assignee_id) if task.assignee_id else None,
        "ended_by": names.get(task.done_by) if task.done_by else None,
    }


def title_place(task_id: UUID) -> str:
    """Where the words of a task are sealed."""
    return vault.place("tasks.title", task_id)


def result_place(task_id: UUID) -> str:
    """Where the result of a task is sealed."""
    return vault.place("tasks.result", task_id)


def tasks_page(session: Session, actor: Actor, whose: Whose, cursor: Cursor | None) -> Page[TaskRow]:
    """The open tasks of the actor, of their offices, or all that they may see; the latest overdue ones first.

    A place is the day it is due and its id. Three queries whatever their number.
    """
    wanted = _joined(actor.scope(Permission.TASK_VIEW)).where(Task.state == TaskState.OPEN)
    if whose is Whose.MINE:
        wanted = wanted.where(Task.assignee_id == actor.user_id)
    elif whose is Whose.OFFICE:
        wanted = wanted.where(Person.office_id.in_(actor.offices))
    place = tuple_(Task.due_on, Task.id)
    back = cursor is not None and cursor.back
    if cursor is not None:
        here = tuple_(*cursor.place)
        wanted = wanted.where(place < here if back else place > here)
    order = (Task.due_on.desc(), Task.id.desc()) if back else (Task.due_on, Task.id)
    found = session.execute(wanted.order_by(*order).limit(DEFAULT_SIZE + 1)).all()
    rows = _rows(session, found)
    return Page.build(rows, DEFAULT_SIZE, lambda row: (row.task.due_on, row.task.id), cursor=cursor)


def due_tasks(session: Session, actor: Actor, today: date, limit: int) -> tuple[list[TaskRow], int]:
    """The actor's own open tasks that are due or late, the most late first, and how many there are."""
    due = (Task.state == TaskState.OPEN, Task.assignee_id == actor.user_id, Task.due_on <= today)
    found = session.execute(
        _joined(actor.scope(Permission.TASK_VIEW)).where(*due).order_by(Task.due_on, Task.id).limit(limit)
    ).all()
    rows = _rows(session, found)
    if len(rows) < limit:
        return rows, len(rows)
    mine = visible_tasks(actor).where(*due).with_only_columns(func.count(), maintain_column_froms=True)
    return rows, session.scalar(mine) or 0


def tasks_of(session: Session, actor: Actor, person: Person, *, limit: int = 50) -> list[TaskRow]:
    """The open tasks about somebody, the next first."""
    wanted = _tasks_of(actor.scope(Permission.TASK_VIEW))
    return _rows(session, session.execute(wanted, {"person": person.id, "most": limit}).all())


@lru_cache(maxsize=1000)
def _tasks_of(scope: Scope) -> Select[*tuple[Any, ...]]:
    wanted = _joined(scope).where(Task.person_id == bindparam("person"), Task.state == TaskState.OPEN)
    return wanted.order_by(Task.due_on, Task.id).limit(bindparam("most"))


def open_tasks_of(session: Session, person_id: UUID) -> Sequence[Task]:
    """Everything that is still to be done for somebody, as rows to change."""
    return session.scalars(select(Task).where(Task.person_id == person_id, Task.state == TaskState.OPEN)).all()


def open_tasks_of_case(session: Session, case_id: UUID) -> Sequence[Task]:
    """Everything that is still to be done of a case, as rows to change."""
    return session.scalars(select(Task).where(Task.case_id == case_id, Task.state == TaskState.OPEN)).all()


def next_reference(session: Session, actor: Actor, person: Person) -> str | None:
    """Whose open task of the actor comes next, besides this person, for working through the day."""
    mine = (Task.state == TaskState.OPEN, Task.assignee_id == actor.user_id, Task.person_id != person.id)
    wanted = _joined(actor.scope(Permission.TASK_VIEW)).where(*mine).with_only_columns(Person.reference)
    return session.scalar(wanted.order_by(Task.due_on, Task.id).limit(1))


def open_task_count(session: Session, person_id: UUID) -> int:
    """How much is still to be done for somebody: before a case is closed it is done, or dropped with it."""
    wanted = select(func.count()).where(Task.person_id == person_id, Task.state == TaskState.OPEN)
    return session.scalar(wanted) or 0


@lru_cache(maxsize=1000)
def _joined(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(Task, User.name, *CARD)
        .join(Person, Person.id == Task.person_id)
        .outerjoin(User, User.id == Task.assignee_id)
        .where(*within(scope))
    )


def _rows(session: Session, found: Sequence[Row[*tuple[Any, ...]]]) -> list[TaskRow]:
    vault.warm(session, [row[0].person_id for row in found if row[0].title is not None])
    return [TaskRow(row[0], PersonCard.of(row), title_of(session, row[0]), row[1]) for row in found]
