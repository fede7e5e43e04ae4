"""Numbers in Arabic words with the noun they count, in the nominative, as banks write amounts.

The noun's number and case follow the last two digits: 3 to 10 take the plural, 11 to 99 the singular accusative, round
hundreds and above the singular genitive, before which a dual loses its nūn (ألفا فرنك). One and two above a hundred
are said by the noun itself: 102 is «مائة فرنك وفرنكان». Every noun counted here is masculine.
"""

from __future__ import annotations

from typing import NamedTuple

_ONES = (
    "صفر|واحد|اثنان|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة|عشرة|أحد عشر|اثنا عشر|ثلاثة عشر|أربعة عشر|خمسة عشر|ستة عشر|"
    "سبعة عشر|ثمانية عشر|تسعة عشر"
).split("|")
_TENS = "-|-|عشرون|ثلاثون|أربعون|خمسون|ستون|سبعون|ثمانون|تسعون".split("|")
_HUNDREDS = "-|مائة|مائتان|ثلاثمائة|أربعمائة|خمسمائة|ستمائة|سبعمائة|ثمانمائة|تسعمائة".split("|")
_FEW = range(3, 11)
_PAIR = 2


class Noun(NamedTuple):
    """The forms of a counted noun."""

    one: str  # alone: a single one
    two: str
    two_before_noun: str
    few: str
    many: str
    hundred: str
    again_one: str  # after the noun has already been said
    again_two: str


def _scale(one: str, few: str) -> Noun:
    return Noun(one, f"{one}ان", f"{one}ا", few, f"{one}ًا", one, one, f"{one}ان")


_SCALES = (
    (10**9, _scale("مليار", "مليارات")),
    (10**6, _scale("مليون", "ملايين")),
    (10**3, _scale("ألف", "آلاف")),
)
_CURRENCIES = {
    "RWF": Noun(
        one="فرنك رواندي واحد",
        two="فرنكان روانديان",
        two_before_noun="فرنكان روانديان",
        few="فرنكات رواندية",
        many="فرنكًا روانديًا",
        hundred="فرنك رواندي",
        again_one="فرنك واحد",
        again_two="فرنكان",
    ),
    "USD": Noun(
        one="دولار أمريكي واحد",
        two="دولاران أمريكيان",
        two_before_noun="دولاران أمريكيان",
        few="دولارات أمريكية",
        many="دولارًا أمريكيًا",
        hundred="دولار أمريكي",
        again_one="دولار واحد",
        again_two="دولاران",
    ),
    "EUR": Noun("يورو واحد", "يوروان", "يوروان", "يورو", "يورو", "يورو", "يورو واحد", "يوروان"),
}


def amount(whole: int, currency: str) -> str:
    """`مائتان وخمسون ألف فرنك رواندي`."""
    noun = _CURRENCIES.get(currency)
    if noun is None:
        return f"{_words(whole)} {currency}"
    if whole == 0:
        return f"{_ONES[0]} {noun.hundred}"
    last = whole % 100
    if whole > _PAIR and last in {1, 2}:
        return f"{amount(whole - last, currency)} و{noun.again_one if last == 1 else noun.again_two}"
    rest = whole % 1000
    parts = _scales(whole, before_noun=rest == 0)
    if rest:
        return " و".join([*parts, _count(rest, noun)])
    return f"{' و'.join(parts)} {noun.hundred}"


def _words(n: int) -> str:
    """A number that counts nothing with a name."""
    rest = n % 1000
    return " و".join([*_scales(n, before_noun=False), *([_below_thousand(rest)] if rest else [])]) or _ONES[0]


def _scales(n: int, *, before_noun: bool) -> list[str]:
    """The milliards, millions and thousands of a number; the last one may stand right before the noun."""
    counts = []
    for scale, noun in _SCALES:
        count, n = divmod(n, scale)
        if count:
            counts.append((count, noun))
    return [
        _count(count, noun, before_noun=before_noun and place == len(counts))
        for place, (count, noun) in enumerate(counts, start=1)
    ]


def _count(n: int, noun: Noun, *, before_noun: bool = False) -> str:
    """So many of a noun, 1 to 999."""
    last = n % 100
    if n == 1:
        return noun.one
    if n == _PAIR:
        return noun.two_before_noun if before_noun else noun.two
    if last in {1, 2}:
        again = noun.again_one if last == 1 else noun.two_before_noun if before_noun else noun.again_two
        return f"{_count(n - last, noun)} و{again}"
    if last == 0:
        return f"{_below_thousand(n).replace('مائتان', 'مائتا')} {noun.hundred}"
    if last in _FEW:
        return f"{_below_thousand(n)} {noun.few}"
    return f"{_below_thousand(n)} {noun.hundred if before_noun else noun.many}"


def _below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    parts = [_HUNDREDS[hundreds]] if hundreds else []
    if rest and rest < len(_ONES):
        parts.append(_ONES[rest])
    elif rest:
        parts.append(f"{_ONES[ones]} و{_TENS[tens]}" if ones else _TENS[tens])
    return " و".join(parts)
