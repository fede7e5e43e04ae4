"""Fields of numbers: whole numbers and money, never a float."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from receiver.kit.errors import Invalid
from receiver.kit.money import Money, parse_money
from receiver.kit.text import clean_line, western_digits
from receiver.kit.words import Words, _
from receiver.web.forms.field import Field, FieldError

BIGGEST_MINOR = 10**15  # far above any budget, far below what a BIGINT holds, so that sums never overflow
_SPACES = re.compile(
    r"[\s\u00a0\u202f'\u2019\u066c]"
)  # what languages put between thousands besides comma and full stop


class WholeNumber(Field[int]):
    """A whole number between two bounds, both included."""

    kind: ClassVar[str] = "number"

    def __init__(self, label: Words, *, least: int = 0, most: int = 1_000_000_000, **more: Any) -> None:
        super().__init__(label, **{"dir": "ltr", "inputmode": "numeric", "autocomplete": "off", **more})
        self.least = least
        self.most = most

    def parse_text(self, text: str) -> int:
        """The number.

        Raises:
            FieldError: it is none, or outside the bounds.
        """
        typed = _SPACES.sub("", western_digits(clean_line(text)))
        if not re.fullmatch(r"[+-]?\d{1,18}", typed):
            raise FieldError(_("Please write a whole number, in digits."))
        number = int(typed)
        if not self.least <= number <= self.most:
            raise FieldError(_("Please write a number from %(least)s to %(most)s.", least=self.least, most=self.most))
        return number


class MoneyField(Field[Money]):
    """An amount in one currency; spaces, commas and full stops between thousands and any digits are understood (U20).

    `least` and `most` are whole minor units.
    """

    kind: ClassVar[str] = "money"

    def __init__(
        self, label: Words, *, currency: str = "RWF", least: int = 0, most: int = BIGGEST_MINOR, **more: Any
    ) -> None:
        super().__init__(
            label, **{"dir": "ltr", "inputmode": "decimal", "autocomplete": "off", "careful": True, **more}
        )
        self.currency = currency
        self.least = least
        self.most = most

    def parse_text(self, text: str) -> Money:
        """The amount.

        Raises:
            FieldError: it cannot be read without guessing, or is outside the bounds.
        """
        try:
            money = parse_money(text, self.currency)
        except Invalid as refusal:
            raise FieldError(refusal.words) from None
        if money.minor < self.least:
            raise FieldError(_("Please write an amount of at least %(least)s.", least=Money(self.least, self.currency)))
        if money.minor > self.most:
            raise FieldError(_("Please write an amount of at most %(most)s.", most=Money(self.most, self.currency)))
        return money

    def write(self, value: Money | None) -> dict[str, list[str]]:
        """The plain digits, which every language can read and change."""
        return {self.name: [] if value is None else [plain(value)]}


def plain(money: Money) -> str:
    """The digits of an amount without its currency: `250000`, `12.05`."""
    return str(money).removeprefix(money.currency).strip()
