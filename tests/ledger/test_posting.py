from __future__ import annotations

import hashlib
import threading
from datetime import date

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError

from receiver.access import SYSTEM
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.ledger.actions import close_report_month, open_people, post, posting, reversal
from receiver.ledger.models import ENTRIES, LedgerAccount, LedgerEntry, LedgerPosting
from receiver.ledger.queries import (
    EntryFilter,
    check,
    dump_csv,
    entries,
    find_account,
    person_account,
    pseudonyms,
    still_to_reverse,
)
from receiver.ledger.rules import (
    Account,
    AccountKind,
    BalanceBelowZero,
    Cause,
    FundOverdrawn,
    NotReversible,
    OtherCurrency,
    PostedDifferently,
    TooMuchReversed,
    bank,
    fund,
    in_transit,
    paid,
)
from tests.factories.ledger import NOVEMBER, PAYDAY, a_funded_programme, a_programme, an_entry, rwf, someone


def balance(session, account):
    row = find_account(session, account)
    return None if row is None else row.balance.minor


def lines_of(session, first, last):
    rows = list("".join(dump_csv(session)).splitlines(keepends=True))[1:]
    return "".join(row for row in rows if first <= int(row.split(",")[0]) <= last)


def test_money_goes_from_the_bank_to_a_hand(session):
    """The worked example of the rules, at the second try."""
    a_funded_programme(session)
    _id, ann = someone(session)
    owed = Account(AccountKind.OWED, ann)
    steps = [
        (Cause.ENTITLE, (50_000, 0, 0)),
        (Cause.INSTRUCT, (0, 50_000, 0)),
        (Cause.FAIL, (50_000, 0, 0)),
        (Cause.INSTRUCT, (0, 50_000, 0)),
        (Cause.SETTLE, (0, 0, 50_000)),
        (Cause.RETURN, (50_000, 0, 0)),
    ]
    for cause, expected in steps:
        post(session, SYSTEM, an_entry(cause, ann))
        found = (balance(session, owed), balance(session, in_transit("cash_desk")), balance(session, paid("GASHORA")))
        assert tuple(minor or 0 for minor in found) == expected
    assert balance(session, bank("BNR-1")) == 1_000_000
    assert balance(session, fund("GASHORA")) == 950_000
    assert check(session) == []


def test_what_was_posted_is_told_with_count_sum_and_the_hash_of_its_lines(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    posted = post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), an_entry(Cause.INSTRUCT, ann, 20_000))
    assert (posted.first, posted.last, posted.count, posted.total) == (2, 3, 2, rwf(70_000))
    assert posted.sha256 == hashlib.sha256(lines_of(session, 2, 3).encode()).hexdigest()
    assert posted.facts == {
        "entries": 2,
        "first_seq": 2,
        "last_seq": 3,
        "sum_minor": 70_000,
        "currency": "RWF",
        "sha256": posted.sha256,
    }
    kept = session.execute(select(LedgerPosting).where(LedgerPosting.first_seq == 2)).scalar_one()
    assert (kept.last_seq, kept.entries, kept.sum_minor, kept.sha256) == (3, 2, 70_000, posted.sha256)


def test_a_replay_posts_nothing_twice(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    entry = an_entry(Cause.ENTITLE, ann)
    post(session, SYSTEM, entry)
    again = post(session, SYSTEM, entry, entry)
    assert (again.count, again.total.minor, again.sha256) == (0, 0, hashlib.sha256().hexdigest())
    assert balance(session, Account(AccountKind.OWED, ann)) == 50_000
    assert session.execute(select(func.count()).select_from(LedgerPosting)).scalar_one() == 2


def test_a_replay_may_come_on_another_day(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    entry = an_entry(Cause.ENTITLE, ann)
    post(session, SYSTEM, entry)
    later = an_entry(Cause.ENTITLE, ann, cause_id=entry.cause_id, business_date=date(2026, 12, 1))
    assert post(session, SYSTEM, later).count == 0


def test_a_replay_with_other_figures_is_refused(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    entry = an_entry(Cause.ENTITLE, ann)
    post(session, SYSTEM, entry)
    for change in ({"minor": 49_999}, {"month": Month(2026, 10)}, {"purpose": "grant"}, {"end_to_end_id": "X-1"}):
        with pytest.raises(PostedDifferently, match="entry E-2"):
            post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, cause_id=entry.cause_id, **change))
        first = an_entry(Cause.ENTITLE, ann)
        with pytest.raises(PostedDifferently, match="entry E-3"):
            post(session, SYSTEM, first, an_entry(Cause.ENTITLE, ann, cause_id=first.cause_id, **change))


def test_many_entries_by_value_go_in_portions(session):
    a_funded_programme(session, 10_000_000)
    people = open_people(session, [new_id() for _number in range(501)], "RWF")
    posted = post(session, SYSTEM, *(an_entry(Cause.ENTITLE, person, 1_000) for person in people.values()))
    assert (posted.count, posted.total) == (501, rwf(501_000))
    assert check(session) == []


def test_a_fund_does_not_go_below_zero_without_a_reason(session):
    a_funded_programme(session, 60_000)
    _id, ann = someone(session)
    with pytest.raises(FundOverdrawn, match="GASHORA would be short by RWF 10000"):
        post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, 70_000))
    with pytest.raises(FundOverdrawn):
        post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, 70_000), overdraw_because="  ")
    assert balance(session, fund("GASHORA")) == 60_000
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, 70_000), overdraw_because="The second instalment is announced.")
    kept = session.execute(select(LedgerPosting.overdrawn_because).order_by(LedgerPosting.first_seq)).scalars().all()
    assert kept == [None, "The second instalment is announced."]
    assert check(session) == []


def test_a_reason_that_was_not_needed_is_not_kept(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), overdraw_because="to be sure")
    assert session.execute(select(func.count(LedgerPosting.overdrawn_because))).scalar_one() == 0


def test_money_may_come_into_a_fund_that_is_below_zero(session):
    a_funded_programme(session, 60_000)
    _id, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, 70_000), overdraw_because="announced")
    correction = an_entry(Cause.CORRECT, ann, 5_000, debit=Account(AccountKind.OWED, ann), credit=fund("GASHORA"))
    post(session, SYSTEM, correction)
    assert balance(session, fund("GASHORA")) == -5_000
    assert check(session) == []


def test_no_other_account_goes_below_zero(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann))
    with pytest.raises(BalanceBelowZero, match=f"owed:{ann}"):
        post(session, SYSTEM, an_entry(Cause.INSTRUCT, ann, 50_001))
    with pytest.raises(BalanceBelowZero, match="in_transit:cash_desk"):
        post(session, SYSTEM, an_entry(Cause.SETTLE, ann))
    assert balance(session, Account(AccountKind.OWED, ann)) == 50_000


def test_what_a_person_must_pay_back_is_kept_apart_and_recovered(session):
    a_funded_programme(session)
    person, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.OVERPAID, ann, 30_000), an_entry(Cause.ENTITLE, ann))
    post(session, SYSTEM, an_entry(Cause.RECOVER, ann, 10_000))
    assert person_account(session, person, AccountKind.RECOVERABLE).balance == rwf(20_000)
    assert person_account(session, person).balance == rwf(40_000)
    assert check(session) == []


def test_a_person_has_an_account_before_money_moves(session):
    a_funded_programme(session)
    with pytest.raises(ValueError, match="open_people first"):
        post(session, SYSTEM, an_entry(Cause.ENTITLE, "p-nobody"))
    with pytest.raises(ValueError, match="open_people first"):
        post(session, SYSTEM, an_entry(Cause.OVERPAID, "p-nobody"))


def test_a_pseudonym_is_stable_and_tells_nothing(session):
    a_programme(session)
    person, ann = someone(session)
    assert ann == open_people(session, [person, person], "RWF")[person]
    assert pseudonyms(session, [person, new_id()]) == {person: ann}
    assert len(ann) == 14
    assert ann.startswith("p-")
    assert person.hex not in ann
    assert person_account(session, new_id()) is None
    assert open_people(session, [], "RWF") == {}


def test_one_account_one_currency(session):
    a_funded_programme(session)
    person, ann = someone(session)
    with pytest.raises(OtherCurrency, match="is kept in RWF"):
        open_people(session, [person], "USD")
    with pytest.raises(OtherCurrency):
        post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, amount=Money(5, "USD")))


def test_one_posting_one_currency(session):
    a_funded_programme(session)
    a_programme(session, "LIBYA", "USD")
    _id, ann = someone(session)
    bob = open_people(session, [new_id()], "USD").popitem()[1]
    dollars = an_entry(Cause.ENTITLE, bob, amount=Money(5, "USD"), programme="LIBYA", debit=fund("LIBYA"))
    with pytest.raises(ValueError, match="one posting, one currency"):
        post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), dollars, overdraw_because="trial")


def test_a_refused_posting_leaves_nothing(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    before = "".join(dump_csv(session))
    with pytest.raises(BalanceBelowZero):
        post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), an_entry(Cause.INSTRUCT, ann, 60_000))
    assert "".join(dump_csv(session)) == before
    assert check(session) == []


def test_steps_within_one_posting_may_use_what_the_others_bring(session):
    """A late settlement takes back the failure and settles; only the end must hold."""
    a_funded_programme(session)
    _id, ann = someone(session)
    failed = an_entry(Cause.FAIL, ann)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), an_entry(Cause.INSTRUCT, ann), failed)
    with posting(session, SYSTEM) as opened:
        opened.add([an_entry(Cause.SETTLE, ann)])
        opened.add([reversal(session, 4, cause_id=new_id(), business_date=PAYDAY)])
    assert opened.posted.count == 2
    assert balance(session, paid("GASHORA")) == 50_000
    assert check(session) == []


# Reversals


def test_a_reversal_takes_back_what_is_left_and_keeps_the_month(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    run = {"run_id": new_id(), "run": "2026-11"}
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, **run))
    part = reversal(session, 2, cause_id=new_id(), business_date=date(2026, 12, 3), amount=rwf(20_000))
    post(session, SYSTEM, part)
    assert still_to_reverse(session, 2) == 30_000
    rest = reversal(session, 2, cause_id=new_id(), business_date=date(2026, 12, 4))
    assert (rest.amount, rest.month, rest.run_id, rest.run) == (rwf(30_000), NOVEMBER, run["run_id"], "2026-11")
    assert (rest.debit, rest.credit) == (Account(AccountKind.OWED, ann), fund("GASHORA"))
    post(session, SYSTEM, rest)
    assert balance(session, Account(AccountKind.OWED, ann)) == 0
    assert check(session) == []


def test_a_reversal_is_at_most_the_rest_and_not_reversed(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann))
    with pytest.raises(TooMuchReversed, match="only RWF 50000"):
        reversal(session, 2, cause_id=new_id(), business_date=PAYDAY, amount=rwf(50_001))
    whole = reversal(session, 2, cause_id=new_id(), business_date=PAYDAY)
    post(session, SYSTEM, whole)
    with pytest.raises(TooMuchReversed, match="only RWF 0"):
        reversal(session, 2, cause_id=new_id(), business_date=PAYDAY)
    with pytest.raises(NotReversible):
        reversal(session, 3, cause_id=new_id(), business_date=PAYDAY)
    with pytest.raises(NotFound):
        reversal(session, 99, cause_id=new_id(), business_date=PAYDAY)


# What the database itself refuses


def raw_entry(session, **more):
    a_funded_programme(session)
    _id, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann))
    row = dict(session.execute(select(ENTRIES).where(LedgerEntry.seq == 2)).mappings().one())
    return row | {"seq": 3, "cause_id": new_id()} | more


def swapped(row):
    sides = {"debit_account_id": row["credit_account_id"], "debit_kind": row["credit_kind"]}
    return row | sides | {"credit_account_id": row["debit_account_id"], "credit_kind": row["debit_kind"]}


def reverses(row, original, **more):
    return swapped(row) | {"cause": Cause.REVERSE, "reverses": original} | more


UNFIT = [
    {"amount_minor": 0},
    {"amount_minor": -1},
    {"currency": "USD"},
    {"cause": Cause.SETTLE},
    {"credit_kind": AccountKind.PAID},
    {"credit_account_id": 999},
    {"programme": "NOWHERE"},
    {"person": None},
    {"reverses": 2},
    {"seq": 2},
    {"seq": 0},
    {"cause": Cause.REVERSE, "reverses": 2},
    {"cause": Cause.REVERSE},
    lambda row: {"credit_account_id": row["debit_account_id"], "credit_kind": row["debit_kind"]},
    swapped,
    lambda row: reverses(row, None),
    lambda row: reverses(row, 2, amount_minor=50_001),
    lambda row: reverses(row, 1),
    lambda row: reverses(row, 2, month=Month(2026, 10)),
]


def is_refused(session, statement, *values):
    try:
        with session.begin_nested():
            session.execute(statement, *values)
    except IntegrityError:
        return True
    return False


def test_the_database_refuses_an_entry_that_cannot_be(session):
    row = raw_entry(session)
    rows = [row | (change(row) if callable(change) else change) for change in UNFIT]
    taken = [change for change, one in zip(UNFIT, rows, strict=True) if not is_refused(session, ENTRIES.insert(), one)]
    assert taken == []


def test_the_database_takes_a_right_entry_and_a_right_reversal(session):
    row = raw_entry(session)
    session.execute(ENTRIES.insert(), row)
    back = reverses(row, 3, seq=4, cause_id=new_id())
    session.execute(ENTRIES.insert(), back)
    with pytest.raises(IntegrityError):
        session.execute(ENTRIES.insert(), back | {"seq": 5, "cause_id": new_id(), "amount_minor": 1})


def test_the_same_cause_happens_once(session):
    row = raw_entry(session)
    kept = session.execute(select(LedgerEntry.cause_id).where(LedgerEntry.seq == 2)).scalar_one()
    with pytest.raises(IntegrityError):
        session.execute(ENTRIES.insert(), row | {"cause_id": kept})


APPEND_ONLY = {
    "ledger_entries": "run",
    "ledger_postings": "sha256",
    "instalments": "reference",
    "closed_report_months": "created_at",
}


def test_what_is_written_stays_as_written(session):
    a_funded_programme(session)
    close_report_month(session, "GASHORA", NOVEMBER)
    for table, column in APPEND_ONLY.items():
        assert is_refused(session, text(f"UPDATE {table} SET {column} = {column}")), table
        assert is_refused(session, text(f"DELETE FROM {table}")), table


OUT_OF_ORDER = [
    "UPDATE ledger_accounts SET credit_minor = 2 * debit_minor WHERE kind = 'bank'",
    "UPDATE ledger_accounts SET debit_minor = credit_minor + 1 WHERE kind = 'owed'",
    "UPDATE ledger_accounts SET debit_minor = -1 WHERE kind = 'owed'",
    "UPDATE ledger_accounts SET currency = 'USD' WHERE kind = 'bank'",
    "UPDATE ledger_accounts SET person_id = '00000000000000000000000000000001' WHERE kind = 'bank'",
    "UPDATE ledger_accounts SET owner = 'p-another' WHERE kind = 'owed'",
    "UPDATE ledger_accounts SET person_id = '00000000000000000000000000000001' WHERE kind = 'owed'",
    "DELETE FROM ledger_accounts",
]


def test_the_database_keeps_accounts_in_order(session):
    raw_entry(session)
    assert [statement for statement in OUT_OF_ORDER if not is_refused(session, text(statement))] == []
    # An erasure takes the person off, and nobody can be put in the place.
    session.execute(text("UPDATE ledger_accounts SET person_id = NULL WHERE kind = 'owed'"))
    assert is_refused(session, text(OUT_OF_ORDER[-2]))
    assert check(session) == []


# Months


def test_entries_stand_in_the_month_of_their_run_until_it_is_closed(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    arrears = an_entry(Cause.ENTITLE, ann, 1_000, month=Month(2026, 9), report_for=NOVEMBER)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), arrears)
    close_report_month(session, "GASHORA", NOVEMBER)
    late = an_entry(Cause.INSTRUCT, ann)
    post(session, SYSTEM, late, reversal(session, 3, cause_id=new_id(), business_date=PAYDAY))
    found = [(str(row.month), str(row.report_month)) for row in entries(session, EntryFilter(person=ann)).rows]
    assert found == [
        ("2026-11", "2026-11"),
        ("2026-09", "2026-11"),
        ("2026-11", "2026-12"),
        ("2026-09", "2026-12"),
    ]


# Many at once


def test_postings_in_parallel_keep_numbers_without_gaps_and_balances_right(database):
    with database.write() as session:
        a_funded_programme(session)
        _id, ann = someone(session)
    failures = []

    def work():
        try:
            for _time in range(5):
                with database.write() as session:
                    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, 1_000), an_entry(Cause.INSTRUCT, ann, 1_000))
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as session:
        assert session.execute(select(func.max(LedgerEntry.seq))).scalar_one() == 41
        assert balance(session, in_transit("cash_desk")) == 20_000
        assert check(session) == []


def test_the_number_of_statements_does_not_grow_with_the_entries(session):
    a_funded_programme(session, 10_000_000)
    people = open_people(session, [new_id() for _number in range(200)], "RWF")
    batches = [[an_entry(Cause.ENTITLE, person, 1_000) for person in list(people.values())[:n]] for n in (2, 200)]
    counts, statements = [], []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))
    for batch in batches:
        statements.clear()
        post(session, SYSTEM, *batch)
        counts.append(len(statements))
    assert session.execute(select(func.count()).select_from(LedgerAccount)).scalar_one() == 202
    assert counts[1] == counts[0]
