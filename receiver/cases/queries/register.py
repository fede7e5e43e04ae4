"""The register of people (S13): who fits, in what order, with what is known of each; four queries a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from receiver.access import Permission, Role
from receiver.accounts.models import Office, User, UserOffice, UserRole
from receiver.accounts.rules import UserState
from receiver.cases.models import Case, SavedList, Task
from receiver.cases.rules import Looking, Presence, Stage, TaskKind, TaskState, Whose
from receiver.cases.slots import visible_columns
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.people.models import Person
from receiver.people.queries import CARD, PersonCard, people_in_need, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.words import Words

NOT_YET = date(9999, 12, 31)  # where people stand who have not arrived, when sorted by arrival


@dataclass(slots=True)
class RegisterRow:
    """A person as the register shows them; `extra` are the words of the columns that other rooms offer, by name."""

    person: PersonCard
    stage: Stage | None = None
    caseworker: str | None = None
    task: TaskKind | None = None
    due_on: date | None = None
    extra: dict[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What can be chosen: offices within reach, those who have cases there, and the lists that the user keeps.

    Each is a pair of what stands for it and its name; for a list, the filters as they stand in an address.
    """

    offices: list[tuple[str, str]]
    caseworkers: list[tuple[str, str]]
    lists: list[tuple[str, str]]


def register(
    session: Session, actor: Actor, looking: Looking, cursor: Cursor | None, *, size: int = DEFAULT_SIZE
) -> Page[RegisterRow]:
    """The people within reach who fit. A place is the id of a person: names stay out of addresses."""
    wanted = select(*CARD).where(*visible(actor, Permission.PERSON_LIST), *_fitting(actor, looking))
    if looking.need is not None and actor.may(Permission.PERSON_VIEW):
        needing = people_in_need(session, actor, Permission.PERSON_VIEW, looking.need)
        wanted = wanted.where(Person.id.in_(needing))
    back = cursor is not None and cursor.back
    down = looking.order.down != back
    key = Person.full_name if looking.order.by_name else func.coalesce(Person.arrived_on, NOT_YET)
    if cursor is not None:
        here = select(key, Person.id).where(Person.id == cursor.place[0]).scalar_subquery()
        place = tuple_(key, Person.id)
        wanted = wanted.where(place < here if down else place > here)
    order = (key.desc(), Person.id.desc()) if down else (key, Person.id)
    found = session.execute(wanted.order_by(*order).limit(size + 1))
    rows = [RegisterRow(PersonCard.of(row)) for row in found]
    page = Page.build(rows, size, lambda row: (row.person.id,), cursor=cursor)
    _fill(session, actor, page.rows)
    return page


def found_people(session: Session, actor: Actor, ids: Sequence[UUID], cursor: Cursor | None) -> Page[RegisterRow]:
    """Those of the people found whom the actor may see now, in the order found."""
    place = {person_id: number for number, person_id in enumerate(ids)}
    back = cursor is not None and cursor.back
    at = place.get(UUID(str(cursor.place[0])), -1) if cursor is not None else -1
    beside = ids[:at] if back else ids[at + 1 :]
    scope = actor.scope(Permission.PERSON_LIST)
    # The reach is looked at here: asked for both, SQLite goes through all people of the office.
    wanted = select(*CARD).where(Person.id.in_(beside), Person.erased_at.is_(None))
    seen = [row for row in session.execute(wanted) if scope.covers(row.office_id)]
    found = sorted(seen, key=lambda row: place[row.id], reverse=back)
    rows = [RegisterRow(PersonCard.of(row)) for row in found[: DEFAULT_SIZE + 1]]
    page = Page.build(rows, DEFAULT_SIZE, lambda row: (row.person.id,), cursor=cursor)
    _fill(session, actor, page.rows)
    return page


def filter_choices(session: Session, actor: Actor) -> FilterChoices:
    """The offices within reach, for who may see cases their caseworkers, and the actor's own lists; in one query."""
    scope = actor.scope(Permission.PERSON_LIST)
    wanted = _choices(scope.everywhere, actor.may(Permission.CASE_VIEW))
    within = {} if scope.everywhere else {"offices": list(scope.offices)}
    rows = session.execute(wanted, {"user": actor.user_id, **within}).all()
    kinds = ("office", "caseworker", "list")
    return FilterChoices(*([(id_, name) for what, id_, name in rows if what == kind] for kind in kinds))


@cache
def _choices(everywhere: bool, workers: bool) -> Select[*tuple[Any, ...]]:
    """The statement of `filter_choices`, which is made once for each kind of actor."""
    within: BindParameter[UUID] = bindparam("offices", expanding=True)
    offices = select(literal("office").label("what"), cast(Office.id, String).label("id"), Office.name.label("name"))
    people = (
        select(literal("caseworker"), cast(User.id, String), User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.CASEWORKER, User.state == UserState.ACTIVE)
    )
    if not everywhere:
        offices = offices.where(Office.id.in_(within))
        people = people.where(User.id.in_(select(UserOffice.user_id).where(UserOffice.office_id.in_(within))))
    lists = select(literal("list"), SavedList.query, SavedList.name).where(SavedList.user_id == bindparam("user"))
    found = union_all(offices, lists, *([people] if workers else [])).subquery()
    return select(found).order_by(found.c.name, found.c.id)


def _fitting(actor: Actor, looking: Looking) -> list[ColumnElement[bool]]:
    """The conditions of those who fit. A filter on cases counts only for who may see cases."""
    conditions: list[ColumnElement[bool]] = list(_presence(looking.presence))
    if looking.whose is Whose.OFFICE:
        conditions.append(Person.office_id.in_(actor.offices))
    if looking.office_id is not None:
        conditions.append(Person.office_id == looking.office_id)
    if looking.language is not None:
        conditions.append(cast(Person.languages, String).contains(f'"{looking.language}"', autoescape=True))
    if looking.arrived_in is not None:
        conditions.append(Person.arrived_on.between(looking.arrived_in.first, looking.arrived_in.last))
    if actor.may(Permission.CASE_VIEW):
        conditions += _of_cases(actor, looking)
    return conditions


def _presence(presence: Presence | None) -> list[ColumnElement[bool]]:
    if presence is None:
        return []
    if presence is Presence.LEFT:
        return [Person.left_on.is_not(None)]
    arrived = Person.arrived_on.is_not(None) if presence is Presence.HERE else Person.arrived_on.is_(None)
    return [arrived, Person.left_on.is_(None)]


def _of_cases(actor: Actor, looking: Looking) -> list[ColumnElement[bool]]:
    working = Case.closed_on.is_(None)
    wanted: list[tuple[ColumnElement[bool], ...]] = []
    if looking.whose is Whose.MINE:
        wanted.append((working, Case.caseworker_id == actor.user_id))
    if looking.caseworker_id is not None:
        wanted.append((working, Case.caseworker_id == looking.caseworker_id))
    if looking.stage is not None:
        wanted.append((Case.stage == looking.stage,))
    return [Person.id.in_(select(Case.person_id).where(*conditions)) for conditions in wanted]


def _fill(session: Session, actor: Actor, rows: Sequence[RegisterRow]) -> None:
    """Add what stands beside the people of a page; what the actor may not see is not asked for."""
    by_id = {row.person.id: row for row in rows}
    if not by_id:
        return
    views = actor.may(Permission.PERSON_VIEW)
    cases, tasks = views and actor.may(Permission.CASE_VIEW), views and actor.may(Permission.TASK_VIEW)
    if cases or tasks:
        for id_, *work in session.execute(_work(cases, tasks), {"people": list(by_id)}):
            row = by_id[id_]
            row.stage, row.caseworker, row.task, row.due_on = work
    for column in visible_columns(actor):
        for id_, words in column.values(session, list(by_id)).items():
            by_id[id_].extra[column.name] = words


@cache
def _work(cases: bool, tasks: bool) -> Select[*tuple[Any, ...]]:
    """Of some people the case that counts, who has it, and the task that is due next.

    The open case opened last counts, else the last one of all. The page is cut out before: a database that sorts would
    look these up for everybody.
    """
    people: BindParameter[UUID] = bindparam("people", expanding=True)
    wanted: Select[*tuple[Any, ...]] = select(Person.id).select_from(Person).where(Person.id.in_(people))
    columns: list[Any] = [null()] * 4
    if cases:
        inner = aliased(Case)
        counting = select(inner.id).where(inner.person_id == Person.id).limit(1)
        counting = counting.order_by(inner.closed_on.is_not(None), inner.opened_on.desc(), inner.id.desc())
        wanted = wanted.outerjoin(Case, Case.id == counting.scalar_subquery())
        wanted = wanted.outerjoin(User, User.id == Case.caseworker_id)
        columns[:2] = Case.stage, User.name
    if tasks:
        task = aliased(Task)
        following = select(task.id).where(task.person_id == Person.id, task.state == TaskState.OPEN).limit(1)
        following = following.order_by(task.due_on, task.id)
        wanted = wanted.outerjoin(Task, Task.id == following.scalar_subquery())
        columns[2:] = Task.kind, Task.due_on
    return wanted.add_columns(*columns)
