"""The register of people (S13): who fits, in what order, with what is known of each; three queries a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from receiver.access import Permission, Role
from receiver.accounts.models import Office, User, UserOffice, UserRole
from receiver.accounts.rules import UserState
from receiver.cases.models import Case, Task
from receiver.cases.rules import Looking, Order, Presence, Stage, TaskKind, TaskState, Whose
from receiver.cases.slots import visible_columns
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.people.models import Person
from receiver.people.queries import PersonCard, visible_people

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.words import Words

NOT_YET = date(9999, 12, 31)  # where people stand who have not arrived, when sorted by arrival


@dataclass(frozen=True, slots=True)
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
    """What can be chosen in the filters: offices within reach, and those who have cases there."""

    offices: list[tuple[str, str]]
    caseworkers: list[tuple[str, str]]


def register(session: Session, actor: Actor, looking: Looking, cursor: Cursor | None) -> Page[RegisterRow]:
    """The people within reach who fit. A place is the id of a person: names stay out of addresses."""
    wanted = _fitting(visible_people(actor, Permission.PERSON_LIST), actor, looking)
    back = cursor is not None and cursor.back
    down = looking.order.down != back
    key = _key(looking.order, Person)
    if cursor is not None:
        here = select(key, Person.id).where(Person.id == cursor.place[0]).scalar_subquery()
        place = tuple_(key, Person.id)
        wanted = wanted.where(place < here if down else place > here)
    some = wanted.order_by(*_sorted(key, Person.id, down=down)).limit(DEFAULT_SIZE + 1)
    rows = _rows(session, actor, some, lambda who: _sorted(_key(looking.order, who), who.id, down=down))
    page = Page.build(rows, DEFAULT_SIZE, lambda row: (row.person.id,), cursor=cursor)
    _fill(session, actor, page.rows)
    return page


def found_people(session: Session, actor: Actor, ids: Sequence[UUID], cursor: Cursor | None) -> Page[RegisterRow]:
    """Those of the people found whom the actor may see now, in the order found."""
    place = {person_id: number for number, person_id in enumerate(ids)}
    back = cursor is not None and cursor.back
    at = place.get(UUID(str(cursor.place[0])), -1) if cursor is not None else -1
    beside = ids[:at] if back else ids[at + 1 :]
    some = visible_people(actor, Permission.PERSON_LIST).where(Person.id.in_(beside))
    found = _rows(session, actor, some, lambda who: (who.id,))
    rows = sorted(found, key=lambda row: place[row.person.id], reverse=back)[: DEFAULT_SIZE + 1]
    page = Page.build(rows, DEFAULT_SIZE, lambda row: (row.person.id,), cursor=cursor)
    _fill(session, actor, page.rows)
    return page


def filter_choices(session: Session, actor: Actor) -> FilterChoices:
    """The offices within reach and their caseworkers, in one query."""
    scope = actor.scope(Permission.PERSON_LIST)
    offices = select(literal("office").label("what"), cast(Office.id, String).label("id"), Office.name.label("name"))
    workers = (
        select(literal("caseworker"), cast(User.id, String), User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.CASEWORKER, User.state == UserState.ACTIVE)
    )
    if not scope.everywhere:
        offices = offices.where(Office.id.in_(scope.offices))
        there = select(UserOffice.user_id).where(UserOffice.office_id.in_(scope.offices))
        workers = workers.where(User.id.in_(there))
    found = union_all(offices, workers).subquery()
    rows = session.execute(select(found).order_by(found.c.name, found.c.id)).all()
    return FilterChoices(
        [(id_, name) for what, id_, name in rows if what == "office"],
        [(id_, name) for what, id_, name in rows if what == "caseworker"],
    )


def _fitting(wanted: Select[Any], actor: Actor, looking: Looking) -> Select[Any]:
    """Only those who fit. A filter on cases counts only for who may see cases."""
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
    return wanted.where(*conditions)


def _presence(presence: Presence | None) -> list[ColumnElement[bool]]:
    arrived, left = Person.arrived_on.is_not(None), Person.left_on.is_not(None)
    conditions: dict[Presence | None, list[ColumnElement[bool]]] = {
        None: [],
        Presence.EXPECTED: [~arrived, ~left],
        Presence.HERE: [arrived, ~left],
        Presence.LEFT: [left],
    }
    return conditions[presence]


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


def _key(order: Order, who: Any) -> ColumnElement[Any]:
    key: ColumnElement[Any] = who.full_name if order.by_name else func.coalesce(who.arrived_on, NOT_YET)
    return key


def _sorted(key: ColumnElement[Any], id_: Any, *, down: bool) -> tuple[Any, Any]:
    return (key.desc(), id_.desc()) if down else (key, id_)


def _rows(
    session: Session, actor: Actor, some: Select[Person], order: Callable[[Any], tuple[Any, ...]]
) -> list[RegisterRow]:
    """A page of people with the case that counts, who has it, and the task that is due next.

    The page is cut out first and the rest is looked up for its few rows. The open case opened last counts, else the
    last one of all. What the actor may not see is not asked for.
    """
    who: Any = aliased(Person, some.subquery())
    wanted: Select[Any] = select(who).select_from(who)
    columns: list[Any] = []
    if actor.may(Permission.PERSON_VIEW) and actor.may(Permission.CASE_VIEW):
        case, worker = aliased(Case), aliased(User)
        wanted = wanted.outerjoin(case, case.id == _counting_case(who)).outerjoin(
            worker, worker.id == case.caseworker_id
        )
        columns += [case.stage.label("stage"), worker.name.label("caseworker")]
    if actor.may(Permission.PERSON_VIEW) and actor.may(Permission.TASK_VIEW):
        task = aliased(Task)
        wanted = wanted.outerjoin(task, task.id == _next_task(who))
        columns += [task.kind.label("task"), task.due_on.label("due_on")]
    found = session.execute(wanted.add_columns(*columns).order_by(*order(who)))
    names = [column.name for column in columns]
    return [RegisterRow(PersonCard.of(person), **dict(zip(names, beside, strict=True))) for person, *beside in found]


def _counting_case(who: Any) -> ScalarSelect[UUID]:
    ordered = select(Case.id).where(Case.person_id == who.id)
    ordered = ordered.order_by(Case.closed_on.is_not(None), Case.opened_on.desc(), Case.id.desc())
    return ordered.limit(1).correlate(who).scalar_subquery()


def _next_task(who: Any) -> ScalarSelect[UUID]:
    ordered = select(Task.id).where(Task.person_id == who.id, Task.state == TaskState.OPEN)
    return ordered.order_by(Task.due_on, Task.id).limit(1).correlate(who).scalar_subquery()


def _fill(session: Session, actor: Actor, rows: Sequence[RegisterRow]) -> None:
    ids = [row.person.id for row in rows]
    for column in visible_columns(actor) if ids else ():
        words = column.values(session, ids)
        for row in rows:
            if row.person.id in words:
                row.extra[column.name] = words[row.person.id]
