"""Numbers in French words, in the traditional spelling that banks use (soixante-dix, not septante)."""

from __future__ import annotations

_ONES = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
).split()
_TENS = "- - vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt".split()
_CURRENCIES = {
    "RWF": ("franc rwandais", "francs rwandais"),
    "USD": ("dollar des États-Unis", "dollars des États-Unis"),
    "EUR": ("euro", "euros"),
}
_MILLION = 10**6


def amount(whole: int, currency: str) -> str:
    """`deux cent cinquante mille francs rwandais`; round millions take « de »."""
    one, many = _CURRENCIES.get(currency, (currency, currency))
    name = many if whole > 1 else one
    if whole >= _MILLION and whole % _MILLION == 0 and currency in _CURRENCIES:
        name = f"d’{name}" if name[0] in "aeiou" else f"de {name}"
    return f"{words(whole)} {name}"


def words(n: int) -> str:
    """A whole number from 0 to below 10^12."""
    if n == 0:
        return _ONES[0]
    parts = []
    for scale, name in ((10**9, "milliard"), (_MILLION, "million")):
        count, n = divmod(n, scale)
        if count:
            parts.append(f"{_below_thousand(count)} {name}{'s' if count > 1 else ''}")
    thousands, rest = divmod(n, 1000)
    if thousands:
        # mille is a number, not a noun: cent and vingt before it take no s, and one thousand is just mille
        parts.append(f"{_below_thousand(thousands, plural='')} mille" if thousands > 1 else "mille")
    if rest:
        parts.append(_below_thousand(rest))
    return " ".join(parts)


def _below_thousand(n: int, plural: str = "s") -> str:
    hundreds, rest = divmod(n, 100)
    parts = []
    if hundreds:
        ending = plural if hundreds > 1 and not rest else ""
        parts.append(f"cent{ending}" if hundreds == 1 else f"{_ONES[hundreds]} cent{ending}")
    if rest:
        parts.append(_below_hundred(rest, plural))
    return " ".join(parts)


def _below_hundred(n: int, plural: str) -> str:
    if n < len(_ONES):
        return _ONES[n]
    tens, ones = divmod(n, 10)
    if tens in {7, 9}:  # sixty and eighty count on to nineteen
        ones += 10
    if tens in {8, 9}:
        return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens] + plural
    if ones in {1, 11}:
        return f"{_TENS[tens]} et {_ONES[ones]}"
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
