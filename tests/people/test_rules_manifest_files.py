from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook

from receiver import i18n
from receiver.kit.tables import TableError
from receiver.people.rules import manifest_files as files
from receiver.people.rules.manifest_files import ManifestTable, read_manifest, refused_kind
from receiver.people.rules.manifest_template import template_csv, template_xlsx


def workbook(*rows, sheets=None, **more) -> bytes:
    """A workbook of these rows, or of several sheets."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **more})
    for name, written in (sheets or {"List": rows}).items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(written):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, book.add_format({"num_format": "yyyy-mm-dd"}))
                elif value is not None:
                    sheet.write(number, place, value)
    book.close()
    return buffer.getvalue()


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return buffer.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part))
        new.writestr(name, content)
    return buffer.getvalue()


GOOD = workbook(["Name", "Sex"], ["Selam", "f"])


@pytest.mark.parametrize(
    ("data", "row", "column", "said"),
    [
        (b"", None, None, "This file is empty."),
        (b"\n\n", None, None, "This file is empty."),
        (b"full_name;sex\n", None, None, "no rows below"),
        (b"full_name,sex\nSelam\n", 2, 2, "Row 2 does not fit the first row"),
        (b"full_name,sex\nSelam,f,x\n", 2, 3, "Row 2 does not fit the first row"),
        (b'full_name\n"Selam', 2, 1, "never closed"),
        (b"full_name,full_name\na,b\n", 1, 2, "both named"),
        (b"full_name\n" + b"a" * 2_001, 2, 1, "more than 2,000 characters"),
        (b"full_name\n" + b"a" * (10 * 1024 * 1024), None, None, "too large: up to 5 MB"),
        (b"full_name\n" + b"Selam\n" * 2_001, 2_002, None, "at most 2,000 rows"),
        (b"full_name" + b",x" * 64 + b"\n", 1, 65, "more than 64 columns"),
        (b"full_name\nSel\0am\n", 2, 1, "NUL"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, None, None, "older kind (.xls)"),
        (b"PK\x03\x04junk", None, None, "cannot be opened"),
        (archive(**{"word/document.xml": b"<x/>"}), None, None, "cannot be opened"),
        (with_part(GOOD, "xl/vbaProject.bin", b"x"), None, None, "has macros"),
        (with_part(GOOD, "xl/macrosheets/sheet1.xml", b"x"), None, None, "has macros"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", b"\0" * 3_000_000), None, None, "unpacks to far more"),
        (with_part(GOOD, "xl/workbook.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), None, None, "cannot be opened"),
        (with_part(GOOD, "xl/workbook.xml", b"<broken"), None, None, "cannot be opened"),
        (workbook(["Name"]), None, None, "no rows below"),
        (workbook(["Name"], ["a", "b"]), 2, 2, "Row 2 does not fit"),
        (workbook(["Name", "=1+1"], ["a", "b"]), 1, 2, "one of the names is a formula"),
        (workbook(["Name"], ["a" * 2_001]), 2, 1, "more than 2,000 characters"),
        (workbook(["Name"], [*[None] * 70, "far"]), 2, 65, "more than 64 columns"),
        (workbook(["Name"], *[["Selam"]] * 2_001), 2_002, None, "at most 2,000 rows"),
        (workbook(sheets={"A": [], "B": []}), None, None, "This file is empty."),
    ],
)  # fmt: skip
def test_files_that_are_refused(data, row, column, said):
    with pytest.raises(TableError) as caught:
        read_manifest(data)
    assert said in i18n.text(caught.value.words, "en")
    assert (caught.value.row, caught.value.column) == (row, column)


def test_too_many_parts(monkeypatch):
    monkeypatch.setattr(files, "_ENTRIES_AT_MOST", 3)
    with pytest.raises(TableError, match="unpacks to far more"):
        read_manifest(GOOD)


def test_a_workbook_with_more_texts_than_a_list_has():
    texts = b"<sst>" + b"".join(b"<si><t>%d</t></si>" % number for number in range(300_000)) + b"</sst>"
    with pytest.raises(TableError, match="unpacks to far more"):
        read_manifest(with_part(GOOD, "xl/sharedStrings.xml", texts))


def test_a_workbook_whose_last_row_is_far_away(monkeypatch):
    monkeypatch.setattr(files, "_LAST_ROW", 5)
    with pytest.raises(TableError, match="at most"):
        read_manifest(workbook(["Name"], *[[None]] * 6, ["Selam"]))


def test_a_part_that_is_broken_inside():
    data = bytearray(GOOD)
    at = data.index(b"xl/workbook.xml") + len(b"xl/workbook.xml") + 5
    data[at : at + 20] = b"\xff" * 20
    with pytest.raises(TableError, match="cannot be opened"):
        read_manifest(bytes(data))


@pytest.mark.parametrize(
    "data",
    [
        "Name;Sex\nSélam;f\n".encode(),
        b"\xef\xbb\xbf" + "Name,Sex\r\nSélam,f\r\n".encode(),
        "Name\tSex\nSélam\tf\n".encode("utf-16"),
        "Name;Sex\nSélam;f\n".encode("cp1252"),
        workbook(["Name", "Sex"], ["Sélam", "f"]),
        workbook(["Name", "Sex", None], ["Sélam", "f"], [None]),
    ],
)
def test_files_that_are_read(data):
    found = read_manifest(data)
    assert found.table.headers == ("Name", "Sex")
    assert [(row.number, row.cells) for row in found.table.rows] == [(2, ("Sélam", "f"))]
    assert found.faults == {}


def test_what_a_workbook_has_in_its_cells():
    found = read_manifest(
        workbook(["a", "b", "c", "d", "e", "f"], [date(1994, 5, 17), 34471, 12.0, 1.5, True, 1234567890123456])
    )
    assert found.table.rows[0].cells == ("1994-05-17", "34471", "12", "1.5", "TRUE", "1234567890123456")
    assert found.faults == {(2, 5): "long_number"}


def test_formulas_and_errors_are_marked_and_not_worked_out():
    book = Workbook()
    sheet = book.active
    sheet.append(["Name", "Sex", "Note"])
    sheet.append(["=A1", "f", "#REF!"])
    buffer = io.BytesIO()
    book.save(buffer)
    found = read_manifest(buffer.getvalue())
    assert found.table.rows[0].cells == ("=A1", "f", "#REF!")
    assert found.faults == {(2, 0): "formula", (2, 2): "cell_error"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2026, 11, 27, 8, 30, tzinfo=UTC), "2026-11-27T08:30:00+00:00"),
        (time(8, 30), "08:30:00"),
        (timedelta(hours=1), "1:00:00"),
        (12.0, "12"),
        (object(), "="),
    ],
)
def test_other_cells_as_text(value, text):
    assert files._written(value) == text


def test_a_workbook_without_sheets_of_cells():
    with pytest.raises(TableError, match="This file is empty"):
        files._read_sheets(SimpleNamespace(worksheets=[]), "")


def test_spaces_beside_the_list_are_nothing():
    found = read_manifest(workbook(["Name", "Sex"], ["Selam", "f", " "], [" "]))
    assert [row.cells for row in found.table.rows] == [("Selam", "f")]


def test_the_sheet_that_was_named_or_the_first_with_anything():
    data = workbook(sheets={"Notes": [], "People": [["Name"], ["Selam"]], "Old": [["Name"], ["Abel"]]})
    assert read_manifest(data).table.rows[0].cells == ("Selam",)
    assert read_manifest(data, "Old").table.rows[0].cells == ("Abel",)
    with pytest.raises(TableError, match="no sheet named “New”"):
        read_manifest(data, "New")


def test_packed_and_unpacked_it_is_the_same():
    found = ManifestTable(read_manifest(GOOD).table, {(2, 1): "formula"})
    assert ManifestTable.unpack(found.pack()) == found


def test_a_csv_file_is_no_refused_kind():
    assert refused_kind(b"full_name\n") is None


def test_templates():
    assert template_csv("fr").startswith("\ufeff")
    sheet = load_workbook(io.BytesIO(template_xlsx("ar"))).active
    assert sheet.sheet_view.rightToLeft
    assert len([cell.value for cell in sheet[1]]) == 14
    assert not load_workbook(io.BytesIO(template_xlsx("en"))).active.sheet_view.rightToLeft
