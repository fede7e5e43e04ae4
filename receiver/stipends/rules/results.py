"""What a provider's result means: reading the rows of `csv:standard`, and judging each against its payment.

Judging never depends on the order of files, and no row can credit a person twice:

* the same word for a payment a second time is *known*; a provider's "pending" after the end is old news, known too;
* a row whose amount or currency is not the payment's, whose payment is unknown or was never sent, or which says the
  opposite of what was taken before, is an *exception* for a person to decide;
* rows of one file that disagree about a payment are all exceptions; of equal rows the first counts, the others are
  exceptions, unless they tell nothing new.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from receiver.kit.money import Money, exponent
from receiver.kit.text import western_digits
from receiver.kit.words import LabelledEnum, Words, _, p_
from receiver.stipends.rules.payments import PaymentMove, PaymentState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

REQUIRED = ("end_to_end_id", "status", "amount", "currency")
OPTIONAL = ("reason", "provider_reference", "at")
"""Columns of `csv:standard`; their order does not matter, and other columns are passed over."""

LONGEST = {"end_to_end_id": 64, "reason": 500, "provider_reference": 120}
"""Characters, for texts that are kept."""

_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]+))?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class ResultStatus(LabelledEnum):
    """What the provider says."""

    SETTLED = "settled", p_("result", "Paid")
    FAILED = "failed", p_("result", "Failed")
    PENDING = "pending", p_("result", "On its way")
    RETURNED = "returned", p_("result", "Returned")


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


EXPLAIN: dict[ExceptionKind, Words] = {
    ExceptionKind.UNKNOWN_REFERENCE: _("No payment has this reference. Ask the provider what it belongs to."),
    ExceptionKind.DUPLICATE_IN_FILE: _("The file names this payment more than once. Ask the provider which is right."),
    ExceptionKind.AMOUNT_DIFFERS: _("The provider moved another amount than was instructed."),
    ExceptionKind.CURRENCY_DIFFERS: _("The provider moved another currency than was instructed."),
    ExceptionKind.CONTRADICTION: _(
        "An earlier result said something else. Nothing was posted. Ask the provider for the final word."
    ),
    ExceptionKind.WRONG_STATE: _("This payment was held back, cancelled or not yet sent, so it can have no result."),
}
"""A sentence for each."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row, read; `number` is its line in the spreadsheet, the header being line 1."""

    number: int
    end_to_end_id: str
    status: ResultStatus
    amount: Money
    reason: str = ""
    provider_reference: str = ""
    at: datetime | date | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same content wherever it stands."""
        at = self.at.isoformat() if self.at else ""
        fields = (self.end_to_end_id, self.status.value, str(self.amount), self.reason, self.provider_reference, at)
        return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell, by line of the spreadsheet and column."""

    row: int
    column: str
    words: Words


def column_faults(headers: Sequence[str]) -> list[Fault]:
    """The columns that are missing, told before any row is looked at; the table reader refuses one given twice."""
    named = {header.strip().lower() for header in headers}
    return [
        Fault(1, name, _("The column “%(column)s” is missing.", column=name)) for name in REQUIRED if name not in named
    ]


def read_row(number: int, cells: Mapping[str, str]) -> ResultRow | list[Fault]:
    """Read one row by column name, or say everything that is wrong with it."""
    cells = {name.strip().lower(): text.strip() for name, text in cells.items()}
    faults: list[Fault] = []

    def fault(column: str, words: Words) -> None:
        faults.append(Fault(number, column, words))

    for column, most in LONGEST.items():
        if len(cells.get(column, "")) > most:
            fault(column, _("This text is longer than %(most)s characters.", most=most))
    if not cells.get("end_to_end_id"):
        fault("end_to_end_id", _("The reference of the payment is missing."))
    status = _status(cells.get("status", ""))
    if status is None:
        fault("status", _("The status must be one of: settled, failed, pending, returned."))
    currency = cells.get("currency", "").upper()
    if not _CURRENCY.fullmatch(currency):
        fault("currency", _("The currency must be three letters, for example RWF."))
    amount = _amount(cells.get("amount", ""), currency)
    if amount is None:
        fault("amount", _("The amount must be a plain number, for example 50000, without spaces or separators."))
    try:
        at = _moment(cells.get("at", ""))
    except ValueError:
        fault("at", _("The time must be written like 2026-11-25 or 2026-11-25T14:30:00+02:00."))
        at = None
    if faults or status is None or amount is None:
        return faults
    texts = (cells.get("reason", ""), cells.get("provider_reference", ""))
    return ResultRow(number, cells["end_to_end_id"], status, amount, *texts, at)


def _status(text: str) -> ResultStatus | None:
    try:
        return ResultStatus(text.lower())
    except ValueError:
        return None


def _amount(text: str, currency: str) -> Money | None:
    """A plain decimal number as money; decimals that the currency lacks must be zeros, and no float is made."""
    match = _AMOUNT.fullmatch(western_digits(text))
    if match is None or not _CURRENCY.fullmatch(currency):
        return None
    digits, decimals = exponent(currency), match[2] or ""
    if decimals[digits:].strip("0"):
        return None
    return Money(int(match[1] + decimals[:digits].ljust(digits, "0")), currency)


def _moment(text: str) -> datetime | date | None:
    if not text:
        return None
    text = western_digits(text)
    if "T" not in text and " " not in text:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as a result meets it; `taken` are the statuses that earlier results already gave it."""

    end_to_end_id: str
    amount: Money
    state: PaymentState
    taken: frozenset[ResultStatus] = frozenset()


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


def judge(row: ResultRow, payment: PaymentFacts | None) -> Verdict:
    """What one row means for its payment."""
    if payment is None:
        return _exception(row, ExceptionKind.UNKNOWN_REFERENCE)
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
    rows: Iterable[ResultRow], payments: Mapping[str, PaymentFacts], queued: Collection[str] = ()
) -> Iterator[Verdict]:
    """What each row of a file means, in order.

    Args:
        rows: the rows of the whole file.
        payments: the payments that have the rows' end-to-end ids, by id.
        queued: keys of exceptions that are in the queue already, or were decided.
    """
    rows = list(rows)
    contents: dict[str, set[str]] = {}
    for row in rows:
        contents.setdefault(row.end_to_end_id, set()).add(row.fingerprint)
    repeats: Counter[str] = Counter()
    for row in rows:
        verdict = judge(row, payments.get(row.end_to_end_id))
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
