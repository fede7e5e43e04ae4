"""The invisible signs of direction: put round a value in plain text, and taken out of text for machines and files."""

from __future__ import annotations

_DIRECTION = ("\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)))
_TABLE = str.maketrans({**dict.fromkeys(_DIRECTION, ""), "\u00a0": " ", "\u202f": " "})


def plain(text: str) -> str:
    """The text without marks of direction, its no-break spaces as ordinary ones: for CSV, XML, SMS and search keys."""
    return text.translate(_TABLE)


def isolated(text: str) -> str:
    """The name of a run, or a code, where no `<bdi>` can stand: Arabic round it leaves its parts in order."""
    return f"\u2066{text}\u2069"
