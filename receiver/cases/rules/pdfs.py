"""What a PDF must not bring along: programs, actions that start something, files inside it.

A reader of PDFs looks for these by name in dictionaries (ISO 32000-1, 7.3.5, 12.6.4 and 7.11.4), and dictionaries stand
in the file itself or in streams that are packed with DEFLATE. So the names are looked for in both; what is packed or
locked in another way cannot be looked through and is refused. Nothing is taken apart or drawn here.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_UNPACKED = 200 * 1024 * 1024
"""Bytes that all streams of a file may unpack to: some pages scanned in colour, and far from a bomb."""

_PIECE = 1024 * 1024
_OVERLAP = 128  # longer than any name that is looked for, each sign written as #xx
_HEAD = 2_000  # bytes before a stream in which its dictionary stands
_STREAM = re.compile(rb"\bstream\r?\n")


class PdfActs(Refusal):
    """A PDF that does more than show pages."""

    sentence = _(
        "This PDF contains a program, a command that starts something, or another file inside, so it was not kept. "
        "Please print it to a new PDF or take a picture of it."
    )
    status = 422


class PdfLocked(Refusal):
    """A PDF that cannot be looked through."""

    sentence = _(
        "This PDF is locked or packed in a way that cannot be checked, so it was not kept. "
        "Please print it to a new PDF or take a picture of it."
    )
    status = 422


def _named(*names: str) -> re.Pattern[bytes]:
    """Any of these names, of which each sign may be written by its number (`#4a` is J)."""
    spelled = ("".join(f"(?:{sign}|#{ord(sign):02x}|#{ord(sign):02X})" for sign in name) for name in names)
    return re.compile(f"/(?:{'|'.join(spelled)})(?![A-Za-z0-9])".encode())


_ACTS = _named("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "ImportData", "SubmitForm")
_LOCKED = _named("Encrypt")
_OBJECTS = _named("ObjStm", "First")
_PACKED = _named("Filter")


def check_pdf(data: bytes) -> None:
    """Refuse a PDF that does more than show pages, or that cannot be looked through.

    Raises:
        PdfActs, PdfLocked
    """
    if _ACTS.search(data):
        raise PdfActs
    if _LOCKED.search(data):
        raise PdfLocked
    left = MOST_UNPACKED
    for found in _STREAM.finditer(data):
        head = data[max(0, found.start() - _HEAD) : found.start()].rpartition(b"endobj")[2]
        before = b""
        try:
            for piece in _unpacked(data, found.end()):
                left -= len(piece)
                if left < 0:
                    raise PdfLocked
                if _ACTS.search(before + piece):
                    raise PdfActs
                before = piece[-_OVERLAP:]
        except zlib.error:  # a picture, say; of what holds dictionaries all must be seen
            if _OBJECTS.search(head) and _PACKED.search(head):
                raise PdfLocked from None


def _unpacked(data: bytes, start: int) -> Iterator[bytes]:
    """A stream piece by piece.

    Raises:
        zlib.error: it is packed otherwise, not at all, or broken.
    """
    packed = zlib.decompressobj()
    rest = data[start : start + _PIECE]
    at = start + len(rest)
    while rest and not packed.eof:
        yield packed.decompress(rest, _PIECE)
        rest = packed.unconsumed_tail
        if not rest:
            rest = data[at : at + _PIECE]
            at += len(rest)
