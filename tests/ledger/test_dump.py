from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from beancount import loader

from receiver.access import SYSTEM
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.ledger.actions import open_people, post, receive_funds, reversal
from receiver.ledger.queries import DumpPart, beancount, check, dump, dump_csv, dump_json
from receiver.ledger.queries.bean import component
from receiver.ledger.queries.lines import COLUMNS
from receiver.ledger.rules import Account, AccountKind, Cause, DumpForm, bank, fund
from tests.factories.ledger import PAYDAY, a_funded_programme, a_programme, an_entry, rwf, someone
from tests.ledger.dumps import balances, rows_of, violations


@pytest.fixture
def ann(session):
    """A person who was paid at the second try, and a run's worth of columns."""
    a_funded_programme(session)
    _id, ann = someone(session)
    for number in (1, 2):
        payment = {"payment_id": new_id(), "end_to_end_id": f"GASHORA-202611-1-{number:06d}", "run": "2026-11"}
        if number == 1:
            post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, run="2026-11", run_id=new_id()))
        post(session, SYSTEM, an_entry(Cause.INSTRUCT, ann, **payment))
        post(session, SYSTEM, an_entry(Cause.FAIL if number == 1 else Cause.SETTLE, ann, **payment))
    post(session, SYSTEM, reversal(session, 6, cause_id=new_id(), business_date=PAYDAY, amount=rwf(1_000)))
    return ann


def test_the_csv_has_the_columns_that_are_promised_and_a_line_a_side(session, ann):
    text = "".join(dump_csv(session))
    assert text.splitlines()[0] == (
        "seq,entry_id,recorded_at,business_date,month,report_month,programme,purpose,run,cause,cause_id,account,"
        "debit_minor,credit_minor,currency,person,payment_id,end_to_end_id,reverses"
    )
    rows = rows_of(text)
    assert len(rows) == 14
    first, second = rows[2:4]
    assert (first["seq"], first["entry_id"], first["account"], first["debit_minor"]) == (
        "2",
        "E-2",
        "fund:GASHORA",
        "50000",
    )
    assert (second["seq"], second["account"], second["credit_minor"]) == ("2", f"owed:{ann}", "50000")
    assert (first["person"], first["run"], first["month"], first["business_date"]) == (
        ann,
        "2026-11",
        "2026-11",
        "2026-11-25",
    )
    moment = datetime.strptime(first["recorded_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 600
    assert len(first["cause_id"]) == len("00000000-0000-0000-0000-000000000000")
    assert (rows[4]["end_to_end_id"], rows[4]["reverses"], rows[-1]["reverses"]) == (
        "GASHORA-202611-1-000001",
        "",
        "E-6",
    )
    assert violations(rows) == []
    assert balances(rows)[f"owed:{ann}"] == 0


def test_both_databases_write_the_same_letters(session, ann):
    """No value may hold a comma, a quote or a line end; so lines and columns can be counted."""
    for line in "".join(dump_csv(session)).splitlines():
        assert line.count(",") == len(COLUMNS) - 1
        assert '"' not in line


def test_a_later_dump_only_adds_lines(session, ann):
    before = "".join(dump_csv(session))
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann, 7_000))
    after = "".join(dump_csv(session))
    assert after.startswith(before)
    assert after.count("\n") == before.count("\n") + 2


def test_the_json_has_the_same_entries_and_more(session, ann):
    whole = json.loads("".join(dump_json(session)))
    assert whole["format"] == "receiver-ledger/1"
    assert abs((datetime.now(UTC) - datetime.fromisoformat(whole["made_at"])).total_seconds()) < 600
    assert [
        {name: str(value if value is not None else "") for name, value in row.items()} for row in whole["entries"]
    ] == (rows_of("".join(dump_csv(session))))
    assert violations(whole["entries"]) == []
    kept = {row["account"]: row["credit_minor"] - row["debit_minor"] for row in whole["balances"]}
    assert kept == dict(balances(whole["entries"]))  # invariant 20, from outside
    assert [row["entries"] for row in whole["postings"]] == [1] * 7
    assert {row["overdrawn"] for row in whole["postings"]} == {False}
    assert whole["overrides"] == []


def test_a_fund_that_was_allowed_below_zero_is_named_without_the_reason(session, ann):
    someone_else = someone(session)[1]
    post(session, SYSTEM, an_entry(Cause.ENTITLE, someone_else, 5_000_000), overdraw_because="Promised by the embassy")
    text = "".join(dump_json(session))
    (override,) = json.loads(text)["overrides"]
    assert (override["fund"], override["first_seq"], override["last_seq"], override["by"]) == (
        "fund:GASHORA",
        8,
        8,
        None,
    )
    assert "embassy" not in text


def test_rooms_above_add_their_parts(session, ann, dump_parts):
    dump_parts.offer(DumpPart("runs", lambda _session: iter([{"run": "2026-11"}, {"run": "2026-12"}])))
    whole = json.loads("".join(dump_json(session)))
    assert whole["runs"] == [{"run": "2026-11"}, {"run": "2026-12"}]
    assert list(whole) == ["format", "made_at", "entries", "balances", "postings", "overrides", "runs"]


@pytest.mark.usefixtures("dump_parts")
def test_an_empty_ledger_has_a_dump_of_each_form(session):
    assert "".join(dump_csv(session)) == ",".join(COLUMNS) + "\n"
    whole = json.loads("".join(dump_json(session)))
    assert whole.pop("made_at")
    assert whole == {"format": "receiver-ledger/1", "entries": [], "balances": [], "postings": [], "overrides": []}
    assert "".join(beancount(session)) == 'option "title" "Receiver ledger"\n'


@pytest.mark.usefixtures("dump_parts")
def test_each_form_is_asked_for_by_name(session, ann):
    assert "".join(dump(session, DumpForm.CSV)) == "".join(dump_csv(session))
    one, other = (json.loads("".join(text)) for text in (dump(session, DumpForm.JSON), dump_json(session)))
    assert one | {"made_at": ""} == other | {"made_at": ""}
    assert "".join(dump(session, DumpForm.BEANCOUNT)) == "".join(beancount(session))


def test_long_dumps_come_in_pieces(session):
    a_funded_programme(session, 10_000_000)
    people = open_people(session, [new_id() for _number in range(600)], "RWF")
    post(session, SYSTEM, *(an_entry(Cause.ENTITLE, person, 1_000) for person in people.values()))
    assert len(list(dump_json(session))) > 5
    assert len(json.loads("".join(dump_json(session)))["entries"]) == 1_202


# Beancount


def load(session):
    return loader.load_string("".join(beancount(session)))


def test_beancount_agrees(session, ann):
    found, errors, _options = load(session)
    assert errors == []
    transactions = [one for one in found if type(one).__name__ == "Transaction"]
    assert len(transactions) == 7
    first = transactions[0]
    assert [(posting.account, str(posting.units)) for posting in first.postings] == [
        ("Assets:Bank:BNR-1", "1000000 RWF"),
        ("Equity:Fund:GASHORA", "-1000000 RWF"),
    ]
    names = {posting.account for one in transactions for posting in one.postings}
    assert names == {
        "Assets:Bank:BNR-1",
        "Equity:Fund:GASHORA",
        f"Liabilities:Owed:P-{ann[2:]}",
        "Liabilities:InTransit:Cash-desk",
        "Assets:Paid:GASHORA",
    }


def test_beancount_has_the_balances_of_the_ledger(session, ann):
    from beancount.core import inventory, realization

    found, _errors, _options = load(session)
    real = realization.realize(found)
    owed = realization.get(real, f"Liabilities:Owed:P-{ann[2:]}").balance
    assert owed == inventory.Inventory()
    assert str(realization.get(real, "Assets:Paid:GASHORA").balance) == "(-49000 RWF)"


def test_cents_and_accounts_that_read_alike_come_through(session):
    a_programme(session, "LIBYA", "USD")
    for code in ("a_b", "a-b", "a.b"):
        receive_funds(
            session,
            SYSTEM,
            "LIBYA",
            reference="1",
            amount=Money(1_205, "USD"),
            received_on=date(2026, 11, 2),
            bank_account=code,
        )
    text = "".join(beancount(session))
    assert [line.split()[2] for line in text.splitlines() if " open " in line] == [
        "Assets:Bank:A-b",
        "Equity:Fund:LIBYA",
        "Assets:Bank:A-b-2",
        "Assets:Bank:A-b-3",
    ]
    assert "  Assets:Bank:A-b-2  12.05 USD" in text
    assert 'option "operating_currency" "USD"' in text
    assert load(session)[1] == []


def test_an_account_is_open_before_its_first_entry_by_date(session):
    """A result may come in with an earlier date than the instruction that stands before it."""
    a_funded_programme(session)
    _id, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.ENTITLE, ann), an_entry(Cause.INSTRUCT, ann))
    post(session, SYSTEM, an_entry(Cause.SETTLE, ann, business_date=PAYDAY.replace(day=1)))
    assert load(session)[1] == []
    assert check(session) == []


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("BNR-1", "BNR-1"), ("cash_desk", "Cash-desk"), ("p-abc", "P-abc"), ("1.b", "1-b"), ("X", "X")],
)
def test_codes_become_components(owner, expected):
    assert component(owner) == expected


def test_every_kind_of_account_has_a_place_in_beancount(session):
    a_funded_programme(session)
    _id, ann = someone(session)
    post(session, SYSTEM, an_entry(Cause.OVERPAID, ann))
    text = "".join(beancount(session))
    assert f"Assets:Recoverable:P-{ann[2:]}  50000 RWF" in text
    assert {str(Account(kind, "x")).split(":")[0] for kind in AccountKind} == {
        *("bank", "fund", "owed", "in_transit", "paid", "recoverable")
    }
    assert str(bank("X")), str(fund("X"))
