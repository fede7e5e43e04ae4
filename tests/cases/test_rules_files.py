"""Files are known by their content, and pictures lose what the camera wrote."""

from __future__ import annotations

import struct

import pytest

from receiver.cases.rules import MediaType, PictureBroken, WrongFile, harmless, media_type_of
from tests.factories.cases import A_PDF, a_png

JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
SCAN = b"\xff\xda\x00\x02\x12\x34\xff\xd9"
PLACE = b"1.9441 S 30.0619 E"


def exif(turn=6, order=">"):
    mark = b"MM" if order == ">" else b"II"
    tiff = mark + struct.pack(f"{order}HI", 42, 8)
    tiff += struct.pack(f"{order}H", 2)
    tiff += struct.pack(f"{order}HHIHH", 0x010F, 3, 1, 9, 0)
    tiff += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turn, 0) + struct.pack(f"{order}I", 0)
    return segment(0xE1, b"Exif\0\0" + tiff + PLACE)


def segment(mark, body):
    return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body


def jpeg(*segments, end=SCAN):
    return b"\xff\xd8" + b"".join(segments) + end


@pytest.mark.parametrize(
    ("data", "media"), [(A_PDF, MediaType.PDF), (jpeg(JFIF), MediaType.JPEG), (a_png(), MediaType.PNG)]
)
def test_the_content_says_what_it_is(data, media):
    assert media_type_of(data) is media


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"<html>", b"<svg xmlns=", b"PK\x03\x04", b" %PDF-1.4"])
def test_anything_else_is_refused(data):
    with pytest.raises(WrongFile):
        media_type_of(data)


def test_a_pdf_stays_as_it_is():
    assert harmless(MediaType.PDF, A_PDF) == A_PDF


def test_a_png_loses_its_words_and_keeps_its_picture():
    kept = harmless(MediaType.PNG, a_png(PLACE))
    assert PLACE not in kept
    assert all(name in kept for name in (b"IHDR", b"IDAT", b"IEND"))
    assert harmless(MediaType.PNG, kept) == kept


@pytest.mark.parametrize("cut", [9, 20, 40, -5])
def test_a_png_that_ends_early_is_refused(cut):
    with pytest.raises(PictureBroken):
        harmless(MediaType.PNG, a_png()[:cut])


class TestJpeg:
    @pytest.mark.parametrize("order", [">", "<"])
    def test_only_the_turn_stays_of_what_the_camera_wrote(self, order):
        kept = harmless(MediaType.JPEG, jpeg(JFIF, exif(6, order), segment(0xFE, PLACE), segment(0xED, PLACE)))
        assert PLACE not in kept
        assert kept.startswith(b"\xff\xd8" + JFIF + b"\xff\xe1")
        assert kept.endswith(SCAN)
        assert harmless(MediaType.JPEG, kept) == kept
        assert struct.pack(">HHIH", 0x0112, 3, 1, 6) in kept

    @pytest.mark.parametrize(
        "other",
        [
            exif(1),
            exif(77),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE),
            segment(0xE1, b"Exif\0\0MM\0*" + PLACE[:2]),
            segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 0)),
        ],
    )
    def test_nothing_stays_of_an_upright_picture(self, other):
        assert harmless(MediaType.JPEG, jpeg(JFIF, other)) == jpeg(JFIF)

    def test_what_draws_stays(self):
        colours = segment(0xE2, b"ICC_PROFILE\0\x01\x01abc")
        tables = segment(0xDB, b"\0" * 64)
        assert harmless(MediaType.JPEG, jpeg(JFIF, colours, tables)) == jpeg(JFIF, colours, tables)
        assert harmless(MediaType.JPEG, jpeg(segment(0xE2, b"MPF\0" + PLACE))) == jpeg()

    def test_fill_bytes_are_passed_over(self):
        assert harmless(MediaType.JPEG, jpeg(b"\xff\xff", JFIF)) == jpeg(JFIF)

    def test_what_hangs_on_behind_is_cut_off(self):
        assert harmless(MediaType.JPEG, jpeg(JFIF) + jpeg(exif())) == jpeg(JFIF)
        assert harmless(MediaType.JPEG, jpeg(JFIF) + PLACE) == jpeg(JFIF)

    @pytest.mark.parametrize(
        "broken",
        [b"\xff\xd8\xff", jpeg(end=b""), jpeg(JFIF, end=b""), jpeg(JFIF[:9], end=b""), jpeg(JFIF, end=SCAN[:-2])],
    )
    def test_a_picture_that_ends_early_is_refused(self, broken):
        with pytest.raises(PictureBroken):
            harmless(MediaType.JPEG, broken)

    def test_something_between_segments_is_refused(self):
        with pytest.raises(PictureBroken):
            harmless(MediaType.JPEG, b"\xff\xd8\x00\xe0\x00\x02" + SCAN)
