from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.dates import (
    UNKNOWN,
    BadDate,
    NoSuchDay,
    NoSuchMonth,
    OtherCalendar,
    PartialDate,
    Precision,
    ShortYear,
    SpreadsheetNumber,
    age,
    fold_month_name,
    parse_date,
)
from receiver.kit.months import Month

DAY, MONTH, YEAR, ESTIMATED, NOTHING = (
    Precision.DAY,
    Precision.MONTH,
    Precision.YEAR,
    Precision.ESTIMATED,
    Precision.UNKNOWN,
)
SPELT = {
    ("march", "mar", "mars", "werurwe", "machi", "\u0645\u0627\u0631\u0633"): 3,
    ("august", "ao\u00fbt", "\u0623\u063a\u0633\u0637\u0633"): 8,
    ("\u0643\u0627\u0646\u0648\u0646 \u0627\u0644\u062b\u0627\u0646\u064a",): 1,  # a name of two words
}
NAMES = {fold_month_name(name): month for names, month in SPELT.items() for name in names}
days = st.dates(date(1850, 1, 1), date(2199, 12, 31))


def western_to(zero: str, text: str) -> str:
    return "".join(chr(ord(zero) + int(sign)) if sign.isdigit() else sign for sign in text)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-11-05", "dmy", "2026-11-05"),
        ("2026-11-05", "mdy", "2026-11-05"),
        ("2026/11/5", "dmy", "2026-11-05"),
        ("20261105", "dmy", "2026-11-05"),
        ("5/11/2026", "dmy", "2026-11-05"),
        ("05.11.2026", "dmy", "2026-11-05"),
        ("5-11-2026", "ymd", "2026-11-05"),
        ("5 11 2026", "dmy", "2026-11-05"),
        ("5/11/2026", "mdy", "2026-05-11"),
        ("11/5/2026", "mdy", "2026-11-05"),
        (western_to("\u0660", "5/11/2026"), "dmy", "2026-11-05"),
        (western_to("\u06f0", "2026-11-05"), "dmy", "2026-11-05"),
        ("\u200f05\u200f/11\u200f/2026", "dmy", "2026-11-05"),  # as Arabic programs write it
        ("5\u060c11\u060c2026", "dmy", "2026-11-05"),
        ("5\u201311\u20132026", "dmy", "2026-11-05"),
        (" 5 March 2026 ", "dmy", "2026-03-05"),
        ("March 5, 2026", "mdy", "2026-03-05"),
        ("5 MARS 2026", "dmy", "2026-03-05"),
        ("1er mars 2026", "dmy", "2026-03-01"),
        ("3rd March 2026", "dmy", "2026-03-03"),
        ("5 mar. 2026", "dmy", "2026-03-05"),
        ("5 Werurwe 2026", "dmy", "2026-03-05"),
        ("5 Machi 2026", "dmy", "2026-03-05"),
        ("5 aout 2026", "dmy", "2026-08-05"),
        ("5 ao\u00fbt 2026", "dmy", "2026-08-05"),
        (western_to("\u0660", "5 \u0645\u0627\u0631\u0633 2026"), "dmy", "2026-03-05"),
        ("5 \u0627\u063a\u0633\u0637\u0633 2026", "dmy", "2026-08-05"),
        ("5 \u0643\u0627\u0646\u0648\u0646 \u0627\u0644\u062b\u0627\u0646\u064a 1990", "dmy", "1990-01-05"),
        ("2026 March 5", "dmy", "2026-03-05"),
        ("2026-11-05 00:00:00", "dmy", "2026-11-05"),
        ("2026-11-05T00:00:00.000Z", "dmy", "2026-11-05"),
        ("11/2026", "dmy", "2026-11"),
        ("2026-11", "mdy", "2026-11"),
        ("March 2026", "dmy", "2026-03"),
        ("00/11/2026", "dmy", "2026-11"),
        ("2026-11-00", "dmy", "2026-11"),
        ("2026", "dmy", "2026"),
        ("00/00/2026", "dmy", "2026"),
        ("0/2026", "dmy", "2026"),
        ("29/02/2028", "dmy", "2028-02-29"),
        ("", "dmy", ""),
        (" \u200b\n", "dmy", ""),
    ],
)
def test_dates_are_read_as_people_write_them(text, order, expected):
    read = parse_date(text, order, NAMES)
    assert str(read) == expected
    assert read.precision == {0: NOTHING, 4: YEAR, 7: MONTH, 10: DAY}[len(expected)]


@pytest.mark.parametrize(
    ("text", "refusal", "message"),
    [
        ("31/02/2026", NoSuchDay, "2026-02 has 28 days; there is no day 31 in it."),
        ("2026-02-29", NoSuchDay, "2026-02 has 28 days; there is no day 29 in it."),
        ("31 March 1990 2026", BadDate, None),
        ("5 Brumaire 2026", BadDate, None),
        ("31/04/2026", NoSuchDay, "2026-04 has 30 days; there is no day 31 in it."),
        ("32/01/2026", NoSuchDay, "2026-01 has 31 days; there is no day 32 in it."),
        ("05/25/1990", NoSuchMonth, "There is no month 25."),
        ("2026-13-01", NoSuchMonth, "There is no month 13."),
        ("13/2026", NoSuchMonth, "There is no month 13."),
        ("45000", SpreadsheetNumber, "45000 looks like"),
        ("45000.5", SpreadsheetNumber, "45000.5 looks like"),
        ("45,000", BadDate, None),
        ("5/11/26", ShortYear, "four digits"),
        ("5 March 26", ShortYear, "four digits"),
        ("1402-05-05", OtherCalendar, "The year 1402 does not"),
        ("5/5/2569", OtherCalendar, "The year 2569 does not"),
        ("5 March 1402", OtherCalendar, "The year 1402 does not"),
        ("1402", OtherCalendar, "The year 1402 does not"),
        ("05112026", OtherCalendar, "The year 511 does not"),
        ("5/11", BadDate, None),
        ("5 March", BadDate, None),
        ("March", BadDate, None),
        ("5", BadDate, None),
        ("5/0/2026", BadDate, None),
        ("March 2026 2027", BadDate, None),
        ("1 2 March 2026", BadDate, None),
        ("100 March 2026", BadDate, None),
        ("1/2/3/2026", BadDate, None),
        ("2026-11-05 13:45", BadDate, None),
        ("2026-11-05T00:00:00+02:00", BadDate, None),
        ("12.5e3", BadDate, None),
        ("yesterday", BadDate, None),
        ("the 3rd", BadDate, None),
        ("5th of March 2026", BadDate, None),
        ("\u00b2/3/2026", BadDate, None),
        ("=TODAY()", BadDate, None),
        ("5/11/2026" + " " * 100 + "x", BadDate, None),
        ("9" * 1000, BadDate, None),
        ("?/?/1990", BadDate, None),
    ],
)
def test_other_texts_are_refused_with_the_reason(text, refusal, message):
    with pytest.raises(BadDate) as refused:
        parse_date(text, month_names=NAMES)
    assert type(refused.value) is refusal
    assert (message or "We cannot read this as a date.") in str(refused.value)
    assert refused.value.status == 422


def test_without_names_of_months_only_numbers_are_read():
    assert parse_date("5/3/2026") == PartialDate.of(date(2026, 3, 5))
    with pytest.raises(BadDate):
        parse_date("5 March 2026")


def test_a_missing_day_names_its_month():
    with pytest.raises(NoSuchDay) as refused:
        parse_date("31/02/2026")
    assert refused.value.params == {"day": 31, "month": Month(2026, 2), "days": 28}


@given(days, st.sampled_from(["{0:%Y-%m-%d}", "{0.day}/{0.month}/{0.year}", "{0:%d.%m.%Y}", "{0:%Y%m%d}"]))
def test_every_day_is_read_in_every_form(day, form):
    assert parse_date(form.format(day)) == PartialDate.of(day)
    assert parse_date(western_to("\u06f0", form.format(day))) == PartialDate.of(day)


@given(st.text(max_size=25) | st.from_regex(r"[0-9]{0,5}[-/. ][0-9]{0,3}[-/. ]?[0-9]{0,5}", fullmatch=True))
def test_no_text_breaks_the_reader(text):
    try:
        read = parse_date(text, month_names=NAMES)
    except BadDate:
        return
    assert read == UNKNOWN or read.year in range(1850, 2200)


@pytest.mark.parametrize(
    ("parts", "precision"),
    [
        ((1990, 5, 17), DAY),
        ((1990, 5, None), MONTH),
        ((1990, None, None), YEAR),
        ((1990, 5, 17), ESTIMATED),
        ((1990, 5, None), ESTIMATED),
        ((1990, None, None), ESTIMATED),
        ((None, None, None), NOTHING),
    ],
)
def test_parts_and_precision_that_go_together(parts, precision):
    assert PartialDate(*parts, precision).precision is precision


@pytest.mark.parametrize("precision", list(Precision))
@pytest.mark.parametrize("parts", [(None, 5, None), (None, None, 17), (None, 5, 17), (1990, None, 17)])
def test_no_precision_has_a_gap(parts, precision):
    with pytest.raises(ValueError, match="precision"):
        PartialDate(*parts, precision)


@pytest.mark.parametrize(
    ("parts", "precision"),
    [((1990, 5, None), DAY), ((1990, 5, 17), MONTH), ((1990, 5, 17), YEAR), ((1990, None, None), NOTHING)],
)
def test_a_precision_has_its_parts(parts, precision):
    with pytest.raises(ValueError, match=precision.value):
        PartialDate(*parts, precision)


@pytest.mark.parametrize("parts", [(1990, 13, 1), (1990, 2, 29), (0, 1, 1)])
def test_no_such_day(parts):
    with pytest.raises(ValueError, match=r"must be in|out of range"):
        PartialDate(*parts)


@pytest.mark.parametrize(
    ("parts", "precision"),
    [((1990, 5, 17), DAY), ((1990, 5), MONTH), ((1990,), YEAR), ((None,), NOTHING)],
)
def test_the_precision_that_parts_have(parts, precision):
    assert PartialDate.known(*parts).precision is precision


def test_a_day_without_its_year_is_not_known():
    with pytest.raises(ValueError, match="precision"):
        PartialDate.known(None, 5)


@pytest.mark.parametrize(
    ("partial", "earliest", "latest", "middle"),
    [
        (PartialDate(1990, 5, 17), date(1990, 5, 17), date(1990, 5, 17), date(1990, 5, 17)),
        (PartialDate.known(1990, 2), date(1990, 2, 1), date(1990, 2, 28), date(1990, 2, 14)),
        (PartialDate.known(1990), date(1990, 1, 1), date(1990, 12, 31), date(1990, 7, 2)),
        (PartialDate(1990, precision=ESTIMATED), date(1990, 1, 1), date(1990, 12, 31), date(1990, 7, 2)),
        (UNKNOWN, None, None, None),
    ],
)
def test_what_a_date_can_be(partial, earliest, latest, middle):
    assert (partial.earliest, partial.latest, partial.middle) == (earliest, latest, middle)


@pytest.mark.parametrize(
    ("partial", "conventional"),
    [
        (PartialDate(1990, 1, 1), True),
        (PartialDate(1990, 1, 1, ESTIMATED), False),
        (PartialDate(1990, 1, 2), False),
        (PartialDate.known(1990, 1), False),
        (UNKNOWN, False),
    ],
)
def test_the_first_of_january_is_what_offices_write(partial, conventional):
    assert partial.is_conventional is conventional


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (PartialDate(1990, 5, 17), date(2026, 5, 16), 35),
        (PartialDate(1990, 5, 17), date(2026, 5, 17), 36),
        (PartialDate(2008, 2, 29), date(2026, 2, 28), 17),
        (PartialDate(2008, 2, 29), date(2026, 3, 1), 18),
        (PartialDate(2008, 2, 29), date(2028, 2, 29), 20),
        (PartialDate.known(1990, 5), date(2026, 5, 15), 35),
        (PartialDate.known(1990, 5), date(2026, 5, 16), 36),
        (PartialDate.known(1990), date(2026, 7, 1), 35),
        (PartialDate.known(1990), date(2026, 7, 2), 36),
        (PartialDate(1990, precision=ESTIMATED), date(2026, 12, 31), 36),
        (PartialDate(2026, 5, 17), date(2026, 5, 17), 0),
        (PartialDate(2026, 5, 17), date(2026, 5, 16), None),
        (PartialDate.known(2026), date(2026, 3, 1), 0),
        (PartialDate.known(2027), date(2026, 3, 1), None),
        (UNKNOWN, date(2026, 3, 1), None),
    ],
)
def test_ages(born, on, years):
    assert age(born, on) == years
