"""Tables that come in from outside: named columns, numbered rows, and what can be wrong with them.

Rows are numbered as a spreadsheet shows them, the one with the column names being row 1; columns count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid
from receiver.kit.text import clean_line
from receiver.kit.words import Words, _, n_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class TableError(Invalid):
    """What is wrong with a file, and where: `row` and `column` count from 1, and are None for the file as a whole."""

    def __init__(self, row: int | None, column: int | None, words: Words) -> None:
        super().__init__(**words.params)
        self.row, self.column = row, column
        self.words, self.args = words, (str(words),)


class RaggedRowError(TableError):
    """A row is longer or shorter than the names of the columns; told with all others like it, as a `TableError`."""


_NAMED = 10
"""How many rows a message about many of them names."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, and a cell for each column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written: its encoding, by the name Python gives it, and what stands between cells."""

    encoding: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class Table:
    """The names of the columns, and the rows below them without the blank ones; at least one of each."""

    headers: tuple[str, ...]
    rows: list[Row]
    dialect: Dialect | None = None

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row's number with its cells by column name."""
        for row in self.rows:
            yield row.number, dict(zip(self.headers, row.cells, strict=True))


def column_letter(column: int) -> str:
    """What a spreadsheet calls a column: 1 is A, 27 is AA."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def build_table(numbered: Iterable[tuple[int, list[str]]], *, max_rows: int, dialect: Dialect | None = None) -> Table:
    """A table out of numbered rows from any source, the first that is not blank naming the columns.

    Raises:
        TableError: no rows, a name missing or given twice, a row longer or shorter than the names, too many rows.
    """
    filled = ((number, cells) for number, cells in numbered if any(cell.strip() for cell in cells))
    number, names = next(filled, (1, []))
    if not names:
        raise TableError(None, None, _("This file is empty."))
    headers = _headers(number, names)
    rows: list[Row] = []
    ragged: list[TableError] = []
    for number, cells in filled:
        if len(rows) + len(ragged) == max_rows:
            most = n_(
                "This file may have at most %(n)s row below the column names. Please split it.",
                "This file may have at most %(n)s rows below the column names. Please split it.",
                max_rows,
            )
            raise TableError(number, None, most)
        try:
            rows.append(_row(number, cells, headers))
        except RaggedRowError as refusal:
            ragged.append(refusal)
    if ragged:
        raise _all_of(ragged, len(headers))
    if not rows:
        raise TableError(None, None, _("This file has column names but no rows below them."))
    return Table(headers, rows, dialect)


def _all_of(ragged: list[TableError], columns: int) -> TableError:
    """The only one, or one that names the first of several, so that a file is mended once and not row by row."""
    first = ragged[0]
    if len(ragged) == 1:
        return TableError(first.row, first.column, first.words)
    several = _(
        "%(count)s rows do not fit the first row, which names %(columns)s columns. The first of them: %(rows)s. "
        "Is a separator missing, or is there one too many?",
        count=len(ragged),
        columns=columns,
        rows=[str(each.row) for each in ragged[:_NAMED]],
    )
    return TableError(first.row, first.column, several)


def _headers(number: int, names: list[str]) -> tuple[str, ...]:
    headers = [clean_line(name) for name in names]
    while headers and not headers[-1]:
        headers.pop()
    first: dict[str, int] = {}
    for column, header in enumerate(headers, 1):
        earlier = first.setdefault(header.casefold(), column)
        if header and earlier != column:
            twice = _(
                "Columns %(first)s and %(second)s are both named “%(name)s”. Please rename one of them.",
                first=column_letter(earlier),
                second=column_letter(column),
                name=header,
            )
            raise TableError(number, column, twice)
    if not headers:
        raise TableError(number, 1, _("The first row of this file has no column names."))
    return tuple(headers)


def _row(number: int, cells: list[str], headers: tuple[str, ...]) -> Row:
    while len(cells) > len(headers) and not cells[-1].strip():
        cells.pop()
    if len(cells) != len(headers):
        ragged = _(
            "Row %(row)s does not fit the first row: columns named there %(columns)s, cells here %(cells)s. "
            "Is a separator missing, or is there one too many?",
            row=str(number),
            cells=len(cells),
            columns=len(headers),
        )
        raise RaggedRowError(number, min(len(cells), len(headers)) + 1, ragged)
    for column, (header, cell) in enumerate(zip(headers, cells, strict=True), 1):
        if not header and cell.strip():
            nameless = _(
                "Row %(row)s has something in column %(column)s, which has no name in the first row.",
                row=str(number),
                column=column_letter(column),
            )
            raise TableError(number, column, nameless)
    return Row(number, tuple(cells))
