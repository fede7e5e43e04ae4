"""Handing a pay file to the provider: by which ways, on which days, and that it is not done twice by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from datetime import date


class HandoverWay(LabelledEnum):
    """How a file gets to whoever pays it out."""

    PORTAL = "portal", p_("way of a pay file", "Put into the provider's own system")
    TRANSFER = "transfer", p_("way of a pay file", "Sent by a secured transfer")
    CARRIER = "carrier", p_("way of a pay file", "Brought on a data carrier")
    PAPER = "paper", p_("way of a pay file", "Given to the cash desk on paper")


class NotTaken(Refusal):
    """What nobody has taken out cannot have been handed over."""

    sentence = _("Nobody has taken this file yet, so it cannot have been handed over.")


class HandedOverBefore(Invalid):
    """A pay file that is handed over twice can be paid twice."""

    sentence = _("This file was handed over before. If it is paid twice, the money is gone. Please say why again.")


class HandoverDayWrong(Invalid):
    """Not before the file was made, and not tomorrow."""

    sentence = _("Please give a day from %(first)s, when the file was made, to today.")


def demand_may_hand_over(*, taken: bool, before: int, on: date, made_on: date, today: date, reason: str) -> None:
    """Raise unless a file can have been handed over on this day, as the number `before` + 1.

    Raises:
        NotTaken: nobody took it out.
        HandoverDayWrong: the file was not there yet, or the day has not come.
        HandedOverBefore: it was handed over and no reason says why again.
    """
    if not taken:
        raise NotTaken
    if not made_on <= on <= today:
        raise HandoverDayWrong(first=made_on)
    if before and not reason.strip():
        raise HandedOverBefore
