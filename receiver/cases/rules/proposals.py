"""Proposals: a caseworker asks that a person move to another office or that a case end, and a supervisor decides."""

from __future__ import annotations

from datetime import timedelta

from receiver.access import Permission
from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_

ANSWERS_SHOWN = timedelta(days=14)
"""How long the answer to a proposal stands under Today of whoever made it."""


class ProposalKind(LabelledEnum):
    """What is proposed."""

    TRANSFER = "transfer", p_("proposal", "Move to another office")
    CLOSING = "closing", p_("proposal", "Close the case")

    @property
    def decider(self) -> Permission:
        """The right of whoever does what is proposed, and so decides on it."""
        return Permission.CASE_ASSIGN if self is ProposalKind.TRANSFER else Permission.CASE_CLOSE

    @property
    def slug(self) -> str:
        """The section of a person's pages where it is done."""
        return "transfer" if self is ProposalKind.TRANSFER else "close"


class ProposalState(LabelledEnum):
    """What became of a proposal. One is accepted by doing what it asks for."""

    OPEN = "open", p_("proposal", "Waiting for a supervisor")
    ACCEPTED = "accepted", p_("proposal", "Accepted")
    REFUSED = "refused", p_("proposal", "Not accepted")
    OVERTAKEN = "overtaken", p_("proposal", "Settled in another way")


class ProposalList(LabelledEnum):
    """Which proposals a list shows."""

    WAITING = "waiting", _("Proposals to decide")
    ANSWERED = "answered", _("Answers to your proposals")


class AlreadyProposed(Refusal):
    """One proposal of a kind waits at a time."""

    sentence = _("This has been proposed already and waits for a supervisor.")


class ProposalDecided(Refusal):
    """A proposal is decided once."""

    sentence = _("This has been decided already: %(decided)s.")


def check_waits(state: ProposalState) -> None:
    """Refuse a second decision.

    Raises:
        ProposalDecided
    """
    if state is not ProposalState.OPEN:
        raise ProposalDecided(decided=state.label)
