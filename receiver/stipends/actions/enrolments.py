"""Enrolment in a policy, for many people at once, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.people.queries import people_of
from receiver.stipends import queries
from receiver.stipends.actions.missed import look_again, note_late
from receiver.stipends.models import Enrolment
from receiver.stipends.rules.enrolments import EndsBeforeStart, EnrolmentMove, EnrolmentState, move_enrolment

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person
    from receiver.stipends.models import Policy
    from receiver.stipends.rules.enrolments import EndReason


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of an enrolment of many: `new`, `already` in a policy, `absent` because not here (yet, any more)."""

    new: int
    already: int
    absent: int


def enrol(
    session: Session, actor: Actor, people: Collection[UUID], policy: Policy, *, since: date | None = None
) -> Enrolled:
    """Enrol people in a policy from the day they arrived, or from `since` where that is later.

    Who is enrolled stays so, and days of an earlier enrolment are not counted twice. Who is not here is passed over.

    Raises:
        NotFound: one of the people is unknown or may not be seen; then nobody is enrolled.
    """
    actor.demand(Permission.ENROL)
    found = people_of(session, actor, Permission.ENROL, people)
    here = {one.id: one.arrived_on for one in found if one.arrived_on is not None and one.left_on is None}
    queries.lock_people(session, here)
    live, ended = queries.enrolled_until(session, here)
    rows = []
    for person_id, arrived_on in here.items():
        if person_id in live:
            continue
        first = max(arrived_on, since or arrived_on)
        if person_id in ended:
            first = max(first, ended[person_id] + timedelta(days=1))
        rows.append(
            {
                "id": new_id(),
                "person_id": person_id,
                "policy_id": policy.id,
                "state": EnrolmentState.ACTIVE,
                "since": first,
                "created_at": clock.now(),
                "version": 1,
            }
        )
    if rows:
        session.execute(insert(Enrolment), rows)
        note_late(session, here.keys() - live)
    answer = Enrolled(len(rows), len(live), len(found) - len(here))
    audit.record(
        session, Kind.ENROLMENT_STARTED, actor, policy.code, people=answer.new, already=answer.already, since=since
    )
    return answer


def follow_arrival(session: Session, actor: Actor, person: Person, was: date) -> None:
    """Let an enrolment that began on somebody's arrival, which `was` another day, begin on the real day of it.

    Not once money was sent of it, or it was on hold: no day before the arrival is owed for whatever it says. Missed
    months are worked out anew.
    """
    enrolment = queries.live_enrolment(session, person.id, lock=True)
    on = person.arrived_on
    if (
        on is not None
        and enrolment is not None
        and enrolment.since == was
        and not queries.counted_on(session, enrolment)
    ):
        enrolment.since = on
        audit.record(session, Kind.ENROLMENT_MOVED, actor, person.reference, person=person.id, since=on, was=was)
    session.flush()
    look_again(session, [person.id])
    note_late(session, [person.id])


def end_enrolment(session: Session, actor: Actor, enrolment: Enrolment, *, last_day: date, reason: EndReason) -> None:
    """End somebody's enrolment with the last day that counts; the day before its first one says it was an error.

    Raises:
        EnrolmentCannotMove: it has ended before.
        EndsBeforeStart
    """
    person = queries.person_in_reach(session, actor, Permission.ENROL, enrolment.person_id)
    enrolment = queries.locked(session, enrolment)
    state = move_enrolment(enrolment.state, EnrolmentMove.END)
    least = enrolment.since - timedelta(days=1)
    if last_day < least:
        raise EndsBeforeStart(first=least)
    enrolment.state, enrolment.until, enrolment.end_reason = state, last_day, reason
    session.flush()
    look_again(session, [person.id])
    audit.record(
        session, Kind.ENROLMENT_ENDED, actor, person.reference, person=person.id, last_day=last_day, end=reason
    )
