"""Balances that stand beside entries, against sums of all entries one by one; on every page of any size."""

from __future__ import annotations

import pytest

from receiver.access import SYSTEM
from receiver.kit.months import Month
from receiver.ledger.actions import post
from receiver.ledger.queries import EntryFilter, accounts, entries, person_account
from receiver.ledger.queries.running import balances_after
from receiver.ledger.rules import AccountKind, Cause, natural
from tests.factories.ledger import NOVEMBER, a_funded_programme, an_entry, someone

OCTOBER = Month(2026, 10)


@pytest.fixture
def people(session):
    """Two people with months that lie among one another, some of the money in October."""
    a_funded_programme(session)
    found = [someone(session), someone(session)]
    for month, amount in ((OCTOBER, 10_000), (NOVEMBER, 20_000), (OCTOBER, 3_000)):
        for _id, one in found:
            post(session, SYSTEM, an_entry(Cause.ENTITLE, one, amount, month=month, purpose=f"p{amount}"))
    for _id, one in found:
        for cause, amount in ((Cause.INSTRUCT, 30_000), (Cause.SETTLE, 25_000), (Cause.FAIL, 5_000)):
            post(session, SYSTEM, an_entry(cause, one, amount, month=OCTOBER))
    return found


def by_hand(session, account):
    """The balance of an account after every entry of the ledger."""
    total, found = 0, {}
    for row in entries(session, EntryFilter(), size=100).rows:
        for side, minor in (
            (row.debit, natural(account.account.kind, 1, 0)),
            (row.credit, natural(account.account.kind, 0, 1)),
        ):
            total += minor * row.amount.minor if side == account.account else 0
        found[row.seq] = total
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("month", [None, OCTOBER, NOVEMBER])
def test_on_every_page_whatever_is_left_out(session, people, size, month):
    shared = accounts(session, AccountKind.BANK, AccountKind.FUND, AccountKind.IN_TRANSIT, AccountKind.PAID)
    assert len(shared) == 4
    (ann_id, ann), (bob_id, bob) = people
    looks = [(account, EntryFilter(month=month, account_id=account.id)) for account in shared]
    looks += [(account, EntryFilter(month=month, account_id=account.id, person=ann)) for account in shared]
    looks += [
        (person_account(session, one), EntryFilter(month=month, person=p)) for one, p in ((ann_id, ann), (bob_id, bob))
    ]
    for account, wanted in looks:
        right, seen, known, cursor = by_hand(session, account), [], None, None
        while True:
            page = entries(session, wanted, cursor, size)
            if page.rows:
                first, last = page.rows[0].seq, page.rows[-1].seq
                found = balances_after(session, account, wanted, first, last)
                assert found == balances_after(session, account, wanted, first, last, known=known)
                assert {seq: one.minor for seq, one in found.items()} == {row.seq: right[row.seq] for row in page.rows}
                known = (last, found[last])
                seen += found
            cursor = page.next
            if cursor is None:
                break
        assert seen == [row.seq for row in entries(session, wanted, size=100).rows]
