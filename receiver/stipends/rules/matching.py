"""Matching a row that did not fit with a payment by hand: the person says which one, the rules stay those of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import _
from receiver.stipends.rules.exceptions import Decision, PaymentIsOurs
from receiver.stipends.rules.result_formats import ResultStatus
from receiver.stipends.rules.results import OTHER_MONEY, Effect, ExceptionKind, judge

if TYPE_CHECKING:
    from receiver.stipends.rules.payments import PaymentMove
    from receiver.stipends.rules.result_formats import ResultRow
    from receiver.stipends.rules.results import PaymentFacts, Scope

MATCHABLE = OTHER_MONEY | {ExceptionKind.UNKNOWN_REFERENCE}
"""Rows that may be about another payment than the one they name, if they name any."""

_DECISIONS = {
    ResultStatus.SETTLED: Decision.PAID,
    ResultStatus.FAILED: Decision.FAILED,
    ResultStatus.RETURNED: Decision.RETURNED,
    ResultStatus.PENDING: Decision.NOTHING,
}


class NoSuchPayment(Invalid):
    """A row is matched with a payment of the run that its file came for."""

    sentence = _("Pay run %(run)s has no payment for this reference. Nothing was changed.")


class DoesNotFit(Refusal):
    """By hand as by file: no double credit, no other amount."""

    sentence = _("This row does not fit that payment: “%(why)s”. Nothing was changed.")


class NothingNew(Refusal):
    """A match that would change nothing is none."""

    sentence = _(
        "That payment already stands as this row says, so a match would change nothing. Choose another payment, or "
        "go back and decide about the row there. Nothing was changed."
    )


class MovementTaken(Refusal):
    """One movement of a provider is one person's money."""

    sentence = _(
        "Another payment, or a row that was decided before, already has the reference that the provider gave this "
        "row. One movement of money cannot count for two people. Ask the provider. Nothing was changed."
    )


@dataclass(frozen=True, slots=True)
class Carriers:
    """What carries the provider's reference of a row: the payment meant, another one, another row that was decided."""

    meant: bool = False
    other: bool = False
    decided: bool = False

    @property
    def taken(self) -> bool:
        """Whether the movement is spoken for; a provider may say more of one that this payment is known to be."""
        return self.other or (self.decided and not self.meant)


def match(
    kind: ExceptionKind, row: ResultRow, payment: PaymentFacts, scope: Scope, carriers: Carriers
) -> tuple[Decision, tuple[PaymentMove, ...]]:
    """What becomes of a payment with which somebody matches a row, judged as though the row had named it.

    Raises:
        PaymentIsOurs: the row names a payment, and it is that one about which is to be decided.
        DoesNotFit: another amount, currency or channel, not sent, or the opposite of what was taken before.
        NothingNew: it is known already.
        MovementTaken: what the provider moved was counted before.
    """
    if kind not in MATCHABLE:
        raise PaymentIsOurs
    verdict = judge(replace(row, end_to_end_id=payment.end_to_end_id), payment, scope)
    if verdict.exception is not None:
        raise DoesNotFit(why=verdict.exception.label)
    if verdict.effect is Effect.KNOWN or not verdict.moves:
        raise NothingNew
    if carriers.taken:
        raise MovementTaken
    return _DECISIONS[row.status], verdict.moves
