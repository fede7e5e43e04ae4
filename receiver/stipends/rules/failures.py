"""What a provider says about a payment that failed: is the number wrong for good, or may the same one work later?"""

from __future__ import annotations

import re
from enum import Enum, auto


class Failure(Enum):
    """What stands behind a payment that failed or came back: the number or account is not usable, or it may pass."""

    NUMBER = auto()
    PASSING = auto()
    UNKNOWN = auto()


# Codes of MTN MoMo and of ISO 20022 (external status reasons), and the words that operators write in their files, in
# English and French; "not registered" and "unregistered" are one.
_NUMBER_CODES = (
    *("PAYEE_NOT_FOUND", "PAYEE_NOT_ALLOWED_TO_RECEIVE"),
    *("AC01", "AC03", "AC04", "AC06", "AC07", "AC14", "AC15", "BE01", "BE06", "BE23", "MD07"),
)
_PASSING_CODES = (
    *("COULD_NOT_PERFORM_TRANSACTION", "EXPIRED", "SERVICE_UNAVAILABLE", "INTERNAL_PROCESSING_ERROR"),
    *("NOT_ENOUGH_FUNDS", "PAYER_LIMIT_REACHED", "PAYER_NOT_FOUND", "SENDER_ACCOUNT_NOT_ACTIVE", "NOT_ALLOWED"),
    *("AB01", "AB03", "AB05", "AB06", "AB07", "AB08", "AB11", "AM02", "AM04", "AM13", "AM14", "AM21", "AM23"),
)
_NUMBER = re.compile(
    r"unknown (?:number|account|subscriber|wallet|payee)|(?:number|account|subscriber|wallet|payee) (?:is )?unknown"
    r"|registered|not found|no such|does ?n.t exist|not exist|invalid (?:number|account|msisdn|wallet)"
    r"|(?:number|account|msisdn|wallet|num[ée]ro|compte) (?:is )?invalid|closed|not active|inactive|deactivated|dormant"
    r"|blocked|barred|suspend|wrong|\bported|inconnu|n.existe|ferm[ée]|bloqu[ée]|erron",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"time.?out|timed out|limit|try again|later|temporar|unavailable|network|system|insufficient|float|balance"
    r"|d[ée]lai|plafond|indisponible|r[ée]seau|solde",
    re.IGNORECASE,
)


def failure_of(reason: str) -> Failure:
    """Read what a provider said; what may pass is passing even where the account is named, as in a limit of it."""
    words = set(re.findall(r"[A-Z0-9_]+", reason.upper()))
    if words & set(_NUMBER_CODES):
        return Failure.NUMBER
    if words & set(_PASSING_CODES) or _PASSING.search(reason):
        return Failure.PASSING
    return Failure.NUMBER if _NUMBER.search(reason) else Failure.UNKNOWN
