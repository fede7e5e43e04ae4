"""Tables in text files: reading what spreadsheets and providers produce, precisely, and writing what opens safely.

What is read is a `Table` of `kit.tables`; what is wrong is a `TableError` with row and column.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from receiver.kit.months import Month
from receiver.kit.tables import Dialect, Row, Table, TableError, build_table, column_letter
from receiver.kit.text import strip_hidden
from receiver.kit.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Dialect", "Row", "Table", "TableError", "read_table", "restore_cell", "safe_cell", "write_csv"]

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # XLSX and its kind; the older XLS
_DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)  # Excel's own first line
_NOT_WESTERN = re.compile(r"[À-ÿ]{3}")  # three accented letters in a row: another alphabet taken for a Western one
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_SAMPLE = 4096

# What a spreadsheet takes for the start of a formula (OWASP), the full-width forms too.
_START = "[ \u00a0]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile("'*" + _START)
_NEUTRAL = re.compile("'+" + _START)
_NARROW_SPACES = str.maketrans("\u00a0\u202f", "  ")  # from number formatting; other programs trip over them
_BATCH = 500  # rows written at once


def read_table(data: bytes, *, max_rows: int, max_columns: int, max_cell: int) -> Table:
    """Read a CSV file: UTF-8, UTF-16 or Western European; comma, semicolon or tab; blank rows skipped.

    An apostrophe that `safe_cell` put before a formula is taken away again, so that what we wrote comes back.

    Args:
        data: the whole file; its size is the caller's to limit.
        max_rows: rows below the column names.
        max_columns: cells in a row.
        max_cell: characters in a cell.

    Raises:
        TableError: the first thing that is wrong, by row and column.
    """
    text, encoding = _decode(data)
    separator = _SEPARATOR_LINE.match(text)
    scanner = _Scanner(text, max_columns, max_cell)
    if separator:
        delimiter, numbered = separator[1], scanner.rows(separator[1], separator.end(), 2)
    else:
        delimiter = max(_DELIMITERS, key=scanner.width)  # the first of those that find most columns
        numbered = scanner.rows(delimiter)
    restored = ((row, [restore_cell(cell) for cell in cells]) for row, cells in numbered)
    return build_table(restored, max_rows=max_rows, dialect=Dialect(encoding, delimiter))


def _decode(data: bytes) -> tuple[str, str]:
    """The text and how it was encoded."""
    if data.startswith(_WORKBOOKS):
        workbook = _("This is a workbook, not a CSV file. Please send it as XLSX, or save it as “CSV UTF-8”.")
        raise TableError(None, None, workbook)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding), encoding
    even, odd = data[:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    if 8 * max(even, odd) > len(data[:_SAMPLE]) and not min(even, odd):  # half of UTF-16's bytes are 0 in Latin text
        encoding = "utf-16-be" if even else "utf-16-le"
        return _strictly(data, encoding), encoding
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError as error:
        return _western(data, error), "cp1252"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _broken(data[: error.start].decode(encoding, "ignore")) from None


def _western(data: bytes, error: UnicodeDecodeError) -> str:
    """The text of a file in the usual encoding of Western European Windows, unless it only looks like one."""
    guess = data.decode("utf-8", "replace")
    broken = guess.count("\ufffd")
    if sum(not sign.isascii() for sign in guess) > 2 * broken:  # mostly good UTF-8, so it was meant as that
        raise _broken(data[: error.start].decode())
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _unknown_alphabet() from None
    if _NOT_WESTERN.search(text):
        raise _unknown_alphabet()
    return text


def _broken(before: str) -> TableError:
    row = before.count("\n") + 1
    told = _("Row %(row)s has a broken character. Please save the file again as “CSV UTF-8”.", row=str(row))
    return TableError(row, None, told)


def _unknown_alphabet() -> TableError:
    return TableError(
        None, None, _("We cannot tell in which alphabet this file is written. Please save it again as “CSV UTF-8”.")
    )


class _Scanner:
    """Walks through the text of a file cell by cell (RFC 4180), so that each fault has a place."""

    def __init__(self, text: str, max_columns: int, max_cell: int) -> None:
        self.text, self.max_columns, self.max_cell = text, max_columns, max_cell

    def width(self, delimiter: str) -> int:
        """How many columns the first row that is not blank has with this delimiter, as far as it can be read so."""
        try:
            return next((len(cells) for _row, cells in self.rows(delimiter) if any(map(str.strip, cells))), 0)
        except TableError as error:
            return error.column or 0

    def rows(self, delimiter: str, place: int = 0, row: int = 1) -> Iterator[tuple[int, list[str]]]:
        """Every row from `place` on, `row` being the number of the first."""
        text = self.text
        plain = re.compile(f"[^{delimiter}\r\n]*+")
        while place < len(text):
            cells: list[str] = []
            follows = delimiter
            while follows == delimiter:
                end = self._end(plain, place, row, len(cells) + 1)
                cells.append(self._cell(place, end, row, len(cells) + 1))
                follows, place = text[end : end + 1], end + 1
            if follows not in {"", "\r", "\n"}:
                stray = _(
                    "Row %(row)s, column %(column)s has text after its closing quotation mark.",
                    row=str(row),
                    column=column_letter(len(cells)),
                )
                raise TableError(row, len(cells), stray)
            if follows == "\r" and text.startswith("\n", place):
                place += 1
            yield row, cells
            row += 1

    def _end(self, plain: re.Pattern[str], place: int, row: int, column: int) -> int:
        """Where the cell that begins at `place` ends."""
        quoted = self.text.startswith('"', place)
        match = (_QUOTED if quoted else plain).match(self.text, place)
        if match is None:
            told = _(
                "Row %(row)s, column %(column)s begins with a quotation mark that is never closed.",
                row=str(row),
                column=column_letter(column),
            )
            raise TableError(row, column, told)
        return match.end()

    def _cell(self, place: int, end: int, row: int, column: int) -> str:
        where = {"row": str(row), "column": column_letter(column)}
        if column > self.max_columns:
            told = _("Row %(row)s has more than %(most)s columns.", row=str(row), most=self.max_columns)
            raise TableError(row, column, told)
        cell = self.text[place:end]
        if cell.startswith('"'):
            cell = cell[1:-1].replace('""', '"')
        if len(cell) > self.max_cell:
            told = _("Row %(row)s, column %(column)s has more than %(most)s characters.", most=self.max_cell, **where)
            raise TableError(row, column, told)
        if "\0" in cell:
            told = _("Row %(row)s, column %(column)s contains a character that no text has (NUL).", **where)
            raise TableError(row, column, told)
        return cell


def safe_cell(text: str) -> str:
    """Text that a spreadsheet shows and never computes: an apostrophe goes before what would start a formula.

    Direction marks and other invisible signs are left out and narrow spaces made plain, because programs that read
    the file trip over them. `restore_cell` gives back what went in.
    """
    if not text.isascii():
        text = text.translate(_NARROW_SPACES)
    text = strip_hidden(text, keep="\t\r\n")
    return f"'{text}" if _FORMULA.match(text) else text


def restore_cell(text: str) -> str:
    """The text that `safe_cell` made safe."""
    return text[1:] if text.startswith("'") and _NEUTRAL.match(text) else text


def _written(value: object) -> str:
    match value:
        case str():
            return safe_cell(value)
        case None:
            return ""
        case int() if not isinstance(value, bool):
            return str(value)
        case date():  # and datetime
            return value.isoformat()
        case UUID() | Month():
            return str(value)
        case _:
            raise TypeError(f"a cell cannot hold {type(value).__name__}")


def write_csv(rows: Iterable[Iterable[object]], *, delimiter: str = ",", mark: bool = False) -> Iterator[str]:
    """The text of a CSV file, some hundred rows at a time, so that a long one never stands in memory.

    Cells are text (made safe), whole numbers (left numbers), dates, months, ids or None. Money goes as its minor
    units, floats are refused. `mark` puts the byte order mark first, by which Excel knows UTF-8.

    Raises:
        TypeError: a cell of another type.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    if mark:
        yield "\ufeff"
    for row_number, row in enumerate(rows, 1):
        writer.writerow([_written(value) for value in row])
        if row_number % _BATCH == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()
