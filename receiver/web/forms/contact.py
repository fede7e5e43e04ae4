"""Telephone numbers: kept as typed beside the international form, warned about once and never refused (U19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import phonenumbers

from receiver.kit.text import clean_line, western_digits
from receiver.kit.words import Words, _
from receiver.web.forms.field import Field, FieldError, first

if TYPE_CHECKING:
    from receiver.web.forms.field import Raw

HOME = "RW"
_LENGTH = 40
_FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number as typed; `e164` and `region` (ISO 3166 alpha-2) are None where it is not a known kind of number."""

    typed: str
    e164: str | None
    region: str | None

    def __str__(self) -> str:
        """As typed: the way its owner knows it."""
        return self.typed


class Phone(Field[PhoneNumber]):
    """A telephone number in any format, of `region` unless it says otherwise; a box to tick keeps an odd one."""

    kind: ClassVar[str] = "phone"

    def __init__(self, label: Words, *, region: str = HOME, **more: Any) -> None:
        super().__init__(label, **{"dir": "ltr", "autocomplete": "off", **more})
        self.region = region

    @property
    def parts(self) -> tuple[str, ...]:
        """The number, and the box that keeps it in spite of the warning."""
        return (self.name, f"{self.name}-keep")

    def is_blank(self, raw: Raw) -> bool:
        """Whether no number was typed, whatever the box says."""
        return not first(raw, self.name).strip()

    def parse(self, raw: Raw) -> PhoneNumber:
        """The number.

        Raises:
            FieldError: it has hardly a digit, or looks wrong and was not kept on purpose.
        """
        typed = clean_line(first(raw, self.name))
        if len(typed) > _LENGTH or sum(sign.isdigit() for sign in western_digits(typed)) < _FEWEST_DIGITS:
            raise FieldError(_("Please write a telephone number in digits."))
        number = read_phone(typed, self.region)
        if number.e164 is None and not first(raw, f"{self.name}-keep"):
            raise FieldError(
                _("This does not look like a telephone number. Please check it; you can also save it as it is.")
            )
        return number

    def write(self, value: PhoneNumber | str | None) -> dict[str, list[str]]:
        """The number as typed."""
        return {self.name: [] if value is None else [str(value)]}

    def show(self, raw: Raw) -> str:
        """The number as typed."""
        return first(raw, self.name)

    def asks_to_keep(self, raw: Raw) -> bool:
        """Whether the box “save anyway” is to be offered: the number looks wrong."""
        return not self.is_blank(raw) and read_phone(first(raw, self.name), self.region).e164 is None


def read_phone(typed: str, region: str = HOME) -> PhoneNumber:
    """What is known about a number: national ones are of `region`, `+` and `00` say their own country."""
    text = western_digits(clean_line(typed))
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return PhoneNumber(typed, None, None)
    if not phonenumbers.is_valid_number(number):
        return PhoneNumber(typed, None, None)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return PhoneNumber(typed, e164, phonenumbers.region_code_for_number(number))
