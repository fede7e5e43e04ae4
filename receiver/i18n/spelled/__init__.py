"""Amounts in words, for receipts: no library knows Kinyarwanda, and a receipt must not be read two ways."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from receiver.i18n.locales import language
from receiver.i18n.spelled import ar, en, fr, rw, sw
from receiver.kit.money import exponent

if TYPE_CHECKING:
    from collections.abc import Callable

    from receiver.kit.money import Money

LIMIT = 10**12  # units of currency; what a receipt says lies far below
_AMOUNTS: MappingProxyType[str, Callable[[int, str], str]] = MappingProxyType(
    {"en": en.amount, "fr": fr.amount, "rw": rw.amount, "sw": sw.amount, "ar": ar.amount}
)
_AND = MappingProxyType({"en": "and ", "fr": "et ", "rw": "na ", "sw": "na ", "ar": "و"})


def amount_in_words(money: Money, locale: str | None = None) -> str:
    """The amount in words with its currency; a part of a unit as a fraction: `twelve US dollars and 5/100`.

    Raises:
        ValueError: the amount is negative, or 10^12 units or more.
    """
    base = language(locale).base
    parts = 10 ** exponent(money.currency)
    whole, part = divmod(money.minor, parts)
    if not 0 <= whole < LIMIT:
        raise ValueError("only amounts from zero to below 10^12 can be written in words")
    text = _AMOUNTS[base](whole, money.currency)
    return f"{text} {_AND[base]}{part}/{parts}" if part else text
