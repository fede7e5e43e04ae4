from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.stipends.rules.freezing import (
    ID_LENGTH,
    MOST_ATTEMPTS,
    MOST_LINES,
    Frozen,
    FrozenLine,
    end_to_end_id,
    end_to_end_prefix,
    freeze,
    freeze_records,
)
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import MOST_FOLLOW_UPS, RunName

RUN = RunName(Month(2026, 11))


def line(number=1, minor=50_000, **more):
    known = {
        "end_to_end_id": f"GASHORA-202611-1-{number:06d}",
        "person": "p-3k7c0v9xq2ma",
        "purpose": "stipend",
        "month": Month(2026, 11),
        "amount": Money(minor, "RWF"),
        "channel": Channel.CASH_DESK,
        "payee": "ab12",
    }
    return FrozenLine(number=number, **(known | more))


TEXT = """receiver-run-1|GASHORA|2026-11
1|GASHORA-202611-1-000001|p-3k7c0v9xq2ma|stipend|2026-11|50000|RWF|cash_desk|ab12
2|GASHORA-202611-1-000002|p-3k7c0v9xq2ma|stipend|2026-11|20000|RWF|cash_desk|ab12
end|2|70000|RWF
"""


def test_the_hash_can_be_computed_by_anyone_from_the_text_that_is_described():
    frozen = freeze("GASHORA", RUN, "RWF", [line(1), line(2, 20_000)])
    assert frozen == Frozen(2, Money(70_000, "RWF"), hashlib.sha256(TEXT.encode()).hexdigest())


def test_records_put_together_elsewhere_give_the_same_hash():
    lines = [line(1), line(2, 20_000)]
    records = [(one.canonical, one.amount.minor) for one in lines]
    assert freeze_records("GASHORA", RUN, "RWF", records) == freeze("GASHORA", RUN, "RWF", lines)


def test_a_run_without_lines_has_a_hash_too():
    assert freeze("GASHORA", RUN, "RWF", []).count == 0


@pytest.mark.parametrize(
    "change",
    [
        {"end_to_end_id": "GASHORA-202611-2-000001"},
        {"person": "p-3k7c0v9xq2mb"},
        {"purpose": "grant"},
        {"month": Month(2026, 10)},
        {"amount": Money(50_001, "RWF")},
        {"channel": Channel.MOBILE_MONEY_FILE},
        {"payee": "ab13"},
    ],
)
def test_any_change_of_a_line_changes_the_hash(change):
    assert freeze("GASHORA", RUN, "RWF", [line()]).digest != freeze("GASHORA", RUN, "RWF", [line(**change)]).digest


def test_programme_run_and_order_are_part_of_the_hash():
    digests = {
        freeze("GASHORA", RUN, "RWF", [line()]).digest,
        freeze("KIGALI", RUN, "RWF", [line()]).digest,
        freeze("GASHORA", RunName(Month(2026, 11), 1), "RWF", [line()]).digest,
        freeze("GASHORA", RUN, "RWF", [line(), line(2)]).digest,
    }
    assert len(digests) == 4


@pytest.mark.parametrize("wrong", [[line(2)], [line(1), line(3)], [line(1), line(1)], [line(1, 0)], [line(1, -5)]])
def test_lines_are_numbered_and_pay_something(wrong):
    with pytest.raises(ValueError, match="out of order or pays nothing"):
        freeze("GASHORA", RUN, "RWF", wrong)


def test_one_run_one_currency():
    with pytest.raises(ValueError, match="do not mix"):
        freeze("GASHORA", RUN, "USD", [line()])


@pytest.mark.parametrize("payee", ["a|b", "a\nb", "a\rb"])
def test_two_different_lines_cannot_read_alike(payee):
    with pytest.raises(ValueError, match="cannot be written down"):
        _ = line(payee=payee).canonical


@pytest.mark.parametrize(
    ("programme", "follow_up", "attempt", "expected"),
    [
        ("GASHORA", 0, 1, "GASHORA-202611-1-000123"),
        ("GASHORA", 2, 3, "GASHORA-202611R2-3-000123"),
        ("A-1", 0, 1, "A-1-202611-1-000123"),
        ("gashora", 0, 1, "GASHOPLLTWMG-202611-1-000123"),
        ("EVACUATION-LIBYA-26", 0, 1, "EVACUE3OYKS3-202611-1-000123"),
    ],
)
def test_an_end_to_end_id_says_where_it_comes_from(programme, follow_up, attempt, expected):
    made = end_to_end_id(end_to_end_prefix(programme, RunName(Month(2026, 11), follow_up), attempt), 123)
    assert made == expected


@pytest.mark.parametrize("attempt", [0, -1, MOST_ATTEMPTS + 1])
def test_attempts_are_counted_from_one(attempt):
    with pytest.raises(ValueError, match="attempt"):
        end_to_end_prefix("GASHORA", RUN, attempt)


@pytest.mark.parametrize("number", [0, -1, MOST_LINES + 1])
def test_lines_are_counted_from_one(number):
    with pytest.raises(ValueError, match="no line"):
        end_to_end_id("GASHORA-202611-1-", number)


codes = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz0123456789-_.", min_size=1, max_size=20)
places = st.tuples(
    codes,
    st.builds(RunName, st.builds(Month, st.integers(1, 9999), st.integers(1, 12)), st.integers(0, MOST_FOLLOW_UPS)),
    st.integers(1, MOST_ATTEMPTS),
    st.integers(1, MOST_LINES),
)


@given(places, places)
def test_two_lines_never_share_an_id_and_every_provider_can_carry_it(one, other):
    made, second = (end_to_end_id(end_to_end_prefix(*place[:3]), place[3]) for place in (one, other))
    assert len(made) <= ID_LENGTH
    assert re.fullmatch(r"[A-Z0-9-]+", made)
    assert (made == second) is (one == other)
