"""What every act begins with: the limits of the installation, locked rows, people within reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from receiver.kit.errors import NotFound
from receiver.partners.models import Programme
from receiver.people.models import Person
from receiver.people.queries import portions, visible_people
from receiver.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor, Permission
    from receiver.db.base import Base, HasId

R = TypeVar("R", bound="HasId")

WEAKLY = {"key_share": True}
"""FOR NO KEY UPDATE on PostgreSQL: rows that only point here can still be written meanwhile."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the operator has set; `two_approvers_above` is in minor units, None where one approver is always enough."""

    cooling_off_hours: int
    two_approvers_above: int | None
    results_most_mb: int
    results_most_rows: int


def limits(session: Session) -> Limits:
    """The limits of this installation."""
    settings: Settings | None = session.info.get("settings")
    if settings is None:
        fields = Settings.model_fields
        names = ("payee_cooling_off_hours", "two_approvers_above", "result_max_mb", "result_max_rows")
        return Limits(*(fields[name].default for name in names))
    seeded = settings.practice and "two_approvers_above" not in settings.model_fields_set
    return Limits(
        cooling_off_hours=settings.payee_cooling_off_hours,
        two_approvers_above=None if seeded else settings.two_approvers_above,
        results_most_mb=settings.result_max_mb,
        results_most_rows=settings.result_max_rows,
    )


def locked(session: Session, row: R) -> R:
    """The same row as it is now, of this session, and nobody else changes it until the transaction ends.

    Raises:
        NotFound
    """
    session.flush()
    found = session.get(type(row), row.id, with_for_update=WEAKLY, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def forget(session: Session, *models: type[Base]) -> None:
    """Let what the session holds of these tables be read again, after many of their rows were changed at once."""
    for one in list(session.identity_map.values()):
        if isinstance(one, models):
            session.expire(one)


def lock_people(session: Session, people: Iterable[UUID]) -> None:
    """Let nobody else enrol these people or change how they are paid until the transaction ends."""
    for some in portions(people):
        statement = select(Person.id).where(Person.id.in_(some)).order_by(Person.id)
        session.execute(statement.with_for_update(key_share=True)).all()


def share_programme(session: Session, programme_id: UUID) -> None:
    """Wait for a submission of a run of this programme that is under way, and let none begin before the end."""
    session.execute(select(Programme.id).where(Programme.id == programme_id).with_for_update(read=True)).all()


def hold_programme(session: Session, programme_id: UUID) -> None:
    """Wait for everyone who has a share of this programme; until the end nobody gets one."""
    session.execute(select(Programme.id).where(Programme.id == programme_id).with_for_update(key_share=True)).all()


def person_in_reach(session: Session, actor: Actor, permission: Permission, person_id: UUID) -> Person:
    """A person to whom this right of the actor reaches.

    Raises:
        RoleNeeded: the actor has not the right at all.
        NotFound: the person is unknown, erased or out of reach.
    """
    actor.demand(permission)
    person = session.scalar(visible_people(actor, permission).where(Person.id == person_id))
    if person is None:
        raise NotFound
    return person
