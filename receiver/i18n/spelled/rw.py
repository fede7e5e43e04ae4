"""Numbers in Kinyarwanda words, as in laws and contracts.

Units agree with what is counted: amafaranga (class 6), ibihumbi (class 8), miliyoni (class 10). `ibihumbi magana abiri
na mirongo itanu` is 250,000; for 200,050 the noun is said again: `ibihumbi magana abiri n’amafaranga mirongo itanu`.
"""

from __future__ import annotations

_FRANCS = "- rimwe abiri atatu ane atanu atandatu arindwi umunani icyenda".split()
_THOUSANDS = "- kimwe bibiri bitatu bine bitanu bitandatu birindwi umunani icyenda".split()
_MILLIONS = "- imwe ebyiri eshatu enye eshanu esheshatu zirindwi umunani icyenda".split()
_HUNDREDS = [
    *["-", "ijana"],
    *(f"magana {count}" for count in "abiri atatu ane atanu atandatu arindwi inani icyenda".split()),
]
_TENS = [
    *["-", "icumi", "makumyabiri"],
    *(f"mirongo {count}" for count in "itatu ine itanu itandatu irindwi inani icyenda".split()),
]
# currency: (noun for one, noun for more, whose, for one and for more)
_CURRENCIES = {
    "RWF": ("ifaranga", "amafaranga", " ry’u Rwanda", " y’u Rwanda"),
    "USD": ("idolari", "amadolari", " ry’Amerika", " y’Amerika"),
    "EUR": ("iyero", "amayero", "", ""),
}


def amount(whole: int, currency: str) -> str:
    """`amafaranga y’u Rwanda ibihumbi magana abiri na mirongo itanu`: the currency comes first."""
    one, many, of_one, of_many = _CURRENCIES.get(
        currency, ("ifaranga", "amafaranga", f" ({currency})", f" ({currency})")
    )
    return f"{one}{of_one} {words(1)}" if whole == 1 else f"{many}{of_many} {words(whole, (one, many))}"


def words(n: int, nouns: tuple[str, str] = ("ifaranga", "amafaranga")) -> str:
    """A whole number from 0 to below 10^12; `nouns` are the singular and plural of what is counted, of class 5/6."""
    if n == 0:
        return "zeru"
    text = ""
    counted = 1  # how many of the last scale were said
    for scale, one, many, units in (
        (10**9, "miliyari imwe", "miliyari", _MILLIONS),
        (10**6, "miliyoni imwe", "miliyoni", _MILLIONS),
        (10**3, "igihumbi", "ibihumbi", _THOUSANDS),
    ):
        count, n = divmod(n, scale)
        if count:
            text = _and(text, one if count == 1 else f"{many} {_below_thousand(count, units)}")
            counted = count
    if n == 0:
        return text
    rest = _below_thousand(n, _FRANCS)
    if text and n < _round_to(counted):
        rest = f"{nouns[n > 1]} {rest}"
    return _and(text, rest)


def _round_to(count: int) -> int:
    """The power of ten that a count is round to: 100 for 200, 10 for 120, 1 for 12."""
    return next(power for power in (100, 10, 1) if count % power == 0)


def _below_thousand(n: int, units: list[str]) -> str:
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    text = _HUNDREDS[hundreds] if hundreds else ""
    if tens:
        text = _and(text, "cumi" if tens == 1 and ones else _TENS[tens])
    return _and(text, units[ones]) if ones else text


def _and(first: str, second: str) -> str:
    """Two parts joined by `na`, which loses its vowel before another."""
    if not first:
        return second
    return f"{first} n’{second}" if second[0] in "aeiou" else f"{first} na {second}"
