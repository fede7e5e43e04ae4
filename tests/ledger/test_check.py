from __future__ import annotations

import pytest
from sqlalchemy import inspect, text

from receiver.access import SYSTEM
from receiver.kit.ids import new_id
from receiver.ledger.actions import post, reversal
from receiver.ledger.queries import check
from receiver.ledger.rules import Cause
from tests.factories.ledger import PAYDAY, a_funded_programme, an_entry, rwf, someone


@pytest.fixture
def ledger(session):
    """Two people paid, a part of one payment reversed; then without guards, as under the hands of a stranger."""
    a_funded_programme(session)
    for number in (1, 2):
        _id, person = someone(session)
        payment = {"payment_id": new_id(), "end_to_end_id": f"X-{number}"}
        post(session, SYSTEM, an_entry(Cause.ENTITLE, person))
        post(session, SYSTEM, an_entry(Cause.INSTRUCT, person, **payment), an_entry(Cause.SETTLE, person, **payment))
    post(session, SYSTEM, reversal(session, 4, cause_id=new_id(), business_date=PAYDAY, amount=rwf(10_000)))
    assert check(session) == []
    return session


def unguard(session):
    """Take away triggers, keys and checks, in this transaction only."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers, no foreign keys
        for table in ("ledger_entries", "ledger_accounts", "ledger_postings"):
            for constraint in inspect(session.connection()).get_check_constraints(table):
                session.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint["name"]}"'))
        return
    session.execute(text("PRAGMA defer_foreign_keys = 1"))
    session.execute(text("PRAGMA ignore_check_constraints = 1"))
    for trigger in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
        session.execute(text(f"DROP TRIGGER {trigger}"))


def numbers(session):
    return sorted({finding.invariant for finding in check(session)})


COPY = (
    "INSERT INTO ledger_entries (seq, cause, cause_id, debit_account_id, debit_kind, credit_account_id, credit_kind, "
    "amount_minor, currency, recorded_at, business_date, month, report_month, programme, purpose, person, payment_id, "
    "end_to_end_id, reverses) SELECT {seq}, cause, {cause_id}, debit_account_id, debit_kind, credit_account_id, "
    "credit_kind, amount_minor, currency, recorded_at, business_date, month, report_month, programme, purpose, person, "
    "payment_id, end_to_end_id, reverses FROM ledger_entries WHERE seq = {of}"
)


TAMPERED = {
    "UPDATE ledger_accounts SET credit_minor = credit_minor + 1 WHERE kind = 'paid'": [1, 20],
    "UPDATE ledger_accounts SET credit_minor = credit_minor + 1, debit_minor = debit_minor + 1 WHERE id = 1": [20],
    "UPDATE ledger_entries SET amount_minor = 30000 WHERE seq = 3": [3, 12, 20],
    "UPDATE ledger_entries SET amount_minor = 70000 WHERE seq = 4": [3, 4, 12, 20],
    "UPDATE ledger_entries SET amount_minor = 9000 WHERE seq = 4": [3, 10, 20],
    "UPDATE ledger_entries SET amount_minor = -50000 WHERE seq = 5": [2, 3, 4, 20],
    "UPDATE ledger_entries SET cause = 'fail' WHERE seq = 4": [2, 3],
    "UPDATE ledger_entries SET debit_account_id = 999 WHERE seq = 4": [2, 3, 10, 20],
    "UPDATE ledger_entries SET currency = 'USD' WHERE seq = 4": [2, 3],
    "UPDATE ledger_entries SET credit_kind = 'owed' WHERE seq = 4": [2],
    "UPDATE ledger_entries SET person = 'p-another' WHERE seq = 3": [2, 3],
    "UPDATE ledger_entries SET person = NULL WHERE seq = 2": [2, 3, 4],
    "UPDATE ledger_entries SET purpose = 'grant' WHERE seq = 4": [3, 4],
    "UPDATE ledger_entries SET end_to_end_id = 'X-1' WHERE seq = 6": [3, 5],
    "UPDATE ledger_entries SET reverses = 7 WHERE seq = 8": [3],
    "UPDATE ledger_entries SET reverses = 3 WHERE seq = 8": [3, 10],
    "UPDATE ledger_entries SET recorded_at = '2020-01-01 00:00:00.000000' WHERE seq = 4": [3],
    "UPDATE ledger_entries SET run = '2026-12' WHERE seq = 4": [3],
    "DELETE FROM ledger_entries WHERE seq = 5": [3, 4, 20],
    "DELETE FROM ledger_entries WHERE seq = 8": [3, 20],
    "UPDATE ledger_postings SET sha256 = substr(sha256, 2) || 'x' WHERE first_seq = 3": [3],
    "UPDATE ledger_postings SET sum_minor = 1 WHERE first_seq = 3": [3],
    "DELETE FROM ledger_postings WHERE first_seq = 3": [3],
    "DELETE FROM ledger_postings WHERE first_seq = 8": [3],
    COPY.format(seq=9, of=4, cause_id="payment_id"): [3, 4, 12, 20],
}
"""What a stranger with the database could do, and the invariants that are then found broken."""


def test_whatever_a_stranger_changes_is_found(ledger):
    unguard(ledger)
    found = {}
    for statement in TAMPERED:
        trial = ledger.begin_nested()
        ledger.execute(text(statement))
        found[statement] = numbers(ledger)
        trial.rollback()
    assert found == TAMPERED
    assert check(ledger) == []


def test_a_fund_that_went_below_zero_unexplained_is_found(ledger):
    _id, person = someone(ledger)
    post(ledger, SYSTEM, an_entry(Cause.ENTITLE, person, 2_000_000), overdraw_because="announced")
    assert check(ledger) == []
    unguard(ledger)
    ledger.execute(text("UPDATE ledger_postings SET overdrawn_because = NULL"))
    (finding,) = check(ledger)
    assert str(finding) == "[14] The fund of GASHORA went below zero with entry 9, and nobody said why."
    assert finding.facts == {"fund": "GASHORA", "seq": 9}


def test_a_finding_says_where(ledger):
    unguard(ledger)
    ledger.execute(text("UPDATE ledger_entries SET purpose = 'grant' WHERE seq = 4"))
    first, second = check(ledger)
    assert str(first) == "[3] Entries 3 to 4 are not as they were posted, or some are missing or too many."
    assert "was paid more for 2026-11 (grant) than was owed." in str(second)


def test_of_many_alike_a_few_are_enough(ledger):
    people = [someone(ledger)[1] for _number in range(25)]
    post(ledger, SYSTEM, *(an_entry(Cause.ENTITLE, person, 100) for person in people))
    unguard(ledger)
    ledger.execute(text("UPDATE ledger_entries SET amount_minor = 0 WHERE amount_minor = 100"))
    assert sum(finding.invariant == 2 for finding in check(ledger)) == 20


def test_an_empty_ledger_is_in_order(session):
    assert check(session) == []
