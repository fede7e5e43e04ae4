from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from receiver.background import WorkState, actions, request_cancel
from receiver.background.runner import Runner
from receiver.kit.ids import new_id
from tests.background import sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from receiver.access import Actor
    from receiver.background import Progress
    from receiver.db.engine import Database


@pytest.fixture
def runner(database: Database) -> Runner:
    return Runner(database, "one")


def test_work_is_done_and_says_what_came_of_it(
    runner: Runner, ask: Callable[..., UUID], see: Callable[[UUID], Progress], effects: Callable[[], list[int]]
) -> None:
    work_id = ask("sample.count", parts=4)
    runner.run(work_id, 1)
    seen = see(work_id)
    assert (seen.state, seen.result, seen.done, seen.total) == (WorkState.DONE, {"sum": 10}, 4, 4)
    assert seen.started_at is not None
    assert seen.finished_at is not None
    runner.run(work_id, 1)
    assert effects() == [1, 2, 3, 4]
    assert runner.active == frozenset()


def test_work_that_gives_nothing_back(
    runner: Runner, ask: Callable[..., UUID], see: Callable[[UUID], Progress]
) -> None:
    run = new_id()
    work_id = ask("sample.none", run=run)
    runner.run(work_id, 1)
    assert (see(work_id).state, see(work_id).result, see(work_id).url) == (WorkState.DONE, {}, f"/runs/{run}")


def test_a_refusal_is_an_answer(
    runner: Runner, ask: Callable[..., UUID], see: Callable[[UUID], Progress], effects: Callable[[], list[int]]
) -> None:
    work_id = ask("sample.refuse", chairs=2)
    runner.run(work_id, 1)
    assert (see(work_id).state, see(work_id).failure) == (WorkState.FAILED, "too-few-chairs")
    assert "Amina" not in str(see(work_id))
    assert effects() == [1]


def test_a_fault_is_recorded_by_kind_without_its_text(
    runner: Runner, ask: Callable[..., UUID], see: Callable[[UUID], Progress], capsys: pytest.CaptureFixture[str]
) -> None:
    work_id = ask("sample.break")
    runner.run(work_id, 1)
    assert (see(work_id).state, see(work_id).failure) == (WorkState.FAILED, "ZeroDivisionError")
    assert str(see(work_id).reason).startswith("Something went wrong on our side")


def test_work_without_code_fails_visibly(
    runner: Runner, ask: Callable[..., UUID], see: Callable[[UUID], Progress]
) -> None:
    work_id = ask("elsewhere.work")
    runner.run(work_id, 1)
    assert (see(work_id).state, see(work_id).failure, str(see(work_id).title)) == (
        WorkState.FAILED,
        "LookupError",
        "Background work",
    )


def test_a_result_about_a_person_is_a_fault(
    runner: Runner, ask: Callable[..., UUID], see: Callable[[UUID], Progress]
) -> None:
    work_id = ask("sample.gossip")
    runner.run(work_id, 1)
    assert (see(work_id).state, see(work_id).failure, see(work_id).result) == (WorkState.FAILED, "NotAFactError", {})


def test_a_locked_account_gets_a_reason(
    runner: Runner,
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    actor: Actor,
    locked: set[UUID],
    effects: Callable[[], list[int]],
) -> None:
    work_id = ask("sample.count", parts=2)
    assert actor.user_id is not None
    locked.add(actor.user_id)
    runner.run(work_id, 1)
    assert (see(work_id).failure, effects()) == ("requester-may-not-work", [])


def test_cancelled_between_two_steps(
    runner: Runner,
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    database: Database,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
    effects: Callable[[], list[int]],
) -> None:
    work_id = ask("sample.count", parts=5)

    def cancel(place: str) -> None:
        if place == "after-2":
            with database.write() as session:
                request_cancel(session, actor, work_id)

    monkeypatch.setattr(sample, "halt_at", cancel)
    runner.run(work_id, 1)
    assert (see(work_id).state, effects()) == (WorkState.CANCELLED, [1, 2])


def test_a_stop_puts_the_work_back_and_it_goes_on_from_there(
    runner: Runner,
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    effects: Callable[[], list[int]],
) -> None:
    work_id = ask("sample.count", parts=4)
    monkeypatch.setattr(sample, "halt_at", lambda place: runner.stopping.set() if place == "after-2" else None)
    runner.run(work_id, 1)
    assert (see(work_id).state, effects()) == (WorkState.QUEUED, [1, 2])
    runner.run(work_id, 2)  # still stopping: put back again, untouched
    assert see(work_id).state is WorkState.QUEUED
    monkeypatch.undo()
    Runner(database, "two").run(work_id, 3)
    assert (see(work_id).state, effects()) == (WorkState.DONE, [1, 2, 3, 4])


def test_a_run_that_was_replaced_ends_silently(
    runner: Runner,
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    effects: Callable[[], list[int]],
) -> None:
    work_id = ask("sample.count", parts=3)
    other = Runner(database, "two")

    def replaced(place: str) -> None:
        if place == "after-1":
            monkeypatch.undo()
            other.take_over(work_id, 1)

    monkeypatch.setattr(sample, "halt_at", replaced)
    runner.run(work_id, 1)
    assert (see(work_id).state, effects()) == (WorkState.DONE, [1, 2, 3])


def test_work_is_taken_over_once(
    runner: Runner, ask: Callable[..., UUID], database: Database, effects: Callable[[], list[int]]
) -> None:
    work_id = ask("sample.count", parts=2)
    with database.write() as session:
        actions.claim(session, work_id, 1, "dead")
    runner.take_over(work_id, 1)
    runner.take_over(work_id, 1)
    assert effects() == [1, 2]
