from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import _
from receiver.ledger.rules import (
    ARROWS,
    Account,
    AccountKind,
    AmountNotAboveZero,
    BadAccountCode,
    Cause,
    Entry,
    Finding,
    MonthsOpenBefore,
    bank,
    demand_codes,
    demand_in_order,
    fund,
    in_transit,
    natural,
    paid,
    report_month,
)

NOVEMBER = Month(2026, 11)
OWED = Account(AccountKind.OWED, "p-abc")


def entry(**more):
    known = {
        "cause": Cause.ENTITLE,
        "cause_id": UUID(int=1),
        "debit": fund("GASHORA"),
        "credit": OWED,
        "amount": Money(50_000, "RWF"),
        "programme": "GASHORA",
        "purpose": "stipend",
        "month": NOVEMBER,
        "business_date": date(2026, 11, 25),
        "person": "p-abc",
    }
    return Entry(**(known | more))


@pytest.mark.parametrize(
    ("account", "name"),
    [
        (bank("BNR-1"), "bank:BNR-1"),
        (fund("GASHORA"), "fund:GASHORA"),
        (OWED, "owed:p-abc"),
        (in_transit("cash_desk"), "in_transit:cash_desk"),
        (paid("GASHORA"), "paid:GASHORA"),
        (Account(AccountKind.RECOVERABLE, "p-abc"), "recoverable:p-abc"),
    ],
)
def test_an_account_is_written_and_read_alike(account, name):
    assert str(account) == name
    assert Account.parse(name) == account


@pytest.mark.parametrize(
    "name", ["", "fund", "fund:", "wallet:X", "fund:a b", "fund:a,b", 'fund:"', "fund:" + "x" * 41]
)
def test_other_texts_are_no_accounts(name):
    with pytest.raises(BadAccountCode):
        Account.parse(name)


def test_the_arrows_are_those_of_the_domain():
    written = {
        f"{cause.value}: {out.value} -> {to.value}"
        for cause, pairs in ARROWS.items()
        if cause is not Cause.REVERSE
        for out, to in pairs
    }
    assert written == {
        "received: bank -> fund",
        "entitle: fund -> owed",
        "instruct: owed -> in_transit",
        "settle: in_transit -> paid",
        "fail: in_transit -> owed",
        "return: paid -> owed",
        "correct: fund -> owed",
        "correct: owed -> fund",
        "overpaid: recoverable -> fund",
        "recover: owed -> recoverable",
    }


def test_a_reversal_exchanges_the_sides_of_any_other():
    forward = {pair for cause, pairs in ARROWS.items() if cause is not Cause.REVERSE for pair in pairs}
    assert {(to, out) for out, to in ARROWS[Cause.REVERSE]} == forward


@pytest.mark.parametrize("minor", [0, -1])
def test_an_entry_moves_something(minor):
    with pytest.raises(AmountNotAboveZero):
        entry(amount=Money(minor, "RWF"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"debit": OWED, "credit": fund("GASHORA")},
        {"cause": Cause.SETTLE},
        {"reverses": 1},
        {"cause": Cause.REVERSE, "debit": OWED, "credit": fund("GASHORA")},
        {"programme": "a,b"},
        {"purpose": ""},
        {"run": "2026-11 r1"},
        {"end_to_end_id": "=1+1"},
        {"person": "Ann Example"},
        {"person": None},
        {"person": "p-other"},
    ],
)
def test_an_entry_that_makes_no_sense_is_a_fault_of_the_program(wrong):
    with pytest.raises(ValueError, match=r"move|revers|code|person"):
        entry(**wrong)


def test_a_reversal_names_its_original():
    made = entry(cause=Cause.REVERSE, debit=OWED, credit=fund("GASHORA"), reverses=7)
    assert made.reverses == 7


def test_codes_are_plain():
    demand_codes("GASHORA", "2026-11-r1", "a.b_c", None)
    with pytest.raises(ValueError, match="not a code"):
        demand_codes("GASHORA", "a\n")


@pytest.mark.parametrize(
    ("of", "balance"),
    [
        (AccountKind.BANK, 70),
        (AccountKind.FUND, -70),
        (AccountKind.OWED, -70),
        (AccountKind.IN_TRANSIT, -70),
        (AccountKind.PAID, -70),
        (AccountKind.RECOVERABLE, 70),
    ],
)
def test_banks_and_what_is_to_be_recovered_are_debit_balances(of, balance):
    assert natural(of, debit_minor=100, credit_minor=30) == balance


@pytest.mark.parametrize(
    ("month", "closed_until", "expected"),
    [
        ("2026-11", None, "2026-11"),
        ("2026-11", "2026-10", "2026-11"),
        ("2026-11", "2026-11", "2026-12"),
        ("2026-11", "2027-01", "2027-02"),
        ("2026-12", "2026-11", "2026-12"),
    ],
)
def test_an_entry_stands_in_its_month_until_that_is_final(month, closed_until, expected):
    closed = None if closed_until is None else Month.parse(closed_until)
    assert str(report_month(Month.parse(month), closed)) == expected


@pytest.mark.parametrize(
    ("oldest", "refused"), [(None, False), ("2026-11", False), ("2026-12", False), ("2026-10", True)]
)
def test_months_are_closed_in_their_order(oldest, refused):
    first = None if oldest is None else Month.parse(oldest)
    if refused:
        with pytest.raises(MonthsOpenBefore, match="2026-10 of programme GASHORA must be closed first"):
            demand_in_order("GASHORA", NOVEMBER, first)
    else:
        demand_in_order("GASHORA", NOVEMBER, first)


def test_a_finding_names_its_invariant():
    assert str(Finding(20, _("The balance is wrong."))) == "[20] The balance is wrong."
