"""Money as whole minor units of one currency; no fraction of a unit exists and no float comes near it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid
from receiver.kit.text import strip_hidden, western_digits
from receiver.kit.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

# ISO 4217: how many decimals a currency has where it is not two.
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


_SAME = str.maketrans({"\u2212": "-", "\u2019": "'", "\u066c": "'"})  # other minus, apostrophe, Arabic thousands sign
_AMOUNT = re.compile(
    r"(?P<minus>-?) ?(?P<whole>\d{1,3}(?P<group>[ .,'])\d{3}(?:(?P=group)\d{3})*|\d+)"
    r"(?:(?P<point>[.,\u066b])(?P<part>\d+))?",
    re.ASCII,
)
_LOCAL_NAMES = {"RWF": ("FRW", "RF")}  # what people write beside an amount, besides the code
_THOUSAND = 3  # digits between two separators
_MOST_DIGITS = 15  # far above any sum that is paid, and well inside what a database holds


class NotAnAmount(Invalid):
    """A text in which we cannot see an amount of money."""

    sentence = _("We cannot read this as an amount. Please write it in digits, such as 250 000.")


class NoSuchCoin(Invalid):
    """An amount with a part smaller than the smallest unit of its currency."""

    sentence = _("The smallest amount in this currency is %(smallest)s. Please write this one without smaller parts.")


class TooMuch(Invalid):
    """An amount that no record can hold."""

    sentence = _("This amount is larger than any that can be recorded. Please check it.")


class UnclearAmount(Invalid):
    """An amount that two readers would read differently."""

    sentence = _("This amount can be read in two ways. Please write it in digits without separators.")


def exponent(currency: str) -> int:
    """The number of decimals of a currency: 0 for RWF, 2 for USD (ISO 4217)."""
    return _DECIMALS.get(currency, 2)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` whole minor units (francs for RWF, cents for USD) of an ISO 4217 `currency`.

    Raises:
        TypeError: `minor` is not an integer; floats and truth values are refused.
        ValueError: `currency` is not three capital letters, or two currencies meet.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is a whole number of minor units, not {type(self.minor).__name__}")
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):  # noqa: PLR2004 - ISO 4217
            raise ValueError(f"not a currency code: {self.currency!r}")

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in this currency."""
        return cls(0, currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("money is multiplied by whole numbers only; use split() for shares")
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        """Currency and amount for logs and files of programs, `RWF 250000` or `USD 12.05`; pages use `i18n`."""
        digits = exponent(self.currency)
        whole, part = divmod(abs(self.minor), 10**digits)
        sign = "-" if self.minor < 0 else ""
        return f"{self.currency} {sign}{whole}" + (f".{part:0{digits}d}" if digits else "")


def split(money: Money, weights: Sequence[int]) -> list[Money]:
    """Share `money` in proportion to whole, non-negative `weights`, so that the parts sum to the whole exactly.

    What does not divide goes unit by unit to the largest remainders, earlier ones first where they are equal
    (Hamilton's method). A negative amount is split as its opposite.

    Raises:
        ValueError: no weight is above zero, or one is below.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("shares need weights of zero or more, and one above zero")
    sign = -1 if money.minor < 0 else 1
    shares = [divmod(abs(money.minor) * weight, whole) for weight in weights]
    left = abs(money.minor) - sum(share for share, _rest in shares)
    by_remainder = sorted(range(len(weights)), key=lambda place: (-shares[place][1], place))
    favoured = set(by_remainder[:left])
    return [Money(sign * (share + (place in favoured)), money.currency) for place, (share, _rest) in enumerate(shares)]


def _without_currency(text: str, currency: str) -> str:
    """The text without the name of its currency before or after it."""
    for name in (currency, *_LOCAL_NAMES.get(currency, ())):
        if text.upper().startswith(name):
            return text[len(name) :].strip()
        if text.upper().endswith(name):
            return text[: -len(name)].strip()
    return text


def parse_money(text: str, currency: str) -> Money:
    """Read an amount that somebody typed or exported, without a float and whatever their habit of separators.

    Spaces, dots, commas or apostrophes may stand between thousands, a dot or comma before decimals; the two differ.
    What stands before exactly three last digits separates thousands, unless the currency has three decimals, when
    it could be either and is refused. Digits may be of any script; the currency's name may stand beside them.

    Raises:
        NotAnAmount: no amount in it.
        NoSuchCoin: more decimals than the currency has, unless they are zeros.
        UnclearAmount: a separator that could be either.
        TooMuch: more than 15 digits.
    """
    plain = re.sub(r"\s", " ", western_digits(strip_hidden(text)).translate(_SAME)).strip()
    match = _AMOUNT.fullmatch(_without_currency(plain, currency))
    if match is None or (match["point"] and match["point"] == match["group"]):
        raise NotAnAmount
    decimals, part = exponent(currency), match["part"] or ""
    lone = match["group"] in {".", ","} and match["whole"].count(match["group"]) == 1 and not part
    if (decimals == _THOUSAND and lone) or (decimals != _THOUSAND and len(part) == _THOUSAND):
        raise UnclearAmount
    part = part.rstrip("0")
    if len(part) > decimals:
        raise NoSuchCoin(smallest=Money(1, currency))
    digits = (re.sub(r"\D", "", match["whole"]) + part.ljust(decimals, "0")).lstrip("0")
    if len(digits) > _MOST_DIGITS:
        raise TooMuch
    return Money(int(match["minus"] + (digits or "0")), currency)
