from __future__ import annotations

import pytest

from receiver.background.rules import (
    REPEATABLE,
    UNFINISHED,
    PastCancelling,
    WorkState,
    code_of,
    moved_on,
    next_look,
    reason_of,
    title_of,
)
from receiver.kit.errors import Refusal
from receiver.kit.words import _, n_
from tests.background.sample import TooFewChairs


def test_every_state_is_either_open_or_over() -> None:
    assert UNFINISHED == (WorkState.QUEUED, WorkState.RUNNING)
    assert [state for state in WorkState if state.over] == [WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED]
    assert WorkState.DONE not in REPEATABLE


@pytest.mark.parametrize(
    ("waited", "delay"), [(0, 2), (5.9, 2), (6, 3), (14.9, 3), (15, 5), (59, 5), (60, 10), (3600, 10)]
)
def test_a_page_asks_less_and_less_often(waited: float, delay: int) -> None:
    assert next_look(waited) == delay


@pytest.mark.parametrize(("now", "reported", "shown"), [(0, 5, 5), (5, 5, 5), (5, 2, 5)])
def test_progress_never_goes_back(now: int, reported: int, shown: int) -> None:
    assert moved_on(now, reported) == shown


@pytest.mark.parametrize(
    ("template", "facts", "title"),
    [
        (_("Merging"), {}, "Merging"),
        (_("Releasing %(run)s"), {"run": "2026-11", "programme": "GB"}, "Releasing 2026-11"),
        (_("Releasing %(run)s"), {}, "Background work"),
        (None, {}, "Background work"),
    ],
)
def test_a_title_says_what_the_work_is_about(template: object, facts: dict[str, object], title: str) -> None:
    assert str(title_of(template, facts)) == title  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("failure", "params", "reason"),
    [
        (None, {}, "None"),
        ("too-few-chairs", {"chairs": 2, "who": "…"}, "There are 2 chairs for …."),
        ("too-few-chairs", {}, "Something went wrong on our side"),
        ("ZeroDivisionError", {}, "Something went wrong on our side"),
        ("past-cancelling", {}, "This can no longer be cancelled"),
    ],
)
def test_a_failed_work_has_a_sentence(failure: str | None, params: dict[str, object], reason: str) -> None:
    assert str(reason_of(failure, params)).startswith(reason)


def test_codes_are_those_of_the_refusals() -> None:
    assert code_of(TooFewChairs) == TooFewChairs(chairs=1, who="x").code == "too-few-chairs"
    assert code_of(PastCancelling) == PastCancelling().code


def test_a_counted_refusal_keeps_its_plural() -> None:
    class Late(Refusal):
        sentence = n_("%(n)s file is late.", "%(n)s files are late.", 1)

    assert str(reason_of("late", {"n": 3})) in {"1 file is late.", "3 files are late."}
