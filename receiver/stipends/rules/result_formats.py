"""How results are written: the formats of their files, and reading a row of them.

Each format belongs to channels: what a provider says is no word on money at the cash desk, and the sheet of the cash
desk none on what a provider did.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from receiver.kit.money import Money, exponent
from receiver.kit.text import western_digits
from receiver.kit.words import LabelledEnum, Words, _, p_
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REQUIRED = ("end_to_end_id", "status", "amount", "currency")
"""What every row says. The columns of a format may stand in any order, and others beside them are passed over."""

LONGEST = {"end_to_end_id": 64, "reason": 500, "provider_reference": 120}
"""Characters, for texts that are kept."""

_AMOUNT = re.compile(r"([0-9]{1,15})(?:\.([0-9]+))?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class ResultStatus(LabelledEnum):
    """What became of the money, as a file says."""

    SETTLED = "settled", p_("result", "Paid")
    FAILED = "failed", p_("result", "Failed")
    PENDING = "pending", p_("result", "On its way")
    RETURNED = "returned", p_("result", "Returned")


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """A way to write results: the column that holds each field of a row, and the words of its status column."""

    code: str
    label: Words
    channels: frozenset[Channel]
    columns: Mapping[str, str]
    statuses: Mapping[str, ResultStatus]
    status_words: Words

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return tuple(self.columns[field] for field in REQUIRED)


STANDARD = ResultFormat(
    code="csv:standard",
    label=_("A provider's file: end_to_end_id, status, amount, currency"),
    channels=frozenset(Channel) - {Channel.CASH_DESK},
    columns={name: name for name in (*REQUIRED, "reason", "provider_reference", "at")},
    statuses={status.value: status for status in ResultStatus},
    status_words=_("The status must be one of: settled, failed, pending, returned."),
)
CASH_SHEET = ResultFormat(
    code="csv:cash-desk",
    label=_("The sheet of the cash desk, filled in: end_to_end_id, paid, amount, currency"),
    channels=frozenset({Channel.CASH_DESK}),
    columns={
        "end_to_end_id": "end_to_end_id",
        "status": "paid",
        "amount": "amount",
        "currency": "currency",
        "reason": "reason",
        "provider_reference": "signature",
        "at": "date",
    },
    statuses={"yes": ResultStatus.SETTLED, "no": ResultStatus.FAILED},
    status_words=_("Write yes or no. Leave out the lines of people who may still come."),
)
FORMATS = {form.code: form for form in (STANDARD, CASH_SHEET)}


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


def column_faults(headers: Sequence[str], form: ResultFormat = STANDARD) -> list[Fault]:
    """The columns that are missing, told before any row is looked at; the table reader refuses one given twice."""
    named = {header.strip().lower() for header in headers}
    return [
        Fault(1, name, _("The column “%(column)s” is missing.", column=name))
        for name in form.required
        if name not in named
    ]


def read_row(number: int, cells: Mapping[str, str], form: ResultFormat = STANDARD) -> ResultRow | list[Fault]:
    """Read one row by column name, or say everything that is wrong with it."""
    named = {name.strip().lower(): text.strip() for name, text in cells.items()}
    said = {field: named.get(column, "") for field, column in form.columns.items()}
    faults: list[Fault] = []

    def fault(field: str, words: Words) -> None:
        faults.append(Fault(number, form.columns[field], words))

    for field, most in LONGEST.items():
        if len(said[field]) > most:
            fault(field, _("This text is longer than %(most)s characters.", most=most))
    if not said["end_to_end_id"]:
        fault("end_to_end_id", _("The reference of the payment is missing."))
    status = form.statuses.get(said["status"].lower())
    if status is None:
        fault("status", form.status_words)
    currency = said["currency"].upper()
    if not _CURRENCY.fullmatch(currency):
        fault("currency", _("The currency must be three letters, for example RWF."))
    amount = _amount(said["amount"], currency)
    if amount is None:
        fault("amount", _("The amount must be a plain number, for example 50000, without spaces or separators."))
    try:
        at = _moment(said["at"])
    except ValueError:
        fault("at", _("The time must be written like 2026-11-25 or 2026-11-25T14:30:00+02:00."))
        at = None
    if faults or status is None or amount is None:
        return faults
    return ResultRow(number, said["end_to_end_id"], status, amount, said["reason"], said["provider_reference"], at)


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
