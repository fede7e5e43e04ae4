from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.months import Month, NotAMonth, months

anywhere = st.builds(Month, st.integers(1000, 3000), st.integers(1, 12))


@pytest.mark.parametrize(
    ("text", "month"), [("2026-11", Month(2026, 11)), ("0001-01", Month(1, 1)), ("9999-12", Month(9999, 12))]
)
def test_months_are_read_and_written(text, month):
    assert Month.parse(text) == month
    assert str(month) == text


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-1", "0000-05", "26-11", "2026-11-01", " 2026-11", "2026-11\n"]
)
def test_other_texts_are_no_months(text):
    with pytest.raises(NotAMonth, match="2026-11"):
        Month.parse(text)


def test_digits_of_other_scripts_are_for_the_form_to_read():
    with pytest.raises(NotAMonth):
        Month.parse("\u0662\u0660\u0662\u0666-\u0661\u0661")


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (0, 1), (10_000, 1)])
def test_no_such_month(year, month):
    with pytest.raises(ValueError, match="not a month"):
        Month(year, month)


@pytest.mark.parametrize(
    ("month", "days"),
    [(Month(2026, 11), 30), (Month(2026, 12), 31), (Month(2026, 2), 28), (Month(2028, 2), 29), (Month(2100, 2), 28)],
)
def test_its_days(month, days):
    assert month.days == days
    assert month.first == date(month.year, month.month, 1)
    assert month.last == date(month.year, month.month, days)


def test_order_membership_and_arithmetic():
    november = Month(2026, 11)
    assert november + 2 == Month(2027, 1)
    assert november - 11 == Month(2025, 12)
    assert november - Month(2025, 11) == 12
    assert Month(2025, 11) - november == -12
    assert sorted([november, Month(2025, 12)]) == [Month(2025, 12), november]
    assert Month.of(date(2026, 11, 30)) == november
    assert date(2026, 11, 30) in november
    assert date(2025, 11, 30) not in november
    assert len({november, Month(2026, 11)}) == 1


@given(anywhere, st.integers(-5000, 5000))
def test_going_and_coming_back(month, steps):
    assert (month + steps) - steps == month
    assert (month + steps) - month == steps
    assert ((month + steps) > month) == (steps > 0)


@given(anywhere)
def test_months_follow_one_another_without_a_gap(month):
    assert (month + 1).first.toordinal() - month.last.toordinal() == 1
    assert (month.last - month.first).days + 1 == month.days


def test_a_range_includes_both_ends():
    assert list(map(str, months(Month(2026, 11), Month(2027, 1)))) == ["2026-11", "2026-12", "2027-01"]
    assert list(months(Month(2026, 11), Month(2026, 11))) == [Month(2026, 11)]
    assert not list(months(Month(2026, 11), Month(2026, 10)))
