from __future__ import annotations

import pytest

from receiver.kit.tables import Dialect, Row, TableError, build_table, column_letter


def numbered(*rows: list[str]) -> list[tuple[int, list[str]]]:
    return list(enumerate(rows, 1))


@pytest.mark.parametrize(
    ("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA"), (0, "")]
)
def test_columns_are_called_as_in_a_spreadsheet(column, letters):
    assert column_letter(column) == letters


def test_a_table_has_names_and_numbered_rows():
    table = build_table(numbered(["", ""], [" Name ", "Sex"], ["Amina", "f"], [" ", ""], ["Omar", "m"]), max_rows=5)
    assert table.headers == ("Name", "Sex")
    assert table.rows == [Row(3, ("Amina", "f")), Row(5, ("Omar", "m"))]
    assert list(table.records()) == [(3, {"Name": "Amina", "Sex": "f"}), (5, {"Name": "Omar", "Sex": "m"})]
    assert table.dialect is None


def test_blank_columns_at_the_end_are_left_out():
    table = build_table(numbered(["a", "b", "", " "], ["1", "2", "", ""], ["3", "4"]), max_rows=5)
    assert table.headers == ("a", "b")
    assert [row.cells for row in table.rows] == [("1", "2"), ("3", "4")]


def test_a_column_without_a_name_may_stand_between_if_it_is_empty():
    table = build_table(numbered(["a", "", "b"], ["1", " ", "2"]), max_rows=5, dialect=Dialect("utf-8", ";"))
    assert table.headers == ("a", "", "b")
    assert table.rows[0].cells == ("1", " ", "2")


@pytest.mark.parametrize(
    ("rows", "row", "column", "message"),
    [
        ([], None, None, "is empty"),
        ([["", " "]], None, None, "is empty"),
        ([["a", "b"]], None, None, "no rows below"),
        ([["\u200b"], ["1"]], 1, 1, "no column names"),
        ([["a", "b"], ["1", "2", "3"]], 2, 3, "Row 2 .* columns named there 2, cells here 3"),
        ([["a", "b"], ["1", "2"], ["1"]], 3, 2, "Row 3 .* columns named there 2, cells here 1"),
        ([["a", "B", "b"], ["1", "2", "3"]], 1, 3, "Columns B and C are both named \u201cb\u201d"),
        ([["a", "", "b"], ["1", "2", "3"]], 2, 2, "Row 2 has something in column B"),
        ([["a"], ["1"], ["2"], ["3"]], 4, None, "at most 2 rows"),
    ],
)
def test_what_is_wrong_has_a_place(rows, row, column, message):
    with pytest.raises(TableError, match=message) as refused:
        build_table(numbered(*rows), max_rows=2)
    assert (refused.value.row, refused.value.column) == (row, column)
    assert refused.value.status == 422
    assert refused.value.code == "table-error"
    assert str(refused.value) == str(refused.value.words)


def test_exactly_as_many_rows_as_allowed_fit():
    assert len(build_table(numbered(["a"], ["1"], ["2"]), max_rows=2).rows) == 2
