"""The rules of a report, as a table."""

from __future__ import annotations

import pytest

from receiver import i18n
from receiver.kit.months import Month
from receiver.reports import rules
from receiver.reports.rules import Equation


@pytest.mark.parametrize(
    ("terms", "difference"),
    [
        ((0, 180, 0, 180, 60, 0, 60), 0),
        ((60, 180, -20, 200, 10, 5, 25), 0),
        ((0, 180, 0, 180, 60, 0, 59), 1),
        ((0, 180, 0, 180, 60, 0, 61), -1),
        ((0, 0, 0, 0, 0, 0, 0), 0),
    ],
)
def test_equation(terms, difference):
    equation = Equation(*terms)
    assert equation.difference == difference
    assert equation.figures() == {**dict(zip(rules.TERMS, terms, strict=True)), "difference": difference}
    assert equation.moves is any(terms)


def test_terms_move_by_what_records_say_more():
    assert Equation(entitled=5).plus({"entitled": 2, "instructed": -1}) == Equation(entitled=7, instructed=-1)


def test_the_hash_is_that_of_the_canonical_text():
    assert rules.canonical({"b": 1, "a": ["é", None]}) == '{"a":["é",null],"b":1}'
    assert rules.digest({"a": 1, "b": 2}) == rules.digest({"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "as_of": "x"}, {"a": 1, "as_of": "y"}, []),
        ({"t": {"paid": 1}}, {"t": {"paid": 2}}, [{"figure": "t.paid", "was": 1, "now": 2}]),
        (
            {"rows": [{"key": "k", "n": 1}]},
            {"rows": [{"key": "j", "n": 1}, {"key": "k", "n": 1}]},
            [{"figure": "rows.j.key", "was": None, "now": "j"}, {"figure": "rows.j.n", "was": None, "now": 1}],
        ),
        ({"ids": ["a"]}, {"ids": ["b"]}, [{"figure": "ids.0", "was": "a", "now": "b"}]),
        (
            {"breakdowns": {"office": [{"key": "KGL", "n": 1}]}},
            {"breakdowns": {"office": [{"key": "KGL", "n": 2}], "sex_age": [{"key": "f.0-4", "n": 1}]}},
            [{"figure": "breakdowns.office.KGL.n", "was": 1, "now": 2}],  # of sex and age the first knew nothing
        ),
    ],
)
def test_differences(was, now, found):
    assert rules.differences(was, now) == found


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (None, "unknown"),
        (0, "0-4"),
        (4, "0-4"),
        (5, "5-11"),
        (11, "5-11"),
        (12, "12-17"),
        (17, "12-17"),
        (18, "18-24"),
        (24, "18-24"),
        (25, "25-59"),
        (59, "25-59"),
        (60, "60+"),
        (101, "60+"),
    ],
)
def test_age_bands(age, band):
    assert rules.age_band(age).value == band


@pytest.mark.parametrize(
    ("people", "entitled", "said"),
    [
        (3, 100, "2 more people, and RWF 50 more owed"),
        (3, 50, "2 more people, and the same amount"),
        (3, 20, "2 more people, but RWF 30 less"),
        (1, 60, "the same number of people, and RWF 10 more"),
        (1, 50, "the same number of people, and the same amount"),
        (1, 40, "the same number of people, and RWF 10 less"),
        (0, 60, "1 fewer people, but RWF 10 more"),
        (0, 50, "1 fewer people, and the same amount"),
        (0, 40, "1 fewer people, and RWF 10 less"),
    ],
)
def test_compared(people, entitled, said):
    figures = {
        "currency": "RWF",
        "previous": {"month": "2026-10", "people": 1, "entitled_minor": 50},
        "totals": {"people": people, "entitled_minor": entitled},
    }
    assert said in i18n.fmt.plain(i18n.text(rules.compared(figures), "en"))


def test_nothing_to_compare_with():
    assert "no earlier month" in str(rules.compared({"currency": "RWF", "previous": None, "totals": {}}))


@pytest.mark.parametrize(("minor", "people", "each"), [(100, 3, 33), (200, 3, 67), (5, 2, 3), (0, 3, 0), (9, 0, None)])
def test_per_person(minor, people, each):
    assert rules.per_person(minor, people) == each


@pytest.mark.parametrize(
    ("people", "published"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (1000, 1000)]
)
def test_numbers_that_may_be_published(people, published):
    assert rules.publishable_count(people) == published


@pytest.mark.parametrize(("value", "rounded"), [(0, 0), (12, 10), (13, 15), (-13, -15), (15, 15)])
def test_nearest(value, rounded):
    assert rules.nearest(value, 5) == rounded


def figures(people, office=3):
    return {
        "format": rules.FORMAT,
        "programme": "P",
        "programme_name": "Programme",
        "currency": "RWF",
        "month": "2026-11",
        "as_of": "2026-11-30T00:00:00+00:00",
        "run_hash": "a" * 64,
        "state": "finalised",
        "revision": 1,
        "persons_sha256": "b" * 64,
        "totals": {"people": people, "entitled_minor": people * 100, "paid_minor": 0},
        "equation": {"opening": 0, "entitled": people * 100, "difference": 0},
        "fund": {"received_minor": 12_345, "paid_per_person_minor": None},
        "later": {"return": 2_200},
        "people": {"new": 2, "missed": 0, "missed_reasons": {"no_payee": 9}},
        "breakdowns": {
            "channel": [{"key": "cash_desk", "people": people, "paid_minor": 1_260}],
            "office": [{"key": "KGL", "label": "Kigali", "people": office, "entitled": office * 100}],
            "sex_age": [
                {"key": "f.25-59", "people": people - 7, "entitled_minor": 3_600, "paid_minor": 1_240},
                {"key": "m.60+", "people": 7, "entitled_minor": 700, "paid_minor": 700},
            ],
            "policy": [],
            "policy_line": [],
            "failures": [
                {"key": "AC04", "people": 8, "count": 9, "minor": 860},
                {"key": "EXPIRED", "people": 4, "count": 8, "minor": 800},
            ],
            "run": [{"key": "2026-11", "people": people}],
        },
    }


def test_what_is_published_names_no_small_number():
    open_ = rules.publishable(figures(people=42))
    assert open_["totals"] == {"people": 40, "entitled_minor": 4_000, "paid_minor": 0}
    assert open_["people"] == {"new": None, "missed": 0, "missed_reasons": {"no_payee": 10}}
    assert open_["breakdowns"]["channel"] == [{"key": "cash_desk", "people": 40, "paid_minor": 1_500}]
    assert open_["breakdowns"]["office"] == [{"key": "KGL", "label": "Kigali", "people": None, "entitled": None}]
    assert open_["breakdowns"]["sex_age"] == [
        {"key": "f.25-59", "people": 35, "entitled_minor": 3_500, "paid_minor": 1_000},
        {"key": "m.60+", "people": None, "entitled_minor": None, "paid_minor": None},
    ]
    assert open_["breakdowns"]["failures"] == [
        {"key": "AC04", "people": 10, "count": 10, "minor": 1_000},
        {"key": "EXPIRED", "people": None, "count": None, "minor": None},
    ]
    assert "run" not in open_["breakdowns"]
    assert open_["runs"] == []
    assert "persons_sha256" not in open_
    assert open_["fund"] == {"received_minor": 12_500}  # nothing for each person


def test_a_report_from_before_a_breakdown_is_published_without_it():
    old = figures(people=42)
    del old["breakdowns"]["sex_age"]
    assert "sex_age" not in rules.publishable(old)["breakdowns"]


def test_a_month_of_few_people_publishes_no_amount():
    open_ = rules.publishable(figures(people=5))
    assert open_["totals"] == {"people": None, "entitled_minor": None, "paid_minor": None}
    assert open_["equation"] == {"opening": None, "entitled": None, "difference": None}
    assert rules.publishable(figures(people=0))["totals"]["people"] == 0


@pytest.mark.parametrize(
    ("difference", "gaps", "said"), [(0, 0, None), (5, 5, "RWF 5"), (-5, 0, "RWF 5"), (0, 7, "RWF 7")]
)
def test_equal_to_the_ledger(difference, gaps, said):
    refusal = rules.unequal(Month(2026, 11), {"difference": difference}, gaps, "RWF")
    if said is None:
        assert refusal is None
    else:
        assert refusal is not None
        assert said in i18n.fmt.plain(i18n.text(refusal.words, "en"))
