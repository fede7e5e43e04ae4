"""What a result means: each row judged against the payment that it names.

Judging never depends on the order of files, and no row can credit a person twice:

* the same word for a payment a second time is *known*; a provider's "pending" after the end is old news, known too;
* a file moves by itself only payments of the run that it was taken in for, by a channel that its format belongs to.
  Word that is new on a payment of another run, and any on one of another channel, is an *exception*;
* a row whose amount or currency is not the payment's, whose payment is unknown or was never sent, or which says the
  opposite of what was taken before, is an *exception* for a person to decide;
* rows of one file that disagree about a payment are all exceptions; of equal rows the first counts, the others are
  exceptions, unless they tell nothing new.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid
from receiver.kit.words import LabelledEnum, Words, _, p_
from receiver.stipends.rules.payments import Channel, PaymentMove, PaymentState
from receiver.stipends.rules.result_formats import ResultStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from uuid import UUID

    from receiver.kit.money import Money
    from receiver.stipends.rules.result_formats import ResultRow


class OfSeveralRuns(Invalid):
    """A file that nobody gave to a run is about more than one."""

    sentence = _(
        "This file is about several pay runs: %(runs)s. Please say which one it came for. Nothing was taken in."
    )


class Effect(LabelledEnum):
    """What a row does; the values are the counts of `receiver reconcile --json`."""

    SETTLED = "settled", p_("result", "Taken as paid")
    FAILED = "failed", p_("result", "Taken as failed")
    RETURNED = "returned", p_("result", "Taken as returned")
    PENDING = "pending", p_("result", "Still on its way")
    EXCEPTION = "exceptions", p_("result", "Needs a decision")
    KNOWN = "known", p_("result", "Already taken")


class ExceptionKind(LabelledEnum):
    """Why a row waits for a person."""

    UNKNOWN_REFERENCE = "unknown_reference", p_("result", "Unknown reference")
    DUPLICATE_IN_FILE = "duplicate_in_file", p_("result", "More than once in the file")
    AMOUNT_DIFFERS = "amount_differs", p_("result", "The amount differs")
    CURRENCY_DIFFERS = "currency_differs", p_("result", "The currency differs")
    CONTRADICTION = "contradiction", p_("result", "Contradicts an earlier result")
    WRONG_STATE = "wrong_state", p_("result", "The payment was not sent")
    OTHER_RUN = "other_run", p_("result", "Of another pay run")
    OTHER_CHANNEL = "other_channel", p_("result", "Sent by another channel")


EXPLAIN: dict[ExceptionKind, Words] = {
    ExceptionKind.UNKNOWN_REFERENCE: _("No payment has this reference. Ask the provider what it belongs to."),
    ExceptionKind.DUPLICATE_IN_FILE: _("The file names this payment more than once. Ask the provider which is right."),
    ExceptionKind.AMOUNT_DIFFERS: _("The provider moved another amount than was instructed."),
    ExceptionKind.CURRENCY_DIFFERS: _("The provider moved another currency than was instructed."),
    ExceptionKind.CONTRADICTION: _(
        "An earlier result said something else. Nothing was posted. Ask the provider for the final word."
    ),
    ExceptionKind.WRONG_STATE: _("This payment was held back, cancelled or not yet sent, so it can have no result."),
    ExceptionKind.OTHER_RUN: _(
        "The file came for another pay run than the one to which this payment belongs. Nothing was posted. Take in "
        "the results of that run on its own page, or decide here what became of the money."
    ),
    ExceptionKind.OTHER_CHANNEL: _(
        "This payment was sent by another channel than this file reports on. Nothing was posted. "
        "Ask the provider and the cash desk, so that nobody is paid twice."
    ),
}
"""A sentence for each."""

OTHER_MONEY = frozenset({ExceptionKind.AMOUNT_DIFFERS, ExceptionKind.CURRENCY_DIFFERS})
"""Those about a part of a payment, or about more than it."""

MISPLACED = frozenset({ExceptionKind.OTHER_RUN, ExceptionKind.OTHER_CHANNEL})
"""Those about a payment that the file has no say on."""


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as a result meets it; `taken` are the statuses that earlier results already gave it."""

    end_to_end_id: str
    run: UUID
    channel: Channel
    amount: Money
    state: PaymentState
    taken: frozenset[ResultStatus] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """The payments that a file may move by itself: of the run that it is taken in for, by these channels."""

    run: UUID
    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a row: its effect, the moves of the payment in this order, or the kind of exception.

    `key` names the row by its content (and a number, where a file repeats it), so that it is queued once for ever.
    """

    row: ResultRow
    effect: Effect
    moves: tuple[PaymentMove, ...] = ()
    exception: ExceptionKind | None = None
    key: str = ""


_SENT = (PaymentState.INSTRUCTED, PaymentState.ACCEPTED)
_PAID = (PaymentState.SETTLED, PaymentState.CONFIRMED)

# Where a status meets a state in which it changes something. A return of money that nobody had reported as paid
# passes through paid: the ledger then shows both movements.
_MOVES: dict[tuple[ResultStatus, PaymentState], tuple[Effect, tuple[PaymentMove, ...]]] = {
    **{(ResultStatus.SETTLED, state): (Effect.SETTLED, (PaymentMove.SETTLE,)) for state in _SENT},
    **{(ResultStatus.FAILED, state): (Effect.FAILED, (PaymentMove.FAIL,)) for state in _SENT},
    **{(ResultStatus.RETURNED, state): (Effect.RETURNED, (PaymentMove.SETTLE, PaymentMove.RETURN)) for state in _SENT},
    **{(ResultStatus.RETURNED, state): (Effect.RETURNED, (PaymentMove.RETURN,)) for state in _PAID},
    (ResultStatus.PENDING, PaymentState.INSTRUCTED): (Effect.PENDING, (PaymentMove.ACCEPT,)),
    (ResultStatus.PENDING, PaymentState.ACCEPTED): (Effect.PENDING, ()),
}

# Where it says again what the payment's state says already.
_AGREES = {
    (ResultStatus.SETTLED, PaymentState.SETTLED),
    (ResultStatus.SETTLED, PaymentState.CONFIRMED),
    (ResultStatus.FAILED, PaymentState.FAILED),
    (ResultStatus.RETURNED, PaymentState.RETURNED),
}
_UNSENT = (PaymentState.PENDING, PaymentState.CANCELLED)


def judge(row: ResultRow, payment: PaymentFacts | None, scope: Scope) -> Verdict:
    """What one row means for its payment."""
    if payment is None:
        return _exception(row, ExceptionKind.UNKNOWN_REFERENCE)
    # Not even known word passes: who was paid at the desk and by the provider too was paid twice.
    if payment.channel not in scope.channels:
        return _exception(row, ExceptionKind.OTHER_CHANNEL)
    verdict = _meet(row, payment)
    if payment.run != scope.run and verdict.effect is not Effect.KNOWN:
        return _exception(row, ExceptionKind.OTHER_RUN)
    return verdict


def _meet(row: ResultRow, payment: PaymentFacts) -> Verdict:
    kind = _differs(row, payment)
    if kind is not None:
        return _exception(row, kind)
    meeting = (row.status, payment.state)
    if row.status in payment.taken or meeting in _AGREES:
        return Verdict(row, Effect.KNOWN)
    if meeting in _MOVES:
        effect, moves = _MOVES[meeting]
        return Verdict(row, effect, moves)
    # Word that money is on its way comes late when the end is known, and changes nothing.
    late = row.status is ResultStatus.PENDING
    return Verdict(row, Effect.KNOWN) if late else _exception(row, ExceptionKind.CONTRADICTION)


def _differs(row: ResultRow, payment: PaymentFacts) -> ExceptionKind | None:
    """Why a row cannot be about this payment at all."""
    if row.amount.currency != payment.amount.currency:
        return ExceptionKind.CURRENCY_DIFFERS
    if row.amount != payment.amount:
        return ExceptionKind.AMOUNT_DIFFERS
    return ExceptionKind.WRONG_STATE if payment.state in _UNSENT else None


def judge_file(
    rows: Iterable[ResultRow], payments: Mapping[str, PaymentFacts], scope: Scope, queued: Collection[str] = ()
) -> Iterator[Verdict]:
    """What each row of a file means, in order.

    Args:
        rows: the rows of the whole file.
        payments: the payments that have the rows' end-to-end ids, by id.
        scope: what the file may move by itself.
        queued: keys of exceptions that are in the queue already, or were decided.
    """
    rows = list(rows)
    contents: dict[str, set[str]] = {}
    for row in rows:
        contents.setdefault(row.end_to_end_id, set()).add(row.fingerprint)
    repeats: Counter[str] = Counter()
    for row in rows:
        verdict = judge(row, payments.get(row.end_to_end_id), scope)
        repeats[row.fingerprint] += 1
        nth = repeats[row.fingerprint]
        disagrees = len(contents[row.end_to_end_id]) > 1
        if disagrees or (nth > 1 and verdict.effect not in {Effect.KNOWN, Effect.EXCEPTION}):
            verdict = _exception(row, ExceptionKind.DUPLICATE_IN_FILE)
        key = row.fingerprint if nth == 1 else f"{row.fingerprint}:{nth}"
        if verdict.effect is Effect.EXCEPTION and key in queued:
            verdict = Verdict(row, Effect.KNOWN)
        yield replace(verdict, key=key)


def tally(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """The counts by effect, every effect named: `{settled, failed, returned, pending, exceptions, known}`."""
    counted = Counter(verdict.effect for verdict in verdicts)
    return {effect.value: counted[effect] for effect in Effect}


def _exception(row: ResultRow, kind: ExceptionKind) -> Verdict:
    return Verdict(row, Effect.EXCEPTION, exception=kind)
