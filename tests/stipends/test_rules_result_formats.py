from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from receiver.kit.money import Money
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.result_formats import (
    CASH_SHEET,
    FORMATS,
    LONGEST,
    REQUIRED,
    STANDARD,
    ResultRow,
    ResultStatus,
    column_faults,
    read_row,
)

S = ResultStatus
AMOUNT = Money(50_000, "RWF")


def row(status=S.SETTLED, reference="X-1", number=2, amount=AMOUNT, **more):
    return ResultRow(number, reference, status, amount, **more)


def cells(**more):
    return {"end_to_end_id": "X-1", "status": "settled", "amount": "50000", "currency": "RWF"} | more


@pytest.mark.parametrize(
    ("given_cells", "read"),
    [
        (cells(), row()),
        (cells(status=" Settled ", currency="rwf", end_to_end_id=" X-1 "), row()),
        (cells(amount="50000.00"), row()),
        (cells(amount="٥٠٠٠٠"), row()),
        (cells(amount="12.05", currency="USD"), row(amount=Money(1_205, "USD"))),
        (cells(amount="12.5", currency="USD"), row(amount=Money(1_250, "USD"))),
        (cells(amount="12.5000", currency="USD"), row(amount=Money(1_250, "USD"))),
        (cells(amount="12", currency="USD"), row(amount=Money(1_200, "USD"))),
        (cells(amount="0"), row(amount=Money(0, "RWF"))),
        (cells(reason="closed", provider_reference="77"), row(reason="closed", provider_reference="77")),
        (cells(at="2026-11-25"), row(at=date(2026, 11, 25))),
        (cells(at="2026-11-25T14:30:00+02:00"), row(at=datetime.fromisoformat("2026-11-25T14:30:00+02:00"))),
        (cells(at="2026-11-25 14:30"), row(at=datetime(2026, 11, 25, 14, 30, tzinfo=UTC))),
        (cells(colour="blue"), row()),
        ({" Status ": "failed", "END_TO_END_ID": "X-1", "amount": "50000", "currency": "RWF"}, row(S.FAILED)),
    ],
)
def test_a_row_is_read_as_it_is_meant(given_cells, read):
    assert read_row(2, given_cells) == read


@pytest.mark.parametrize(
    ("given_cells", "columns"),
    [
        (cells(end_to_end_id=""), ["end_to_end_id"]),
        (cells(end_to_end_id="X" * (LONGEST["end_to_end_id"] + 1)), ["end_to_end_id"]),
        (cells(reason="r" * 501), ["reason"]),
        (cells(provider_reference="r" * 121), ["provider_reference"]),
        (cells(status="paid"), ["status"]),
        (cells(status=""), ["status"]),
        (cells(currency="francs"), ["currency", "amount"]),
        (cells(amount=""), ["amount"]),
        (cells(amount="50 000"), ["amount"]),
        (cells(amount="50,000"), ["amount"]),
        (cells(amount="-50000"), ["amount"]),
        (cells(amount="5e4"), ["amount"]),
        (cells(amount="NaN"), ["amount"]),
        (cells(amount="50000.50"), ["amount"]),
        (cells(amount="12.055", currency="USD"), ["amount"]),
        (cells(amount="1" * 16), ["amount"]),
        (cells(amount="50000."), ["amount"]),
        (cells(at="25/11/2026"), ["at"]),
        (cells(at="2026-02-30"), ["at"]),
        (cells(at="2026-11-25T99:00"), ["at"]),
        ({}, ["end_to_end_id", "status", "currency", "amount"]),
    ],
)
def test_everything_wrong_with_a_row_is_told_by_column(given_cells, columns):
    faults = read_row(7, given_cells)
    assert [(fault.row, fault.column) for fault in faults] == [(7, column) for column in columns]
    assert all(str(fault.words).endswith(".") for fault in faults)


def test_missing_columns_are_told_before_any_row():
    (fault,) = column_faults(["Status", "amount", " CURRENCY ", "note"])
    assert (fault.row, fault.column) == (1, "end_to_end_id")
    assert str(fault.words) == "The column “end_to_end_id” is missing."
    assert column_faults(list(reversed(REQUIRED))) == []


# The sheet of the cash desk


def sheet(**more):
    return {"end_to_end_id": "X-1", "paid": "yes", "amount": "50000", "currency": "RWF"} | more


@pytest.mark.parametrize(
    ("given_cells", "read"),
    [
        (sheet(), row()),
        (sheet(paid=" No "), row(S.FAILED)),
        (sheet(date="2026-11-25", signature="thumb"), row(provider_reference="thumb", at=date(2026, 11, 25))),
        (sheet(number="7", reference="R-1", name="Selam", collector="", reason="ill"), row(reason="ill")),
        (sheet(status="failed"), row()),
    ],
)
def test_the_sheet_of_the_cash_desk_is_read(given_cells, read):
    assert read_row(2, given_cells, CASH_SHEET) == read


@pytest.mark.parametrize(
    ("given_cells", "columns"),
    [
        (sheet(paid=""), ["paid"]),
        (sheet(paid="settled"), ["paid"]),
        (sheet(signature="s" * 121, date="25 November"), ["signature", "date"]),
        ({}, ["end_to_end_id", "paid", "currency", "amount"]),
    ],
)
def test_what_is_wrong_with_the_sheet_is_told_by_its_own_columns(given_cells, columns):
    assert [fault.column for fault in read_row(7, given_cells, CASH_SHEET)] == columns


def test_the_sheet_as_it_was_handed_out_has_the_columns():
    from receiver.stipends.queries.pay_files import CASH_DESK, templates

    headers = [header for header, _value in templates()[CASH_DESK].columns]
    assert column_faults(headers, CASH_SHEET) == []
    assert [fault.column for fault in column_faults(["paid"], CASH_SHEET)] == ["end_to_end_id", "amount", "currency"]


def test_each_channel_has_one_format():
    assert sorted(channel for form in FORMATS.values() for channel in form.channels) == sorted(Channel)


@pytest.mark.parametrize(("form", "nth"), [(STANDARD, 0), (CASH_SHEET, 1)])
def test_the_samples_of_the_handbook_are_files_of_results(form, nth):
    text = (Path(__file__).parents[2] / "docs/handbook/finance-officer.md").read_text("utf-8")
    header, *lines = text.split("```\n")[1::2][nth].splitlines()
    cells = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    assert column_faults(header.split(","), form) == []
    assert [read_row(2, one, form).status for one in cells] == [S.SETTLED, S.FAILED]
