"""Look-alikes: noted when a record comes up or changes, and decided by a human."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.audit import Kind
from receiver.kit import clock
from receiver.people.models import PossibleDuplicate
from receiver.people.queries import look_alikes, pair_between, traits_of
from receiver.people.rules import DuplicateReason, DuplicateState, Likeness, check_decider, check_open

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person


def look_again(session: Session, actor: Actor, person: Person) -> list[PossibleDuplicate]:
    """Look for records that may be the same person, and note those that are new for a human to decide."""
    session.flush()
    trait = traits_of(session, [person])[person.id]
    noted = [note_likeness(session, actor, person, each) for each in look_alikes(session, trait)]
    return [each for each in noted if each.state is DuplicateState.OPEN]


def note_likeness(session: Session, actor: Actor, person: Person, likeness: Likeness) -> PossibleDuplicate:
    """Note that `person` looks like somebody; what was decided of the two before stays decided."""
    duplicate = pair_between(session, person.id, likeness.other)
    reasons = [reason.value for reason in likeness.reasons]
    if duplicate is None:
        first, second = sorted((person.id, likeness.other))
        duplicate = PossibleDuplicate(
            a_id=first, b_id=second, score=likeness.score, reasons=reasons, raised_by=actor.user_id
        )
        session.add(duplicate)
        session.flush()
        audit.record(
            session,
            Kind.DUPLICATE_FOUND,
            actor,
            person.reference,
            person=person.id,
            duplicate=duplicate.id,
            score=likeness.score,
            reasons=reasons,
        )
    elif duplicate.state is DuplicateState.OPEN:
        duplicate.score, duplicate.reasons = likeness.score, reasons
    return duplicate


def decide_duplicate(
    session: Session,
    actor: Actor,
    person: Person,
    duplicate: PossibleDuplicate,
    *,
    same: bool,
    reason: str = "",
) -> None:
    """Say whether two records are one person. One person: both stay marked until they are merged.

    Raises:
        AlreadyDecided, SecondPairOfEyes
    """
    verdict = DuplicateState.SAME if same else DuplicateState.DIFFERENT
    check_open(duplicate.state)
    check_decider(verdict, duplicate.reasons, raised_by=duplicate.raised_by, decider=actor.user_id)
    duplicate.state, duplicate.decided_by, duplicate.decided_at = verdict, actor.user_id, clock.now()
    audit.record(
        session,
        Kind.DUPLICATE_DECIDED,
        actor,
        person.reference,
        person=person.id,
        reason=reason,
        duplicate=duplicate.id,
        decided=verdict,
        reasons=[DuplicateReason(each).value for each in duplicate.reasons],
    )
