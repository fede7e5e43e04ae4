"""Payments: the states between a promise and money in the hand, and what each move posts in the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_
from receiver.ledger.rules import Cause


class Channel(LabelledEnum):
    """How money reaches a person."""

    CASH_DESK = "cash_desk", p_("channel", "Cash desk")
    MOBILE_MONEY_FILE = "mobile_money_file", p_("channel", "Mobile money, by file")
    BANK_FILE = "bank_file", p_("channel", "Bank, by file")
    MOMO_API = "momo_api", p_("channel", "MTN mobile money, direct")


OFFERED = (Channel.CASH_DESK, Channel.MOBILE_MONEY_FILE)
"""The channels that can be used today."""


class PaymentState(LabelledEnum):
    """Where one payment stands."""

    PENDING = "pending", p_("payment", "Not sent yet")
    INSTRUCTED = "instructed", p_("payment", "Sent")
    ACCEPTED = "accepted", p_("payment", "Accepted by the provider")
    SETTLED = "settled", p_("payment", "Paid")
    CONFIRMED = "confirmed", p_("payment", "Confirmed by the person")
    FAILED = "failed", p_("payment", "Failed")
    RETURNED = "returned", p_("payment", "Returned")
    CANCELLED = "cancelled", p_("payment", "Cancelled")


IN_TRANSIT = frozenset({PaymentState.INSTRUCTED, PaymentState.ACCEPTED})
"""Sent, with no word yet on how it ended."""

PAID = frozenset({PaymentState.SETTLED, PaymentState.CONFIRMED})

OWED_AGAIN = frozenset({PaymentState.FAILED, PaymentState.RETURNED})
"""The money is owed to the person as before and may be paid by a new payment, linked to this one."""

LIVE = frozenset({PaymentState.PENDING}) | IN_TRANSIT | PAID
"""An entitlement has at most one payment in these states."""


class PaymentMove(LabelledEnum):
    """What happens to a payment."""

    INSTRUCT = "instruct", p_("payment, act", "Send")
    ACCEPT = "accept", p_("payment, act", "Accepted by the provider")
    SETTLE = "settle", p_("payment, act", "Paid")
    CONFIRM = "confirm", p_("payment, act", "Confirmed by the person")
    FAIL = "fail", p_("payment, act", "Failed")
    RETURN = "return", p_("payment, act", "Returned")
    CANCEL = "cancel", p_("payment, act", "Cancel")
    SETTLE_LATE = "settle_late", p_("payment, act", "Paid after all")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One move: from which states, to which, and the causes it posts in this order."""

    sources: frozenset[PaymentState]
    target: PaymentState
    posts: tuple[Cause, ...] = ()
    by_hand: bool = False


PAYMENT_ARROWS: dict[PaymentMove, Arrow] = {
    PaymentMove.INSTRUCT: Arrow(frozenset({PaymentState.PENDING}), PaymentState.INSTRUCTED, (Cause.INSTRUCT,)),
    PaymentMove.ACCEPT: Arrow(frozenset({PaymentState.INSTRUCTED}), PaymentState.ACCEPTED),
    PaymentMove.SETTLE: Arrow(IN_TRANSIT, PaymentState.SETTLED, (Cause.SETTLE,)),
    PaymentMove.CONFIRM: Arrow(frozenset({PaymentState.SETTLED}), PaymentState.CONFIRMED),
    PaymentMove.FAIL: Arrow(IN_TRANSIT, PaymentState.FAILED, (Cause.FAIL,)),
    PaymentMove.RETURN: Arrow(PAID, PaymentState.RETURNED, (Cause.RETURN,)),
    PaymentMove.CANCEL: Arrow(frozenset({PaymentState.PENDING}), PaymentState.CANCELLED),
    # A provider said "failed" and later "paid": the failure is reversed, then the payment settles. A person decides
    # this, and only while the money has not been promised to a new payment; else it would be credited twice.
    PaymentMove.SETTLE_LATE: Arrow(
        frozenset({PaymentState.FAILED}), PaymentState.SETTLED, (Cause.REVERSE, Cause.SETTLE), by_hand=True
    ),
}


class PaymentCannotMove(Refusal):
    """The arrow does not exist."""

    sentence = _("Payment %(payment)s cannot take this step: “%(move)s”. Its state is “%(state)s”.")


class AlreadyReissued(Refusal):
    """Money that is on its way by a new payment cannot also be taken as paid by the old one."""

    sentence = _(
        "Payment %(payment)s was replaced by a new payment. "
        "Please settle the difference with the provider before changing anything here."
    )


class NotAtTheDesk(Refusal):
    """Only what lies at the cash desk is handed out there."""

    sentence = _(
        "Some of these payments of run %(run)s are not waiting at the cash desk. "
        "Nothing was recorded. Please look at the list again."
    )


class NotPaidYet(Refusal):
    """A receipt says that money arrived."""

    sentence = _("Payment %(payment)s has not arrived yet, so there is no receipt for it.")


class NotByFile(Refusal):
    """A contradiction is settled by a person who looked at it."""

    sentence = _("Payment %(payment)s needs a decision by a person; a result file cannot make it.")


def move_payment(
    payment: str, state: PaymentState, move: PaymentMove, *, by_hand: bool = False, reissued: bool = False
) -> PaymentState:
    """The state after a move; `payment` is the end-to-end id, for the sentence.

    Raises:
        PaymentCannotMove: there is no such arrow from this state.
        NotByFile: the arrow is for a human decision and this is none.
        AlreadyReissued: a newer payment of the same entitlement is live.
    """
    arrow = PAYMENT_ARROWS[move]
    if state not in arrow.sources:
        raise PaymentCannotMove(payment=payment, move=move, state=state)
    if arrow.by_hand and not by_hand:
        raise NotByFile(payment=payment)
    if arrow.by_hand and reissued:
        raise AlreadyReissued(payment=payment)
    return arrow.target
