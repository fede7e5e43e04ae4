from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.csvs import Dialect, Table, TableError, read_table, restore_cell, safe_cell, write_csv
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.text import clean_line, strip_hidden
from receiver.kit.words import LabelledEnum, _

ARABIC = "\u0645\u062d\u0645\u062f"


def read(data: bytes, *, max_rows: int = 10, max_columns: int = 5, max_cell: int = 20) -> Table:
    return read_table(data, max_rows=max_rows, max_columns=max_columns, max_cell=max_cell)


def cells(table: Table) -> list[tuple[str, ...]]:
    return [table.headers, *(row.cells for row in table.rows)]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (f"name,n\n{ARABIC},1".encode(), "utf-8"),
        (f"\ufeffname,n\n{ARABIC},1".encode(), "utf-8"),
        (f"\ufeffname,n\n{ARABIC},1".encode("utf-16-le"), "utf-16-le"),
        (f"\ufeffname,n\n{ARABIC},1".encode("utf-16-be"), "utf-16-be"),
        (f"name,n\n{ARABIC},1".encode("utf-16-le"), "utf-16-le"),
        (f"name,n\n{ARABIC},1".encode("utf-16-be"), "utf-16-be"),
        (f"\ufeffname,n\n{ARABIC},1".encode("utf-32-le"), "utf-32-le"),
        (f"\ufeffname,n\n{ARABIC},1".encode("utf-32-be"), "utf-32-be"),
    ],
)
def test_encodings(data, encoding):
    table = read(data)
    assert cells(table) == [("name", "n"), (ARABIC, "1")]
    assert table.dialect == Dialect(encoding, ",")


def test_western_european_windows():
    table = read("nom;pr\u00e9nom\nLef\u00e8vre;Zo\u00eb \u2019".encode("cp1252"))
    assert cells(table) == [("nom", "pr\u00e9nom"), ("Lef\u00e8vre", "Zo\u00eb \u2019")]
    assert table.dialect == Dialect("cp1252", ";")


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        ("a,b\n1,2", ",", [("a", "b"), ("1", "2")]),
        ("a;b\r\n1,5;2\r\n", ";", [("a", "b"), ("1,5", "2")]),
        ("a\tb\r1\t2", "\t", [("a", "b"), ("1", "2")]),
        ("\n\na;b\n1;2", ";", [("a", "b"), ("1", "2")]),
        ("sep=;\na,b;c\n1;2", ";", [("a,b", "c"), ("1", "2")]),
        ("SEP=\t\r\na\tb\n1\t2", "\t", [("a", "b"), ("1", "2")]),
        ("a\n1\n", ",", [("a",), ("1",)]),
        ('"a;x;y",b\n1,2', ",", [("a;x;y", "b"), ("1", "2")]),
        ('a,b\n"1 ""x""","2\n3"', ",", [("a", "b"), ('1 "x"', "2\n3")]),
        ('a,b\n5" pipe,"",', ",", [("a", "b"), ('5" pipe', "")]),
        ("a,b\n,2\n", ",", [("a", "b"), ("", "2")]),
        ("a,b\n1,\n", ",", [("a", "b"), ("1", "")]),
        ("a,b\n1,", ",", [("a", "b"), ("1", "")]),
        ("a,b\n'=1+1,'x", ",", [("a", "b"), ("=1+1", "'x")]),
    ],
)
def test_dialects(text, delimiter, rows):
    table = read(text.encode())
    assert cells(table) == rows
    assert table.dialect == Dialect("utf-8", delimiter)


def test_rows_keep_their_numbers_in_the_file():
    table = read(b'sep=,\na,b\n\n1,"2\n3"\n,\n4,5\n')
    assert [(row.number, row.cells) for row in table.rows] == [(4, ("1", "2\n3")), (6, ("4", "5"))]


@pytest.mark.parametrize(
    ("data", "row", "column", "message"),
    [
        (b"", None, None, "is empty"),
        (b"\xef\xbb\xbf", None, None, "is empty"),
        (b"\r\n\r\n", None, None, "is empty"),
        (b"sep=;\n", None, None, "is empty"),
        (b"a,b\n", None, None, "no rows below"),
        (b"a,b\n1\n", 2, 2, "Row 2 does not fit"),
        (b"a,b\n1,2\n1,2,3\n", 3, 3, "Row 3 does not fit"),
        (
            b"a,b\n1\n1,2\n1,2,3\n1\n",
            2,
            2,
            "3 rows do not fit the first row, which names 2 columns",
        ),
        (b"a,b\n" + b"1\n" * 10, 2, 2, "10 rows do not fit"),
        (b'a,b\n1,"x\ny\n', 2, 2, "Row 2, column B begins with a quotation mark that is never closed"),
        (b'"a,b\n1,2\n', 1, 1, "Row 1, column A begins with a quotation mark that is never closed"),
        (b'a,b\n1,"x"y\n', 2, 2, "Row 2, column B has text after its closing quotation mark"),
        (b"a,b\nx\0y,2\n", 2, 1, "Row 2, column A contains a character that no text has"),
        (b"a,b\n\0\0\0\0", 2, 1, "Row 2, column A contains a character that no text has"),
        (b"a,b\n1," + b"x" * 21, 2, 2, "Row 2, column B has more than 20 characters"),
        (b'a,b\n1,"' + b'""' * 30 + b'"', 2, 2, "Row 2, column B has more than 20 characters"),
        (b"a,b,c,d,e,f\n1,2,3,4,5,6\n", 1, 6, "Row 1 has more than 5 columns"),
        (b"a,b\n" + b"1\n" * 11, 12, None, "at most 10 rows"),
        (b"a\n" + b"1\n" * 11, 12, None, "at most 10 rows"),
        (b"a,A\n1,2\n", 1, 2, "Columns A and B are both named"),
        (b"PK\x03\x04rest", None, None, "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, None, "workbook"),
        (f"name,n\n{ARABIC},1\n".encode() + b"\xff,2\n", 3, None, "Row 3 has a broken character"),
        (f"name,n\n{ARABIC},1".encode("cp1256"), None, None, "alphabet"),
        (b"name,n\nx\x81,1", None, None, "alphabet"),
        (f"\ufeffa,b\n{ARABIC},2".encode("utf-16-le") + b"\0", 2, None, "Row 2 has a broken character"),
        (b"\xef\xbb\xbfa,b\n1,2\n3,\xff", 3, None, "Row 3 has a broken character"),
    ],
)
def test_what_is_wrong_has_a_place(data, row, column, message):
    with pytest.raises(TableError, match=message) as refused:
        read(data)
    assert (refused.value.row, refused.value.column) == (row, column)


@pytest.mark.parametrize(
    ("before", "again", "after", "row", "column"),
    [
        (b"a,b\n", b"x", b",1", 2, 1),
        (b'a,b\n1,"', b"x", b"", 2, 2),
        (b'a,b\n1,"', b'""', b'"', 2, 2),
        (b"a,b\n1,", b'"', b"x", 2, 2),
        (b"", b",", b"", 1, 6),
        (b"a,b\n", b"x,", b"", 2, 6),
        (b"", b"x", b"\n1", 1, 1),
    ],
)
def test_ten_megabytes_of_nonsense_have_a_place_too(before, again, after, row, column):
    with pytest.raises(TableError) as refused:
        read(before + again * (10_000_000 // len(again)) + after)
    assert (refused.value.row, refused.value.column) == (row, column)


def test_a_cell_as_long_as_allowed_fits():
    assert cells(read(b'a,b\n"' + b"x" * 20 + b'",' + b"y" * 20))[1] == ("x" * 20, "y" * 20)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data):
    try:
        table = read(data)
    except TableError as refused:
        assert str(refused).endswith((".", "?"))  # noqa: PT017 - either outcome is right; this is about its words
        return
    assert all(len(row.cells) == len(table.headers) for row in table.rows)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Amina", "Amina"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+250788123456", "'+250788123456"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "' =1"),
        ("\uff1d1", "'\uff1d1"),
        ("\u202e=1", "'=1"),
        ("\u200b=1", "'=1"),
        ("'=1", "''=1"),
        ("''+1", "'''+1"),
        ("'tis", "'tis"),
        ("a=b", "a=b"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("250\u202f000\u00a0F", "250 000 F"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_nothing_starts_a_formula(text, safe):
    assert safe_cell(text) == safe


@given(st.text(st.sampled_from("'= +-@\t\r\nab\uff1d"), max_size=12))
def test_what_was_made_safe_is_restored(text):
    safe = safe_cell(text)
    assert restore_cell(safe) == text
    assert safe.lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"}


class State(LabelledEnum):
    DRAFT = "draft", _("Draft")


def test_cells_of_every_kind():
    rows = [
        ["Amina", None, 5, -5, 10**12, "-5", State.DRAFT, "a,b", 'say "x"'],
        [date(2026, 11, 5), datetime(2026, 11, 5, 8, tzinfo=UTC), Month(2026, 11), UUID(int=1)],
    ]
    assert "".join(write_csv(rows)) == (
        'Amina,,5,-5,1000000000000,\'-5,draft,"a,b","say ""x"""\r\n'
        "2026-11-05,2026-11-05T08:00:00+00:00,2026-11,00000000-0000-0000-0000-000000000001\r\n"
    )


@pytest.mark.parametrize("value", [1.5, True, Money(5, "RWF"), _("Draft"), b"x", ["x"]])
def test_a_cell_holds_nothing_that_could_be_read_otherwise(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        list(write_csv([[value]]))


def test_the_mark_and_the_separator():
    assert "".join(write_csv([["a;b", "c"]], delimiter=";", mark=True)) == '\ufeff"a;b";c\r\n'
    assert list(write_csv([], mark=True)) == ["\ufeff"]
    assert list(write_csv([])) == []


@pytest.mark.parametrize(("count", "pieces"), [(1, 1), (500, 1), (501, 2), (1000, 2)])
def test_a_long_file_comes_in_pieces(count, pieces):
    taken = []

    def rows():
        for number in range(count):
            taken.append(number)
            yield [number]

    text = write_csv(rows())
    first = next(text)
    assert len(taken) == min(count, 500)
    rest = list(text)
    assert 1 + len(rest) == pieces
    assert (first + "".join(rest)).splitlines() == list(map(str, range(count)))


def kept(text: str) -> str:
    """Text as cells hold it: nothing hidden, no narrow spaces, nothing that a file of one encoding cannot hold."""
    return strip_hidden(text, keep="\t\r\n").replace("\u00a0", " ").replace("\u202f", " ")


free = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(kept)
headers = st.lists(free.map(clean_line).filter(bool), min_size=1, max_size=4, unique_by=str.casefold)


@given(
    st.data(),
    headers,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_we_write_is_read_again(data, names, delimiter, encoding):
    row = st.tuples(*([free] * len(names))).filter(lambda each: any(cell.strip() for cell in each))
    rows = data.draw(st.lists(row, min_size=1, max_size=5))
    text = f"sep={delimiter}\r\n" + "".join(write_csv([names, *rows], delimiter=delimiter))
    table = read(text.encode(encoding), max_cell=1000)
    assert table.headers == tuple(names)
    assert [each.cells for each in table.rows] == rows
