from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from receiver.kit.money import Money
from receiver.stipends.rules.policies import (
    DrafterPutsInForce,
    OverlapsVersion,
    PolicyState,
    Terms,
    TermsWrong,
    VersionNotDraft,
    changes,
    demand_may_put_in_force,
    in_force_on,
)

ANN, BEN = UUID(int=1), UUID(int=2)


def terms(version=1, first=date(2026, 1, 1), last=None, **more):
    known = {"policy": "LIVING", "currency": "RWF", "base_minor": 50_000}
    return Terms(version=version, first=first, last=last, **(known | more))


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_minor": 0},
        {"base_minor": -1},
        {"member_minor": -1},
        {"members_most": -1},
        {"limit_minor": 49_999},
        {"last": date(2025, 12, 31)},
    ],
)
def test_terms_nobody_could_be_paid_by_are_refused(wrong):
    with pytest.raises(TermsWrong):
        terms(**wrong)


def test_terms_at_their_edges_stand():
    assert terms(base_minor=1, limit_minor=1, last=date(2026, 1, 1)).limit == Money(1, "RWF")
    assert terms().limit is None


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_version_speaks_for_its_days(day, covered):
    assert terms(last=date(2026, 6, 30)).covers(day) is covered


@pytest.mark.parametrize(
    ("more", "members", "expected"),
    [
        ({}, 3, 0),
        ({"member_minor": 10_000}, 3, 0),
        ({"member_minor": 10_000, "members_most": 4}, 0, 0),
        ({"member_minor": 10_000, "members_most": 4}, 3, 30_000),
        ({"member_minor": 10_000, "members_most": 4}, 7, 40_000),
        ({"member_minor": 10_000, "members_most": 4, "limit_minor": 75_000}, 2, 20_000),
        ({"member_minor": 10_000, "members_most": 4, "limit_minor": 75_000}, 3, 25_000),
        ({"member_minor": 10_000, "members_most": 4, "limit_minor": 50_000}, 4, 0),
    ],
)
def test_the_household_adds_up_to_the_caps(more, members, expected):
    assert terms(**more).top_up(members) == Money(expected, "RWF")


def test_what_another_version_changes_for_whom():
    was = terms(member_minor=10_000, members_most=2)
    now = terms(version=2, base_minor=55_000, member_minor=5_000, members_most=3)
    found = changes(was, now, {0: 4, 1: 2, 3: 1, 7: 2})
    assert [(one.members, one.more, one.people) for one in found] == [(0, False, 4), (1, False, 2), (3, True, 3)]
    assert [one.each.minor for one in found] == [5_000, 0, 0]
    assert [one.together.minor for one in found] == [20_000, 0, 0]
    (only,) = changes(terms(), terms(base_minor=40_000), {0: 1, 4: 1})
    assert (only.members, only.more, only.together.minor) == (0, True, -20_000)


def test_the_newest_version_of_a_day_speaks():
    old, new = terms(1, last=date(2026, 6, 30)), terms(2, first=date(2026, 7, 1))
    assert in_force_on([old, new], date(2026, 6, 30)) is old
    assert in_force_on([old, new], date(2026, 7, 1)) is new
    assert in_force_on([new, old], date(2025, 1, 1)) is None
    assert in_force_on([terms(1), terms(2)], date(2026, 7, 1)) == terms(2)


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [
        (date(2026, 7, 1), None, False),
        (date(2026, 6, 30), None, True),
        (date(2025, 1, 1), date(2025, 12, 31), False),
        (date(2025, 1, 1), date(2026, 1, 1), True),
        (date(2025, 1, 1), None, True),
        (date(2026, 3, 1), date(2026, 4, 1), True),
    ],
)
def test_two_versions_never_speak_for_one_day(first, last, overlaps):
    standing = [terms(1, last=date(2026, 6, 30))]
    new = terms(2, first=first, last=last)
    if overlaps:
        with pytest.raises(OverlapsVersion) as refused:
            demand_may_put_in_force(new, PolicyState.DRAFT, ANN, BEN, standing)
        assert refused.value.params["version"] == 1
    else:
        demand_may_put_in_force(new, PolicyState.DRAFT, ANN, BEN, standing)


def test_an_open_end_overlaps_whatever_comes_later():
    with pytest.raises(OverlapsVersion):
        demand_may_put_in_force(terms(2, first=date(2030, 1, 1)), PolicyState.DRAFT, ANN, BEN, [terms(1)])


def test_a_second_human_puts_a_draft_in_force():
    with pytest.raises(DrafterPutsInForce):
        demand_may_put_in_force(terms(), PolicyState.DRAFT, ANN, ANN, [])
    for state in (PolicyState.IN_FORCE, PolicyState.WITHDRAWN):
        with pytest.raises(VersionNotDraft):
            demand_may_put_in_force(terms(), state, ANN, BEN, [])
