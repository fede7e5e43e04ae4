"""What attachments may be, known by their content, and pictures without what the camera wrote about place and time."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.cases.rules.pdfs import check_pdf
from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Iterator


class MediaType(LabelledEnum):
    """What an attachment may be."""

    PDF = "application/pdf", p_("file kind", "PDF")
    JPEG = "image/jpeg", p_("file kind", "JPEG picture")
    PNG = "image/png", p_("file kind", "PNG picture")


MOST = 10 * 1024 * 1024
"""Bytes that an attachment may have."""

MOST_POINTS = 100_000_000
"""Points that a picture may have. What is told to be larger fills the memory of whoever opens it."""

_BEGINNINGS = {b"%PDF-": MediaType.PDF, b"\xff\xd8\xff": MediaType.JPEG, b"\x89PNG\r\n\x1a\n": MediaType.PNG}
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"iCCP", b"sBIT", b"bKGD"}
)
_SOS, _APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # each begins a picture and says how large it is
_MARK = 0xFF
_END = b"\xff\xd9"
_NEXT = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
_KEPT = {_APP0: (b"JFIF\0",), _APP2: (b"ICC_PROFILE\0",), _APP14: (b"Adobe",)}
_NOTHING: tuple[bytes, ...] = ()
_ORIENTATION = 0x0112
_UPRIGHT = 1
_TURNS = range(1, 9)


class WrongFile(Refusal):
    """A file that is neither a PDF nor a picture."""

    sentence = _("This file is neither a PDF nor a picture (JPEG or PNG), so it was not kept.")
    status = 422


class PictureBroken(Refusal):
    """A picture that ends in the middle or was never one."""

    sentence = _("The picture cannot be read to its end. Please take it again or choose another file.")
    status = 422


class PictureTooLarge(Refusal):
    """A picture with more points than any camera here takes."""

    sentence = _("The picture has too many points (%(width)s by %(height)s). Please make it smaller or take it again.")
    status = 422


@dataclass(frozen=True, slots=True)
class Harmless:
    """A file that was judged: what it is, and its bytes as they are kept."""

    kind: MediaType
    data: bytes


def judged(data: bytes) -> Harmless:
    """What a file is, and what is kept of it; slow for a large one, so it is asked before a transaction begins.

    Raises:
        WrongFile, PictureBroken, PictureTooLarge, PdfActs, PdfLocked, PdfTooLarge
    """
    kind = media_type_of(data)
    return Harmless(kind, harmless(kind, data))


def media_type_of(data: bytes) -> MediaType:
    """What the bytes are, whatever the file is called.

    Raises:
        WrongFile
    """
    for beginning, kind in _BEGINNINGS.items():
        if data.startswith(beginning):
            return kind
    raise WrongFile


def harmless(kind: MediaType, data: bytes) -> bytes:
    """The file as it is kept: of pictures only the picture, and which way up it stands.

    Raises:
        PictureBroken, PictureTooLarge, PdfActs, PdfLocked, PdfTooLarge
    """
    if kind is MediaType.PDF:
        check_pdf(data)
        return data
    try:
        if kind is MediaType.JPEG:
            return b"".join(_plain_jpeg(data))
        return b"".join(_plain_png(data))
    except (struct.error, IndexError):
        raise PictureBroken from None


def _plain_png(data: bytes) -> Iterator[bytes]:
    """The chunks that draw; texts, times and positions are left out (PNG, third edition, chapter 11)."""
    yield _PNG_HEAD
    at, name = len(_PNG_HEAD), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise IndexError
        if name == b"IHDR":
            _check_points(*struct.unpack_from(">II", data, at + 8))
        if name in _PNG_KEPT:
            yield data[at:end]
        at = end


def _plain_jpeg(data: bytes) -> Iterator[bytes]:
    """The segments that draw; comments and application data are left out, but for JFIF, colours and the turn.

    What hangs on behind the end may be a film or a second picture with its own place and time. So the end is found by
    walking there, scan by scan (ITU-T T.81, B.1.1): the bytes that mark it may stand in what hangs on, too.
    """
    yield data[:2]
    at, scans = 2, 0
    while True:
        while data[at + 1] == _MARK:  # fill bytes
            at += 1
        if data[at : at + 2] == _END and scans:
            yield _END
            return
        mark, length = struct.unpack_from(">xBH", data, at)
        end = at + 2 + length
        if data[at] != _MARK or end > len(data):
            raise IndexError
        segment = data[at:end]
        if mark in _FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            _check_points(width, height)
        if mark == _SOS:
            scans += 1
            end = _end_of_scan(data, end)
            yield data[at:end]
        elif mark == _APP1 and (turn := _turn(segment[4:])) != _UPRIGHT:
            yield _turned(turn)
        elif not (_APP0 <= mark <= _APP15 or mark == _COM) or segment[4:].startswith(_KEPT.get(mark, _NOTHING)):
            yield segment
        at = end


def _check_points(width: int, height: int) -> None:
    if width * height > MOST_POINTS:
        raise PictureTooLarge(width=width, height=height)


def _end_of_scan(data: bytes, start: int) -> int:
    """Where the next segment begins: in a scan, 0xFF is followed by a zero, a restart mark or another 0xFF."""
    found = _NEXT.search(data, start)
    if found is None:
        raise IndexError
    return found.start()


def _turn(body: bytes) -> int:
    """Which way up the camera was held (Exif 2.3, tag 274); upright where that cannot be read."""
    if not body.startswith(b"Exif\0\0"):
        return _UPRIGHT
    tiff = body[6:]
    order = ">" if tiff[:2] == b"MM" else "<"
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(struct.unpack_from(f"{order}H", tiff, start)[0]):
            tag, value = struct.unpack_from(f"{order}H6xH", tiff, start + 2 + 12 * number)
            if tag == _ORIENTATION and value in _TURNS:
                return int(value)
    except struct.error:
        pass
    return _UPRIGHT


def _turned(turn: int) -> bytes:
    """A segment that says only which way up."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
    body = b"Exif\0\0" + tiff
    return struct.pack(">BBH", _MARK, _APP1, len(body) + 2) + body
