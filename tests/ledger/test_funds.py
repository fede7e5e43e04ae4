from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from receiver import i18n
from receiver.access import SYSTEM
from receiver.accounts.models import User
from receiver.audit import Kind, trail
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.ledger.actions import post, receive_funds, record_dump, reverse_instalment
from receiver.ledger.models import Instalment, LedgerEntry
from receiver.ledger.queries import EntryFilter, check, entries, find_account, fund_position, instalments
from receiver.ledger.rules import (
    AmountNotAboveZero,
    BadAccountCode,
    BadReference,
    Cause,
    DumpForm,
    FundOverdrawn,
    OtherCurrency,
    ReceivedInFuture,
    ReferenceTaken,
    TooMuchReversed,
    bank,
    fund,
)
from tests.factories.ledger import a_programme, an_entry, rwf, someone

DAY = date(2026, 11, 2)


def receive(session, minor=1_000_000, **more):
    known = {"reference": "TT 4711", "amount": rwf(minor), "received_on": DAY}
    return receive_funds(session, SYSTEM, "GASHORA", **(known | more))


def test_a_dump_is_recorded(database):
    with database.write() as session:
        a_programme(session)
        receive(session)
        record_dump(session, SYSTEM, DumpForm.JSON)
    with database.read() as session:
        (record,) = trail(session, kinds=[Kind.LEDGER_DUMPED])
        assert record.facts == {"form": "json", "last_seq": 1}


def test_money_that_has_not_come_is_not_entered(session):
    a_programme(session)
    today = clock.today(i18n.zone())
    with pytest.raises(ReceivedInFuture):
        receive(session, received_on=today + timedelta(days=1))
    assert receive(session, received_on=today).received_on == today


def kinds(database):
    with database.read() as session:
        return [entry.kind for entry in trail(session)]


def test_money_received_is_in_the_fund_and_audited_with_its_entries(database):
    with database.write() as session:
        a_programme(session)
        made = receive(session)
    with database.read() as session:
        (row,) = entries(session, EntryFilter(programme="GASHORA")).rows
        assert (row.cause, row.cause_id, row.amount, row.purpose) == (
            Cause.RECEIVED,
            made.id,
            rwf(1_000_000),
            "funding",
        )
        assert (row.debit, row.credit, row.person, str(row.month)) == (bank("BNR-1"), fund("GASHORA"), None, "2026-11")
        (record,) = [entry for entry in trail(session) if entry.kind is Kind.FUND_RECEIVED]
        assert record.subject == "programme:GASHORA"
        assert (record.facts["entries"], record.facts["sum_minor"]) == (1, 1_000_000)
        assert len(record.facts["sha256"]) == 64
        assert check(session) == []


def test_who_posted_is_known(session):
    from receiver.access import Actor

    user = User(email="fin@example.org", name="Fin", created_at=clock.now())
    session.add(user)
    session.flush()
    a_programme(session)
    actor = Actor(user_id=user.id, name="Fin")
    receive_funds(session, actor, "GASHORA", reference="TT 1", amount=rwf(5), received_on=DAY)
    assert entries(session, EntryFilter()).rows[0].posted_by == user.id


def test_the_same_line_of_a_statement_entered_again_changes_nothing(session):
    a_programme(session)
    first = receive(session)
    assert receive(session, reference="  TT 4711 ").id == first.id
    assert session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one() == 1


@pytest.mark.parametrize("change", [{"minor": 999_999}, {"received_on": date(2026, 11, 3)}])
def test_the_same_reference_with_other_figures_is_refused(session, change):
    a_programme(session)
    receive(session)
    with pytest.raises(ReferenceTaken, match="TT 4711 was already entered for the account BNR-1"):
        receive(session, **change)


def test_another_account_has_references_of_its_own(session):
    a_programme(session)
    receive(session)
    assert receive(session, bank_account="BNR-2").bank_account == "BNR-2"
    assert find_account(session, fund("GASHORA")).balance == rwf(2_000_000)


UNFIT = [
    ({"amount": rwf(0)}, AmountNotAboveZero),
    ({"amount": rwf(-5)}, AmountNotAboveZero),
    ({"amount": Money(5, "USD")}, OtherCurrency),
    ({"reference": "  "}, BadReference),
    ({"reference": "x" * 81}, BadReference),
    ({"bank_account": "a b"}, BadAccountCode),
]


def test_values_that_cannot_be_right_are_refused(session):
    a_programme(session)
    for wrong, refusal in UNFIT:
        with pytest.raises(refusal):
            receive(session, **wrong)
    assert session.execute(select(func.count()).select_from(Instalment)).scalar_one() == 0


def test_an_unknown_programme_is_not_found(session):
    with pytest.raises(NotFound):
        receive(session)


def test_an_instalment_entered_wrongly_is_taken_back_by_a_reversal(database):
    with database.write() as session:
        a_programme(session)
        made = receive(session)
    with database.write() as session:
        posted = reverse_instalment(session, SYSTEM, made.id, on=date(2026, 11, 4), reason="Meant for Kigali.")
        assert (posted.count, posted.total) == (1, rwf(1_000_000))
    with database.write() as session:
        assert find_account(session, fund("GASHORA")).balance == rwf(0)
        assert instalments(session, "GASHORA")[0][1] == rwf(1_000_000)
        with pytest.raises(TooMuchReversed):
            reverse_instalment(session, SYSTEM, made.id, on=DAY, reason="again")
        with pytest.raises(NotFound):
            reverse_instalment(session, SYSTEM, new_id(), on=DAY, reason="which?")
        assert check(session) == []
    assert kinds(database).count(Kind.LEDGER_REVERSED) == 1


def test_money_promised_to_people_is_not_taken_back_without_a_reason(session):
    a_programme(session)
    made = receive(session)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, someone(session)[1]))
    with pytest.raises(FundOverdrawn, match="short by RWF 50000"):
        reverse_instalment(session, SYSTEM, made.id, on=DAY, reason="Wrong account.")
    reverse_instalment(session, SYSTEM, made.id, on=DAY, reason="Wrong account.", overdraw_because="Comes tomorrow.")
    assert find_account(session, fund("GASHORA")).balance == rwf(-50_000)
    assert check(session) == []


def test_the_position_of_a_fund_is_received_promised_paid_and_left(session):
    a_programme(session)
    nothing = fund_position(session, "GASHORA", "RWF")
    assert (nothing.received, nothing.left, nothing.paid, nothing.outstanding) == (rwf(0),) * 4
    receive(session)
    wrong = receive(session, 7_000, reference="TT 4712")
    reverse_instalment(session, SYSTEM, wrong.id, on=DAY, reason="Not ours.")
    before = fund_position(session, "GASHORA", "RWF")
    assert (before.received, before.left, before.paid, before.outstanding) == (
        rwf(1_000_000),
        *(rwf(n) for n in (1_000_000, 0, 0)),
    )
    ann, bob = someone(session)[1], someone(session)[1]
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), an_entry(Cause.ENTITLE, bob, 30_000))
    post(session, SYSTEM, an_entry(Cause.INSTRUCT, ann), an_entry(Cause.SETTLE, ann))
    after = fund_position(session, "GASHORA", "RWF")
    assert (after.received, after.left, after.paid, after.outstanding) == (
        rwf(1_000_000),
        rwf(920_000),
        rwf(50_000),
        rwf(30_000),
    )


def test_instalments_are_listed_the_newest_first(session):
    a_programme(session)
    receive(session)
    receive(session, 5, reference="TT 4712", received_on=date(2026, 11, 9))
    assert [(row.reference, taken) for row, taken in instalments(session, "GASHORA")] == [
        ("TT 4712", rwf(0)),
        ("TT 4711", rwf(0)),
    ]
