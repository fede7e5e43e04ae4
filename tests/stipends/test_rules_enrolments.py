from __future__ import annotations

import itertools
from datetime import date, timedelta
from uuid import UUID

import pytest

from receiver.stipends.rules.enrolments import (
    EnrolmentCannotMove,
    EnrolmentMove,
    EnrolmentState,
    Hold,
    HoldNeedsSecondPerson,
    HoldReason,
    NoticeMissing,
    ReviewDateWrong,
    demand_complete,
    demand_may_release,
    held_at,
    move_enrolment,
    recovery_paused,
    review_overdue,
)

ANN, BEN = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 10)


def hold(**more):
    known = {
        "reason": HoldReason.NUMBER_IN_DOUBT,
        "since": TODAY,
        "review_on": date(2026, 11, 24),
        "placed_by": ANN,
        "notice_language": "ar",
    }
    return Hold(**(known | more))


LEGAL = {
    (EnrolmentState.ACTIVE, EnrolmentMove.HOLD): EnrolmentState.ON_HOLD,
    (EnrolmentState.ON_HOLD, EnrolmentMove.RESUME): EnrolmentState.ACTIVE,
    (EnrolmentState.ACTIVE, EnrolmentMove.END): EnrolmentState.ENDED,
    (EnrolmentState.ON_HOLD, EnrolmentMove.END): EnrolmentState.ENDED,
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(EnrolmentState, EnrolmentMove)))
def test_enrolments_move_along_the_arrows_and_no_others(state, move):
    if (state, move) in LEGAL:
        assert move_enrolment(state, move) is LEGAL[state, move]
    else:
        with pytest.raises(EnrolmentCannotMove):
            move_enrolment(state, move)


@pytest.mark.parametrize(
    ("review_on", "refusal"),
    [
        (TODAY, ReviewDateWrong),
        (TODAY - timedelta(days=1), ReviewDateWrong),
        (TODAY + timedelta(days=1), None),
        (TODAY + timedelta(days=31), None),
        (TODAY + timedelta(days=32), ReviewDateWrong),
    ],
)
def test_a_hold_has_a_review_date_soon(review_on, refusal):
    if refusal is None:
        demand_complete(hold(review_on=review_on))
    else:
        with pytest.raises(refusal) as refused:
            demand_complete(hold(review_on=review_on))
        assert refused.value.params == {"first": date(2026, 11, 11), "last": date(2026, 12, 11)}


def test_a_hold_has_a_notice():
    with pytest.raises(NoticeMissing):
        demand_complete(hold(notice_language=""))


@pytest.mark.parametrize(
    ("since", "until", "day", "on"),
    [
        (TODAY, None, TODAY - timedelta(days=1), False),
        (TODAY, None, TODAY, True),
        (TODAY, None, TODAY + timedelta(days=400), True),
        (TODAY, TODAY + timedelta(days=5), TODAY + timedelta(days=4), True),
        (TODAY, TODAY + timedelta(days=5), TODAY + timedelta(days=5), False),
        (TODAY, TODAY, TODAY, False),
    ],
)
def test_a_hold_stands_from_its_day_until_its_release(since, until, day, on):
    assert hold(since=since, until=until).on(day) is on


@pytest.mark.parametrize(
    ("user", "days", "allowed"), [(ANN, 31, True), (ANN, 32, False), (BEN, 32, True), (BEN, 400, True)]
)
def test_a_long_hold_is_released_by_someone_else(user, days, allowed):
    today = TODAY + timedelta(days=days)
    if allowed:
        demand_may_release(hold(), user, today)
    else:
        with pytest.raises(HoldNeedsSecondPerson):
            demand_may_release(hold(), user, today)


def test_the_oldest_standing_hold_keeps_a_person_out():
    early = hold(since=date(2026, 10, 1), until=date(2026, 10, 20))
    first, second = hold(since=date(2026, 11, 1)), hold(since=date(2026, 11, 5))
    assert held_at([second, early, first], TODAY) is first
    assert held_at([early], TODAY) is None
    assert held_at([], TODAY) is None
    assert held_at([hold(since=TODAY + timedelta(days=1))], TODAY) is None


@pytest.mark.parametrize(
    ("today", "until", "overdue"),
    [
        (date(2026, 11, 24), None, False),
        (date(2026, 11, 25), None, True),
        (date(2026, 11, 25), date(2026, 11, 20), False),
    ],
)
def test_a_review_is_overdue_the_day_after(today, until, overdue):
    assert review_overdue(hold(until=until), today) is overdue


@pytest.mark.parametrize(
    ("holds", "paused"),
    [
        ([], False),
        ([{}], False),
        ([{"appealed": True}], True),
        ([{}, {"appealed": True}], True),
        ([{"appealed": True, "until": TODAY}], False),
    ],
)
def test_an_open_appeal_pauses_recovery(holds, paused):
    assert recovery_paused([hold(**one) for one in holds], TODAY) is paused


def test_no_reason_is_about_behaviour():
    assert {reason.value for reason in HoldReason} == {
        "duplicate_suspected",
        "identity_in_doubt",
        "account_name_differs",
        "number_in_doubt",
        "not_reached",
        "death_reported",
        "person_asked",
        "court_order",
    }
