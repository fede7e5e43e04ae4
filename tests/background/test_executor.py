from __future__ import annotations

import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import text

from receiver.background import AnotherExecutes, Background, WorkState, actions, executor
from receiver.background.rules import Held
from receiver.background.seat import SQLITE_NAME
from receiver.kit import clock
from tests.background import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from uuid import UUID

    from receiver.background import Progress
    from receiver.db.engine import Database
    from receiver.settings import Settings


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


class TestOnce:
    def test_all_there_is_to_do_is_done(
        self,
        background: Background,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        effects: Callable[[], list[int]],
    ) -> None:
        works = [ask("sample.count", parts=2), ask("sample.refuse", chairs=1), ask("sample.count", parts=1)]
        assert background.run_once() == 3
        assert [see(work_id).state for work_id in works] == [WorkState.DONE, WorkState.FAILED, WorkState.DONE]
        assert background.run_once() == 0
        assert effects() == [1, 1, 1, 2]

    def test_what_a_killed_process_left_is_taken_over(
        self, background: Background, ask: Callable[..., UUID], database: Database, effects: Callable[[], list[int]]
    ) -> None:
        work_id = ask("sample.count", parts=2)
        with database.write() as session:
            actions.claim(session, work_id, 1, background.name)
        assert background.run_once() == 1
        assert effects() == [1, 2]

    def test_it_needs_the_seat_and_gives_it_back(
        self, background: Background, database: Database, settings: Settings
    ) -> None:
        other = Background(database, settings, name="one")
        other._seat.take()
        with pytest.raises(AnotherExecutes):
            background.run_once()
        other._seat.release()
        background.run_once()
        background.run_once()

    @pytest.mark.usefixtures("ticking")
    def test_scheduled_work_runs_once_for_each_moment(
        self, background: Background, effects: Callable[[], list[int]]
    ) -> None:
        for minute in (1, 9, 11, 12, 19, 21):
            with time_machine.travel(datetime(2026, 11, 24, 10, minute, tzinfo=UTC), tick=False):
                background.run_once()
        assert effects() == [10, 20]


class TestRunning:
    def test_work_is_done_and_dbos_forgets_it_in_time(
        self,
        background: Background,
        database: Database,
        tmp_path: Path,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        effects: Callable[[], list[int]],
    ) -> None:
        background.start()
        works = [ask("sample.count", parts=3), ask("sample.break")]
        wait_for(lambda: all(see(work_id).state.over for work_id in works))
        assert effects() == [1, 2, 3]
        durable = background._durable
        assert durable is not None
        wait_for(lambda: not any(held.active for held in durable.holds([(work_id, 1) for work_id in works]).values()))
        wait_for(lambda: durable.forget(clock.now() + timedelta(minutes=1)) == 2)
        assert durable.holds([]) == {}
        if database.dialect == "sqlite":
            assert (tmp_path / "background.db").stat().st_mode & 0o777 == 0o600
            assert background.name == SQLITE_NAME
        assert background.running
        assert background.stop()
        assert not background.running

    def test_what_was_paused_goes_on_at_the_next_start(
        self,
        background: Background,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        effects: Callable[[], list[int]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SAMPLE_PAUSE", "0.05")
        work_id = ask("sample.count", parts=30)
        background.start()
        wait_for(lambda: see(work_id).done > 0)
        began = time.monotonic()
        assert background.stop()
        assert time.monotonic() - began < 5
        assert see(work_id).state is WorkState.QUEUED
        done = len(effects())
        assert 0 < done < 30
        monkeypatch.setenv("SAMPLE_PAUSE", "0")
        background.start()
        wait_for(lambda: see(work_id).state is WorkState.DONE)
        assert background.stop()
        assert effects() == list(range(1, 31))

    @pytest.mark.only("sqlite")
    def test_a_run_that_broke_before_it_could_say_so_is_seen_to(
        self,
        background: Background,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        run, broken = background._runner.run, []

        def break_once(work_id: UUID, attempt: int) -> None:
            if not broken:
                broken.append(attempt)
                raise MemoryError
            run(work_id, attempt)

        monkeypatch.setattr(background._runner, "run", break_once)
        monkeypatch.setattr(executor, "SWEEPS_EVERY", 0)
        work_id = ask("sample.break")
        background.start()
        wait_for(lambda: see(work_id).state is WorkState.FAILED)
        assert background.stop()
        assert broken == [1]

    @pytest.mark.only("sqlite")
    def test_what_an_older_version_was_told_is_done_by_this_one(
        self, background: Background, settings: Settings, ask: Callable[..., UUID], see: Callable[[UUID], Progress]
    ) -> None:
        from receiver.background.durable import Durable

        work_id = ask("sample.break")
        older = Durable(
            settings.background_database_url, executor=background.name, version="0000", run=lambda *_work: None
        )
        older.enqueue(work_id, 1)
        older.stop(5)
        with background.database.write() as session:
            actions.mark_enqueued(session, [(work_id, 1)])
        background.start()
        wait_for(lambda: see(work_id).state is WorkState.FAILED)
        assert background.stop()

    @pytest.mark.only("sqlite")
    def test_a_queue_that_cannot_be_opened_is_tried_again(
        self,
        background: Background,
        settings: Settings,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(executor, "LOOKS_EVERY", 0.05)
        file = settings.data_dir / "background.db"
        file.write_bytes(b"no database at all " * 100)
        work_id = ask("sample.break")
        background.start()
        time.sleep(0.5)
        assert not background.running
        file.unlink()
        wait_for(lambda: see(work_id).state is WorkState.FAILED)
        assert background.stop()

    @pytest.mark.only("postgresql")
    def test_a_seat_that_was_lost_is_taken_again(
        self, background: Background, database: Database, by_hand: None
    ) -> None:
        background.start()
        with database.write() as session:
            session.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
        background._wake.set()
        wait_for(background._seat.held)
        assert background.stop()


class ByHand:
    """Stands in for DBOS: each work runs in a thread of its own, at once."""

    def __init__(self, run: Callable[[UUID, int], None]) -> None:
        self.run = run

    def enqueue(self, work_id: UUID, attempt: int) -> None:
        threading.Thread(target=self.run, args=(work_id, attempt)).start()

    def holds(self, works: Iterable[tuple[UUID, int]]) -> dict[UUID, Held]:
        return {work_id: Held() for work_id, _attempt in works}

    def forget(self, before: object) -> int:
        return 0

    def stop(self, within: float) -> None: ...


@pytest.fixture
def by_hand(background: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_launch", lambda: ByHand(background._runner.run))


class TestRounds:
    def test_a_step_that_does_not_end_keeps_the_seat(
        self,
        background: Background,
        by_hand: None,
        database: Database,
        settings: Settings,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        monkeypatch: pytest.MonkeyPatch,
        effects: Callable[[], list[int]],
    ) -> None:
        inside, go_on = threading.Event(), threading.Event()

        def halt(place: str) -> None:
            if place == "in-1":
                inside.set()
                go_on.wait(10)

        monkeypatch.setattr(sample, "halt_at", halt)
        work_id = ask("sample.count", parts=2)
        background.start()
        assert inside.wait(10)
        assert not background.stop(within=0.1)
        with pytest.raises(AnotherExecutes):
            Background(database, settings, name="one").start()
        go_on.set()
        wait_for(lambda: not background._runner.active)
        assert background.stop()
        assert (see(work_id).state, effects()) == (WorkState.QUEUED, [1])

    def test_a_failed_round_is_tried_again(
        self,
        background: Background,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        tries: list[int] = []

        def fail_once() -> ByHand:
            tries.append(1)
            if len(tries) == 1:
                raise ConnectionError
            return ByHand(background._runner.run)

        monkeypatch.setattr(background, "_launch", fail_once)
        monkeypatch.setattr(executor, "LOOKS_EVERY", 0.02)
        work_id = ask("sample.break")
        background.start()
        wait_for(lambda: see(work_id).state is WorkState.FAILED)
        assert background.stop()

    def test_the_work_of_a_dead_executor_is_brought_back(
        self,
        background: Background,
        by_hand: None,
        ask: Callable[..., UUID],
        see: Callable[[UUID], Progress],
        effects: Callable[[], list[int]],
        database: Database,
    ) -> None:
        work_id = ask("sample.count", parts=2)
        with database.write() as session:
            actions.claim(session, work_id, 1, "two")  # and died
        background.start()
        wait_for(lambda: see(work_id).state is WorkState.DONE)
        assert background.stop()
        assert effects() == [1, 2]


class TestForever:
    @pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it(self, background: Background, by_hand: None, sent: signal.Signals) -> None:
        before = signal.getsignal(sent)
        threading.Timer(0.3, os.kill, (os.getpid(), sent)).start()
        background.run_forever()
        assert not background._seat.held()
        assert signal.getsignal(sent) is before

    def test_a_step_that_does_not_end_is_left_in_the_middle(
        self, background: Background, by_hand: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left: list[int] = []
        monkeypatch.setattr(os, "_exit", left.append)
        monkeypatch.setattr(background, "stop", lambda within: within > 99)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
        background.run_forever()
        monkeypatch.undo()
        assert background.stop()
        assert left == [0]

    def test_stopping_what_never_started(self, background: Background) -> None:
        assert background.stop()
