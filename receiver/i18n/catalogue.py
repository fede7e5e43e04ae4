"""Translations while the program runs: the catalogues, read once, and the look-up of a sentence."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from receiver.i18n import po
from receiver.i18n.locales import REAL, SOURCE, language
from receiver.i18n.pseudo import pseudo
from receiver.kit.resources import resource
from receiver.kit.words import Words, fill

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence, its placeholders still open, and the language that it is in."""

    text: str
    language: str
    fallback: bool = False  # it is English because the asked language lacks it: pages mark it so


@dataclass(frozen=True, slots=True)
class _Translations:
    entries: Mapping[tuple[str | None, str], po.Entry]
    plural: Callable[[int], int]


@lru_cache
def _translations(code: str) -> _Translations:
    """The finished messages of a language; those in doubt are left to English."""
    path = resource("locales") / code / "LC_MESSAGES" / "messages.po"
    catalogue = po.read(path) if path.exists() else po.Catalogue("")
    return _Translations(
        entries={key: entry for key, entry in catalogue.entries.items() if any(entry.forms) and not entry.fuzzy},
        plural=gettext.c2py(catalogue.plural_forms[1]),
    )


def load() -> None:
    """Read every catalogue now, so that no request waits for it."""
    for code in REAL:
        _translations(code)


def forget() -> None:
    """Read the catalogues again when they are next needed: after an edit, and in tests."""
    _translations.cache_clear()


def find(words: Words, locale: str | None = None) -> Found:
    """The sentence in the language, or in English with the mark that it is a fallback."""
    chosen = language(locale)
    if chosen.pseudo:
        return Found(pseudo(_english(words)), chosen.code)
    if chosen.code == SOURCE:
        return Found(_english(words), SOURCE)
    text = _form(words, _translations(chosen.code))
    return Found(text, chosen.code) if text else Found(_english(words), SOURCE, fallback=True)


def _form(words: Words, known: _Translations) -> str:
    """The translation for this count; empty where it is missing."""
    entry = known.entries.get((words.context, words.msgid))
    if entry is None or (entry.plural is None and words.plural is not None):
        return ""
    if entry.plural is None:
        return entry.forms[0]
    # A sentence that is counted elsewhere may be said here without a count; then it is the form for one.
    place = known.plural(1 if words.count is None else abs(words.count))
    return entry.forms[place] if place < len(entry.forms) else ""


def _english(words: Words) -> str:
    return words.msgid if words.plural is None or words.count == 1 else words.plural


def say(words: Words, locale: str | None, show: Callable[[object], str] = str) -> str:
    """The sentence in the language, its values shown by `show`."""
    return fill(find(words, locale).text, words.params, show)
