from __future__ import annotations

import functools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from receiver.background import AnotherExecutes, Background, WorkState
from tests.background.test_executor import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from receiver.background import Progress
    from receiver.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start an executing process of its own."""
    started: list[subprocess.Popen[str]] = []

    def launch(**more: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "RECEIVER_DATA_DIR": str(settings.data_dir),
            "RECEIVER_DATABASE_URL": settings.database_url,
            "RECEIVER_BACKGROUND_DATABASE_URL": settings.background_database_url,
            "SAMPLE_FOLDER": str(tmp_path),
            "SAMPLE_NAME": "one",
            **more,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.background.process"],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield launch
    for process in started:
        process.kill()
        process.communicate()


def test_work_goes_on_by_itself_after_a_kill(
    start: Callable[..., subprocess.Popen[str]],
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    effects: Callable[[], list[int]],
    tmp_path: Path,
    background: Background,
) -> None:
    work_id = ask("sample.count", parts=4)
    killed = start(SAMPLE_HALT="in-2")
    wait_for((tmp_path / "halted").exists, 30)
    assert see(work_id).state is WorkState.RUNNING
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    assert effects() == [1]
    background.start()
    wait_for(lambda: see(work_id).state is WorkState.DONE, 30)
    assert background.stop()
    assert (effects(), see(work_id).result) == ([1, 2, 3, 4], {"sum": 10})


@pytest.mark.only("sqlite")
def test_a_second_process_is_refused_and_a_signal_ends_the_first(
    start: Callable[..., subprocess.Popen[str]],
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    effects: Callable[[], list[int]],
    background: Background,
) -> None:
    first = start(SAMPLE_PAUSE="0.1")
    work_id = ask("sample.count", parts=100)
    wait_for(lambda: see(work_id).done > 0, 30)
    with pytest.raises(AnotherExecutes, match="Another process already does the background work here"):
        background.start()
    with pytest.raises(AnotherExecutes):
        background.run_once()
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=10) == 0
    assert see(work_id).state is WorkState.QUEUED
    done = effects()
    assert done == list(range(1, len(done) + 1))


@pytest.mark.slow
def test_a_step_that_does_not_end_does_not_hold_up_the_end(
    start: Callable[..., subprocess.Popen[str]],
    ask: Callable[..., UUID],
    effects: Callable[[], list[int]],
    tmp_path: Path,
    background: Background,
) -> None:
    ask("sample.count", parts=2)
    process = start(SAMPLE_HALT="in-2")
    wait_for((tmp_path / "halted").exists, 30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
    assert background.run_once() == 1
    assert effects() == [1, 2]


@pytest.mark.slow
def test_once_takes_over_what_a_killed_once_left(
    start: Callable[..., subprocess.Popen[str]],
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    effects: Callable[[], list[int]],
    tmp_path: Path,
) -> None:
    work_id = ask("sample.count", parts=3)
    killed = start(SAMPLE_HALT="after-2", SAMPLE_ONCE="1")
    wait_for((tmp_path / "halted").exists, 30)
    killed.kill()
    killed.wait()
    assert start(SAMPLE_ONCE="1").wait(timeout=30) == 0
    assert (see(work_id).state, effects()) == (WorkState.DONE, [1, 2, 3])


@pytest.mark.slow
def test_kills_at_any_moment_neither_lose_nor_double_anything(
    start: Callable[..., subprocess.Popen[str]],
    ask: Callable[..., UUID],
    see: Callable[[UUID], Progress],
    effects: Callable[[], list[int]],
) -> None:
    works = [ask("sample.count", parts=40) for _number in range(3)]
    moments = random.Random(20261124)
    for _kill in range(30):
        process, before = start(SAMPLE_PAUSE="0.1"), len(effects())
        wait_for(functools.partial(_has_moved, effects, before), 30)
        time.sleep(moments.uniform(0, 2))
        process.kill()
        process.wait()
        if len(effects()) == 120:
            break
    start()
    wait_for(lambda: all(see(work_id).state is WorkState.DONE for work_id in works), 60)
    assert effects() == sorted([*range(1, 41)] * 3)
    assert [see(work_id).result for work_id in works] == [{"sum": 820}] * 3


def _has_moved(effects: Callable[[], list[int]], before: int) -> bool:
    return len(effects()) > before or before == 120


def test_importing_the_room_brings_neither_dbos_nor_alembic() -> None:
    program = "import sys, receiver.background, receiver.background.tasks as _; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"dbos", "alembic", "croniter"}.isdisjoint(done.stdout.split())
