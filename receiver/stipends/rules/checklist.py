"""The list before submitting: everyone who would be missed or looks odd, each with a reason and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import LabelledEnum, Words, _, n_, p_
from receiver.stipends.rules.payees import PayeeStanding
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from receiver.kit.money import Money

CHANGE_PERCENT = 20
"""An amount that moves by more than this from one month to the next is looked at."""


class Flag(LabelledEnum):
    """One reason to look at a person before the run is submitted."""

    NO_PAYEE = "no_payee", p_("checklist", "No way to pay")
    NUMBER_NOT_CONFIRMED = "number_not_confirmed", p_("checklist", "Number not confirmed")
    COOLING_OFF = "cooling_off", p_("checklist", "Payment details changed recently")
    ON_HOLD = "on_hold", p_("checklist", "On hold")
    DIED = "died", p_("checklist", "Died")
    LEFT = "left", p_("checklist", "Left")
    NOTHING_OWED = "nothing_owed", p_("checklist", "Nothing owed for this month")
    OPEN_DUPLICATE = "open_duplicate", p_("checklist", "May be recorded twice")
    NAME_MISMATCH = "name_mismatch", p_("checklist", "Name on the account differs")
    SHARED_NUMBER = "shared_number", p_("checklist", "Number shared with someone else")
    FIRST_PAYMENT = "first_payment", p_("checklist", "First payment")
    AMOUNT_CHANGED = "amount_changed", p_("checklist", "Amount changed by more than 20 per cent")
    PAYEE_TO_CHECK = "payee_to_check", p_("checklist", "Payment failed: the number must be checked")
    HELD_BACK = "held_back", p_("checklist", "Held back after the list was frozen")
    ENROLLED_LATE = "enrolled_late", p_("checklist", "Enrolled after the run of the month")
    LEFT_OUT = "left_out", p_("checklist", "Left out on purpose")


MISSED = frozenset(
    {Flag.NO_PAYEE, Flag.NUMBER_NOT_CONFIRMED, Flag.COOLING_OFF, Flag.ON_HOLD, Flag.NOTHING_OWED, Flag.LEFT_OUT}
)
"""Whoever has one of these gets nothing from the run; the others are paid, but looked at."""

DESK_HELPS = MISSED - {Flag.ON_HOLD, Flag.NOTHING_OWED, Flag.LEFT_OUT}
"""Whoever misses a run for one of these and no other of `MISSED` is paid once it sends them to the cash desk."""

WHY_MISSED = (
    *(Flag.NO_PAYEE, Flag.NUMBER_NOT_CONFIRMED, Flag.COOLING_OFF, Flag.ON_HOLD),
    *(Flag.DIED, Flag.LEFT, Flag.HELD_BACK, Flag.ENROLLED_LATE, Flag.LEFT_OUT),
)
"""For what a month in which something was owed was not paid."""

_BITS = {flag: 1 << place for place, flag in enumerate(Flag)}  # stored: a new flag goes to the end of the list

ADVICE: dict[Flag, Words] = {
    Flag.NO_PAYEE: _("Ask how the person wants to be paid, or pay at the cash desk."),
    Flag.NUMBER_NOT_CONFIRMED: _("Someone else must read the number back with the person, or pay at the cash desk."),
    Flag.COOLING_OFF: _("Wait for the next run, or pay at the cash desk."),
    Flag.ON_HOLD: _("Look at the hold: it has a reason, a review date and a notice."),
    Flag.DIED: _("What is owed up to that day is paid at the cash desk, to those who may receive it."),
    Flag.LEFT: _("The amount covers the days until the person left."),
    Flag.NOTHING_OWED: _("Check the dates of arrival, exit and enrolment."),
    Flag.OPEN_DUPLICATE: _(
        "Decide whether the two records are one person. Until then the money is paid at the cash desk."
    ),
    Flag.NAME_MISMATCH: _("Check with the person whose account this is."),
    Flag.SHARED_NUMBER: _("Check that both people agree to be paid on one number."),
    Flag.FIRST_PAYMENT: _("Check that the person knows when and how the money comes."),
    Flag.AMOUNT_CHANGED: _("Open the entitlement to see why the amount is different."),
    Flag.PAYEE_TO_CHECK: _("Check the number with the person and confirm it again, or pay at the cash desk."),
    Flag.HELD_BACK: _("Read in the history of the earlier run why the money was held back, and decide."),
    Flag.ENROLLED_LATE: _("A follow-up run pays what is owed for the month."),
    Flag.LEFT_OUT: _(
        "Read why beside the line of the run. It can be taken back while that is a draft; later a follow-up run pays "
        "the month."
    ),
}
"""What to do about each while the run is a draft."""
MISSED_ADVICE: dict[Flag, Words] = {**ADVICE, Flag.LEFT_OUT: ADVICE[Flag.ENROLLED_LATE]}
"""What to do about each once the run has gone out and the month is missed: nobody can be taken back any more."""


class ChecklistOpen(Refusal):
    """Nobody is forgotten silently."""

    sentence = n_(
        "%(n)s person on the list would be missed or looks odd, and no one has said why that is right. "
        "Resolve this, or accept it with a reason.",
        "%(n)s people on the list would be missed or look odd, and no one has said why that is right. "
        "Resolve each of them, or accept them with a reason.",
        1,
    )


class AcceptanceNeedsReason(Invalid):
    """An accepted oddity is explained to the approver."""

    sentence = _("Please say why this is right. The approver will read it.")


class NobodyToPay(Refusal):
    """An empty run has nothing to approve."""

    sentence = _("This run would pay nobody, so there is nothing to submit.")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the list looks at for one person of the programme on the run's cut-off day."""

    amount: Money
    payee: PayeeStanding
    previous: Money | None = None
    paid_before: bool = True
    on_hold: bool = False
    open_duplicate: bool = False
    shared_number: bool = False
    name_differs: bool = False
    left: bool = False
    died: bool = False
    number_failed: bool = False
    held_back: bool = False
    left_out: bool = False


_PAYEE_FLAGS = {
    PayeeStanding.NONE: Flag.NO_PAYEE,
    PayeeStanding.NOT_CONFIRMED: Flag.NUMBER_NOT_CONFIRMED,
    PayeeStanding.COOLING_OFF: Flag.COOLING_OFF,
}


def flags(person: Standing) -> tuple[Flag, ...]:
    """Every reason to look at this person, in the order of `Flag`."""
    raised = {
        _PAYEE_FLAGS.get(person.payee): True,
        Flag.ON_HOLD: person.on_hold,
        Flag.DIED: person.died,
        Flag.LEFT: person.left and not person.died,
        Flag.NOTHING_OWED: not person.amount,
        Flag.OPEN_DUPLICATE: person.open_duplicate,
        Flag.NAME_MISMATCH: person.name_differs,
        Flag.SHARED_NUMBER: person.shared_number,
        Flag.FIRST_PAYMENT: not person.paid_before,
        Flag.AMOUNT_CHANGED: changed_much(person.amount, person.previous),
        # Those two are paid at the cash desk whatever their number.
        Flag.PAYEE_TO_CHECK: person.number_failed and not (person.open_duplicate or person.died),
        Flag.HELD_BACK: person.held_back,
        Flag.LEFT_OUT: person.left_out,
    }
    return tuple(flag for flag in Flag if raised.get(flag))


def pack(raised: Iterable[Flag]) -> int:
    """Flags as one number, a bit each, which both databases can look into."""
    return sum(_BITS[flag] for flag in set(raised))


def unpack(bits: int) -> tuple[Flag, ...]:
    """The flags in a number, in the order of `Flag`."""
    return tuple(flag for flag in Flag if bits & _BITS[flag])


def why_missed(bits: int) -> int:
    """Of the flags of a line those for which its month was not paid."""
    return bits & pack(WHY_MISSED)


def is_missed(raised: Iterable[Flag]) -> bool:
    """Whether the run leaves this person out."""
    return not MISSED.isdisjoint(raised)


def changed_much(amount: Money, previous: Money | None) -> bool:
    """Whether the amount differs from last month's by more than a fifth of it; no earlier amount is no change."""
    if previous is None or not previous:
        return False
    return abs(amount.minor - previous.minor) * 100 > previous.minor * CHANGE_PERCENT


def paying_channel(chosen: Channel, raised: Iterable[Flag]) -> Channel:
    """The channel a line is paid by: an open suspicion of a duplicate leads to the cash desk, never to no money."""
    return Channel.CASH_DESK if {Flag.OPEN_DUPLICATE, Flag.DIED} & set(raised) else chosen


def demand_complete(lines: int, unresolved: int, accepted_because: str = "") -> None:
    """Raise unless a run with so many lines to pay and unresolved people on its list may be submitted.

    Raises:
        NobodyToPay: there is no line.
        ChecklistOpen: somebody is unresolved and nothing was accepted.
        AcceptanceNeedsReason: the acceptance is only spaces.
    """
    if not lines:
        raise NobodyToPay
    if not unresolved:
        return
    if not accepted_because:
        raise ChecklistOpen(n=unresolved)
    if not accepted_because.strip():
        raise AcceptanceNeedsReason


def summary(missed: int, odd: int) -> tuple[Words, Words]:
    """The two counts on top of the list."""
    return (
        n_("%(n)s person would be missed.", "%(n)s people would be missed.", missed),
        n_("%(n)s person should be looked at.", "%(n)s people should be looked at.", odd),
    )
