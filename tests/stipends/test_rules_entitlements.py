from __future__ import annotations

import itertools
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.stipends.rules.entitlements import Line, LineKind, NothingOwed, Span, clip, share, work_out
from receiver.stipends.rules.policies import Terms

NOVEMBER = Month(2026, 11)
ALWAYS = Span(date(2020, 1, 1))
WHOLE = Span(NOVEMBER.first, NOVEMBER.last)


def rwf(minor):
    return Money(minor, "RWF")


def terms(version=1, first=date(2026, 1, 1), last=None, **more):
    known = {"policy": "LIVING", "currency": "RWF", "base_minor": 50_000}
    return Terms(version=version, first=first, last=last, **(known | more))


def november(first, last=30):
    return Span(date(2026, 11, first), date(2026, 11, last))


def sentences(entitlement):
    return [str(words) for line in entitlement.lines for words in line.explain()]


@pytest.mark.parametrize(
    ("first", "last", "amount"),
    [
        (1, 30, 50_000),
        (12, 30, 31_667),  # 19 days: 31,666.67
        (1, 11, 18_333),  # 11 days: 18,333.33
        (30, 30, 1_667),
        (1, 1, 1_667),
        (16, 30, 25_000),
        (10, 20, 18_333),  # up to the 20th 33,333, less up to the 9th 15,000
    ],
)
def test_only_the_days_that_count_are_paid(first, last, amount):
    worked = work_out(NOVEMBER, (terms(),), november(first, last))
    assert worked.amount == rwf(amount)
    assert worked.days == last - first + 1
    assert worked.nothing is None


def test_a_middle_part_is_what_lies_between_two_running_totals():
    assert share(rwf(50_000), 9, 20, 30) == rwf(33_333 - 15_000)


@pytest.mark.parametrize(
    ("month", "amount"), [(Month(2027, 2), 1_786), (Month(2028, 2), 1_724), (Month(2026, 12), 1_613)]
)
def test_a_day_is_worth_its_share_of_its_own_month(month, amount):
    last = Span(month.last, month.last)
    assert work_out(month, (terms(),), last).amount == rwf(amount)


def test_a_whole_month_explains_itself():
    worked = work_out(NOVEMBER, (terms(),), WHOLE)
    assert sentences(worked) == [
        "Base amount for a whole month: RWF 50000.",
        "The whole month counts: RWF 50000.",
    ]


def test_a_part_of_a_month_explains_its_arithmetic():
    worked = work_out(NOVEMBER, (terms(),), november(12))
    assert sentences(worked) == [
        "Base amount for a whole month: RWF 50000.",
        "19 of 30 days count, from 2026-11-12 to 2026-11-30: RWF 50000 × 19 ÷ 30 = RWF 31667.",
        "This is rounded to whole units, so that the parts of a month add up to the whole.",
    ]


def test_a_share_without_remainder_is_not_called_rounded():
    worked = work_out(NOVEMBER, (terms(),), november(16))
    assert sentences(worked)[1:] == [
        "15 of 30 days count, from 2026-11-16 to 2026-11-30: RWF 50000 × 15 ÷ 30 = RWF 25000."
    ]


def test_a_household_adds_its_members_up_to_the_limit():
    policy = terms(member_minor=10_000, members_most=4, limit_minor=75_000)
    two = work_out(NOVEMBER, (policy,), WHOLE, (WHOLE, WHOLE))
    three = work_out(NOVEMBER, (policy,), WHOLE, (WHOLE, WHOLE, WHOLE))
    assert (two.amount, three.amount) == (rwf(70_000), rwf(75_000))
    assert sentences(two)[2:] == [
        "Household: 2 people, RWF 10000 each for a whole month.",
        "The whole month counts: RWF 20000.",
    ]
    assert sentences(three)[2:] == [
        "Household: 3 people, RWF 10000 each for a whole month.",
        "The policy allows RWF 75000 a month in all, so the top-up is RWF 25000.",
        "The whole month counts: RWF 25000.",
    ]


def test_a_member_counts_from_the_day_of_arrival():
    policy = terms(member_minor=9_000, members_most=4)
    worked = work_out(NOVEMBER, (policy,), WHOLE, (WHOLE, november(21)))
    household = [line for line in worked.lines if line.kind is LineKind.HOUSEHOLD]
    assert [(line.count, line.days, line.amount.minor) for line in household] == [(1, 20, 6_000), (2, 10, 6_000)]
    assert str(next(household[0].explain())) == "Household: 1 person, RWF 9000 for a whole month."
    assert len([line for line in worked.lines if line.kind is LineKind.BASE]) == 1


def test_members_count_only_while_the_person_is_here():
    policy = terms(member_minor=9_000, members_most=4)
    worked = work_out(NOVEMBER, (policy,), november(16), (WHOLE,))
    assert worked.amount == rwf(25_000 + 4_500)


def test_a_policy_that_changes_within_a_month_pays_each_version_its_days():
    old, new = terms(1, last=date(2026, 11, 15)), terms(2, first=date(2026, 11, 16), base_minor=60_000)
    worked = work_out(NOVEMBER, (old, new), WHOLE)
    assert [(line.version, line.days, line.amount.minor) for line in worked.lines] == [(1, 15, 25_000), (2, 15, 30_000)]


@pytest.mark.parametrize(
    ("here", "versions", "why"),
    [
        (None, (terms(),), NothingOwed.NOT_THERE),
        (WHOLE, (terms(first=date(2026, 12, 1)),), NothingOwed.NO_TERMS),
        (november(1, 10), (terms(first=date(2026, 11, 11)),), NothingOwed.NO_TERMS),
    ],
)
def test_nothing_is_owed_for_a_reason(here, versions, why):
    worked = work_out(NOVEMBER, versions, here)
    assert (worked.amount, worked.lines, worked.nothing) == (rwf(0), (), why)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([ALWAYS], WHOLE),
        ([Span(date(2026, 11, 12)), ALWAYS], november(12)),
        ([Span(date(2026, 11, 12), date(2026, 12, 3)), Span(date(2026, 10, 1), date(2026, 11, 20))], november(12, 20)),
        ([Span(date(2026, 12, 1))], None),
        ([Span(date(2026, 1, 1), date(2026, 10, 31))], None),
        ([Span(date(2026, 11, 5), date(2026, 11, 5))], november(5, 5)),
        ([november(1, 5), november(6, 30)], None),
    ],
)
def test_days_are_those_that_all_spans_share(spans, expected):
    assert clip(NOVEMBER, *spans) == expected


def test_lines_survive_being_stored():
    policy = terms(member_minor=10_000, members_most=4, limit_minor=75_000)
    worked = work_out(NOVEMBER, (policy,), november(7), (WHOLE,) * 3)
    stored = json.loads(json.dumps([line.facts() for line in worked.lines]))
    assert tuple(Line.of(facts) for facts in stored) == worked.lines


amounts = st.integers(min_value=1, max_value=10**9)
some_months = st.builds(Month, st.integers(2024, 2030), st.integers(1, 12))


@given(amounts, some_months, st.data())
def test_parts_sum_to_the_whole_however_a_month_is_cut(minor, month, data):
    """Invariant 17: the parts of a month, each worked out alone, come to the amount of the whole month."""
    cuts = sorted({0, month.days, *data.draw(st.lists(st.integers(0, month.days), max_size=8))})
    parts = [
        work_out(month, (terms(first=date(2020, 1, 1), base_minor=minor),), clip(month, Span(first, last)))
        for first, last in (
            (month.first + timedelta(days=start), month.first + timedelta(days=end - 1))
            for start, end in itertools.pairwise(cuts)
        )
    ]
    assert sum(part.amount.minor for part in parts) == minor
    assert sum(part.days for part in parts) == month.days


@given(amounts, amounts, some_months, st.data())
def test_versions_and_members_that_change_still_sum_to_the_whole(minor, each, month, data):
    switch = month.first + timedelta(days=data.draw(st.integers(1, month.days - 1)))
    versions = (
        terms(1, first=date(2020, 1, 1), last=switch - timedelta(days=1), base_minor=minor, member_minor=each),
        terms(2, first=switch, base_minor=minor, member_minor=each),
    )
    versions = tuple(
        Terms(**{name: getattr(one, name) for name in one.__slots__} | {"members_most": 1}) for one in versions
    )
    worked = work_out(month, versions, clip(month, ALWAYS), (clip(month, ALWAYS),))
    by_kind = {kind: sum(line.amount.minor for line in worked.lines if line.kind is kind) for kind in LineKind}
    assert by_kind == {LineKind.BASE: minor, LineKind.HOUSEHOLD: each}


@given(amounts, some_months, st.data())
def test_nothing_is_paid_for_a_day_outside_and_the_share_is_exact_to_a_unit(minor, month, data):
    """Invariant 16, and no person gains or loses a whole unit by rounding."""
    days = st.integers(0, month.days - 1)
    first, last = sorted((data.draw(days), data.draw(days)))
    here = Span(month.first + timedelta(days=first), month.first + timedelta(days=last))
    worked = work_out(month, (terms(first=date(2020, 1, 1), base_minor=minor),), here)
    assert all(here.first <= line.first <= line.last <= here.last for line in worked.lines)
    assert abs(worked.amount.minor * month.days - minor * (last - first + 1)) < month.days
    assert worked.amount.minor >= 0
