"""What a provider says about a payment that failed: in a sentence, and whether the number is wrong or it may pass.

Codes: MTN MoMo disbursement errors, and ISO 20022 external status reasons of banks.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from receiver.kit.words import LabelledEnum, Words, _


class Failure(Enum):
    """What stands behind a payment that failed or came back: the number or account is not usable, or it may pass."""

    NUMBER = auto()
    PASSING = auto()
    UNKNOWN = auto()


class NoCode(LabelledEnum):
    """By what failures are counted for which no known code was given; a provider's own words may name somebody."""

    NUMBER = "number", _("The number or account cannot be used, by the provider's own words.")
    PASSING = "passing", _("It may work later, by the provider's own words.")
    OTHER = "other", _("For another reason, in the provider's own words.")
    NONE = "none", _("No reason was given.")
    CASH_DESK = "cash_desk", _("The money was not collected at the cash desk.")
    NOT_SORTED = "not_sorted", _("It failed before reasons were counted.")


class Reason(NamedTuple):
    """A code explained."""

    failure: Failure
    words: Words


_NOT_REGISTERED = Reason(Failure.NUMBER, _("The number is not registered with the provider."))
_CANNOT_RECEIVE = Reason(
    Failure.NUMBER, _("The account cannot receive money now: it is not active, or has reached its limit.")
)
_NO_SUCH_ACCOUNT = Reason(Failure.NUMBER, _("The account number is wrong."))
_CLOSED = Reason(Failure.NUMBER, _("The account is closed."))
_BLOCKED = Reason(Failure.NUMBER, _("The account is blocked."))
_ANOTHER_NAME = Reason(Failure.NUMBER, _("The name does not fit the account."))
_DIED = Reason(Failure.NUMBER, _("The bank says that the holder of the account has died."))
_TOO_LITTLE = Reason(Failure.PASSING, _("There is not enough money in the account that pays."))
_OWN_LIMIT = Reason(Failure.PASSING, _("The account that pays has reached its limit."))
_OWN_ACCOUNT = Reason(Failure.PASSING, _("The account that pays was not found or is not active."))
_TRY_LATER = Reason(Failure.PASSING, _("The provider could not make the payment. It may work later."))
_EXPIRED = Reason(Failure.PASSING, _("The payment took too long and has expired."))
_NOT_ALLOWED = Reason(Failure.PASSING, _("The provider does not allow this payment."))
_REFUSED = Reason(Failure.UNKNOWN, _("The payment was refused."))
_CANCELLED = Reason(Failure.UNKNOWN, _("The payment was cancelled."))
_NO_REASON = Reason(Failure.UNKNOWN, _("The provider gave no reason."))

REASONS: dict[str, Reason] = {
    "PAYEE_NOT_FOUND": _NOT_REGISTERED,
    "PAYEE_NOT_ALLOWED_TO_RECEIVE": _CANNOT_RECEIVE,
    "NOT_ENOUGH_FUNDS": _TOO_LITTLE,
    "PAYER_LIMIT_REACHED": _OWN_LIMIT,
    "PAYER_NOT_FOUND": _OWN_ACCOUNT,
    "SENDER_ACCOUNT_NOT_ACTIVE": _OWN_ACCOUNT,
    "COULD_NOT_PERFORM_TRANSACTION": _TRY_LATER,
    "INTERNAL_PROCESSING_ERROR": _TRY_LATER,
    "SERVICE_UNAVAILABLE": _TRY_LATER,
    "REJECTED": _REFUSED,
    "APPROVAL_REJECTED": _REFUSED,
    "PAYMENT_NOT_APPROVED": _REFUSED,
    "TRANSACTION_CANCELED": _CANCELLED,
    "EXPIRED": _EXPIRED,
    "NOT_ALLOWED": _NOT_ALLOWED,
    **dict.fromkeys(("AB01", "AB03", "AB05", "AB06", "AB11"), _EXPIRED),
    **dict.fromkeys(("AB02", "AB04", "AB07", "AB08", "AB09", "AB10"), _TRY_LATER),
    **dict.fromkeys(("AC01", "AC03", "AC14", "AC15", "BE23"), _NO_SUCH_ACCOUNT),
    **dict.fromkeys(("AC04", "AC07"), _CLOSED),
    "AC06": _BLOCKED,
    "AG01": _NOT_ALLOWED,
    "AM04": _TOO_LITTLE,
    **dict.fromkeys(("AM02", "AM13", "AM14", "AM21", "AM23"), _OWN_LIMIT),
    "BE01": _ANOTHER_NAME,
    "BE06": _NOT_REGISTERED,
    "MD07": _DIED,
    "MS03": _NO_REASON,
}

# The words that operators write in their files instead of a code, in English and French. Only a stem counts, so that
# "not registered" and "unregistered" are one.
_NUMBER = re.compile(
    r"unknown (?:number|account|subscriber|wallet|payee)|(?:number|account|subscriber|wallet|payee) (?:is )?unknown"
    r"|regist|not found|no such|does ?n.t exist|not exist|invalid (?:number|account|msisdn|wallet)"
    r"|(?:number|account|msisdn|wallet) (?:is )?invalid|clos|not active|inactiv|deactivat|dormant|block|barred|suspend"
    r"|wrong|ported|inconnu|n.existe|ferm[ée]|bloqu|invalide|erron",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"time.?out|timed out|limit|try again|later|temporar|unavailable|network|system|insufficient|float|balance"
    r"|d[ée]lai|plafond|indisponible|r[ée]seau|solde",
    re.IGNORECASE,
)


def explained(reason: str) -> Words | str:
    """The sentence for what a provider gave as its reason, or its own words where they are no known code."""
    code = REASONS.get(_as_code(reason))
    return code.words if code else reason


def failure_of(reason: str) -> Failure:
    """Read what a provider said; what may pass is passing even where the account is named, as in a limit of it."""
    code = code_in(reason)
    if code is not None:
        return REASONS[code].failure
    if _PASSING.search(reason):
        return Failure.PASSING
    return Failure.NUMBER if _NUMBER.search(reason) else Failure.UNKNOWN


def code_in(reason: str) -> str | None:
    """The known code that a provider gave, alone or among other words."""
    words = (_as_code(reason), *re.findall(r"[A-Z0-9_]+", reason.upper()))
    return next((word for word in words if word in REASONS), None)


def counted_as(reason: str) -> str:
    """By what a failure is counted: a known code, or what the words come to; never the words themselves."""
    if not reason.strip():
        return NoCode.NONE.value
    return code_in(reason) or _OWN_WORDS[failure_of(reason)].value


_OWN_WORDS = {Failure.NUMBER: NoCode.NUMBER, Failure.PASSING: NoCode.PASSING, Failure.UNKNOWN: NoCode.OTHER}


def words_of(counted: str) -> Words | None:
    """The sentence for what failures are counted by; None for anything else."""
    if counted in REASONS:
        return REASONS[counted].words
    return NoCode(counted).label if counted in set(NoCode) else None


def _as_code(reason: str) -> str:
    return re.sub(r"[\s-]+", "_", reason.strip()).upper()
