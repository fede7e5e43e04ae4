"""Enrolment of a person in a policy, and holds: never without a reason from the list, a review and a notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

REVIEW_WITHIN = timedelta(days=31)
"""A hold is looked at again before the next month's cut-off."""


class EnrolmentState(LabelledEnum):
    """Whether a person is in the policy now."""

    ACTIVE = "active", p_("enrolment", "Active")
    ON_HOLD = "on_hold", p_("enrolment", "On hold")
    ENDED = "ended", p_("enrolment", "Ended")


class EnrolmentMove(LabelledEnum):
    """What somebody does to an enrolment."""

    HOLD = "hold", p_("enrolment, act", "Put on hold")
    RESUME = "resume", p_("enrolment, act", "Release the hold")
    END = "end", p_("enrolment, act", "End")


ENROLMENT_ARROWS: dict[EnrolmentMove, tuple[frozenset[EnrolmentState], EnrolmentState]] = {
    EnrolmentMove.HOLD: (frozenset({EnrolmentState.ACTIVE}), EnrolmentState.ON_HOLD),
    EnrolmentMove.RESUME: (frozenset({EnrolmentState.ON_HOLD}), EnrolmentState.ACTIVE),
    EnrolmentMove.END: (frozenset({EnrolmentState.ACTIVE, EnrolmentState.ON_HOLD}), EnrolmentState.ENDED),
}


class EndReason(LabelledEnum):
    """Why an enrolment ended."""

    SUPPORT_PERIOD_ENDED = "support_period_ended", p_("enrolment ended", "The period of support is over")
    GOALS_MET = "goals_met", p_("enrolment ended", "No longer needed")
    AT_OWN_WISH = "at_own_wish", p_("enrolment ended", "At the person's own wish")
    MOVED_ONWARD = "moved_onward", p_("enrolment ended", "Moved onward")
    RETURNED_VOLUNTARILY = "returned_voluntarily", p_("enrolment ended", "Went home voluntarily")
    TRANSFERRED = "transferred", p_("enrolment ended", "Supported by another organisation")
    DIED = "died", p_("enrolment ended", "Died")
    DUPLICATE_RECORD = "duplicate_record", p_("enrolment ended", "Recorded twice")


class HoldReason(LabelledEnum):
    """The only reasons to hold a stipend. Behaviour is none of them."""

    DUPLICATE_SUSPECTED = "duplicate_suspected", p_("hold", "May be recorded twice")
    IDENTITY_IN_DOUBT = "identity_in_doubt", p_("hold", "Identity must be checked")
    ACCOUNT_NAME_DIFFERS = "account_name_differs", p_("hold", "The account is in another name")
    NUMBER_IN_DOUBT = "number_in_doubt", p_("hold", "The number may be wrong or taken over")
    NOT_REACHED = "not_reached", p_("hold", "The person cannot be reached")
    DEATH_REPORTED = "death_reported", p_("hold", "A death was reported")
    PERSON_ASKED = "person_asked", p_("hold", "The person asked for it")
    COURT_ORDER = "court_order", p_("hold", "A court ordered it")


class EnrolmentCannotMove(Refusal):
    """The arrow does not exist."""

    sentence = _("This enrolment cannot take this step: “%(move)s”. Its state is “%(state)s”.")


class EndsBeforeStart(Invalid):
    """An enrolment that ends before it began."""

    sentence = _("The last day must not be before %(first)s. With that day, no day counts at all.")


class HoldEnded(Refusal):
    """What is over is not changed."""

    sentence = _("This hold has ended already.")


class ReviewDateWrong(Invalid):
    """A hold without an end in sight is a stop, and there is no rule for that."""

    sentence = _("Please set a review date between %(first)s and %(last)s. A hold must be looked at again soon.")


class NoticeMissing(Invalid):
    """The person is told, in their language."""

    sentence = _("A hold needs a notice to the person in a language they understand, with the way to appeal.")


class NoticeInFuture(Invalid):
    """The person is told before, or on the day on which, the stipend stops."""

    sentence = _("The day lies in the future. Please give the day on which it was.")


class HoldNeedsSecondPerson(Refusal):
    """A long hold is released by someone else than who placed it."""

    sentence = _("You placed this hold more than a month ago, so someone else must release it.")


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as the rules see it; `until` is the day of its release."""

    reason: HoldReason
    since: date
    review_on: date
    placed_by: UUID
    notice_language: str = ""
    until: date | None = None
    appealed: bool = False

    def on(self, day: date) -> bool:
        """Whether it stands on this day; on the day of its release it does not."""
        return self.since <= day and (self.until is None or day < self.until)


def move_enrolment(state: EnrolmentState, move: EnrolmentMove) -> EnrolmentState:
    """The state after a move.

    Raises:
        EnrolmentCannotMove: there is no such arrow from this state.
    """
    sources, target = ENROLMENT_ARROWS[move]
    if state not in sources:
        raise EnrolmentCannotMove(move=move, state=state)
    return target


def demand_complete(hold: Hold) -> None:
    """Raise `ReviewDateWrong` or `NoticeMissing` unless the hold can be placed."""
    first, last = hold.since + timedelta(days=1), hold.since + REVIEW_WITHIN
    if not first <= hold.review_on <= last:
        raise ReviewDateWrong(first=first, last=last)
    if not hold.notice_language:
        raise NoticeMissing


def demand_may_release(hold: Hold, user: UUID, today: date) -> None:
    """Raise `HoldNeedsSecondPerson` when a hold older than a month is released by who placed it."""
    if user == hold.placed_by and today - hold.since > REVIEW_WITHIN:
        raise HoldNeedsSecondPerson


def held_at(holds: Iterable[Hold], cut_off: date) -> Hold | None:
    """The hold that keeps a person out of a run with this cut-off day, if one does (the oldest)."""
    standing = [hold for hold in holds if hold.on(cut_off)]
    return min(standing, key=lambda hold: hold.since) if standing else None


def review_overdue(hold: Hold, today: date) -> bool:
    """Whether somebody should have looked at the hold before today."""
    return hold.on(today) and hold.review_on < today


def recovery_paused(holds: Iterable[Hold], today: date) -> bool:
    """An appeal that is open pauses any recovery from the person."""
    return any(hold.appealed and hold.on(today) for hold in holds)
