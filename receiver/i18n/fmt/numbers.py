"""Numbers, percentages and money, in Latin digits in every language.

The separators are CLDR's; a test compares them with Babel, whose own formatting is too slow for a page of amounts.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from receiver.i18n.locales import language
from receiver.kit.money import Money, exponent

_NBSP = "\u00a0"
_NNBSP = "\u202f"
_LRM = "\u200e"  # keeps a minus before its number where the text around runs from right to left

# language: (between groups of three, before decimals, minus)
_SIGNS = {
    "en": (",", ".", "-"),
    "fr": (_NNBSP, ",", "-"),
    "rw": (".", ",", "-"),
    "sw": (",", ".", "-"),
    "ar": (",", ".", f"{_LRM}-"),
}
_TABLES = {code: str.maketrans({",": group, ".": point}) for code, (group, point, _minus) in _SIGNS.items()}
_CODE_LAST = frozenset({"fr", "ar"})


def number(value: int | Decimal, locale: str | None = None) -> str:
    """A number with groups of three: `1,234`, `1 234`, `1.234`."""
    base = language(locale).base
    digits = f"{abs(value):,d}" if isinstance(value, int) else f"{abs(value):,f}"
    return (_SIGNS[base][2] if value < 0 else "") + digits.translate(_TABLES[base])


def money(amount: Money, locale: str | None = None) -> str:
    """An amount with its currency code: `RWF 250,000`, `250 000 RWF`. It never breaks over two lines."""
    digits = exponent(amount.currency)
    text = number(Decimal(amount.minor).scaleb(-digits) if digits else amount.minor, locale)
    last = language(locale).base in _CODE_LAST
    return f"{text}{_NBSP}{amount.currency}" if last else f"{amount.currency}{_NBSP}{text}"


def percent(ratio: float | Decimal | Fraction, locale: str | None = None, *, digits: int = 0) -> str:
    """A share of one, rounded half to even: `percent(0.98)` is `98%`, in French `98 %`."""
    units = round(Fraction(ratio) * 100 * 10**digits)
    value = number(Decimal(units).scaleb(-digits) if digits else units, locale)
    return f"{value}{_NBSP}%" if language(locale).base == "fr" else f"{value}%"
