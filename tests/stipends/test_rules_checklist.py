from __future__ import annotations

import pytest

from receiver.kit.money import Money
from receiver.stipends.rules.checklist import (
    ADVICE,
    MISSED,
    AcceptanceNeedsReason,
    ChecklistOpen,
    Flag,
    NobodyToPay,
    Standing,
    changed_much,
    demand_complete,
    flags,
    is_missed,
    paying_channel,
    summary,
)
from receiver.stipends.rules.payees import PayeeStanding
from receiver.stipends.rules.payments import Channel


def rwf(minor):
    return Money(minor, "RWF")


def person(**more):
    known = {"amount": rwf(50_000), "payee": PayeeStanding.READY, "previous": rwf(50_000)}
    return Standing(**(known | more))


@pytest.mark.parametrize(
    ("facts", "raised"),
    [
        ({}, ()),
        ({"payee": PayeeStanding.NONE}, (Flag.NO_PAYEE,)),
        ({"payee": PayeeStanding.NOT_CONFIRMED}, (Flag.NUMBER_NOT_CONFIRMED,)),
        ({"payee": PayeeStanding.COOLING_OFF}, (Flag.COOLING_OFF,)),
        ({"on_hold": True}, (Flag.ON_HOLD,)),
        ({"left_out": True}, (Flag.LEFT_OUT,)),
        ({"died": True}, (Flag.DIED,)),
        ({"left": True}, (Flag.LEFT,)),
        ({"died": True, "left": True}, (Flag.DIED,)),
        ({"amount": rwf(0), "previous": None}, (Flag.NOTHING_OWED,)),
        ({"open_duplicate": True}, (Flag.OPEN_DUPLICATE,)),
        ({"name_differs": True}, (Flag.NAME_MISMATCH,)),
        ({"shared_number": True}, (Flag.SHARED_NUMBER,)),
        ({"paid_before": False, "previous": None}, (Flag.FIRST_PAYMENT,)),
        ({"previous": rwf(40_000)}, (Flag.AMOUNT_CHANGED,)),
        (
            {"shared_number": True, "payee": PayeeStanding.NONE, "paid_before": False},
            (Flag.NO_PAYEE, Flag.SHARED_NUMBER, Flag.FIRST_PAYMENT),
        ),
    ],
)
def test_everything_odd_about_a_person_is_named_in_one_order(facts, raised):
    assert flags(person(**facts)) == raised


@pytest.mark.parametrize("flag", list(Flag))
def test_a_flag_says_whether_the_person_is_missed_and_what_to_do(flag):
    expected = {Flag.NO_PAYEE, Flag.NUMBER_NOT_CONFIRMED, Flag.COOLING_OFF, Flag.ON_HOLD, Flag.NOTHING_OWED}
    assert is_missed([flag]) is (flag in expected | {Flag.LEFT_OUT})
    assert str(ADVICE[flag]).endswith(".")


def test_nobody_is_missed_without_a_flag():
    assert not is_missed([])
    assert is_missed([Flag.FIRST_PAYMENT, next(iter(MISSED))])


@pytest.mark.parametrize(
    ("amount", "previous", "much"),
    [
        (50_000, None, False),
        (50_000, 0, False),
        (60_000, 50_000, False),
        (60_001, 50_000, True),
        (40_000, 50_000, False),
        (39_999, 50_000, True),
        (0, 50_000, True),
    ],
)
def test_more_than_a_fifth_is_a_change(amount, previous, much):
    assert changed_much(rwf(amount), None if previous is None else rwf(previous)) is much


@pytest.mark.parametrize(
    ("raised", "channel"),
    [
        ([], Channel.MOBILE_MONEY_FILE),
        ([Flag.FIRST_PAYMENT, Flag.LEFT], Channel.MOBILE_MONEY_FILE),
        ([Flag.OPEN_DUPLICATE], Channel.CASH_DESK),
        ([Flag.DIED], Channel.CASH_DESK),
    ],
)
def test_a_suspicion_leads_to_the_cash_desk_and_never_to_no_money(raised, channel):
    assert paying_channel(Channel.MOBILE_MONEY_FILE, raised) is channel


@pytest.mark.parametrize(
    ("lines", "unresolved", "because", "refusal"),
    [
        (182, 0, "", None),
        (182, 4, "First month: everyone is new.", None),
        (182, 4, "", ChecklistOpen),
        (182, 4, "   ", AcceptanceNeedsReason),
        (0, 0, "", NobodyToPay),
        (0, 4, "Nobody has a payee yet.", NobodyToPay),
    ],
)
def test_a_run_is_submitted_when_everyone_is_explained(lines, unresolved, because, refusal):
    if refusal is None:
        demand_complete(lines, unresolved, because)
    else:
        with pytest.raises(refusal):
            demand_complete(lines, unresolved, because)


@pytest.mark.parametrize(("n", "start"), [(1, "1 person on the list would be missed"), (4, "4 people on the list")])
def test_the_refusal_counts_people(n, start):
    assert str(ChecklistOpen(n=n)).startswith(start)


def test_the_list_is_headed_by_its_counts():
    assert [str(words) for words in summary(1, 3)] == ["1 person would be missed.", "3 people should be looked at."]
