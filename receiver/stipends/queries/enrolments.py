"""Enrolments and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, or_, select

from receiver.access import Permission
from receiver.kit.errors import NotFound
from receiver.kit.months import Month
from receiver.kit.words import _
from receiver.people.models import Person
from receiver.people.queries import portions, visible_people
from receiver.stipends.models import Enrolment, Hold, Payment, Policy
from receiver.stipends.queries.base import WEAKLY
from receiver.stipends.queries.candidates import NEVER_SENT
from receiver.stipends.rules.enrolments import EnrolmentState
from receiver.web.slots import Objection

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor


def live_enrolment(session: Session, person_id: UUID, *, lock: bool = False) -> Enrolment | None:
    """The policy in which somebody is now, if any."""
    wanted = select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.state != EnrolmentState.ENDED)
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(wanted)


def enrolment_by_id(session: Session, enrolment_id: UUID, *, lock: bool = False) -> Enrolment:
    """One enrolment, its row locked if asked.

    Raises:
        NotFound
    """
    found = session.get(Enrolment, enrolment_id, with_for_update=WEAKLY if lock else None, populate_existing=lock)
    if found is None:
        raise NotFound
    return found


def enrolments_of(session: Session, person_id: UUID) -> Sequence[tuple[Enrolment, Policy]]:
    """Every enrolment of somebody with its policy, the newest first."""
    wanted = (
        select(Enrolment, Policy)
        .join(Policy, Policy.id == Enrolment.policy_id)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.since.desc(), Enrolment.id.desc())
    )
    return session.execute(wanted).all()


def enrolled_until(session: Session, people: Collection[UUID]) -> tuple[set[UUID], dict[UUID, date]]:
    """Those of `people` who are in a policy now, and for others the last day of an earlier enrolment."""
    live: set[UUID] = set()
    ended: dict[UUID, date] = {}
    for some in portions(people):
        mine = Enrolment.person_id.in_(some)
        live |= set(session.scalars(select(Enrolment.person_id).where(mine, Enrolment.state != EnrolmentState.ENDED)))
        last = select(Enrolment.person_id, func.max(Enrolment.until)).where(mine, Enrolment.until.is_not(None))
        ended |= {person: day for person, day in session.execute(last.group_by(Enrolment.person_id)) if day}
    return live, ended


def counted_on(session: Session, enrolment: Enrolment) -> bool:
    """Whether money was sent for a month of an enrolment, or it was ever on hold: its days count in reports by then."""
    sent = exists().where(
        Payment.person_id == enrolment.person_id,
        Payment.month >= Month.of(enrolment.since),
        Payment.state.not_in(NEVER_SENT),
    )
    held = exists().where(Hold.enrolment_id == enrolment.id)
    return session.scalar(select(or_(sent, held))) is True


def visible_holds(actor: Actor) -> Select[Hold, Person]:
    """Holds with their people, as far as the actor sees them, ready for filters and paging."""
    actor.demand(Permission.HOLD_VIEW)
    seen = visible_people(actor, Permission.HOLD_VIEW).subquery()
    return select(Hold, Person).join(Person, Person.id == Hold.person_id).where(Person.id.in_(select(seen.c.id)))


def standing_holds(session: Session, actor: Actor) -> Sequence[tuple[Hold, Person]]:
    """Holds that stand, the one to be looked at first on top."""
    wanted = visible_holds(actor).where(Hold.released_at.is_(None)).order_by(Hold.review_on, Hold.id)
    return session.execute(wanted).all()


def holds_of(session: Session, person_id: UUID) -> Sequence[Hold]:
    """Every hold of somebody, the newest first."""
    return session.scalars(select(Hold).where(Hold.person_id == person_id).order_by(Hold.id.desc())).all()


def closing_objections(session: Session, person_id: UUID) -> Sequence[Objection]:
    """What of a stipend is to be settled before a case is closed: it still runs, or a hold stands.

    For somebody who left or died it runs no longer: it counts to the last day whatever the enrolment says.
    """
    runs = exists().where(Enrolment.person_id == Person.id, Enrolment.state != EnrolmentState.ENDED)
    stands = exists().where(Hold.person_id == Person.id, Hold.released_at.is_(None))
    wanted = select(Person.reference, and_(runs, Person.left_on.is_(None)), stands).where(Person.id == person_id)
    reference, running, held = session.execute(wanted).one()
    found = {_("The stipend still runs. End the enrolment first."): running, _("A hold on the stipend stands."): held}
    return [Objection(words, f"/people/{reference}/stipend") for words, true in found.items() if true]


def hold_by_id(session: Session, actor: Actor, hold_id: UUID) -> Hold:
    """One hold of somebody whom the actor sees.

    Raises:
        NotFound
    """
    found = session.execute(visible_holds(actor).where(Hold.id == hold_id)).first()
    if found is None:
        raise NotFound
    return found[0]
