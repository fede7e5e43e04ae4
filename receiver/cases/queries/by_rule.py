"""What rules look for, and the tasks that they have made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from receiver.cases.models import Case, Task
from receiver.cases.rules import TaskKind, TaskState
from receiver.cases.rules.by_rule import DOCUMENT_AHEAD, Expiring, OpenPair
from receiver.people.models import IdentityDocument, Person, PossibleDuplicate
from receiver.people.queries import portions
from receiver.people.rules import DocumentKind, DuplicateState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session


def expiring_documents(session: Session, today: date) -> list[Expiring]:
    """The documents of people who are here that run out soon or have run out, unless they have a later one."""
    one, newer = IdentityDocument, aliased(IdentityDocument)
    lasts_longer = or_(newer.expires_on.is_(None), newer.expires_on > one.expires_on)
    replaced = exists().where(
        newer.person_id == one.person_id, newer.kind == one.kind, newer.id != one.id, lasts_longer
    )
    wanted = (
        select(one.id, one.person_id, Person.reference, one.expires_on)
        .join(Person, Person.id == one.person_id)
        .where(one.expires_on <= today + DOCUMENT_AHEAD, one.kind != DocumentKind.SENDING_NUMBER, ~replaced)
        .where(Person.arrived_on.is_not(None), Person.left_on.is_(None), Person.erased_at.is_(None))
        .order_by(one.expires_on, one.id)
    )
    rows = session.execute(wanted)
    return [Expiring(one_id, person_id, reference, on) for one_id, person_id, reference, on in rows if on]


def open_pairs(session: Session) -> list[OpenPair]:
    """Records that look alike and are to be decided on, where one office has both.

    A task about others would tell an office that another one has a person; whoever may see both finds them in the list.
    """
    earlier, later = aliased(Person), aliased(Person)
    wanted = (
        select(PossibleDuplicate.id, later.id, later.reference)
        .join(earlier, earlier.id == PossibleDuplicate.a_id)
        .join(later, later.id == PossibleDuplicate.b_id)
        .where(PossibleDuplicate.state == DuplicateState.OPEN, earlier.office_id == later.office_id)
        .order_by(PossibleDuplicate.id)
    )
    return [OpenPair(*row) for row in session.execute(wanted)]


def known_keys(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of these keys under which a task was made, done or not."""
    wanted = select(Task.rule_key)
    found = (key for some in portions(keys) for key in session.scalars(wanted.where(Task.rule_key.in_(some))))
    return {key for key in found if key is not None}


def made_by_rule(
    session: Session,
    *,
    keys: Iterable[str] | None = None,
    kinds: Collection[TaskKind] = (),
    person_id: UUID | None = None,
) -> list[Task]:
    """Open tasks that a rule made: by their keys, or by kind and person."""
    wanted = select(Task).where(Task.state == TaskState.OPEN, Task.rule_key.is_not(None)).order_by(Task.id)
    if kinds:
        wanted = wanted.where(Task.kind.in_(kinds))
    if person_id is not None:
        wanted = wanted.where(Task.person_id == person_id)
    if keys is None:
        return list(session.scalars(wanted))
    return [task for some in portions(keys) for task in session.scalars(wanted.where(Task.rule_key.in_(some)))]


def caseworkers_of(session: Session, people: Iterable[UUID]) -> dict[UUID, Any]:
    """For each of these people with an open case its id and caseworker; of several the one that was opened last."""
    wanted = select(Case.person_id, Case.id, Case.caseworker_id).where(Case.closed_on.is_(None))
    rows = (
        row
        for some in portions(people)
        for row in session.execute(wanted.where(Case.person_id.in_(some)).order_by(Case.opened_on, Case.id))
    )
    return {row.person_id: row for row in rows}


def references_of(session: Session, people: Iterable[UUID]) -> dict[UUID, str]:
    """The references of these people."""
    wanted = select(Person.id, Person.reference)
    return {
        person_id: reference
        for some in portions(people)
        for person_id, reference in session.execute(wanted.where(Person.id.in_(some)))
    }
