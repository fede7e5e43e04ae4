from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.months import Month
from receiver.kit.paging import BadCursor, BadPageSize, Cursor, Page, page_size

ONE = UUID("018f0000-0000-7000-8000-000000000001")
PLACES = {
    int: st.integers(-(2**63), 2**63 - 1),
    UUID: st.uuids(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Month: st.builds(Month, st.integers(1, 9999), st.integers(1, 12)),
}
shaped = st.lists(
    st.sampled_from(list(PLACES)).flatmap(lambda kind: st.tuples(st.just(kind), st.none() | PLACES[kind])), max_size=4
)


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(shaped, st.booleans(), st.integers(1, 10**12))
def test_a_cursor_comes_back_as_it_went(values, back, number):
    cursor = Cursor(tuple(value for _kind, value in values), back, number)
    text = str(cursor)
    assert Cursor.decode(text, *(kind for kind, _value in values)) == cursor
    assert text.replace("-", "").replace("_", "").isalnum()


def test_no_cursor_is_the_beginning():
    assert Cursor.decode(None, int) is None
    assert Cursor.decode("", int) is None


def test_a_truth_value_is_no_place():
    with pytest.raises(TypeError):
        str(Cursor((True,)))


@pytest.mark.parametrize(
    "text",
    [
        "junk",
        "%%%",
        "a",
        "\u0645\u062d\u0645\u062f",
        "A" * 5000,
        packed("text"),
        packed(5),
        packed({"0": 1, "1": 1, "i5": 1}),
        packed([]),
        packed([0, 1]),
        packed([0, 1, "i5", "i6"]),
        packed([0, 1, 5]),
        packed([0, 1, None]),
        packed([0, 1, "x5"]),
        packed([0, 1, ""]),
        packed([0, 1, "i"]),
        packed([0, 1, "i1e9"]),
        packed([0, 1, f"i{2**63}"]),
        packed([0, 1, "i" + "9" * 300]),
        packed([0, 1, "u" + ONE.hex]),
        packed([0, 0, "i5"]),
        packed([0, -1, "i5"]),
        packed([0, 10**13, "i5"]),
        packed([0, True, "i5"]),
        packed([0, 1.0, "i5"]),
        packed([2, 1, "i5"]),
        packed([True, 1, "i5"]),
        packed(["0", 1, "i5"]),
        packed([[[[[[]]]]], 1, "i5"]),
        str(Cursor((5,))) + "A",
    ],
)
def test_junk_is_refused(text):
    with pytest.raises(BadCursor):
        Cursor.decode(text, int)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("u123", UUID),
        ("t2026-11-01T00:00:00", datetime),  # no zone
        ("tnever", datetime),
        ("d2026-02-31", date),
        ("m2026-13", Month),
        ("d2026-02-01", datetime),
    ],
)
def test_places_that_are_none_are_refused(text, wanted):
    with pytest.raises(BadCursor) as refused:
        Cursor.decode(packed([0, 1, text]), wanted)
    assert refused.value.status == 422


@given(st.text(max_size=80))
def test_no_text_breaks_the_decoder(text):
    try:
        cursor = Cursor.decode(text, int)
    except BadCursor:
        return
    assert cursor is None or isinstance(cursor, Cursor)


@pytest.mark.parametrize(
    ("text", "size"), [(None, 25), ("", 25), ("1", 1), ("100", 100), ("101", 100), ("1000000", 100)]
)
def test_page_sizes(text, size):
    assert page_size(text) == size


@pytest.mark.parametrize("text", ["0", "-1", "NaN", "1e3", "2.5", "10000000", "007", "\u0665", " 5", "all"])
def test_other_page_sizes_are_refused(text):
    with pytest.raises(BadPageSize, match="1 to 50"):
        page_size(text, most=50)


def find(numbers: list[int], size: int, cursor: Cursor | None) -> list[int]:
    """What a query would find: up to one row more than asked for, from the cursor on."""
    if cursor is None:
        return numbers[: size + 1]
    (place,) = cursor.place
    if cursor.back:
        return [number for number in reversed(numbers) if number < place][: size + 1]
    return [number for number in numbers if number > place][: size + 1]


def show(numbers: list[int], size: int, text: str | None) -> Page[int]:
    cursor = Cursor.decode(text, int)
    found = find(numbers, size, cursor)
    return Page.build(found, size, lambda row: (row,), cursor=cursor, total=len(numbers))


@given(st.integers(0, 40), st.integers(1, 12))
def test_walking_to_the_end_and_back_shows_every_row_once_with_its_number(count, size):
    numbers = list(range(10, 10 + count))
    page = show(numbers, size, None)
    forward, pages = list(page.rows), [page]
    while page.next:
        page = show(numbers, size, page.next)
        forward += page.rows
        pages.append(page)
    assert forward == numbers
    for earlier in reversed(pages[:-1]):
        page = show(numbers, size, page.previous)
        assert (page.rows, page.first_number) == (earlier.rows, earlier.first_number)
        assert page.next
    assert page.previous is None
    for each in pages:
        assert [numbers[place - 1] for place in range(each.first_number, each.last_number + 1)] == each.rows
        assert each.total == count


def test_an_empty_list_has_neither_end():
    page = show([], 5, None)
    assert (page.rows, page.next, page.previous, page.first_number, page.last_number) == ([], None, None, 1, 0)


def test_rows_that_went_away_meanwhile_leave_a_page_without_ends():
    page = show([], 5, str(Cursor((12,), back=True, number=3)))
    assert (page.rows, page.next, page.previous) == ([], None, None)


def test_going_back_to_the_start_is_number_one_even_if_rows_were_added():
    page = show([1, 2, 3], 5, str(Cursor((4,), back=True, number=9)))
    assert (page.first_number, page.last_number, page.previous) == (1, 3, None)


def test_rows_taken_away_before_never_make_a_number_below_one():
    page = show(list(range(9)), 5, str(Cursor((9,), back=True, number=2)))
    assert page.first_number == 1
    assert page.previous
