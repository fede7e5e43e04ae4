"""How a name sounds, as a row of consonants that comes out alike in Latin, Arabic, Ge'ez, Cyrillic and other scripts.

Made for names from the Arab world, the Horn and the Great Lakes of Africa, where one person's name is written in
many ways: Osman and Uthman, Jibril and Gibril, Khalid and Halid, Xasan and Hassan, Cali and Ali. It is meant to
find too much rather than too little: what it finds is compared letter by letter afterwards, and judged by people.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice, product

from anyascii import anyascii

_MOST_READINGS = 8
_ABJADS = range(0x0590, 0x0900)  # Hebrew, Syriac, Arabic: a doubled letter is written once, so two written are two
# Instead of anyascii, which leaves out the letters that stand for a vowel at the beginning of a word.
_OWN = {
    **dict.fromkeys("\u0627\u0623\u0622\u0671\u0639\u0649\u0629", "a"),  # alef in its forms, ain, two final vowels
    "\u0625": "i",
    "\u0621": "",
    "\u0624": "u",
    "\u0626": "i",
    "\u0638": "z",
    "\u0640": "",
    "\u05d0": "a",
    "\u05e2": "a",
    "\u05d5": "w",
    "\u05d1": "b",  # Hebrew alef, ayin, vav, bet
    "š": "sh",
    "ş": "sh",
    "ș": "sh",
    "č": "ch",
    "ć": "ch",
    "ž": "zh",
    "ç": "s",
}

# What letters can stand for, the usual reading first. A capital is a kind of consonant; vowels stay as they are.
# P: b p · T: d t · J: g j · F: f v · S: s z · X: sh ch
_READINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("shch", "tsch", "sch", "tch"), ("X",)),
    **dict.fromkeys(("dzh", "dj", "dz", "gh", "zh"), ("J",)),
    **dict.fromkeys(("ts", "tz"), ("S",)),
    "sh": ("X", "SH"),  # Ishaq is Is-haq
    "ch": ("X", "K"),
    "kh": ("H", "K"),
    "th": ("S", "T", "TH"),
    "dh": ("T", "S", "TH"),
    "ph": ("F",),
    "ck": ("K",),
    "rh": ("R",),
    **dict.fromkeys("bp", ("P",)),
    **dict.fromkeys("dt", ("T",)),
    **dict.fromkeys("gj", ("J",)),
    **dict.fromkeys("fv", ("F",)),
    **dict.fromkeys("sz", ("S",)),
    **{letter: (letter.upper(),) for letter in "hklmnrwy"},
    "q": ("K", "J"),  # Qasim is Gasim in Sudan
    "x": ("H", "KS", "X"),  # Xasan is Hassan in Somali
    **{vowel: (vowel,) for vowel in "aeiou"},
}
_SOFT_C, _HARD_C = ("S", ""), ("K", "")  # Cali is Ali in Somali
_LEADING_J = ("J", "Y")  # Johannes is Yohannes
_LETTERS = re.compile("|".join(sorted(_READINGS, key=len, reverse=True)) + "|c")
_LEADING_OU = re.compile("^ou(?=[aei])")  # Ouattara
_SEMIVOWELS = re.compile("(?<!^)[WY]")  # w and y sound as consonants at the beginning only
_DOUBLED = re.compile(r"([A-Z])\1+")
# In Abd al-, the article's L is kept or lost before another consonant; in Abdallah it is there to stay.
_SERVANT = re.compile("^([aeiou]P[aeiou]*T)[aeiou]*L+(?=[aeiou]*(?:[^LHaeiou]|H[aeiou]*[^aeiou]))")
_SERVANT_OF_GOD = re.compile("^([aeiou]P[aeiou]*T)[aeiou]*L+(?=[aeiou]*$)")
_LAST_H = re.compile("(?<!^)H+(?=[aeiou]*$)")
_CONSONANT = re.compile("[A-Z]")


def is_abjad(word: str) -> bool:
    """Whether a word is written mostly without vowels, as in Arabic and Hebrew."""
    return any(ord(sign) in _ABJADS for sign in word)


@lru_cache(maxsize=4096)
def _of_sign(sign: str) -> str:
    """One sign in the letters a to z, none for a vowel mark of an abjad."""
    if sign in _OWN:
        return _OWN[sign]
    if ord(sign) in _ABJADS and unicodedata.category(sign) == "Mn":
        return ""
    return "".join(letter for letter in anyascii(sign).lower() if letter.isalnum())


@lru_cache(maxsize=4096)
def _is_latin(sign: str) -> bool:
    return sign.isascii() or unicodedata.name(sign, "").startswith("LATIN")


def latin(word: str) -> str:
    """A word of any script in the letters a to z and digits, as near as it can be written."""
    return "".join(map(_of_sign, unicodedata.normalize("NFKC", word.lower())))


def _pieces(word: str) -> list[str]:
    """The word in Latin letters: a run of the Latin script in one piece, of other scripts each sign by itself.

    So two letters that stand for one Arabic sign are never taken for two signs, nor the other way round.
    """
    pieces: list[str] = []
    run = False
    for sign in unicodedata.normalize("NFKC", word.lower()):
        own = _is_latin(sign)
        if own and run:
            pieces[-1] += _of_sign(sign)
        else:
            pieces.append(_of_sign(sign))
        run = own
    return pieces


def _read(letters: str, follows: str, leading: bool) -> tuple[str, ...]:
    if letters == "c":
        return _SOFT_C if follows in {"e", "i", "y"} else _HARD_C
    return _LEADING_J if leading and letters == "j" else _READINGS[letters]


def _settle(row: str, abjad: bool) -> str:
    """A row of sounds without what differs from one spelling of a name to the next."""
    row = _SEMIVOWELS.sub(lambda match: "u" if match[0] == "W" else "i", row)
    if not abjad:
        row = _DOUBLED.sub(r"\1", row)
    row = _LAST_H.sub("", row)
    return _SERVANT_OF_GOD.sub(r"\1L", _SERVANT.sub(r"\1", row))


@lru_cache(maxsize=65_536)
def voices(word: str) -> dict[str, tuple[str, ...]]:
    """The ways in which one word can sound, the usual one first: its consonants, and the vowels round each of them.

    A vowel at the beginning counts as a consonant too, written `A`. There is none if there is no letter in the word.
    """
    choices: list[tuple[str, ...]] = []
    for piece in _pieces(word):
        plain = piece if choices else _LEADING_OU.sub("w", piece)
        for match in _LETTERS.finditer(plain):
            choices.append(_read(match[0], plain[match.end() : match.end() + 1], not choices))
    abjad = is_abjad(word)
    found: dict[str, tuple[str, ...]] = {}
    for choice in islice(product(*choices), _MOST_READINGS):
        row = _settle("".join(choice), abjad)
        consonants = ("A" if row[:1].islower() else "") + "".join(_CONSONANT.findall(row))
        if consonants:
            found.setdefault(consonants, tuple(_CONSONANT.split(row)))
    return found


def readings(word: str) -> tuple[str, ...]:
    """The consonants of each way in which one word can sound, the usual one first."""
    return tuple(voices(word))


def bones(word: str) -> str:
    """The consonants alone, without a vowel, w or y at the beginning: the coarsest likeness across scripts."""
    usual = next(iter(voices(word)), "")
    return usual.lstrip("AWY") or usual
