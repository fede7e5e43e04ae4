"""Names of people: how to find one however it is spelt, and how like two are.

Nobody needs a family name, and the order of names means nothing here. A likeness is advice to a person who decides;
alone it proves nothing, because names are alike too often.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise, product
from typing import TYPE_CHECKING

from receiver.kit.alike import TELLING, word, word_likeness
from receiver.kit.sounds import bones, is_abjad, latin, readings
from receiver.kit.text import strip_hidden, western_digits

if TYPE_CHECKING:
    from collections.abc import Iterable

SAME = 85  # a likeness from here on is probably one name
UNLIKE = 75  # below, probably two

_FIRST = 1_000  # signs of a name that are looked at
_LONGEST = 60  # letters of a word that are looked at
_MOST_WORDS = 12
_KEY = 48  # characters of a search key
_JOINED = re.compile(
    "[\u0027\u2019\u2018\u02bb\u02bc\u02be\u02bf\u0060\u00b4\u0640\u200c\u200d]"
)  # apostrophes, joiners
_OF_WORDS = frozenset("LMN")  # letters, the marks on them, numbers
_ARABIC_ARTICLE = "\u0627\u0644"
_HAN = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")

# Words that belong to the name beside them, each in the spelling that `alike.word` makes of many.
_ARTICLES = frozenset({"al", "el", "ul"})
_BENT_ARTICLES = _ARTICLES | {"ad", "an", "ar", "as", "ash", "at", "az", "ir", "ud", "ur", "us"}
_SERVANTS = frozenset({"abd", "abdal", "abdel", "abder", "abdul", "abdur", "abdus", "cabdul"})
_FAITH = frozenset({"aldin", "din", "dine", "edin", "edine", "eldin", "udin"})
_SONS = frozenset({"bin", "bint", "binti", "ibn", "uld"})
# First halves of names that are written in one word or in two.
_HALVES = frozenset(
    {"abi", "abu", "amda", "bu", "fikre", "gebra", "gebre", "ghebre", "habte", "haile", "jean", "kidane", "mari"}
    | {"marie", "newaie", "sahle", "tekle", "tsega", "um", "welde", "weldu", "wolde", "woldu", "zera"}
)

# A syllable of Chinese in the Latin spelling (pinyin, without tones): an initial and a final.
_SYLLABLE = re.compile(
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:er|i?a(?:ng|[no])?|[iu]?ai|[iuü]?e(?:ng|[in])?|i(?:ng|ong|[nu])?|o(?:ng|u)?|ü|u(?:a(?:ng|[in])?|[ino])?)"
)


def _plain(raw: str) -> str:
    return word(raw).plain


def _raw_words(name: str) -> list[str]:
    """The words as they are written, without case, marks between them and apostrophes in them."""
    plain = western_digits(unicodedata.normalize("NFKC", strip_hidden(name, keep="\t\r\n"))).casefold()
    spaced = _HAN.sub(r" \1 ", _JOINED.sub("", plain[:_FIRST]))
    letters = "".join(sign if unicodedata.category(sign)[0] in _OF_WORDS else " " for sign in spaced)
    return [each[:_LONGEST] for each in letters.split() if latin(each)][:_MOST_WORDS]


def script(name: str) -> str:
    """The script of the first letter of a name, as Unicode calls it: LATIN, ARABIC, ETHIOPIC; empty without letters."""
    letter = next((sign for sign in name if unicodedata.category(sign)[0] == "L"), None)
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""


def normalise(name: str) -> str:
    """The name in plain lower-case Latin letters, one space between words."""
    return " ".join(map(latin, _raw_words(name)))


def _names(name: str) -> list[str]:
    """The names in a name: servant-of and of-the-faith names in one word, articles and words for "son of" left out."""
    return _joined(_raw_words(name))


def _joined(words: list[str]) -> list[str]:
    names: list[str] = []
    kinds = [*map(_plain, words), ""]
    place = 0
    while place < len(words):
        raw, kind, follows = words[place], kinds[place], kinds[place + 1]
        if kind in _SERVANTS and follows:
            place += 1 + (follows in _BENT_ARTICLES and place + 2 < len(words))
            names.append(("abdal" if kind == "abd" and not is_abjad(raw) else raw) + words[place])
        elif kind in _FAITH and names:
            names[-1] += raw.removeprefix(_ARABIC_ARTICLE) if is_abjad(raw) else "din"
        elif not _skipped(kind, follows, first=not names):
            names.append(raw)
        place += 1
    return names


def _skipped(kind: str, follows: str, *, first: bool) -> bool:
    """Whether a word only joins those beside it; the last word of a name never does."""
    if not follows:
        return False
    return kind in _ARTICLES or (kind in _BENT_ARTICLES and follows in _FAITH) or (kind in _SONS and not first)


def tokens(name: str) -> tuple[str, ...]:
    """The names in a name, in Latin letters and in their order: `Abd al-Rahman bin Ali` is abdalrahman, ali."""
    return tuple(map(latin, _names(name)))


def token_sort(name: str) -> str:
    """The same for every order of the names in it."""
    return " ".join(sorted(tokens(name)))


def phonetic_key(name: str) -> str:
    """How the name usually sounds, the same for every order of the names in it and for most spellings."""
    return " ".join(sorted(readings(name)[0] for name in _names(name) if readings(name)))


def skeleton(name: str) -> str:
    """The consonants of the names in it, the same for every order and in every script."""
    return " ".join(sorted(filter(None, map(bones, _names(name)))))


def _without_article(raw: str) -> str | None:
    """What is left of a word that seems to begin with the Arabic article; None if it does not."""
    shortest, articles = (5, (_ARABIC_ARTICLE,)) if is_abjad(raw) else (6, ("al", "el"))
    return raw[2:] if len(raw) >= shortest and raw.startswith(articles) else None


def _keys(raw: str) -> set[str]:
    keys = set()
    for each in filter(None, (raw, _without_article(raw))):
        keys |= {f"t:{latin(each)}", *(f"p:{sound}" for sound in readings(each))}
        if len(bones(each)) >= TELLING:
            keys.add(f"s:{bones(each)}")
    return {key[:_KEY] for key in keys}


def _in_one_or_two(first: str, second: str) -> bool:
    """Whether two words side by side may also be written as one: Abu Bakr as Abubakr, Xiao Ming as Xiaoming."""
    return _plain(first) in _HALVES or all(_SYLLABLE.fullmatch(latin(each)) for each in (first, second))


def search_keys(name: str) -> set[str]:
    """What a name is stored under so that any spelling of it, in any script, is found.

    A key is `t:` and a word in Latin letters (of which a beginning may be looked for), `p:` and how it can sound,
    or `s:` and its consonants, of at most 48 characters.
    """
    return set().union(*map(_keys, _stored(name)))


def search_groups(query: str) -> list[set[str]]:
    """The keys for each name in a query: found is who is stored under a key of every group."""
    return [set().union(*map(_keys, forms)) for forms in _sought(query)]


def meant(query: str, written: Iterable[str]) -> bool:
    """Whether somebody who is found under keys of a query is meant by it, by one or other way of writing their name.

    One or two consonants are shared by names that have nothing else in common: whoever shares no more with a name of
    the query than how that sounds must also be like it.
    """
    stored = set().union(*map(_stored, written))
    return all(any(_means(one, other) for one, other in product(forms, stored)) for forms in _sought(query))


def _stored(name: str) -> set[str]:
    """The words under whose keys a name is stored."""
    words = _raw_words(name)
    raw = [each for each in words if _plain(each) not in _BENT_ARTICLES] or words
    halves = [first + second for first, second in pairwise(raw) if _in_one_or_two(first, second)]
    return {*_joined(words), *raw, *halves}


def _sought(query: str) -> list[set[str]]:
    """The names in a query, each alone and in one word with one beside it where they may be written so."""
    names = _names(query)
    forms = [{name} for name in names]
    for place, (first, second) in enumerate(pairwise(names)):
        if _in_one_or_two(first, second):
            forms[place].add(first + second)
            forms[place + 1].add(first + second)
    return forms


def _means(sought: str, stored: str) -> bool:
    """Whether a stored word begins like one that is sought, sounds like it in enough consonants, or is like it."""
    if latin(stored).startswith(latin(sought)):
        return True
    return not _telling(sought).isdisjoint(_telling(stored)) or _like(sought, stored) >= SAME


@lru_cache(maxsize=65_536)
def _telling(raw: str) -> frozenset[str]:
    """The keys of a word that say something by themselves."""
    return frozenset(key for key in _keys(raw) if len(key) >= len("p:") + TELLING)


def likeness(a: str, b: str) -> int:
    """How like two names are, from 0 to 100, whatever their order, spelling and script.

    From `SAME` on they are probably one name, below `UNLIKE` probably two. A name that one side lacks costs little,
    because many people give their own and their father's name here, and their grandfather's there.
    """
    one, other = sorted((_names(a), _names(b)), key=lambda names: (len(names), names))
    if not one:
        return 0
    if sorted(map(latin, one)) == sorted(map(latin, other)):
        return 100
    if word("".join(one)).plain == word("".join(other)).plain:  # only the spaces differ
        return 95
    return round(_aligned(one, other))


def _aligned(one: list[str], other: list[str]) -> float:
    """The best likeness of the fewer names with the more, two of which may be one name written apart."""
    best = _paired(one, other)
    if len(one) < len(other):
        for place in range(len(other) - 1):
            joined = [*other[:place], other[place] + other[place + 1], *other[place + 2 :]]
            best = max(best, _paired(one, joined))
    return best


def _paired(one: list[str], other: list[str]) -> float:
    """The mean likeness of the names paired best, drawn down by the worst pair and by names that stay alone."""
    pairs = sorted(
        ((_like(first, second), -i, -j) for (i, first), (j, second) in product(enumerate(one), enumerate(other))),
        reverse=True,
    )
    taken_one: set[int] = set()
    taken_other: set[int] = set()
    scores: list[tuple[float, int]] = []
    for score, i, j in pairs:
        if i not in taken_one and j not in taken_other:
            taken_one.add(i)
            taken_other.add(j)
            scores.append((score, len(latin(one[-i])) + len(latin(other[-j]))))
    mean = sum(score * weight for score, weight in scores) / sum(weight for _score, weight in scores)
    low = min(score for score, _weight in scores)
    together = mean - 0.3 * (mean - low)
    alone = len(other) - len(one)
    return together * 0.8 if alone and len(one) == 1 else max(0, together - 4 * alone)


@lru_cache(maxsize=65_536)
def _like(one: str, other: str) -> float:
    """How like two words are, each also without an article at its beginning."""
    ones = [word(raw) for raw in (one, _without_article(one)) if raw]
    others = [word(raw) for raw in (other, _without_article(other)) if raw]
    return max(word_likeness(first, second) for first, second in product(ones, others))
