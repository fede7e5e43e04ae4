"""Rows of results that did not fit: what a person may decide about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import LabelledEnum, _, n_, p_
from receiver.stipends.rules.payments import OWED_AGAIN, PaymentMove, PaymentState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from receiver.stipends.rules.result_formats import Fault


class ExceptionState(LabelledEnum):
    """Whether a row still waits for a person."""

    OPEN = "open", p_("result", "Waits for a decision")
    SETTLED = "settled", p_("result", "Decided")


class Decision(LabelledEnum):
    """What a person decided after asking the provider."""

    NOTHING = "nothing", p_("result, decision", "Nothing changes")
    PAID = "paid", p_("result, decision", "The money arrived")
    FAILED = "failed", p_("result, decision", "The money never left")
    RETURNED = "returned", p_("result, decision", "The money came back")
    NOT_OURS = "not_ours", p_("result, decision", "No payment of ours")


class ResultFileState(LabelledEnum):
    """Where a file of results stands."""

    WAITING = "waiting", p_("result file", "Waiting")
    TAKEN = "taken", p_("result file", "Taken in")


class ExceptionSettled(Refusal):
    """A decision is made once; what it did is corrected by entries of its own."""

    sentence = _("Someone has already decided this. Please look at the list again.")


class NobodyChosen(Invalid):
    """A row is given to somebody."""

    sentence = _("Choose who looks into it, from those who may decide about it.")


class NoPaymentToMove(Refusal):
    """A row that belongs to no payment of ours moves none."""

    sentence = _("This row belongs to no payment, so only “nothing changes” can be decided.")


class PaymentIsOurs(Refusal):
    """What names a payment of ours is not somebody else's."""

    sentence = _("This row names a payment of ours. Please decide what became of the money, or that nothing changes.")


class NothingToDecide(Refusal):
    """The payment already says so."""

    sentence = _("The payment already stands as you decided. Choose “nothing changes” instead.")


class PartNotBooked(Refusal):
    """A payment is paid in full or not at all; a part of it would be booked as the whole."""

    sentence = _(
        "The row says another amount or currency than was sent, and a part of a payment cannot be booked. Ask the "
        "provider for the final word: results with the amount that was sent are taken in as usual, and “the money "
        "never left” makes all of it owed again."
    )


class ResultsTooLong(Invalid):
    """One file, one transaction."""

    sentence = _("This file is larger than the limit of %(most)s megabytes. Please split it.")


class NotReleased(Refusal):
    """What was not sent can have no result."""

    sentence = _("Results can be taken in once the run is released.")


class BelongsElsewhere(Invalid):
    """A file about other runs only was put on the wrong page; row by row it would be no use to anybody."""

    sentence = _(
        "No row of this file is about pay run %(run)s. It is about: %(runs)s. Please take it in there. "
        "Nothing was taken in."
    )


class UnknownFormat(Invalid):
    """A way to write results that nothing here reads."""

    sentence = _("Results of the format “%(form)s” cannot be read. What can be read: %(known)s.")


class ResultsFaulty(Invalid):
    """A file of results with cells that cannot be read; `faults` say where, and nothing was taken in."""

    sentence = n_(
        "%(n)s cell of this file cannot be read. Nothing was taken in.",
        "%(n)s cells of this file cannot be read. Nothing was taken in.",
        1,
    )

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(n=len(faults))
        self.faults = tuple(faults)


_MOVES: dict[tuple[Decision, PaymentState], tuple[PaymentMove, ...]] = {
    (Decision.PAID, PaymentState.INSTRUCTED): (PaymentMove.SETTLE,),
    (Decision.PAID, PaymentState.ACCEPTED): (PaymentMove.SETTLE,),
    (Decision.PAID, PaymentState.FAILED): (PaymentMove.SETTLE_LATE,),
    (Decision.FAILED, PaymentState.INSTRUCTED): (PaymentMove.FAIL,),
    (Decision.FAILED, PaymentState.ACCEPTED): (PaymentMove.FAIL,),
    (Decision.RETURNED, PaymentState.INSTRUCTED): (PaymentMove.SETTLE, PaymentMove.RETURN),
    (Decision.RETURNED, PaymentState.ACCEPTED): (PaymentMove.SETTLE, PaymentMove.RETURN),
    (Decision.RETURNED, PaymentState.SETTLED): (PaymentMove.RETURN,),
    (Decision.RETURNED, PaymentState.CONFIRMED): (PaymentMove.RETURN,),
}
_OTHERWISE = {
    Decision.FAILED: PaymentMove.FAIL,
    Decision.PAID: PaymentMove.SETTLE,
    Decision.RETURNED: PaymentMove.RETURN,
}


def decisions_for(*, has_payment: bool, other_money: bool = False) -> tuple[Decision, ...]:
    """What may be decided about a row; `other_money` says that it names another amount or currency than was sent.

    What names no payment of ours can move none, and what names one is ours.
    """
    if not has_payment:
        return (Decision.NOTHING, Decision.NOT_OURS)
    barred = {Decision.NOT_OURS, Decision.PAID} if other_money else {Decision.NOT_OURS}
    return tuple(one for one in Decision if one not in barred)


def moves_for(decision: Decision, state: PaymentState | None, *, other_money: bool = False) -> tuple[PaymentMove, ...]:
    """The moves of the payment that a decision asks for; the payment's own arrows still say whether they exist.

    Raises:
        PartNotBooked: the row names another amount or currency, and the payment is said to be paid.
        PaymentIsOurs: there is a payment, and it is said not to be ours.
        NoPaymentToMove: there is no payment, and something is to change.
        NothingToDecide: the payment stands so already.
    """
    if decision is Decision.NOT_OURS and state is not None:
        raise PaymentIsOurs
    if decision in {Decision.NOTHING, Decision.NOT_OURS}:
        return ()
    if state is None:
        raise NoPaymentToMove
    if decision not in decisions_for(has_payment=True, other_money=other_money):
        raise PartNotBooked
    known = {
        Decision.PAID: {PaymentState.SETTLED, PaymentState.CONFIRMED},
        Decision.FAILED: OWED_AGAIN,
        Decision.RETURNED: OWED_AGAIN,
    }
    if state in known[decision]:
        raise NothingToDecide
    return _MOVES.get((decision, state), (_OTHERWISE[decision],))
