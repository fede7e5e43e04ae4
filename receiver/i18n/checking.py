"""What can be wrong with a translation: one message at a time, without files."""

from __future__ import annotations

import gettext
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from receiver.i18n.locales import SOURCE
from receiver.kit.words import LabelledEnum, p_, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from receiver.i18n.po import Catalogue, Entry

_NAMED = re.compile(r"%\([A-Za-z_][A-Za-z0-9_]*\)s|%%")
_MARKUP = re.compile(r"<[^>]*>?|&#?\w+;")
_COUNTS = range(1000)  # every plural rule of a living language repeats within a thousand


class Kind(LabelledEnum):
    """Kinds of findings."""

    MISSING = "missing", p_("catalogue", "Not translated")
    STALE = "stale", p_("catalogue", "No longer said anywhere")
    UNLISTED = "unlisted", p_("catalogue", "Not in the catalogue yet")
    FUZZY = "fuzzy", p_("catalogue", "In doubt")
    PLACEHOLDERS = "placeholders", p_("catalogue", "Other placeholders than in English")
    MARKUP = "markup", p_("catalogue", "Other markup than in English")
    SIGNS = "signs", p_("catalogue", "Invisible signs")
    SPACES = "spaces", p_("catalogue", "Other spaces at the ends than in English")
    HEADER = "header", p_("catalogue", "Wrong header")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to put right in a catalogue; `detail` names the form or the sign."""

    language: str
    kind: Kind
    entry: Entry | None = None
    detail: str = ""

    def __str__(self) -> str:
        context = f" [{self.entry.context}]" if self.entry and self.entry.context else ""
        msgid = f": {self.entry.msgid!r}" if self.entry else ""
        return f"{self.language}: {self.kind.value}{context}{msgid}{f' ({self.detail})' if self.detail else ''}"


def judge_header(code: str, catalogue: Catalogue, plurals: tuple[int, str]) -> list[Finding]:
    """Whether the header counts as the language does and promises UTF-8."""
    count, expression = catalogue.plural_forms
    findings = []
    try:
        chosen = gettext.c2py(expression)
        same = count == plurals[0] and all(chosen(n) == gettext.c2py(plurals[1])(n) for n in (*range(202), 1000))
    except ValueError:
        same = False
    if not same:
        findings.append(Finding(code, Kind.HEADER, detail=f"plural={expression}"))
    if "charset=utf-8" not in catalogue.header.lower():
        findings.append(Finding(code, Kind.HEADER, detail="charset"))
    return findings


def judge(code: str, entry: Entry, plurals: tuple[int, str]) -> list[Finding]:
    """What is wrong with one message of a catalogue; `plurals` are the count of forms and the rule."""
    findings = [Finding(code, Kind.FUZZY, entry)] if entry.fuzzy else []
    wanted = plurals[0] if entry.plural is not None else 1
    forms = (*entry.forms, *[""] * wanted)[:wanted]
    if not all(forms) and (code != SOURCE or any(forms)):
        findings.append(Finding(code, Kind.MISSING, entry, _gaps(forms)))
    for number, form in enumerate(forms):
        if form:
            place = f"form {number}" if entry.plural is not None else ""
            findings += [
                Finding(code, kind, entry, " ".join(filter(None, (place, detail))))
                for kind, detail in _faults(entry, form, _only(number, plurals) if entry.plural is not None else None)
            ]
    return findings


def _gaps(forms: tuple[str, ...]) -> str:
    """Which forms are missing where others are there."""
    gaps = [str(number) for number, form in enumerate(forms) if not form]
    return f"form {', '.join(gaps)}" if len(gaps) < len(forms) else ""


@lru_cache
def _only(number: int, plurals: tuple[int, str]) -> bool:
    """Whether a plural form is for one count alone, so that it may say the count in a word."""
    chosen = gettext.c2py(plurals[1])
    return sum(chosen(n) == number for n in _COUNTS) == 1


def _faults(entry: Entry, form: str, alone: bool | None) -> Iterator[tuple[Kind, str]]:
    """The faults of one translated text; `alone` is set for plural forms."""
    singular = placeholders(entry.msgid)
    wanted = singular | placeholders(entry.plural or "")
    given = placeholders(form)
    missing = wanted - given - ({"n"} if alone else set())
    if missing or given - wanted or "%(" in _NAMED.sub("", form):
        yield Kind.PLACEHOLDERS, ", ".join(sorted(missing | (given - wanted)))
    if _markup(form) not in (_markup(entry.msgid), _markup(entry.plural or entry.msgid)):
        yield Kind.MARKUP, ""
    signs = sorted({sign for sign in form if unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cn"}} - set(entry.msgid))
    if signs:
        yield Kind.SIGNS, ", ".join(f"U+{ord(sign):04X}" for sign in signs)
    if _ends(form) != _ends(entry.msgid):
        yield Kind.SPACES, ""


def _markup(text: str) -> Counter[str]:
    """Tags and character references, each with how often it stands there."""
    return Counter(_MARKUP.findall(text))


def _ends(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()
