from __future__ import annotations

from datetime import date

import pytest

from receiver.access import SYSTEM
from receiver.kit.ids import new_id
from receiver.kit.months import Month
from receiver.kit.paging import BadCursor
from receiver.ledger.actions import close_report_month, post, reversal
from receiver.ledger.queries import (
    EntryFilter,
    Moved,
    accounts,
    closed_until,
    entries,
    find_account,
    moved,
    owed_before,
    person_account,
    running_balance,
)
from receiver.ledger.rules import Account, AccountKind, Cause, MonthsOpenBefore, bank, fund, paid
from tests.factories.ledger import NOVEMBER, PAYDAY, a_funded_programme, an_entry, rwf, someone

DECEMBER = Month(2026, 12)


@pytest.fixture
def story(session):
    """Ann: entitled, sent, failed, sent, paid, returned. Bob: entitled, corrected down and up, one of it taken back."""
    a_funded_programme(session)
    (ann_id, ann), (_bob_id, bob) = someone(session), someone(session)
    run = {"run_id": new_id(), "run": "2026-11"}
    payments = [{"payment_id": new_id(), "end_to_end_id": f"X-{number}"} for number in (1, 2)]
    owed, pot = Account(AccountKind.OWED, bob), fund("GASHORA")
    for entry in (
        an_entry(Cause.ENTITLE, ann, **run),  # E-2
        an_entry(Cause.ENTITLE, bob, 40_000, **run),
        an_entry(Cause.INSTRUCT, ann, **run, **payments[0]),  # E-4
        an_entry(Cause.FAIL, ann, **run, **payments[0]),
        an_entry(Cause.INSTRUCT, ann, **run, **payments[1]),  # E-6
        an_entry(Cause.SETTLE, ann, **run, **payments[1], business_date=date(2026, 12, 1)),
        an_entry(Cause.RETURN, ann, **run, **payments[1]),  # E-8
        an_entry(Cause.CORRECT, bob, 7_000, debit=owed, credit=pot, purpose="grant"),
        an_entry(Cause.CORRECT, bob, 3_000, month=Month(2026, 10)),  # E-10
    ):
        post(session, SYSTEM, entry)
    post(session, SYSTEM, reversal(session, 3, cause_id=new_id(), business_date=PAYDAY, amount=rwf(5_000)))
    post(session, SYSTEM, reversal(session, 9, cause_id=new_id(), business_date=PAYDAY, amount=rwf(2_000)))
    return {"ann_id": ann_id, "ann": ann, "bob": bob, "payments": payments, **run}


def numbers(page):
    return [row.seq for row in page.rows]


def test_entries_are_found_by_what_they_are_about(session, story):
    account = person_account(session, story["ann_id"])
    for wanted, expected in (
        (EntryFilter(), list(range(1, 13))),
        (EntryFilter(person=story["ann"]), [2, 4, 5, 6, 7, 8]),
        (EntryFilter(account_id=account.id), [2, 4, 5, 6, 8]),
        (EntryFilter(payment_id=story["payments"][1]["payment_id"]), [6, 7, 8]),
        (EntryFilter(run_id=story["run_id"], cause=Cause.INSTRUCT), [4, 6]),
        (EntryFilter(month=Month(2026, 10)), [10]),
        (EntryFilter(purpose="grant"), [9, 12]),
        (EntryFilter(programme="GASHORA", report_month=NOVEMBER), [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]),
        (EntryFilter(programme="LIBYA"), []),
    ):
        assert numbers(entries(session, wanted)) == expected


def test_a_row_tells_everything_a_list_shows(session, story):
    row = entries(session, EntryFilter(payment_id=story["payments"][1]["payment_id"])).rows[1]
    assert (row.entry_id, row.cause, row.amount) == ("E-7", Cause.SETTLE, rwf(50_000))
    assert (str(row.debit), str(row.credit)) == ("in_transit:cash_desk", "paid:GASHORA")
    assert (row.business_date, row.run, row.end_to_end_id) == (date(2026, 12, 1), "2026-11", "X-2")
    assert (row.person, row.reverses, row.posted_by) == (story["ann"], None, None)


def test_pages_go_forward_and_back(session, story):
    first = entries(session, EntryFilter(), size=5)
    second = entries(session, EntryFilter(), first.next, size=5)
    third = entries(session, EntryFilter(), second.next, size=5)
    assert [numbers(page) for page in (first, second, third)] == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12]]
    assert third.next is None
    assert numbers(entries(session, EntryFilter(), third.previous, size=5)) == [6, 7, 8, 9, 10]
    assert second.first_number == 6
    with pytest.raises(BadCursor):
        entries(session, EntryFilter(), "junk")


def test_what_moved_is_told_by_cause_with_reversals_taken_off(session, story):
    assert moved(session, EntryFilter(programme="GASHORA")) == {
        Cause.RECEIVED: Moved(1, 1_000_000),
        Cause.ENTITLE: Moved(2, 85_000),
        Cause.INSTRUCT: Moved(2, 100_000),
        Cause.FAIL: Moved(1, 50_000),
        Cause.SETTLE: Moved(1, 50_000),
        Cause.RETURN: Moved(1, 50_000),
        Cause.CORRECT: Moved(2, 3_000 - 7_000 + 2_000),
    }
    assert moved(session, EntryFilter(run_id=story["run_id"]))[Cause.ENTITLE] == Moved(2, 85_000)
    assert moved(session, EntryFilter(programme="LIBYA")) == {}


def test_the_equation_of_a_month_is_the_ledger(session, story):
    """Opening + entitled + corrections - instructed + failed and returned - recovered = closing."""
    close_report_month(session, "GASHORA", Month(2026, 10))
    close_report_month(session, "GASHORA", NOVEMBER)
    post(session, SYSTEM, an_entry(Cause.INSTRUCT, story["ann"], 10_000))
    opening = {month: owed_before(session, "GASHORA", month) for month in (Month(2026, 10), NOVEMBER, DECEMBER)}
    assert opening == {Month(2026, 10): 0, NOVEMBER: 3_000, DECEMBER: 83_000}
    sums = {cause: one.minor for cause, one in moved(session, EntryFilter(report_month=NOVEMBER)).items()}
    came = sums[Cause.ENTITLE] + sums[Cause.CORRECT] + sums[Cause.FAIL] + sums[Cause.RETURN]
    assert opening[NOVEMBER] + came - sums[Cause.INSTRUCT] == opening[DECEMBER]
    assert owed_before(session, "GASHORA", DECEMBER + 1) == 73_000
    assert owed_before(session, "GASHORA", DECEMBER, purpose="grant") == -5_000


def test_a_running_balance_is_that_before_an_entry(session, story):
    account = person_account(session, story["ann_id"])
    assert [running_balance(session, account, seq).minor for seq in (2, 3, 5, 6, 13)] == [0, 50_000, 0, 50_000, 50_000]
    assert running_balance(session, find_account(session, bank("BNR-1")), 99) == rwf(1_000_000)


def test_accounts_are_listed_by_kind(session, story):
    found = [(str(row.account), row.balance) for row in accounts(session, AccountKind.FUND, AccountKind.PAID)]
    assert found == [("fund:GASHORA", rwf(917_000)), ("paid:GASHORA", rwf(0))]
    assert find_account(session, paid("LIBYA")) is None


# Months


def test_months_are_closed_in_order_and_once(session, story):
    assert closed_until(session, "GASHORA") is None
    with pytest.raises(MonthsOpenBefore, match="2026-10"):
        close_report_month(session, "GASHORA", NOVEMBER)
    close_report_month(session, "GASHORA", Month(2026, 10))
    close_report_month(session, "GASHORA", Month(2026, 10))
    close_report_month(session, "GASHORA", Month(2026, 9))
    close_report_month(session, "GASHORA", NOVEMBER)
    assert closed_until(session, "GASHORA") == NOVEMBER


def test_months_without_entries_are_closed_along_the_way(session, story):
    close_report_month(session, "GASHORA", Month(2026, 10))
    close_report_month(session, "GASHORA", NOVEMBER)
    close_report_month(session, "GASHORA", Month(2027, 3))
    assert closed_until(session, "GASHORA") == Month(2027, 3)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, story["ann"], 1))
    assert str(entries(session, EntryFilter(report_month=Month(2027, 4))).rows[0].month) == "2026-11"
