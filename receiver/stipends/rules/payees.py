"""Payees: a way to be paid is used once a second human confirmed it and, if it replaced another, it has cooled off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.text import western_digits
from receiver.kit.words import LabelledEnum, _, p_
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from uuid import UUID

    from receiver.kit.words import Words

PAYEE = "payees"
"""The name under which numbers are hashed for finding equal ones."""

READ_BACK = 4
"""How many last digits the person reads back."""

TRIES = 3
"""How often one human may type digits that are not those of the number; then someone else confirms, or refuses."""

SAME_NAME = 90
CLOSE_NAME = 70
"""Likeness of two names, 0 to 100: from here on one person writing twice, and from here on worth a look."""


class PayeeState(LabelledEnum):
    """Where the details stand."""

    AWAITING = "awaiting", p_("payee", "Waiting for confirmation")
    CONFIRMED = "confirmed", p_("payee", "Confirmed")
    REFUSED = "refused", p_("payee", "Not confirmed")
    REPLACED = "replaced", p_("payee", "Replaced")


class PayeeStanding(LabelledEnum):
    """What a run makes of a person's payee on its cut-off day."""

    READY = "ready", p_("payee", "Can be paid")
    NONE = "none", p_("payee", "No way to pay")
    NOT_CONFIRMED = "not_confirmed", p_("payee", "Number not confirmed")
    COOLING_OFF = "cooling_off", p_("payee", "Changed recently")


class NameAgreement(LabelledEnum):
    """How the name on the account compares with the person's."""

    SAME = "same", p_("name on account", "Same name")
    CLOSE = "close", p_("name on account", "Similar name")
    DIFFERS = "differs", p_("name on account", "Different name")


class ConfirmerAskedForIt(Refusal):
    """Two humans for every change of where money goes."""

    sentence = _("You asked for this change, so someone else must confirm it.")


class AlreadyAsked(Refusal):
    """The same details sent once more are no other change."""

    sentence = _("These details are waiting already. Someone else has to confirm them with the person.")


class NotWaiting(Refusal):
    """Confirmed, refused and replaced details are history."""

    sentence = _("These payment details are no longer waiting for confirmation.")


class ReadBackDiffers(Invalid):
    """The number the person knows is not the one we hold."""

    sentence = _("The last four digits differ from the number that was recorded. Please check it with the person.")


class TooManyTries(Refusal):
    """Who may try again and again finds four digits without the person."""

    sentence = _(
        "You typed digits that are not those of the number %(tries)s times. Someone else has to confirm these details, "
        "or the number has to be asked for anew."
    )
    status = 403


class NumberMustBeHeard(Refusal):
    """Digits that the confirmer can look up prove nothing."""

    sentence = _(
        "You may confirm this number, so it is not shown to you before that: let the person read out its last digits."
    )
    status = 403


class NumberNotUsable(Invalid):
    """A number to which no provider could send money."""

    sentence = _("This is not a mobile number that money can be sent to. Please check it with the person.")


class AccountNameMissing(Invalid):
    """Whose account it is, is compared with the person's name."""

    sentence = _("Please enter the name on the account, as the provider has it.")


@dataclass(frozen=True, slots=True)
class Payee:
    """A way to be paid as the rules see it; `usable_from` is set when it is confirmed, from `cools_until`."""

    channel: Channel
    state: PayeeState
    asked_by: UUID
    usable_from: datetime | None = None


def state_words(channel: Channel, state: PayeeState) -> Words:
    """Where details stand, in words. Nobody confirms the cash desk: there the identity check is the second look."""
    at_desk = channel is Channel.CASH_DESK and state is PayeeState.CONFIRMED
    return p_("payee", "In force") if at_desk else state.label


def cools_until(confirmed_at: datetime, hours: int, *, changes: bool) -> datetime:
    """The moment from which a confirmed payee may be used: a first one at once, a changed one after some hours."""
    return confirmed_at + timedelta(hours=hours) if changes else confirmed_at


def standing(payee: Payee | None, cut_off: datetime) -> PayeeStanding:
    """Whether a run with this cut-off may pay by this payee.

    The cash desk needs neither confirmation nor cooling off: the person stands there and shows who they are.
    """
    if payee is None or payee.state in {PayeeState.REFUSED, PayeeState.REPLACED}:
        return PayeeStanding.NONE
    if payee.channel is Channel.CASH_DESK:
        return PayeeStanding.READY
    if payee.state is PayeeState.AWAITING or payee.usable_from is None:
        return PayeeStanding.NOT_CONFIRMED
    return PayeeStanding.COOLING_OFF if cut_off < payee.usable_from else PayeeStanding.READY


def demand_confirmer(payee: Payee, user: UUID, wrong_tries: int) -> None:
    """Raise unless `user`, who typed wrong digits so often before, may confirm these details.

    Raises:
        NotWaiting: they were decided before.
        ConfirmerAskedForIt: the same human asked for them.
        TooManyTries
    """
    if payee.state is not PayeeState.AWAITING:
        raise NotWaiting
    if user == payee.asked_by:
        raise ConfirmerAskedForIt
    if wrong_tries >= TRIES:
        raise TooManyTries(tries=TRIES)


def demand_read_back(number: str, read_back: str) -> None:
    """Raise unless the person read back the number's last digits.

    Raises:
        ReadBackDiffers: the digits are not those of the number.
    """
    if len(_digits(read_back)) != READ_BACK or not _digits(number).endswith(_digits(read_back)):
        raise ReadBackDiffers


def must_be_heard(payee: Payee, user: UUID | None, *, confirms: bool, waits: bool) -> bool:
    """Whether a number stays hidden from somebody who `confirms` such details: they hear it from the person.

    `waits` says that the same number waits in other details of the person. What was refused or replaced stays hidden
    too: it may be asked for again. Who asked knows the number, and cannot confirm it.
    """
    return confirms and user != payee.asked_by and (waits or payee.state is not PayeeState.CONFIRMED)


def masked(number: str) -> str:
    """A number as lists show it: too little to read back from, enough to tell two apart."""
    digits = _digits(number)
    return f"•••{digits[-2:]}" if len(digits) > READ_BACK else "•••"


def name_agreement(likeness: int) -> NameAgreement:
    """The word for a likeness of 0 to 100."""
    if likeness >= SAME_NAME:
        return NameAgreement.SAME
    return NameAgreement.CLOSE if likeness >= CLOSE_NAME else NameAgreement.DIFFERS


def tail_of(number: str) -> str:
    """The two last digits, which lists show."""
    return _digits(number)[-2:]


def _digits(text: str) -> str:
    return "".join(sign for sign in western_digits(text) if sign.isdecimal())
