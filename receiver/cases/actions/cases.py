"""Cases: opened on arrival, given to caseworkers, moved on, closed, opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from receiver import audit, i18n
from receiver.accounts.queries import caseworkers
from receiver.audit import Kind
from receiver.cases.actions.proposals import settle_closed
from receiver.cases.actions.tasks import add_task, drop_task, move_task
from receiver.cases.models import Case
from receiver.cases.queries import (
    case_opened,
    objections,
    open_cases_of,
    open_tasks_of,
    open_tasks_of_case,
    task_by_key,
)
from receiver.cases.queries import open_case as known_case
from receiver.cases.rules import (
    ON_ARRIVAL,
    CaseAlreadyOpen,
    ClosingObjected,
    NoCaseworkerThere,
    NoOpenCase,
    Stage,
    TaskState,
    arrival_key,
    check_closing,
    check_move,
    check_step,
)
from receiver.kit import clock
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.cases.rules import CloseReason
    from receiver.people.models import Person


def open_case(
    session: Session, actor: Actor, person: Person, programme_id: UUID, caseworker_id: UUID | None = None
) -> Case:
    """Open the case of somebody who arrived, with what is to be done for everybody; one that is open already stays."""
    known = known_case(session, person.id, programme_id)
    if known is not None:
        return known
    case = Case(
        id=new_id(),
        person_id=person.id,
        programme_id=programme_id,
        caseworker_id=caseworker_id,
        stage=Stage.ARRIVED,
        opened_on=person.arrived_on or clock.today(i18n.zone()),
    )
    try:
        with session.begin_nested():
            session.add(case)
    except IntegrityError:  # somebody else opened it at this moment
        return case_opened(session, person.id, programme_id)
    audit.record(
        session,
        Kind.CASE_OPENED,
        actor,
        person.reference,
        person=person.id,
        case=case.id,
        programme=programme_id,
        caseworker=caseworker_id,
    )
    for kind, within in ON_ARRIVAL:
        add_task(
            session,
            actor,
            person,
            kind,
            case.opened_on + within,
            rule_key=arrival_key(kind, case.id),
            assignee=caseworker_id,
            case_id=case.id,
        )
    return case


def follow_arrival(session: Session, actor: Actor, person: Person, was: date) -> None:
    """Let open cases that were opened with somebody's arrival, which `was` another day, begin on the real day of it.

    What is to be done for everybody who arrives, and is neither done nor moved by hand, is due by that day too.
    """
    on = person.arrived_on
    for case in open_cases_of(session, [person.id]).get(person.id, []):
        if on is None or case.opened_on != was:
            continue
        case.opened_on = on
        for kind, within in ON_ARRIVAL:
            task = task_by_key(session, arrival_key(kind, case.id))
            if task is not None and task.state is TaskState.OPEN and task.due_on == was + within:
                move_task(session, actor, person, task, on + within)


def assign_caseworker(
    session: Session, actor: Actor, people: Sequence[Person], caseworker_id: UUID, *, programme_id: UUID | None = None
) -> int:
    """Give the open cases of people to a caseworker of their offices; open tasks of the cases go along. All or none.

    It says how many cases changed hands.

    Raises:
        NoOpenCase, NoCaseworkerThere: of one of them; then nothing was changed.
    """
    open_cases = open_cases_of(session, [person.id for person in people], programme_id)
    there: dict[UUID, set[UUID]] = {}
    for person in people:
        if person.id not in open_cases:
            raise NoOpenCase(reference=person.reference)
        if person.office_id not in there:
            there[person.office_id] = {user.id for user in caseworkers(session, [person.office_id])}
        if caseworker_id not in there[person.office_id]:
            raise NoCaseworkerThere(reference=person.reference)
    pairs = [(person, case) for person in people for case in open_cases[person.id]]
    changing = [(person, case) for person, case in pairs if case.caseworker_id != caseworker_id]
    for person, case in changing:
        _give(session, actor, person, case, caseworker_id)
    return len(changing)


def move_stage(session: Session, actor: Actor, person: Person, case: Case, then: Stage) -> None:
    """Move a case on in the course of the work.

    Raises:
        CaseCannotMove
    """
    check_step(case.stage, then)
    was, case.stage = case.stage, then
    audit.record(
        session, Kind.CASE_STAGE_MOVED, actor, person.reference, person=person.id, case=case.id, was=was, stage=then
    )


def close_case(
    session: Session,
    actor: Actor,
    person: Person,
    case: Case,
    *,
    reason: CloseReason,
    words: str,
    on: date | None = None,
    dropping: int = 0,
) -> None:
    """Close a case, once nothing of it is unsettled; `on` is its last day, by default today.

    What is still to be done for the person is dropped with it if there are `dropping` tasks, as somebody saw and said:
    one that came up meanwhile is not dropped unseen.

    Raises:
        CaseCannotMove, ClosedBeforeOpened, ClosingObjected
    """
    today = clock.today(i18n.zone())
    check_move(case.stage, Stage.CLOSED)
    check_closing(case.opened_on, on or today, today)
    tasks = open_tasks_of(session, person.id)
    against = len(objections(session, person.id)) + (len(tasks) != dropping)
    if against:
        raise ClosingObjected(count=against)
    for task in tasks:
        drop_task(session, actor, person, task, reason=words)
    case.stage, case.closed_on, case.close_reason = Stage.CLOSED, on or today, reason
    audit.record(
        session,
        Kind.CASE_CLOSED,
        actor,
        person.reference,
        person=person.id,
        reason=words,
        case=case.id,
        why=reason,
        on=case.closed_on,
        tasks=len(tasks),
    )
    settle_closed(session, actor, person, case)


def reopen_case(session: Session, actor: Actor, person: Person, case: Case, *, reason: str) -> None:
    """Open a closed case again; it begins with the intake.

    Raises:
        CaseCannotMove: it is open.
        CaseAlreadyOpen: there is a newer one.
    """
    if case.stage is not Stage.CLOSED:
        check_move(case.stage, case.stage)
    if known_case(session, person.id, case.programme_id) is not None:
        raise CaseAlreadyOpen
    case.stage, case.closed_on, case.close_reason = Stage.INTAKE, None, None
    audit.record(session, Kind.CASE_REOPENED, actor, person.reference, person=person.id, reason=reason, case=case.id)


def hand_over(
    session: Session, actor: Actor, person: Person, case: Case, caseworker_id: UUID | None, *, tasks: int
) -> None:
    """Make somebody responsible for a case, or nobody; it is a record when it is somebody. `tasks` went along."""
    was, case.caseworker_id = case.caseworker_id, caseworker_id
    if caseworker_id is None:
        return
    audit.record(
        session,
        Kind.CASE_ASSIGNED,
        actor,
        person.reference,
        person=person.id,
        case=case.id,
        was=was,
        caseworker=caseworker_id,
        tasks=tasks,
    )


def _give(session: Session, actor: Actor, person: Person, case: Case, caseworker_id: UUID) -> None:
    moving = [task for task in open_tasks_of_case(session, case.id) if task.assignee_id in {case.caseworker_id, None}]
    for task in moving:
        task.assignee_id = caseworker_id
    hand_over(session, actor, person, case, caseworker_id, tasks=len(moving))
