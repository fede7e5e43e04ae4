"""How like two words of a name are: the same consonants first, then the vowels between them, else the spelling."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import Levenshtein

from receiver.kit.sounds import is_abjad, latin, voices

TELLING = 3  # consonants from which on the same consonants say something
_LEAST = {1: 30, 2: 50}  # what fewer shared consonants are worth by themselves; three or more
_LEAST_TELLING = 60
_SPELT_ALIKE = 84  # the most that spelling gives without the same consonants
_INITIAL = 75
_OTHER_ENDING = 68  # Maria is not Mario
_VOWELS = {"ae": 0.7, "ei": 0.9, "eu": 0.4, "ai": 0.3, "iu": 0.2, "au": 0.2}
_MISSING, _LONG_MISSING = 0.6, 0.3  # one side has a vowel, the other none
_ONE_SPELLING, _SAME_CONSONANTS, _ACROSS = 99, 97, 94  # the most of each kind
_SPELLINGS = ((re.compile("o+u?|u+|w(?![aeiou])"), "u"), (re.compile("ee|ie?|y"), "i"), (re.compile(r"(.)\1+"), r"\1"))


_VOWEL_SPELLINGS = (
    (re.compile("ou|o"), "u"),
    (re.compile("ee|ie"), "i"),
    (re.compile("ei"), "ai"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_LONG = re.compile("[aeiou][ie]|oo|uu")  # what an abjad would write; the a in Rahman it does not


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name: in Latin letters, with its usual spellings made one, and how it can sound."""

    latin: str
    plain: str
    voices: dict[str, tuple[str, ...]]
    abjad: bool


@lru_cache(maxsize=65_536)
def word(raw: str) -> Word:
    """What is to be known of one word as it is written."""
    letters = plain = latin(raw)
    for pattern, usual in _SPELLINGS:
        plain = pattern.sub(usual, plain)
    return Word(letters, plain, voices(raw), is_abjad(raw))


def word_likeness(one: Word, other: Word) -> float:
    """From 0 to 100."""
    if one.latin == other.latin:
        return 100
    if 1 in {len(one.latin), len(other.latin)}:
        return _INITIAL if one.latin[0] == other.latin[0] else 0
    shared = [sound for sound in one.voices if sound in other.voices]
    if not shared:
        return _spelt(one, other)
    score = max(_sounding(sound, one, other) for sound in shared)
    differs = not one.abjad and not other.abjad and {one.latin[-1], other.latin[-1]} == {"a", "o"}
    return min(score, _OTHER_ENDING) if differs else score


def _spelt(one: Word, other: Word) -> float:
    """How like they are in letters; across scripts, in consonants, because one has no vowels."""
    if one.abjad != other.abjad:
        return 90 * max((_spelling(*pair) for pair in product(one.voices, other.voices)), default=0) ** 2
    return min(_SPELT_ALIKE, 100 * math.pow(_spelling(one.plain, other.plain), 1.5))


def _spelling(one: str, other: str) -> float:
    """The share of letters that need no change, from 0 to 1."""
    return float(Levenshtein.normalized_similarity(one, other))


def _sounding(sound: str, one: Word, other: Word) -> float:
    """How like two words with the same consonants are by their vowels."""
    least = _LEAST.get(len(sound), _LEAST_TELLING)
    if one.abjad != other.abjad:
        without, full = (one, other) if one.abjad else (other, one)
        slots = zip(without.voices[sound][1:], full.voices[sound][1:], strict=True)
        before_last = len(full.voices[sound]) - 3  # which of these vowels stands before the last consonant
        heard = [
            _heard(written, spoken, place == before_last)
            for place, (written, spoken) in enumerate(slots)
            if written or place <= before_last  # a vowel at the end may be written or not
        ]
        return least + (_ACROSS - least) * min(heard, default=1.0)
    if one.plain == other.plain:
        return _ONE_SPELLING
    compare, start = (_written, 1) if one.abjad else (_spoken, 0)  # an abjad's first vowel sign only carries one
    pairs = zip(map(_usual, one.voices[sound][start:]), map(_usual, other.voices[sound][start:]), strict=True)
    likenesses = [compare(first, second) for first, second in pairs if first or second]
    return least + (_SAME_CONSONANTS - least) * (sum(likenesses) / len(likenesses) if likenesses else 1)


def _usual(vowels: str) -> str:
    """Vowels as they are most often written."""
    for spelling, usual in _VOWEL_SPELLINGS:
        vowels = spelling.sub(usual, vowels)
    return vowels


def _vowel(one: str, other: str) -> float:
    return 1 if one == other else _VOWELS.get("".join(sorted(one + other)), 0)


def _spoken(one: str, other: str) -> float:
    """How like two groups of vowels are, from 0 to 1."""
    shorter, longer = sorted((one, other), key=len)
    if not shorter:
        return _MISSING if len(longer) == 1 else _LONG_MISSING
    return sum(max(_vowel(vowel, each) for each in shorter) for vowel in longer) / len(longer)


def _written(one: str, other: str) -> float:
    """The same for two words of an abjad, which writes a vowel only if it is long: then it makes another name."""
    if set(one) - {"a"} != set(other) - {"a"}:
        return 0
    return 1 if one == other else _MISSING


def _heard(written: str, spoken: str, last: bool) -> float:
    """How well vowels in Latin letters fit what an abjad writes, where short ones are not written."""
    needed = set(written) - {"a"}
    if needed:
        return min(max((_vowel(vowel, each) for each in _usual(spoken)), default=0) for vowel in needed)
    if written:
        return max((_vowel("a", each) for each in _usual(spoken)), default=_MISSING)
    return _LONG_MISSING if _LONG.search(spoken) or (last and "ou" in spoken) else 1
