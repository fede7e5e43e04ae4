"""How a pay file is written: which columns, in which order, for which channel. Each template is a file of data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from receiver.kit.errors import Invalid
from receiver.kit.money import exponent
from receiver.kit.words import _
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class Value(StrEnum):
    """What a column can hold."""

    NUMBER = "number"
    END_TO_END_ID = "end_to_end_id"
    PHONE = "phone"
    ACCOUNT_NAME = "account_name"
    REFERENCE = "reference"
    NAME = "name"
    NAME_LATIN = "name_latin"
    COLLECTOR = "collector"
    AMOUNT = "amount"
    CURRENCY = "currency"
    RUN = "run"
    PROGRAMME = "programme"
    MONTH = "month"
    DATE = "date"
    BLANK = "blank"


class PhoneForm(StrEnum):
    """How a number is written: `250788...`, `+250788...`, or as the country dials it, `0788...`."""

    DIGITS = "digits"
    PLUS = "plus"
    NATIONAL = "national"


class UnknownTemplate(Invalid):
    """There is no such way to write a pay file, or it is for another channel."""

    sentence = _("There is no template “%(template)s” for this channel.")


@dataclass(frozen=True, slots=True)
class Template:
    """A way to write a pay file; `columns` are header and value, in order.

    Raises:
        ValueError: it is not one.
    """

    code: str
    channel: Channel
    delimiter: str
    header: bool
    phone: PhoneForm
    columns: tuple[tuple[str, Value], ...]

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Template:
        """From the plain values of a data file."""
        columns = tuple((column["header"], Value(column["value"])) for column in plain["columns"])
        if not columns or plain["delimiter"] not in {",", ";", "\t"}:
            raise ValueError(f"template {plain['code']} has no columns, or a delimiter that nobody reads")
        channel, phone = Channel(plain["channel"]), PhoneForm(plain["phone"])
        return cls(plain["code"], channel, plain["delimiter"], bool(plain["header"]), phone, columns)

    @property
    def needs(self) -> frozenset[Value]:
        """What must be known of each line."""
        return frozenset(value for _header, value in self.columns)

    def row(self, values: Mapping[Value, object]) -> list[object]:
        """The cells of one line."""
        return [values.get(value) for _header, value in self.columns]


def phone_as(number: str, form: PhoneForm, country_code: str = "250") -> str:
    """A number kept as `+250788123456`, written in another form; numbers of other countries keep their code."""
    digits = number.removeprefix("+")
    if form is PhoneForm.PLUS:
        return f"+{digits}"
    if form is PhoneForm.NATIONAL and digits.startswith(country_code):
        return f"0{digits.removeprefix(country_code)}"
    return digits


def amount_as(minor: int, currency: str) -> object:
    """An amount as providers write it: whole units, with decimals where the currency has them, no separators."""
    digits = exponent(currency)
    if not digits:
        return minor
    whole, part = divmod(minor, 10**digits)
    return f"{whole}.{part:0{digits}d}"


def file_name(programme: str, run: str, channel: Channel) -> str:
    """What a pay file is called."""
    return f"{programme}-{run}-{channel.value}.csv"


def manifest(
    *,
    programme: str,
    run: str,
    run_hash: str,
    template: Template,
    name: str,
    count: int,
    sum_minor: int,
    currency: str,
    sha256: str,
    made_on: date,
) -> dict[str, Any]:
    """What lies beside a pay file, for whoever checks it: how many lines, what they come to, and both hashes."""
    return {
        "format": "receiver-pay-file-1",
        "programme": programme,
        "run": run,
        "run_sha256": run_hash,
        "channel": template.channel.value,
        "template": template.code,
        "file": name,
        "count": count,
        "control_sum_minor": sum_minor,
        "currency": currency,
        "sha256": sha256,
        "made_on": made_on.isoformat(),
    }
