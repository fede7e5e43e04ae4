"""Manifest files: what is taken, and how a workbook is read without trusting it.

A workbook is a zip of XML. Before it is read, the number of its parts, their unpacked size, their ratio and the number
of their tags are looked at; macros and document types are refused; formulas are never worked out, but reported cell by
cell.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from receiver.kit.csvs import read_table
from receiver.kit.tables import Dialect, Row, Table, TableError, build_table
from receiver.kit.words import Words, _, n_
from receiver.people.rules.manifest import CELL_AT_MOST, COLUMNS_AT_MOST, ROWS_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES_AT_MOST = 5 * 1024 * 1024
_ENTRIES_AT_MOST = 2_000
_UNPACKED_AT_MOST = 32 * 1024 * 1024
_TAGS_AT_MOST = 1_100_000
"""Tags of all parts together, which reading takes its time for: 2,000 rows of 64 filled cells have a million."""
_PIECE = 1024 * 1024
_RATIO_AT_MOST = 200
_SMALL = 1024 * 1024  # what a part unpacks to before its ratio counts
_LAST_ROW = 20_000  # blank rows between filled ones are counted too
_HEAD = 4_096
_EXACT = 10**15  # beyond it a spreadsheet has rounded a number

MACROS = _("This workbook has macros in it. Please save it without them, as “Excel workbook (.xlsx)”.")
OLD_WORKBOOK = _(
    "This is a workbook of the older kind (.xls), or one with a password. "
    "Please save it without a password, as “Excel workbook (.xlsx)”."
)
BROKEN = _("This workbook cannot be opened. Please save it again, as “Excel workbook (.xlsx)”.")
BOMB = _(
    "This workbook unpacks to far more than a list of people can be. Please save only the list, in a new workbook."
)
NO_SHEET = _("This workbook has no sheet named “%(name)s”. Its sheets are: %(sheets)s.")


@dataclass(frozen=True)
class ManifestTable:
    """The rows of a file as text, and the cells that hold no text: row number and place of the column to a code."""

    table: Table
    faults: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def western(self) -> bool:
        """Whether it was no Unicode, and so was taken to be Western European."""
        return self.table.dialect is not None and self.table.dialect.encoding == "cp1252"

    def pack(self) -> bytes:
        """All of it as bytes, small."""
        rows = [[row.number, list(row.cells)] for row in self.table.rows]
        faults = [[number, place, code] for (number, place), code in self.faults.items()]
        dialect = [self.table.dialect.encoding, self.table.dialect.delimiter] if self.table.dialect else None
        whole = {"headers": list(self.table.headers), "rows": rows, "faults": faults, "dialect": dialect}
        return zlib.compress(json.dumps(whole, ensure_ascii=False).encode())

    @classmethod
    def unpack(cls, packed: bytes) -> ManifestTable:
        """What `pack` made bytes of."""
        whole: dict[str, Any] = json.loads(zlib.decompress(packed))
        rows = [Row(number, tuple(cells)) for number, cells in whole["rows"]]
        faults = {(number, place): code for number, place, code in whole["faults"]}
        dialect = Dialect(*whole["dialect"]) if whole.get("dialect") else None
        return cls(Table(tuple(whole["headers"]), rows, dialect), faults)


def refused_kind(data: bytes) -> Words | None:
    """Why a file is not even opened, if it is not: macros, the older kind of workbook, or no zip at all."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return OLD_WORKBOOK
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return BROKEN
    if any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in names):
        return MACROS
    return None if "xl/workbook.xml" in names else BROKEN


def read_manifest(data: bytes, sheet: str = "") -> ManifestTable:
    """The rows of a CSV file or a workbook; of a workbook the named sheet, else the first one that has anything in it.

    Raises:
        TableError: the first thing that is wrong with the file as a whole.
    """
    if len(data) > BYTES_AT_MOST:
        limit = BYTES_AT_MOST // _SMALL
        raise TableError(None, None, _("The file is too large: up to %(limit)s MB are taken.", limit=limit))
    if (why := refused_kind(data)) is not None:
        raise TableError(None, None, why)
    if data.startswith(b"PK\x03\x04"):
        return _read_workbook(data, sheet)
    return ManifestTable(read_table(data, max_rows=ROWS_AT_MOST, max_columns=COLUMNS_AT_MOST, max_cell=CELL_AT_MOST))


def _read_workbook(data: bytes, sheet: str) -> ManifestTable:
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        return _read_sheets(book, sheet)
    except TableError:
        raise
    except Exception:  # noqa: BLE001 - a workbook made to hurt fails in ways that its reader does not name
        raise TableError(None, None, BROKEN) from None


def _check_archive(data: bytes) -> None:
    """Look at what a workbook says of itself; more than it says is never unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        whole = sum(part.file_size for part in parts)
        swollen = any(
            part.file_size > _SMALL and part.file_size > _RATIO_AT_MOST * max(part.compress_size, 1) for part in parts
        )
        if len(parts) > _ENTRIES_AT_MOST or whole > _UNPACKED_AT_MOST or swollen:
            raise TableError(None, None, BOMB)
        tags = 0
        for part in parts:
            try:
                tags += _tags(archive, part)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error, EOFError):
                raise TableError(None, None, BROKEN) from None
            if tags > _TAGS_AT_MOST:
                raise TableError(None, None, BOMB)


def _tags(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many tags a part has, and that it names no document type."""
    with archive.open(part) as opened:
        piece = opened.read(_PIECE)
        if b"<!DOCTYPE" in piece[:_HEAD].upper().replace(b"\0", b""):
            raise TableError(None, None, BROKEN)
        tags = piece.count(b"<")
        while piece := opened.read(_PIECE):
            tags += piece.count(b"<")
    return tags


def _read_sheets(book: Any, wanted: str) -> ManifestTable:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if wanted and wanted not in sheets:
        raise TableError(None, None, NO_SHEET.with_(name=wanted, sheets=list(sheets)))
    chosen = [sheets[wanted]] if wanted else list(sheets.values())
    for sheet in chosen:
        faults: dict[tuple[int, int], str] = {}
        sheet.reset_dimensions()  # what a sheet says of its own size may be a lie
        rows = list(_rows(sheet, faults))
        if rows or sheet is chosen[-1]:
            return _checked(build_table(rows, max_rows=ROWS_AT_MOST), faults, rows)
    raise TableError(None, None, _("This file is empty."))


def _checked(table: Table, faults: dict[tuple[int, int], str], rows: list[tuple[int, list[str]]]) -> ManifestTable:
    first = rows[0][0]
    heading = next((place for (number, place) in faults if number == first), None)
    if heading is not None:
        told = _("Row %(row)s names the columns, and one of the names is a formula.", row=str(first))
        raise TableError(first, heading + 1, told)
    return ManifestTable(table, faults)


def _rows(sheet: Any, faults: dict[tuple[int, int], str]) -> Iterator[tuple[int, list[str]]]:
    """The rows that have something in them, with the numbers that the spreadsheet shows."""
    filled = width = 0  # a row of a workbook ends at its last cell: short ones are filled up to the names
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > _LAST_ROW or filled > ROWS_AT_MOST + 1:
            most = n_(
                "This file may have at most %(n)s row below the column names. Please split it.",
                "This file may have at most %(n)s rows below the column names. Please split it.",
                ROWS_AT_MOST,
            )
            raise TableError(number, None, most)
        texts = [_text(cell, number, place, faults) for place, cell in enumerate(cells)]
        while texts and not texts[-1].strip():
            texts.pop()
        if len(texts) > COLUMNS_AT_MOST:
            told = _("Row %(row)s has more than %(most)s columns.", row=str(number), most=COLUMNS_AT_MOST)
            raise TableError(number, COLUMNS_AT_MOST + 1, told)
        if texts:
            filled += 1
            width = width or len(texts)
            yield number, texts + [""] * (width - len(texts))


def _text(cell: Any, number: int, place: int, faults: dict[tuple[int, int], str]) -> str:
    """A cell as text: dates in ISO form, whole numbers without a point."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in {"f", "e"}:
        faults[number, place] = "formula" if cell.data_type == "f" else "cell_error"
    text = _written(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _EXACT:
        faults[number, place] = "long_number"
    if len(text) > CELL_AT_MOST:
        told = _("A cell in row %(row)s has more than %(most)s characters.", row=str(number), most=CELL_AT_MOST)
        raise TableError(number, place + 1, told)
    return text


def _written(value: object) -> str:
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case str() | time() | timedelta() | int() | float():
            return str(value)
        case _:  # an array formula and its kind
            return str(getattr(value, "text", "") or "=")
