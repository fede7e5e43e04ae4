"""Holds: placed with a reason from the list, a review date and a notice; looked at again; ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from receiver import audit, i18n
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.stipends import queries
from receiver.stipends.models import Hold
from receiver.stipends.rules import enrolments as rules
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.enrolments import (
    EnrolmentMove,
    EnrolmentState,
    HoldEnded,
    HoldReason,
    NoticeInFuture,
    move_enrolment,
)
from receiver.stipends.rules.runs import ReasonMissing

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person


def place_hold(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    reason: HoldReason,
    review_on: date,
    notice_language: str,
    notice_on: date | None = None,
) -> Hold:
    """Stop somebody's stipend from now on; `notice_on` is when the person was told, today unless said otherwise.

    Raises:
        NotFound: the person is in no policy, or may not be seen.
        EnrolmentCannotMove: a hold stands already.
        ReviewDateWrong, NoticeMissing, NoticeInFuture
    """
    person = queries.person_in_reach(session, actor, Permission.HOLD_PLACE, person.id)
    enrolment = queries.live_enrolment(session, person.id, lock=True)
    if enrolment is None:
        raise NotFound
    # Submitting a run of the programme waits for this hold, or this hold for it: whoever is first has the earlier time.
    queries.share_programme(session, queries.policy_by_id(session, enrolment.policy_id).programme_id)
    state = move_enrolment(enrolment.state, EnrolmentMove.HOLD)
    today, by = clock.today(i18n.zone()), demand_human(actor)
    rules.demand_complete(rules.Hold(reason, today, review_on, by, notice_language.strip()))
    if notice_on is not None and notice_on > today:
        raise NoticeInFuture
    hold = Hold(
        id=new_id(),
        person_id=person.id,
        enrolment_id=enrolment.id,
        reason=reason,
        since=today,
        review_on=review_on,
        notice_language=notice_language.strip(),
        notice_on=notice_on or today,
        placed_by=by,
        placed_at=clock.now(),
    )
    enrolment.state = state
    session.add(hold)
    session.flush()
    facts: dict[str, Any] = {"hold": reason, "review_on": review_on, "notice": hold.notice_language}
    audit.record(session, Kind.HOLD_PLACED, actor, person.reference, person=person.id, **facts)
    return hold


def extend_hold(session: Session, actor: Actor, hold: Hold, *, review_on: date, reason: str) -> None:
    """Look at a hold again later: within a month from today, and with the reason for which it goes on.

    Raises:
        HoldEnded, ReviewDateWrong, ReasonMissing
    """
    person = queries.person_in_reach(session, actor, Permission.HOLD_PLACE, hold.person_id)
    hold = _standing(session, hold)
    if not reason.strip():
        raise ReasonMissing
    today = clock.today(i18n.zone())
    rules.demand_complete(rules.Hold(hold.reason, today, review_on, hold.placed_by, hold.notice_language))
    hold.review_on = review_on
    session.flush()
    audit.record(
        session, Kind.HOLD_EXTENDED, actor, person.reference, person=person.id, reason=reason, review_on=review_on
    )


def release_hold(session: Session, actor: Actor, hold: Hold, *, reason: str) -> None:
    """End a hold; the next run pays again, and a follow-up what was missed.

    Raises:
        HoldEnded, ReasonMissing
        HoldNeedsSecondPerson: it stands longer than a month and the actor placed it.
    """
    person = queries.person_in_reach(session, actor, Permission.HOLD_RELEASE, hold.person_id)
    hold = _standing(session, hold)
    if not reason.strip():
        raise ReasonMissing
    today, by = clock.today(i18n.zone()), demand_human(actor)
    rules.demand_may_release(rules.Hold(hold.reason, hold.since, hold.review_on, hold.placed_by), by, today)
    hold.released_by, hold.released_at, hold.until = by, clock.now(), today
    enrolment = queries.enrolment_by_id(session, hold.enrolment_id, lock=True)
    if enrolment.state is EnrolmentState.ON_HOLD:
        enrolment.state = move_enrolment(enrolment.state, EnrolmentMove.RESUME)
    session.flush()
    audit.record(session, Kind.HOLD_RELEASED, actor, person.reference, person=person.id, reason=reason)


def _standing(session: Session, hold: Hold) -> Hold:
    hold = queries.locked(session, hold)
    if hold.released_at is not None:
        raise HoldEnded
    return hold
