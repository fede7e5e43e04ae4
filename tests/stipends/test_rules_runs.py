from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.months import Month
from receiver.stipends.rules.runs import (
    FROZEN,
    MOST_FOLLOW_UPS,
    OPEN,
    RUN_ARROWS,
    NotARunName,
    ReasonMissing,
    RunCannotMove,
    RunMove,
    RunName,
    RunState,
    TooManyFollowUps,
    move_run,
    next_name,
)

NOVEMBER = Month(2026, 11)
NAME = RunName(NOVEMBER)

D, S, A, R, C, X, N = (
    RunState.DRAFT,
    RunState.SUBMITTED,
    RunState.APPROVED,
    RunState.RELEASED,
    RunState.RECONCILING,
    RunState.CLOSED,
    RunState.ABANDONED,
)
LEGAL = {
    (D, RunMove.SUBMIT): S,
    (S, RunMove.APPROVE): A,
    (S, RunMove.REJECT): D,
    (A, RunMove.REJECT): D,
    (A, RunMove.RELEASE): R,
    (R, RunMove.RECONCILE): C,
    (C, RunMove.CLOSE): X,
    (D, RunMove.ABANDON): N,
    (S, RunMove.ABANDON): N,
    (A, RunMove.ABANDON): N,
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(RunState, RunMove)))
def test_runs_move_along_the_arrows_and_no_others(state, move):
    if (state, move) in LEGAL:
        assert move_run(NAME, state, move, reason="because") is LEGAL[state, move]
        return
    with pytest.raises(RunCannotMove) as refused:
        move_run(NAME, state, move, reason="because")
    assert refused.value.params == {"run": "2026-11", "move": move, "state": state}


def test_every_move_has_an_arrow():
    assert set(RUN_ARROWS) == set(RunMove)


def test_closed_and_abandoned_runs_stay_as_they_are():
    assert RunState.CLOSED not in OPEN
    assert RunState.ABANDONED not in OPEN
    assert RunState.DRAFT not in FROZEN
    assert RunState.CLOSED in FROZEN


@pytest.mark.parametrize("move", [RunMove.REJECT, RunMove.ABANDON])
@pytest.mark.parametrize("reason", ["", "  \t"])
def test_taking_back_needs_a_reason(move, reason):
    with pytest.raises(ReasonMissing):
        move_run(NAME, RunState.SUBMITTED, move, reason)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026-11", RunName(NOVEMBER)),
        ("2026-11-r1", RunName(NOVEMBER, 1)),
        ("2026-11-r99", RunName(NOVEMBER, 99)),
        ("0001-01", RunName(Month(1, 1))),
    ],
)
def test_a_name_is_read_and_written_alike(text, name):
    assert RunName.parse(text) == name
    assert str(name) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "2026-13", "2026-00", "0000-01", "2026-11-r0", "2026-11-r01", "2026-11-r100", "2026-11-R1"),
        *("2026-11-r", " 2026-11", "2026-11\n", "2026-11-r1-r2", "٢٠٢٦-١١", "2026-11-x1", "../2026-11"),
    ],
)
def test_other_texts_are_no_names(text):
    with pytest.raises(NotARunName):
        RunName.parse(text)


def test_names_sort_by_month_and_then_by_follow_up():
    texts = ["2026-11", "2026-11-r1", "2026-11-r2", "2026-11-r10", "2026-12"]
    assert [str(name) for name in sorted(map(RunName.parse, reversed(texts)))] == texts


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], "2026-11"),
        (["2026-10", "2026-12-r4"], "2026-11"),
        (["2026-11"], "2026-11-r1"),
        (["2026-11", "2026-11-r3"], "2026-11-r4"),
        (["2026-11-r98"], "2026-11-r99"),
    ],
)
def test_the_next_name_follows_those_taken(taken, expected):
    assert str(next_name(NOVEMBER, map(RunName.parse, taken))) == expected


def test_a_month_runs_out_of_names():
    with pytest.raises(TooManyFollowUps) as refused:
        next_name(NOVEMBER, [RunName(NOVEMBER, MOST_FOLLOW_UPS)])
    assert str(refused.value) == "The month 2026-11 already has 99 follow-up runs. No more can be added."


@given(st.lists(st.sampled_from(list(RunMove)), max_size=30))
def test_any_sequence_of_moves_keeps_to_the_road(moves):
    """Whatever is tried, a run is frozen before it is approved, and approved before it is released."""
    state, seen = RunState.DRAFT, [RunState.DRAFT]
    for move in moves:
        try:
            state = move_run(NAME, state, move, "because")
        except RunCannotMove:
            continue
        seen.append(state)
    road = [RunState.DRAFT, RunState.SUBMITTED, RunState.APPROVED, RunState.RELEASED, RunState.RECONCILING]
    for earlier, later in itertools.pairwise([*road, RunState.CLOSED]):
        if later in seen:
            assert earlier in seen[: seen.index(later)]
