"""Files are known by their content, and pictures lose what the camera wrote."""

from __future__ import annotations

import struct
import zlib

import pytest

from receiver.cases.rules import (
    MediaType,
    PdfActs,
    PdfLocked,
    PdfTooLarge,
    PictureBroken,
    PictureTooLarge,
    WrongFile,
    harmless,
    media_type_of,
    pdfs,
)
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
        "behind",
        [
            b"\0\0\0\x18ftypmp42" + PLACE + b"\xff\xd9 moov \xff\xd9",  # the film of a motion photo
            b"\0" * 32 + jpeg(exif()),
        ],
    )
    def test_what_hangs_on_with_an_end_of_its_own_is_cut_off(self, behind):
        assert harmless(MediaType.JPEG, jpeg(JFIF) + behind) == jpeg(JFIF)

    def test_a_picture_in_several_scans_is_kept_whole(self):
        first = b"\xff\xda\x00\x02\x12\xff\x00\x34\xff\xd0\x56\xff\xff\xd7\x78"
        tables = segment(0xC4, b"\0" * 20)
        assert harmless(MediaType.JPEG, jpeg(JFIF, first, tables)) == jpeg(JFIF, first, tables)
        assert harmless(MediaType.JPEG, jpeg(JFIF, first, exif(1), tables)) == jpeg(JFIF, first, tables)

    def test_a_picture_without_a_scan_is_refused(self):
        with pytest.raises(PictureBroken):
            harmless(MediaType.JPEG, jpeg(JFIF, end=b"\xff\xd9"))

    def test_of_application_data_only_what_draws_stays(self):
        adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")
        other = (segment(0xE0, b"JFXX\0" + PLACE), segment(0xE0, b"CIFF" + PLACE), segment(0xEE, PLACE))
        assert harmless(MediaType.JPEG, jpeg(JFIF, adobe, *other)) == jpeg(JFIF, adobe)

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


class TestPoints:
    """What a picture says of its size, before anybody draws it."""

    def png(self, width, height):
        head = struct.pack(">II", 1, 1)
        return a_png().replace(head, struct.pack(">II", width, height), 1)

    def frame(self, width, height, mark=0xC0):
        return segment(mark, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")

    @pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (2**31 - 1, 1), (1, 2**32 - 1)])
    def test_a_huge_png_is_refused(self, width, height):
        with pytest.raises(PictureTooLarge):
            harmless(MediaType.PNG, self.png(width, height))

    @pytest.mark.parametrize("mark", [0xC0, 0xC1, 0xC2, 0xCF])
    def test_a_huge_jpeg_is_refused(self, mark):
        with pytest.raises(PictureTooLarge):
            harmless(MediaType.JPEG, jpeg(JFIF, self.frame(65_535, 65_535, mark)))

    def test_what_a_camera_takes_is_kept(self):
        picture = jpeg(JFIF, segment(0xC4, b"\xff" * 20), self.frame(12_000, 8_000))
        assert harmless(MediaType.JPEG, picture) == picture
        assert harmless(MediaType.PNG, self.png(4_000, 3_000))


def pdf(body):
    return b"%PDF-1.7\n1 0 obj\n" + body + b"\nendobj\ntrailer<<>>\n%%EOF\n"


def packed(content, names=b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", pack=zlib.compress):
    return pdf(b"<< " + names + b" >>\nstream\n" + pack(content) + b"\nendstream")


SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


class TestPdf:
    @pytest.mark.parametrize(
        "body",
        [
            SCRIPT,
            b"<</S/JavaScript/JS(x)>>",
            b"<< /S /#4aava#53cript /JS 2 0 R >>",
            b"<< /S /Launch /F (cmd.exe) >>",
            b"<< /Names << /EmbeddedFiles 3 0 R >> >>",
            b"<< /Type /EmbeddedFile >>",
            b"<< /Subtype /RichMedia >>",
            b"<< /S /SubmitForm /F (http://evil.example) >>",
        ],
    )
    def test_one_that_acts_is_refused(self, body):
        for data in (pdf(body), packed(b"1 0 " + body), packed(b" " * 1_048_570 + body), packed(body, names=b"")):
            with pytest.raises(PdfActs):
                harmless(MediaType.PDF, data)

    @pytest.mark.parametrize(
        "data",
        [
            pdf(b"<< /OpenAction [2 0 R /Fit] /JavaScripts (JavaScript) >>"),
            packed(b"1 0 << /Type /Page >>"),
            packed(b"\xff\xd8 a picture", names=b"/Filter /DCTDecode", pack=bytes),
            packed(b"q 1 0 0 1 0 0 cm", names=b"/Length 16", pack=bytes),
            packed(b"x" * 3_000_000, names=b"/Filter /FlateDecode"),
            packed(bytes(range(256)) * 5_000, names=b"", pack=lambda content: zlib.compress(content, 0)),
            pdf(b"<<>> stream\n"),
        ],
    )
    def test_one_that_shows_pages_is_kept(self, data):
        assert harmless(MediaType.PDF, data) == data

    @pytest.mark.parametrize(
        "data",
        [
            pdf(b"<< /Encrypt 5 0 R >>"),
            packed(b"80 0B 60 50", names=b"/Type /ObjStm /Filter /LZWDecode", pack=bytes),
            packed(b"1 0 " + SCRIPT, pack=lambda content: zlib.compress(content)[:-6] + b"broken"),
        ],
    )
    def test_one_that_cannot_be_looked_through_is_refused(self, data):
        with pytest.raises(PdfLocked):
            harmless(MediaType.PDF, data)

    def test_a_bomb_is_refused(self, monkeypatch):
        monkeypatch.setattr(pdfs, "MOST_UNPACKED", 1_000_000)
        with pytest.raises(PdfTooLarge):
            harmless(MediaType.PDF, packed(b"\0" * 3_000_000))

    def test_many_streams_are_refused(self, monkeypatch):
        monkeypatch.setattr(pdfs, "MOST_STREAMS", 3)
        page = b"<<>>\nstream\nq Q\nendstream\n"
        assert harmless(MediaType.PDF, pdf(page * 3))
        with pytest.raises(PdfTooLarge):
            harmless(MediaType.PDF, pdf(page * 4))

    def test_broken_streams_count_as_unpacked(self, monkeypatch):
        monkeypatch.setattr(pdfs, "MOST_UNPACKED", 1_000_000)
        with pytest.raises(PdfTooLarge):
            harmless(MediaType.PDF, pdf(b"<<>>\nstream\nx\x9cbroken\nendstream\n" * 5))
