"""Leaving somebody out of one run on purpose: for which reasons, and that it is no hold in disguise."""

from __future__ import annotations

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import LabelledEnum, _, p_


class LeaveOutReason(LabelledEnum):
    """Why somebody is left out of a run. Behaviour is none of them: what lasts longer than a run needs a hold."""

    DAYS_TO_CHECK = "days_to_check", p_("left out", "The days of the month must be checked")
    AMOUNT_TO_CHECK = "amount_to_check", p_("left out", "The amount must be checked")
    IDENTITY_TO_CHECK = "identity_to_check", p_("left out", "Who is paid must be checked")
    PERSON_ASKED = "person_asked", p_("left out", "The person asked to be paid later")
    OTHER = "other", p_("left out", "Another reason")


class WhyLeftOut(Invalid):
    """The approver decides on it, and the person may ask."""

    sentence = _("Please write why this person is left out. The approver reads it.")


class LeftOutAlready(Refusal):
    """One reason at a time."""

    sentence = _("This person is already left out of pay run %(run)s. Please look at the list again.")


class NotLeftOut(Refusal):
    """Nothing to take back."""

    sentence = _("Nobody has left this person out of pay run %(run)s, or it was taken back. Please look again.")


def demand_may_leave_out(run: str, *, already: bool, text: str) -> None:
    """Raise unless somebody on the list of this draft may be left out with these words.

    Raises:
        LeftOutAlready, WhyLeftOut
    """
    if already:
        raise LeftOutAlready(run=run)
    if not text.strip():
        raise WhyLeftOut
