"""How a batch moves, and what can be said of people in it."""

from __future__ import annotations

from datetime import date
from itertools import islice, pairwise

import pytest

from receiver.people.rules import (
    EARLY_AT_MOST,
    AlreadyHere,
    ArrivalState,
    ArrivedBeforeProgramme,
    ArrivedInFuture,
    ArrivedTooEarly,
    BatchCannotMove,
    BatchState,
    ReceivedTooEarly,
    check_arrived,
    check_arrived_with,
    check_batch_move,
    check_mark,
    check_received,
    next_batch_states,
    slugs,
)

ANNOUNCED, ARRIVED, RECEIVED = BatchState
EXPECTED, MET, NOT_ARRIVED, HOSPITAL, OTHER = ArrivalState
DAY = date(2026, 11, 20)


@pytest.mark.parametrize("now", BatchState)
@pytest.mark.parametrize("then", BatchState)
def test_a_batch_moves_one_step_at_a_time(now, then):
    if (now, then) in pairwise(BatchState):
        check_batch_move(now, then)
        assert next_batch_states(now) == (then,)
    else:
        with pytest.raises(BatchCannotMove, match=str(now.label)):
            check_batch_move(now, then)


def test_after_the_last_state_comes_none():
    assert next_batch_states(RECEIVED) == ()


@pytest.mark.parametrize(
    ("now", "then", "here", "refused"),
    [
        (EXPECTED, MET, False, False),
        (EXPECTED, NOT_ARRIVED, False, False),
        (NOT_ARRIVED, MET, False, False),
        (NOT_ARRIVED, EXPECTED, False, False),
        (MET, HOSPITAL, True, False),
        (HOSPITAL, MET, True, False),
        (MET, OTHER, True, False),
        (MET, NOT_ARRIVED, True, True),
        (HOSPITAL, EXPECTED, True, True),
        (OTHER, NOT_ARRIVED, True, False),
    ],
)
def test_that_somebody_was_met_is_not_unsaid(now, then, here, refused):
    if refused:
        with pytest.raises(AlreadyHere, match="R-0000000"):
            check_mark(now, then, here=here, reference="R-0000000")
    else:
        check_mark(now, then, here=here, reference="R-0000000")


def test_nobody_arrives_tomorrow():
    check_arrived(DAY, DAY)
    with pytest.raises(ArrivedInFuture):
        check_arrived(date(2026, 11, 21), DAY)


@pytest.mark.parametrize(
    ("on", "opens", "refused"),
    [
        (date(2026, 12, 1), date(2026, 1, 1), None),
        (date(2026, 12, 30), date(2026, 1, 1), None),
        (date(2026, 12, 1) - EARLY_AT_MOST, date(2026, 1, 1), None),
        (date(2026, 10, 30), date(2026, 1, 1), ArrivedTooEarly),
        (date(2026, 1, 1), date(2026, 1, 1), ArrivedTooEarly),
        (date(2025, 12, 1), date(2026, 1, 1), ArrivedBeforeProgramme),
        (date(2020, 1, 5), date(2026, 1, 1), ArrivedBeforeProgramme),
        (date(2026, 11, 20), date(2026, 11, 20), None),
        (date(2026, 11, 19), date(2026, 11, 20), ArrivedBeforeProgramme),
    ],
)
def test_nobody_arrives_before_the_programme_or_long_before_their_batch(on, opens, refused):
    batch = {"slug": "2026-12-01-a", "expected": date(2026, 12, 1), "opens": opens}
    if refused is None:
        check_arrived_with(on, **batch)
    else:
        with pytest.raises(refused):
            check_arrived_with(on, **batch)


def test_an_early_day_is_refused_with_the_day_of_the_batch():
    with pytest.raises(ArrivedTooEarly, match=r"2026-12-01, .*2026-12-01-a.*change the day of that arrival first"):
        check_arrived_with(
            DAY.replace(month=1), slug="2026-12-01-a", expected=date(2026, 12, 1), opens=date(2026, 1, 1)
        )


def test_a_batch_is_received_when_something_is_known_of_everyone():
    check_received(0)
    with pytest.raises(ReceivedTooEarly):
        check_received(1)


def test_batches_of_a_day_are_lettered():
    first = list(islice(slugs(DAY), 28))
    assert (first[0], first[25], first[26], first[27]) == (
        "2026-11-20-a",
        "2026-11-20-z",
        "2026-11-20-aa",
        "2026-11-20-ab",
    )
    assert len(set(slugs(DAY))) == 26 + 26 * 26
    assert max(map(len, slugs(DAY))) <= 20
