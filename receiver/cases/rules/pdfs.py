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

MOST_UNPACKED = 32 * 1024 * 1024
"""Bytes that all streams of a file may unpack to: long letters with their fonts, and far from a bomb. A page scanned in
colour is packed as a picture (DCT), which is not unpacked here."""
MOST_STREAMS = 20_000
"""Streams that a file may have: each is looked at by itself, however short it is."""

_PIECE = 256 * 1024
_FED = 16 * 1024  # packed bytes that are looked at together
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


class PdfTooLarge(Refusal):
    """A PDF that unpacks to more than can be looked through while one waits."""

    sentence = _(
        "This PDF has more inside than can be checked, so it was not kept. "
        "Please save it in a smaller size or take a picture of it."
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
        PdfActs, PdfLocked, PdfTooLarge
    """
    if _ACTS.search(data):
        raise PdfActs
    if _LOCKED.search(data):
        raise PdfLocked
    left = MOST_UNPACKED
    for number, found in enumerate(_STREAM.finditer(data)):
        if number == MOST_STREAMS or left < 0:
            raise PdfTooLarge
        left -= _looked_through(data, found.start(), found.end(), left)


def _looked_through(data: bytes, head: int, start: int, left: int) -> int:
    """Look at one stream; how many bytes it unpacks to, of which `left` are taken."""
    seen, before = 0, b""
    try:
        for piece in _unpacked(data, start):
            seen += len(piece)
            if seen > left:
                raise PdfTooLarge
            if _ACTS.search(before + piece):
                raise PdfActs
            before = piece[-_OVERLAP:]
    except zlib.error:  # a picture, say; of what holds dictionaries all must be seen
        about = data[max(0, head - _HEAD) : head].rpartition(b"endobj")[2]
        if _OBJECTS.search(about) and _PACKED.search(about):
            raise PdfLocked from None
        if _is_packed(data, start):
            seen += _PIECE  # so much may have been unpacked before it broke
    return seen


def _is_packed(data: bytes, start: int) -> bool:
    """Whether a stream begins as DEFLATE does (RFC 1950, 2.2)."""
    head = data[start : start + 2]
    return len(head) == 2 and head[0] & 0x0F == 8 and int.from_bytes(head) % 31 == 0  # noqa: PLR2004 - of the RFC


def _unpacked(data: bytes, start: int) -> Iterator[bytes]:
    """A stream piece by piece.

    Raises:
        zlib.error: it is packed otherwise, not at all, or broken.
    """
    packed = zlib.decompressobj()
    rest = data[start : start + _FED]
    at = start + len(rest)
    while rest and not packed.eof:
        yield packed.decompress(rest, _PIECE)
        rest = packed.unconsumed_tail
        if not rest:
            rest = data[at : at + _FED]
            at += len(rest)
