"""People who move to another office, with their open cases and what is still to be done for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import i18n
from receiver.accounts.queries import caseworkers, staff_of
from receiver.cases.actions.cases import hand_over
from receiver.cases.actions.proposals import settle_moved
from receiver.cases.actions.tasks import add_task
from receiver.cases.queries import open_cases_of, open_tasks_of
from receiver.cases.queries.transfers import left_behind
from receiver.cases.rules import NoCaseworkerThere, TaskKind
from receiver.kit import clock
from receiver.people.actions import leave_household, move_office
from receiver.people.queries import household_of
from receiver.people.queries.households import living_with

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person


def transfer(
    session: Session,
    actor: Actor,
    people: Sequence[Person],
    office_id: UUID,
    *,
    reason: str,
    caseworker_id: UUID | None = None,
) -> None:
    """Move people to another office: their open cases go to a caseworker there, or to nobody yet; all or none.

    Open tasks go along with the case, except those of somebody who works in the new office too. A household lives in
    one place: whoever moves without the others moves out of it. Where nobody is left who collects for those who stay,
    whoever moves the person gets the task to name somebody.

    Raises:
        NoCaseworkerThere: the caseworker does not work in the new office.
        NotHereToMove, SameOffice: of one of them.
    """
    if caseworker_id is not None and caseworker_id not in {one.id for one in caseworkers(session, [office_id])}:
        raise NoCaseworkerThere(reference=people[0].reference)
    staff = {one.id for one in staff_of(session, office_id)}
    cases = open_cases_of(session, [person.id for person in people])
    behind = left_behind(session, people)
    _move_out(session, actor, people)
    for person in people:
        moving = [task for task in open_tasks_of(session, person.id) if task.assignee_id not in staff]
        for task in moving:
            task.assignee_id = caseworker_id
        move_office(session, actor, person, office_id, reason=reason, tasks=len(moving), caseworker=caseworker_id)
        for case in cases.get(person.id, []):
            hand_over(session, actor, person, case, caseworker_id, tasks=len(moving))
    for left in behind:
        if left.gives_up and left.collector is None:
            _ask_for_collector(session, actor, left.people[0])
    settle_moved(session, actor, people, office_id)


def _ask_for_collector(session: Session, actor: Actor, person: Person) -> None:
    add_task(
        session,
        actor,
        person,
        TaskKind.COLLECTOR,
        clock.today(i18n.zone()),
        url=f"/people/{person.reference}/household",
        assignee=actor.user_id,
    )


def _move_out(session: Session, actor: Actor, people: Sequence[Person]) -> None:
    moving = {person.id for person in people}
    for person in people:
        household = household_of(session, person)
        if household is not None and any(other.id not in moving for other in living_with(session, person)):
            leave_household(session, actor, household, person)
