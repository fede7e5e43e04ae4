"""What a provider's code for a failure means, in a sentence; what no list explains is shown as it came.

Codes: MTN MoMo disbursement errors, and ISO 20022 external status reasons of banks.
"""

from __future__ import annotations

import re

from receiver.kit.words import Words, _

_NOT_REGISTERED = _("The number is not registered with the provider.")
_CANNOT_RECEIVE = _("The account cannot receive money now: it is not active, or has reached its limit.")
_TOO_LITTLE = _("There is not enough money in the account that pays.")
_OWN_LIMIT = _("The account that pays has reached its limit.")
_OWN_ACCOUNT = _("The account that pays was not found or is not active.")
_TRY_LATER = _("The provider could not make the payment. It may work later.")
_REFUSED = _("The payment was refused.")
_CANCELLED = _("The payment was cancelled.")
_EXPIRED = _("The payment took too long and has expired.")
_NOT_ALLOWED = _("The provider does not allow this payment.")
_NO_SUCH_ACCOUNT = _("The account number is wrong.")
_CLOSED = _("The account is closed.")
_BLOCKED = _("The account is blocked.")
_ANOTHER_NAME = _("The name does not fit the account.")
_DIED = _("The bank says that the holder of the account has died.")
_NO_REASON = _("The provider gave no reason.")

REASONS: dict[str, Words] = {
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
    "AC01": _NO_SUCH_ACCOUNT,
    "AC03": _NO_SUCH_ACCOUNT,
    "AC04": _CLOSED,
    "AC06": _BLOCKED,
    "AG01": _NOT_ALLOWED,
    "AM04": _TOO_LITTLE,
    "BE01": _ANOTHER_NAME,
    "MD07": _DIED,
    "MS03": _NO_REASON,
}


def explained(reason: str) -> Words | str:
    """The sentence for what a provider gave as its reason, or its own words where they are no known code."""
    return REASONS.get(re.sub(r"[\s-]+", "_", reason.strip()).upper(), reason)
