"""Catalogues while people work on them: collect the sentences of the code, bring the files up to date, report.

    python -m receiver.i18n.catalogues update|check|report

What is wrong with a translation is judged in `receiver.i18n.checking`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from babel.messages.extract import extract as extract_file
from jinja2 import TemplateSyntaxError

from receiver.i18n import po
from receiver.i18n.checking import Finding, Kind, judge, judge_header
from receiver.i18n.locales import LOCALES, REAL, SOURCE, language
from receiver.kit.resources import resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# What a call of each function says: the places of the message, its plural, and (with "c") its context.
_KEYWORDS = {"_": (1,), "_a": (1,), "n_": (1, 2), "p_": ((1, "c"), 2)}
_NOTE = "Translators:"  # a comment above a call that begins so reaches the translator
_TEMPLATES = frozenset({".html", ".txt", ".xml", ".svg"})

# Babel has the Arabic forms for 3 to 10 and the rest right and the last two swapped; this one is by hand.
_ARABIC = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"
PLURALS: dict[str, tuple[int, str]] = {
    "en": (2, "n != 1"),
    "fr": (2, "n > 1"),
    "rw": (2, "n != 1"),
    "sw": (2, "n != 1"),
    "ar": (6, _ARABIC),
}
_HEADER = """# Receiver in {name}.
{remark}msgid ""
msgstr ""
"Project-Id-Version: Receiver\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={count}; plural=({expression});\\n"
"X-Confirmed: {confirmed}\\n"
"""
_SOURCE_REMARK = "# The sentences in the code are English already; only what shall read otherwise is filled in here.\n"
_UNCONFIRMED_REMARK = (
    "# A native reader has yet to confirm this translation; whoever has read all of it sets X-Confirmed to yes.\n"
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a catalogue is."""

    language: str
    messages: int
    translated: int
    confirmed: bool

    @property
    def percent(self) -> int:
        """Whole per cent, rounded down, so that 100 means all."""
        return self.translated * 100 // self.messages if self.messages else 100


def _root(root: Path | None) -> Path:
    return root or resource("locales").parent


def _path(root: Path, code: str) -> Path:
    return root / "locales" / code / "LC_MESSAGES" / "messages.po"


def _catalogue(base: Path, code: str, header: str = "") -> po.Catalogue:
    """The catalogue of a language, an empty one with this header if there is none yet."""
    path = _path(base, code)
    return po.read(path) if path.exists() else po.Catalogue(header)


def sources(root: Path | None = None) -> bool:
    """Whether the code and templates that the catalogues belong to are here, as in a checkout; not so in a wheel."""
    base = _root(root)
    return (base / "receiver").is_dir() and (base / "templates").is_dir()


def extract(root: Path | None = None) -> dict[tuple[str | None, str], po.Entry]:
    """Every message of the code and the templates, by file and within a file as it reads.

    Raises:
        jinja2.TemplateSyntaxError: a template cannot be read.
    """
    base = _root(root)
    found: dict[tuple[str | None, str], po.Entry] = {}
    for path, method in _files(base):
        name = path.relative_to(base).as_posix()
        for _line, message, comments, context in sorted(_calls(path, method), key=lambda call: call[0]):
            msgid, plural = (message, None) if isinstance(message, str) else (message[0], message[1])
            entry = po.Entry(msgid, plural, context or None, files=(name,), notes=tuple(comments))
            known = found.get(entry.key)
            found[entry.key] = _both(known, entry) if known else entry
    return found


def _calls(path: Path, method: str) -> list[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    """The calls of translating functions in a file: line, message, notes, context."""
    with path.open("rb") as file:
        try:
            return list(extract_file(method, file, _KEYWORDS, (_NOTE,), {"silent": "false"}, strip_comment_tags=True))
        except (TemplateSyntaxError, SyntaxError) as error:
            error.add_note(f"in {path}")
            raise


def _files(base: Path) -> Iterator[tuple[Path, str]]:
    """The files to read, in one fixed order."""
    code = (path for path in (base / "receiver").rglob("*.py") if "_share" not in path.parts)
    pages = (path for path in (base / "templates").rglob("*") if path.suffix in _TEMPLATES)
    methods = [(path, "python") for path in code] + [(path, "jinja2.ext:babel_extract") for path in pages]
    return iter(sorted(methods, key=lambda pair: pair[0].as_posix()))


def _both(known: po.Entry, again: po.Entry) -> po.Entry:
    """One entry for a message that is said in several places."""
    return replace(
        known,
        plural=known.plural or again.plural,
        files=tuple(dict.fromkeys((*known.files, *again.files))),
        notes=tuple(dict.fromkeys((*known.notes, *again.notes))),
    )


def _template() -> po.Catalogue:
    return po.Catalogue(
        '# Every sentence of Receiver; written by `python -m receiver.i18n.catalogues update`.\nmsgid ""\nmsgstr ""\n'
        '"Project-Id-Version: Receiver\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    )


def new_header(code: str) -> str:
    """The header of a language's catalogue that nobody has worked on yet."""
    count, expression = PLURALS[code]
    return _HEADER.format(
        name=LOCALES[code].name,
        code=code,
        remark=_SOURCE_REMARK if code == SOURCE else _UNCONFIRMED_REMARK,
        count=count,
        expression=expression,
        confirmed="yes" if code == SOURCE else "no",
    )


def update(root: Path | None = None, *, dry_run: bool = False) -> list[Path]:
    """Bring the template and every catalogue up to date and return the files that change.

    Translations, remarks and headers stay; a message that the code no longer says goes, a new one comes empty: nothing
    is guessed from a similar one.
    """
    base = _root(root)
    messages = extract(base)
    texts = {base / "locales" / "messages.pot": po.write(replace(_template(), entries=messages))}
    for code in REAL:
        path = _path(base, code)
        old = _catalogue(base, code, new_header(code))
        texts[path] = po.write(po.Catalogue(old.header, _merged(messages, old.entries)))
    changed = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in [] if dry_run else changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], "utf-8", newline="\n")
    return changed


def _merged(
    messages: Mapping[tuple[str | None, str], po.Entry], old: Mapping[tuple[str | None, str], po.Entry]
) -> dict[tuple[str | None, str], po.Entry]:
    merged = {}
    for key, message in messages.items():
        known = old.get(key)
        if known is None or (known.plural is None) != (message.plural is None):
            merged[key] = message  # what was not counted and now is needs other forms
        else:
            merged[key] = replace(message, forms=known.forms, remarks=known.remarks, fuzzy=known.fuzzy)
    return merged


def edition(root: Path | None = None) -> tuple[int, ...]:
    """When each file of sentences was last written: what was worked out from them holds until this changes."""
    base = _root(root)
    paths = (base / "locales" / "messages.pot", *(_path(base, code) for code in REAL))
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)


def check(lang: str | None = None, root: Path | None = None, *, sourced: bool = True) -> list[Finding]:
    """What is wrong with the catalogues, or with one of them.

    Without sources beside them (in a wheel), or if these need not be read, they are compared with each other only.

    Raises:
        UnknownLanguage: there is no such language.
    """
    base = _root(root)
    messages = extract(base) if sourced and sources(base) else po.read(base / "locales" / "messages.pot").entries
    findings = []
    for code in REAL if lang is None else (language(lang).code,):
        catalogue = _catalogue(base, code)
        findings += judge_header(code, catalogue, PLURALS[code])
        for key, message in messages.items():
            known = catalogue.entries.get(key)
            if known is not None:
                findings += judge(code, replace(known, plural=message.plural), PLURALS[code])
            elif code == SOURCE:
                findings.append(Finding(code, Kind.UNLISTED, message))
            else:
                findings.append(Finding(code, Kind.MISSING, message))
        findings += [
            Finding(code, Kind.STALE, entry) for key, entry in catalogue.entries.items() if key not in messages
        ]
    return findings


def report(root: Path | None = None) -> list[Completeness]:
    """How much of each language is translated, and whether a native reader has confirmed it."""
    base = _root(root)
    messages = po.read(base / "locales" / "messages.pot").entries
    reports = []
    for code in REAL:
        catalogue = _catalogue(base, code)
        said = [catalogue.entries[key] for key in messages if key in catalogue.entries]
        translated = len(messages) if code == SOURCE else sum(entry.translated for entry in said)
        reports.append(Completeness(code, len(messages), translated, catalogue.confirmed))
    return reports


def main(arguments: list[str]) -> int:
    """The tool by hand and for `make words`: 0 done, 1 findings, 2 wrong usage."""
    match arguments:
        case ["update"]:
            lines = [f"written: {path}" for path in update()]
            status = 0
        case ["check", *codes] if len(codes) <= 1 and set(codes) <= set(REAL):
            findings = check(codes[0] if codes else None)
            lines = [str(finding) for finding in findings]
            status = 1 if findings else 0
        case ["report"]:
            lines = [f"{row.language}: {row.translated} of {row.messages}, {row.percent}%" for row in report()]
            status = 0
        case _:
            lines = [f"usage: python -m receiver.i18n.catalogues update | check [{'|'.join(REAL)}] | report"]
            status = 2
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
