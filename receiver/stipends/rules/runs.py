"""Pay runs: their states, the only moves between them, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.months import Month, NotAMonth
from receiver.kit.words import LabelledEnum, _, n_, p_
from receiver.stipends.rules.checklist import Flag

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"([0-9]{4}-[0-9]{2})(?:-r([1-9][0-9]?))?")
MOST_FOLLOW_UPS = 99
"""So that a name, and the end-to-end ids made from it, keep their length."""


class RunState(LabelledEnum):
    """Where a run stands; it moves along the arrows of `RUN_ARROWS` and no others."""

    DRAFT = "draft", p_("pay run", "Draft")
    SUBMITTED = "submitted", p_("pay run", "Waiting for approval")
    APPROVED = "approved", p_("pay run", "Approved")
    RELEASED = "released", p_("pay run", "Released")
    RECONCILING = "reconciling", p_("pay run", "Being reconciled")
    CLOSED = "closed", p_("pay run", "Closed")
    ABANDONED = "abandoned", p_("pay run", "Abandoned")


class RunKind(LabelledEnum):
    """Why a run is made."""

    REGULAR = "regular", p_("pay run", "Regular")
    TOP_UP = "top_up", p_("pay run", "Top-up")
    FOLLOW_UP = "follow_up", p_("pay run", "Follow-up")
    CORRECTION = "correction", p_("pay run", "Correction")


class RunMove(LabelledEnum):
    """What somebody does to a run."""

    SUBMIT = "submit", p_("pay run, act", "Send to approval")
    APPROVE = "approve", p_("pay run, act", "Approve")
    REJECT = "reject", p_("pay run, act", "Return with a reason")
    RELEASE = "release", p_("pay run, act", "Release")
    RECONCILE = "reconcile", p_("pay run, act", "Reconcile")
    CLOSE = "close", p_("pay run, act", "Close")
    ABANDON = "abandon", p_("pay run, act", "Abandon")


RUN_ARROWS: dict[RunMove, tuple[frozenset[RunState], RunState]] = {
    RunMove.SUBMIT: (frozenset({RunState.DRAFT}), RunState.SUBMITTED),
    RunMove.APPROVE: (frozenset({RunState.SUBMITTED}), RunState.APPROVED),
    RunMove.REJECT: (frozenset({RunState.SUBMITTED, RunState.APPROVED}), RunState.DRAFT),
    RunMove.RELEASE: (frozenset({RunState.APPROVED}), RunState.RELEASED),
    RunMove.RECONCILE: (frozenset({RunState.RELEASED}), RunState.RECONCILING),
    RunMove.CLOSE: (frozenset({RunState.RECONCILING}), RunState.CLOSED),
    RunMove.ABANDON: (frozenset({RunState.DRAFT, RunState.SUBMITTED, RunState.APPROVED}), RunState.ABANDONED),
}
"""Each move: from which states, to which. A run whose every line was held back is reconciled, then closed, at once."""

FROZEN = frozenset(RunState) - {RunState.DRAFT, RunState.ABANDONED}
"""States in which lines, amounts, payees and hash no longer change."""

OPEN = frozenset(RunState) - {RunState.CLOSED, RunState.ABANDONED}
"""States in which a run still waits for somebody."""

UNDER_REVIEW = frozenset({RunState.SUBMITTED, RunState.APPROVED})
"""States in which an approver can still return a run, and comments on its lines."""

NEEDS_REASON = frozenset({RunMove.REJECT, RunMove.ABANDON})
"""Moves that somebody else will ask about."""


class RunAct(LabelledEnum):
    """Everything somebody does to a run, in its history; some acts move it and some do not."""

    BUILD = "build", p_("pay run, history", "Built")
    REBUILD = "rebuild", p_("pay run, history", "Built again")
    ACCEPT = "accept", p_("pay run, history", "Finding accepted")
    PAY_AT_DESK = "pay_at_desk", p_("pay run, history", "Sent to the cash desk")
    LEAVE_OUT = "leave_out", p_("pay run, history", "Left somebody out")
    TAKE_BACK = "take_back", p_("pay run, history", "Took somebody back in")
    SUBMIT = "submit", p_("pay run, history", "Sent to approval")
    APPROVE = "approve", p_("pay run, history", "Approved")
    REJECT = "reject", p_("pay run, history", "Returned with a reason")
    HOLD_BACK = "hold_back", p_("pay run, history", "Line held back")
    STOP_ON_HOLD = "stop_on_hold", p_("pay run, history", "Held back: put on hold after the list was frozen")
    STOP_DIED = "stop_died", p_("pay run, history", "Held back: a death was recorded after the list was frozen")
    STOP_LEFT = "stop_left", p_("pay run, history", "Held back: an exit was recorded after the list was frozen")
    RELEASE = "release", p_("pay run, history", "Released")
    RECONCILE = "reconcile", p_("pay run, history", "First results taken in")
    CLOSE = "close", p_("pay run, history", "Closed")
    ABANDON = "abandon", p_("pay run, history", "Abandoned")


PREPARING = frozenset(
    {RunAct.BUILD, RunAct.REBUILD, RunAct.ACCEPT, RunAct.PAY_AT_DESK, RunAct.LEAVE_OUT, RunAct.TAKE_BACK}
)
"""Who did one of these prepared the run, and does not approve it."""


STOPS: dict[RunAct, Flag] = {
    RunAct.STOP_DIED: Flag.DIED,
    RunAct.STOP_ON_HOLD: Flag.ON_HOLD,
    RunAct.STOP_LEFT: Flag.LEFT,
}
"""Why a release holds a line back, and what that is called among findings."""


class LineStatus(LabelledEnum):
    """What a run does for a person."""

    INCLUDED = "included", p_("pay run line", "Paid by this run")
    HELD_BACK = "held_back", p_("pay run line", "Held back")
    MISSED = "missed", p_("pay run line", "Left out")


class RunCannotMove(Refusal):
    """The arrow does not exist."""

    sentence = _("Pay run %(run)s cannot take this step now: “%(move)s”. Its state is “%(state)s”.")


class ReasonMissing(Invalid):
    """An act that takes something back says why."""

    sentence = _("Please give a reason. The people who prepared this will read it.")


class SeveralRuns(Invalid):
    """A name alone does not say which programme is meant."""

    sentence = _("Several programmes have a pay run %(run)s: %(programmes)s. Please name the programme.")


class RunUnderway(Refusal):
    """Two drafts for one month would want to pay the same people."""

    sentence = _("Pay run %(run)s is not released yet. Please finish or abandon it before you start another one.")


class MonthHasRun(Refusal):
    """A month is built once; what is left of it is paid by a follow-up."""

    sentence = _("Pay run %(run)s exists already. Who is still to be paid for this month is paid by a follow-up run.")


class MonthTooFar(Refusal):
    """Who is here in a month, and what they are owed, is not known long before it."""

    sentence = _("A pay run for %(month)s is too early. The last month that can be built now is %(last)s.")


class NothingToFollow(Refusal):
    """A follow-up comes after a run that was released."""

    sentence = _("There is no released pay run for %(month)s yet, so nothing can follow it.")


class NotTheNextRun(Invalid):
    """Runs of a month are numbered without gaps."""

    sentence = _("There is no pay run %(run)s. The next one of this month is %(following)s.")


class NotADraft(Refusal):
    """What is frozen is not built again."""

    sentence = _("Pay run %(run)s is no longer a draft. It would have to be returned first.")


class DraftOutOfDate(Refusal):
    """Nobody approves what is no longer so."""

    sentence = n_(
        "Since pay run %(run)s was built, something has changed for %(n)s person. Please build it again.",
        "Since pay run %(run)s was built, something has changed for %(n)s people. Please build it again.",
        1,
    )


class NotBuiltYet(Refusal):
    """The background has yet to fill the run."""

    sentence = _("Pay run %(run)s is still being built. Please wait a moment.")


class PartlySent(Refusal):
    """Money that is on its way cannot be unsent."""

    sentence = _(
        "A part of pay run %(run)s was released already, so it cannot be returned or abandoned. "
        "You can hold back the lines that are left."
    )


class NothingToSend(Refusal):
    """A channel by which nobody is paid, or by which everything was sent."""

    sentence = _("Nothing of pay run %(run)s waits to be sent by this channel.")


class NotUnderReview(Refusal):
    """Comments are for those who would prepare the run again."""

    sentence = _("Comments beside lines can be written while pay run %(run)s waits for its approval or its release.")


class NotOnTheList(Refusal):
    """A finding can be settled for people who have one."""

    sentence = _("Some of these people have nothing to settle in pay run %(run)s. Please look at the list again.")


class ListMoved(Refusal):
    """Nobody acts on more people than they were told."""

    sentence = n_(
        "The list changed while you read it: it has %(n)s line now. Nothing was done. Please look again.",
        "The list changed while you read it: it has %(n)s lines now. Nothing was done. Please look again.",
        1,
    )


class LineNotFrozen(Refusal):
    """Before the run is submitted a hold or a new build does it, afterwards the money is gone."""

    sentence = _("Only a line of a submitted or approved run that was not sent yet can be held back.")


class NotARunName(Invalid):
    """A text that does not name a pay run."""

    sentence = _("This is not the name of a pay run. A name looks like 2026-11, or 2026-11-r1 for its first follow-up.")


class TooManyFollowUps(Refusal):
    """A month with a hundred follow-ups is a fault somewhere else."""

    sentence = _("The month %(month)s already has %(n)s follow-up runs. No more can be added.")


@dataclass(frozen=True, slots=True, order=True)
class RunName:
    """`2026-11`, or `2026-11-r1` for the first further run of that month; they sort in this order."""

    month: Month
    follow_up: int = 0

    @classmethod
    def parse(cls, text: str) -> RunName:
        """Read a name.

        Raises:
            NotARunName: anything else.
        """
        match = _NAME.fullmatch(text)
        if match is None:
            raise NotARunName
        try:
            return cls(Month.parse(match[1]), int(match[2] or 0))
        except NotAMonth:
            raise NotARunName from None

    def __str__(self) -> str:
        return f"{self.month}-r{self.follow_up}" if self.follow_up else str(self.month)


def stop_of(died: bool, on_hold: bool) -> RunAct:
    """Why the line of somebody who died, was put on hold or left since it was frozen is held back."""
    if died:
        return RunAct.STOP_DIED
    return RunAct.STOP_ON_HOLD if on_hold else RunAct.STOP_LEFT


def next_name(month: Month, taken: Iterable[RunName]) -> RunName:
    """The name of the next run of `month`, given those the programme already has.

    Raises:
        TooManyFollowUps: the month has used all its names.
    """
    numbers = [name.follow_up for name in taken if name.month == month]
    number = max(numbers) + 1 if numbers else 0
    if number > MOST_FOLLOW_UPS:
        raise TooManyFollowUps(month=month, n=MOST_FOLLOW_UPS)
    return RunName(month, number)


def move_run(name: RunName, state: RunState, move: RunMove, reason: str = "") -> RunState:
    """The state after a move.

    Raises:
        RunCannotMove: there is no such arrow from this state.
        ReasonMissing: the move needs a reason and has none.
    """
    sources, target = RUN_ARROWS[move]
    if state not in sources:
        raise RunCannotMove(run=str(name), move=move, state=state)
    if move in NEEDS_REASON and not reason.strip():
        raise ReasonMissing
    return target
