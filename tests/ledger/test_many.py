from __future__ import annotations

import hashlib
from datetime import date

import pytest
from sqlalchemy import Column, MetaData, String, Table, Uuid, func, insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from receiver.access import SYSTEM
from receiver.db.types import Minor, MonthType
from receiver.kit.ids import new_id
from receiver.kit.months import Month
from receiver.ledger.actions import Movement, open_people, post, post_many, posting
from receiver.ledger.models import LedgerAccount, LedgerEntry
from receiver.ledger.queries import EntryFilter, check, dump_csv, entries, find_account
from receiver.ledger.rules import AccountKind, BalanceBelowZero, Cause, FundOverdrawn, OtherCurrency, in_transit, paid
from tests.factories.ledger import NOVEMBER, PAYDAY, a_funded_programme, an_entry, rwf, someone

LINES = Table(
    "trial_lines",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("amount_minor", Minor()),
    Column("channel", String(40)),
    Column("month", MonthType()),
    prefixes=["TEMPORARY"],
)
RUN = new_id()


def movement(cause=Cause.ENTITLE, **more):
    known = {
        "cause": cause,
        "programme": "GASHORA",
        "currency": "RWF",
        "purpose": "stipend",
        "month": NOVEMBER,
        "business_date": PAYDAY,
        "run_id": RUN,
        "run": "2026-11",
    }
    return Movement(**(known | more))


def rows(*more):
    """As a room above asks: its own lines, joined to the accounts of the people."""
    owed = LedgerAccount
    return select(
        LINES.c.id.label("cause_id"), owed.id.label("owed_account_id"), LINES.c.amount_minor, *more
    ).join_from(LINES, owed, (owed.person_id == LINES.c.person_id) & (owed.kind == AccountKind.OWED))


@pytest.fixture
def people(session):
    """Twenty people, each with a line of 1,000 to 20,000 francs; every third by mobile money."""
    a_funded_programme(session)
    made = open_people(session, [new_id() for _number in range(20)], "RWF")
    session.execute(CreateTable(LINES))
    session.execute(
        insert(LINES),
        [
            {
                "id": new_id(),
                "person_id": person,
                "amount_minor": 1_000 * number,
                "channel": "cash_desk" if number % 3 else "mobile_money_file",
                "month": NOVEMBER if number % 2 else Month(2026, 10),
            }
            for number, person in enumerate(made, start=1)
        ],
    )
    return made


def test_a_month_is_posted_by_one_statement(session, people):
    posted = post_many(session, SYSTEM, movement(), rows())
    assert (posted.count, posted.total, posted.first) == (20, rwf(210_000), 2)
    found = entries(session, EntryFilter(run_id=RUN), size=100).rows
    assert [row.amount.minor for row in found] == [1_000 * number for number in range(1, 21)]
    assert [row.person for row in found] == list(people.values())
    assert all(row.credit.owner == row.person for row in found)
    assert {(row.cause, row.run, row.month, row.report_month, row.business_date) for row in found} == {
        (Cause.ENTITLE, "2026-11", NOVEMBER, NOVEMBER, PAYDAY)
    }
    lines = "".join(dump_csv(session)).splitlines(keepends=True)
    assert posted.sha256 == hashlib.sha256("".join(lines[3:]).encode()).hexdigest()
    assert check(session) == []


def test_the_same_month_again_posts_nothing(session, people):
    post_many(session, SYSTEM, movement(), rows())
    assert post_many(session, SYSTEM, movement(), rows()).count == 0
    assert check(session) == []


def test_people_who_came_late_are_added(session, people):
    few = rows().where(LINES.c.amount_minor <= 5_000)
    assert post_many(session, SYSTEM, movement(), few).count == 5
    assert post_many(session, SYSTEM, movement(), rows()).count == 15


def test_money_leaves_by_several_channels_at_once(session, people):
    post_many(session, SYSTEM, movement(), rows())
    both = movement(Cause.INSTRUCT, channels=("cash_desk", "mobile_money_file"))
    payment = (LINES.c.id.label("payment_id"), LINES.c.channel, literal("X-1").label("end_to_end_id"))
    with pytest.raises(BalanceBelowZero), posting(session, SYSTEM) as opened:
        opened.add_many(movement(Cause.SETTLE, channels=("cash_desk",)), rows())
    posted = post_many(session, SYSTEM, both, rows(*payment))
    assert posted.total == rwf(210_000)
    assert find_account(session, in_transit("mobile_money_file")).balance == rwf(63_000)
    assert find_account(session, in_transit("cash_desk")).balance == rwf(147_000)
    assert check(session)[0].invariant == 5  # on purpose one id for all, to see that it is found


def test_one_action_may_settle_fail_and_return(session, people):
    post_many(session, SYSTEM, movement(), rows())
    cash = {"channels": ("cash_desk",)}
    post_many(session, SYSTEM, movement(Cause.INSTRUCT, **cash), rows())
    with posting(session, SYSTEM) as opened:
        opened.add_many(movement(Cause.FAIL, **cash), rows().where(LINES.c.amount_minor <= 3_000))
        opened.add_many(movement(Cause.SETTLE, **cash), rows().where(LINES.c.amount_minor > 3_000))
        opened.add_many(movement(Cause.RETURN), rows().where(LINES.c.amount_minor == 20_000))
    assert (opened.posted.count, opened.posted.total) == (21, rwf(230_000))
    assert find_account(session, paid("GASHORA")).balance == rwf(184_000)
    assert find_account(session, in_transit("cash_desk")).balance == rwf(0)
    assert check(session) == []


def test_a_row_may_say_its_own_month_purpose_and_day(session, people):
    said = (
        LINES.c.month,
        literal("arrears").label("purpose"),
        literal(date(2026, 11, 3)).label("business_date"),
    )
    post_many(session, SYSTEM, movement(report_for=NOVEMBER), rows(*said))
    found = entries(session, EntryFilter(run_id=RUN), size=100).rows
    assert {str(row.month) for row in found} == {"2026-10", "2026-11"}
    assert {str(row.report_month) for row in found} == {"2026-11"}
    assert {(row.purpose, row.business_date) for row in found} == {("arrears", date(2026, 11, 3))}
    assert check(session) == []


def test_an_empty_select_posts_nothing(session, people):
    assert post_many(session, SYSTEM, movement(), rows().where(LINES.c.amount_minor < 0)).count == 0


def test_a_fund_is_not_overdrawn_by_many_either(session, people):
    post(session, SYSTEM, an_entry(Cause.ENTITLE, someone(session)[1], 800_000))
    with pytest.raises(FundOverdrawn, match="RWF 10000"):
        post_many(session, SYSTEM, movement(), rows())
    assert session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one() == 2
    assert post_many(session, SYSTEM, movement(), rows(), overdraw_because="announced").count == 20


def test_a_person_paid_in_another_currency_is_named(session, people):
    person = new_id()
    stranger = open_people(session, [person], "USD")[person]
    session.execute(insert(LINES), {"id": new_id(), "person_id": person, "amount_minor": 5})
    with pytest.raises(OtherCurrency, match=stranger):
        post_many(session, SYSTEM, movement(), rows())


def test_an_amount_of_zero_is_refused_by_the_database(session, people):
    session.execute(insert(LINES), {"id": new_id(), "person_id": next(iter(people)), "amount_minor": 0})
    with pytest.raises(IntegrityError):
        post_many(session, SYSTEM, movement(), rows())


@pytest.mark.parametrize(
    "columns",
    [
        lambda: select(LINES.c.id.label("cause_id"), LINES.c.amount_minor),
        lambda: rows(literal("x").label("colour")),
    ],
)
def test_missing_and_unknown_columns_are_faults_of_the_program(session, people, columns):
    with pytest.raises(ValueError, match="cannot post from columns"):
        post_many(session, SYSTEM, movement(), columns())


@pytest.mark.parametrize("cause", [Cause.RECEIVED, Cause.CORRECT, Cause.OVERPAID, Cause.RECOVER, Cause.REVERSE])
def test_what_happens_to_one_person_is_posted_entry_by_entry(cause):
    with pytest.raises(ValueError, match="entry by entry"):
        movement(cause)


def test_codes_of_a_movement_are_plain():
    with pytest.raises(ValueError, match="not a code"):
        movement(run="2026-11, again")


@pytest.mark.parametrize(
    ("cause", "channels"), [(Cause.INSTRUCT, ()), (Cause.ENTITLE, ("cash_desk",)), (Cause.RETURN, ("cash_desk",))]
)
def test_only_money_in_transit_has_a_channel(session, people, cause, channels):
    with pytest.raises(ValueError, match="by a channel"):
        post_many(session, SYSTEM, movement(cause, channels=channels), rows())
