"""Stages, days and tasks."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from receiver.cases import rules
from receiver.cases.rules import Stage, TaskKind

TODAY = date(2026, 11, 20)
A, I, S, P, C, E, X = Stage  # noqa: E741 - the stages in their order
STEPS = {A: {I}, I: {S}, S: {P}, P: {C}, C: {E, P}, E: {C}, X: set()}


@pytest.mark.parametrize("then", Stage)
@pytest.mark.parametrize("now", Stage)
def test_a_case_moves_step_by_step(now, then):
    """Closing is possible from every stage, and a closed case begins with the intake again; both are other acts."""
    closing_or_again = (then is X and now is not X) or (now is X and then is I)
    if then in STEPS[now]:
        rules.check_step(now, then)
    else:
        with pytest.raises(rules.CaseCannotMove) as refused:
            rules.check_step(now, then)
        assert str(refused.value.words) == f"A case in the stage “{now.label}” cannot move to “{then.label}”."
    if then in STEPS[now] or closing_or_again:
        rules.check_move(now, then)
    else:
        with pytest.raises(rules.CaseCannotMove):
            rules.check_move(now, then)


def test_steps_are_offered_in_their_order():
    assert rules.steps(C) == [P, E]
    assert rules.next_stages(C) == [P, E, X]
    assert rules.OPEN_STAGES == (A, I, S, P, C, E)


@pytest.mark.parametrize(
    ("closed_on", "right"),
    [(date(2026, 11, 2), False), (date(2026, 11, 3), True), (TODAY, True), (date(2026, 11, 21), False)],
)
def test_a_case_ends_between_its_first_day_and_today(closed_on, right):
    if right:
        rules.check_closing(date(2026, 11, 3), closed_on, TODAY)
    else:
        with pytest.raises(rules.ClosedBeforeOpened):
            rules.check_closing(date(2026, 11, 3), closed_on, TODAY)


def test_a_contact_is_not_in_the_future():
    rules.check_contact(TODAY, TODAY)
    with pytest.raises(rules.ContactInFuture):
        rules.check_contact(date(2026, 11, 21), TODAY)


@pytest.mark.parametrize(
    ("on", "right"),
    [(date(2026, 11, 19), False), (TODAY, True), (date(2027, 11, 21), True), (date(2027, 11, 22), False)],
)
def test_a_task_lies_within_a_year(on, right):
    if right:
        rules.check_due(on, TODAY)
    else:
        with pytest.raises(rules.DueOutOfReach):
            rules.check_due(on, TODAY)


def test_another_task_needs_words():
    rules.check_task_words(TaskKind.OTHER, "Buy a cooking pot")
    rules.check_task_words(TaskKind.PLAN, "")
    with pytest.raises(rules.TaskNeedsWords):
        rules.check_task_words(TaskKind.OTHER, "")


def test_days():
    arrived = date(2026, 11, 3)
    assert rules.plan_due_on(arrived) == date(2026, 12, 3)
    assert rules.days_late(arrived, TODAY) == 17
    assert rules.arrival_key(TaskKind.PLAN, UUID(int=7)) == f"plan/{UUID(int=7)}"


@pytest.mark.parametrize(("count", "words"), [(1, "1 thing is"), (3, "3 things are")])
def test_objections_are_counted(count, words):
    assert f"{words} not settled" in str(rules.ClosingObjected(count=count).words)
