"""Catalogues as files: gettext's .po and .pot, read by Babel and written so that equal content is equal bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from babel.messages.pofile import escape, read_po

from receiver.kit.words import placeholders

if TYPE_CHECKING:
    from pathlib import Path

_PLURAL_FORMS = re.compile(r"Plural-Forms:\s*nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;\\]+)")
_CONFIRMED = re.compile(r"X-Confirmed: yes\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """A message: what the code says, what the catalogue answers, and where it stands."""

    msgid: str
    plural: str | None = None
    context: str | None = None
    forms: tuple[str, ...] = ()  # the translation, one a plural form; empty texts where it is missing
    files: tuple[str, ...] = ()  # the files that say it, sorted, without line numbers
    notes: tuple[str, ...] = ()  # comments for translators, from the code
    remarks: tuple[str, ...] = ()  # comments of translators
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str | None, str]:
        """What tells one message from another."""
        return (self.context, self.msgid)

    @property
    def translated(self) -> bool:
        """Whether every form is there and no form is in doubt."""
        return bool(self.forms) and all(self.forms) and not self.fuzzy


@dataclass(slots=True)
class Catalogue:
    """A file of messages. The header is kept byte for byte, because people write in it."""

    header: str
    entries: dict[tuple[str | None, str], Entry] = field(default_factory=dict)

    @property
    def plural_forms(self) -> tuple[int, str]:
        """How many plural forms there are and the expression that chooses one; (1, "0") where the header is silent."""
        match = _PLURAL_FORMS.search(self.header)
        return (int(match[1]), match[2].strip()) if match else (1, "0")

    @property
    def confirmed(self) -> bool:
        """Whether a native reader has confirmed the translation."""
        return _CONFIRMED.search(self.header) is not None


def read(path: Path) -> Catalogue:
    """Read a catalogue.

    Raises:
        babel.messages.pofile.PoFileError: it is not well formed.
    """
    catalogue = Catalogue(header=path.read_text("utf-8").partition("\n\n")[0].strip() + "\n")
    with path.open("rb") as file:
        for message in read_po(file, abort_invalid=True):
            if not message.id:
                continue
            msgid, plural = (message.id, None) if isinstance(message.id, str) else (message.id[0], message.id[1])
            entry = Entry(
                msgid=msgid,
                plural=plural,
                context=message.context or None,
                forms=(message.string,) if isinstance(message.string, str) else tuple(message.string or ()),
                files=tuple(name for name, _line in message.locations),
                notes=tuple(message.auto_comments),
                remarks=tuple(message.user_comments),
                fuzzy=message.fuzzy,
            )
            catalogue.entries[entry.key] = entry
    return catalogue


def write(catalogue: Catalogue) -> str:
    """The text of the file, its messages in the order of the catalogue."""
    count = catalogue.plural_forms[0]
    return "\n".join([catalogue.header, *(_block(entry, count) for entry in catalogue.entries.values())])


def _block(entry: Entry, count: int) -> str:
    flags = [name for name, on in (("fuzzy", entry.fuzzy), ("python-format", bool(placeholders(entry.msgid)))) if on]
    lines = [
        *(f"# {remark}" for remark in entry.remarks),
        *(f"#. {note}" for note in entry.notes),
        *(f"#: {name}" for name in entry.files),
        *([f"#, {', '.join(flags)}"] if flags else []),
        *([f"msgctxt {escape(entry.context)}"] if entry.context else []),
        f"msgid {escape(entry.msgid)}",
    ]
    if entry.plural is None:
        lines.append(f"msgstr {escape(entry.forms[0] if entry.forms else '')}")
    else:
        forms = (*entry.forms, *[""] * count)[:count]
        lines.append(f"msgid_plural {escape(entry.plural)}")
        lines.extend(f"msgstr[{number}] {escape(form)}" for number, form in enumerate(forms))
    return "\n".join(lines) + "\n"
