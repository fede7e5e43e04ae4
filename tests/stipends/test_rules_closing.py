from __future__ import annotations

import pytest

from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.stipends.rules.closing import (
    DoesNotAddUp,
    ExceptionsOpen,
    StillPending,
    Tally,
    close,
    remainder,
    why_not_close,
)
from receiver.stipends.rules.runs import RunCannotMove, RunName, RunState

RUN = RunName(Month(2026, 11))


def tally(**more):
    known = {"frozen": 100, "held_back": 10, "instructed": 90, "paid": 70, "failed": 15, "returned": 5, "pending": 0}
    return Tally(**{name: Money(minor, "RWF") for name, minor in (known | more).items()})


@pytest.mark.parametrize(
    ("figures", "difference"),
    [
        ({}, 0),
        ({"held_back": 0}, 10),
        ({"frozen": 95}, -5),
        ({"paid": 69}, 1),
        ({"returned": 6}, -1),
        ({"paid": 60, "pending": 10}, 0),
        ({"frozen": 0, "held_back": 0, "instructed": 0, "paid": 0, "failed": 0, "returned": 0}, 0),
    ],
)
def test_what_was_frozen_is_held_back_or_sent_and_what_was_sent_has_an_end(figures, difference):
    assert tally(**figures).difference == Money(difference, "RWF")


@pytest.mark.parametrize(
    ("figures", "pending", "exceptions", "refusal"),
    [
        ({}, 0, 0, None),
        ({"paid": 60, "pending": 10}, 1, 0, StillPending),
        ({"paid": 60, "pending": 10}, 0, 0, DoesNotAddUp),
        ({}, 0, 2, ExceptionsOpen),
        ({"paid": 69}, 0, 0, DoesNotAddUp),
    ],
)
def test_a_run_is_closed_when_nothing_is_open_and_the_difference_is_zero(figures, pending, exceptions, refusal):
    told = why_not_close(tally(**figures), pending, exceptions)
    assert type(told) is (refusal or type(None))
    if refusal is None:
        moved = close(RUN, RunState.RECONCILING, tally(**figures), pending=pending, exceptions=exceptions)
        assert moved is RunState.CLOSED
    else:
        with pytest.raises(refusal):
            close(RUN, RunState.RECONCILING, tally(**figures), pending=pending, exceptions=exceptions)


@pytest.mark.parametrize("state", [state for state in RunState if state is not RunState.RECONCILING])
def test_only_a_run_being_reconciled_is_closed(state):
    with pytest.raises(RunCannotMove):
        close(RUN, state, tally(), pending=0, exceptions=0)


@pytest.mark.parametrize(
    ("state", "figures", "difference"),
    [
        (RunState.DRAFT, None, None),
        (RunState.SUBMITTED, {}, None),
        (RunState.APPROVED, {}, None),
        (RunState.ABANDONED, {}, None),
        (RunState.RELEASED, {"paid": 60, "pending": 10}, 0),
        (RunState.RECONCILING, {}, 0),
        (RunState.RECONCILING, {"paid": 69}, 1),
        (RunState.CLOSED, None, 0),
    ],
)
def test_the_list_of_runs_says_what_is_left_over_once_a_run_was_sent(state, figures, difference):
    told = remainder(state, "RWF", None if figures is None else tally(**figures))
    assert told == (None if difference is None else Money(difference, "RWF"))


def test_the_sentences_count():
    assert str(StillPending(n=1)).startswith("1 payment of this run has")
    assert str(ExceptionsOpen(n=2)).startswith("2 results of this run wait")
