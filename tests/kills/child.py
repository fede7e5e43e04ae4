"""The process that is killed: a `receiver` command, in a fork of a process that has imported everything."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from receiver.db.engine import WriteSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

KEEPER = "background"
"""The thread of the executor that only looks after works; how often it looks depends on the clock."""
_WRITES = "a test follows this connection"

forking = get_context("forkserver")
forking.set_forkserver_preload(
    ["tests.kills.child", "receiver.cli", "receiver.app", "receiver.background.durable", "receiver.db.schema"]
)


def warm() -> None:
    """Have the process that is forked import everything, which takes seconds."""
    process = forking.Process(target=_no_more)
    process.start()
    process.join()


@dataclass(frozen=True, slots=True)
class Trap:
    """Where a process kills itself: at its so-manieth mark, or so many seconds later while it goes on."""

    mark: int
    delay: float | None = None


def start(
    words: Sequence[str],
    environment: Mapping[str, str],
    told: Path,
    *,
    trap: Trap | None = None,
    marks: Path | None = None,
) -> ForkServerProcess:
    """Start `receiver` with these words in a process of its own.

    What it says goes to the file `told`, and its moments to `marks`.
    """
    process = forking.Process(target=_run, args=(tuple(words), dict(environment), told, trap, marks), daemon=True)
    process.start()
    return process


@contextmanager
def followed(tell: Callable[[str], object]) -> Iterator[None]:
    """Tell of each moment of writing transactions of this process: each statement, `COMMIT`, and when it is done."""

    def begun(_session: WriteSession, _transaction: Any, connection: Any) -> None:
        connection.info[_WRITES] = True

    def statement(connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        if connection.info.get(_WRITES) and not text.startswith("BEGIN"):
            mark(" ".join(text.split()[:3]))

    def commit(connection: Any) -> None:
        if connection.info.pop(_WRITES, False):
            mark("COMMIT")

    def committed(session: WriteSession) -> None:
        if not session.in_nested_transaction():
            mark("committed")

    def mark(what: str) -> None:
        if threading.current_thread().name != KEEPER:
            tell(what)

    listeners: tuple[tuple[Any, str, Any], ...] = (
        (WriteSession, "after_begin", begun),
        (Engine, "before_cursor_execute", statement),
        (Engine, "commit", commit),
        (WriteSession, "after_commit", committed),
    )
    for listener in listeners:
        event.listen(*listener)
    try:
        yield
    finally:
        for listener in listeners:
            event.remove(*listener)


def _run(
    words: tuple[str, ...], environment: dict[str, str], told: Path, trap: Trap | None, marks: Path | None
) -> None:
    from receiver.cli import main

    if "coverage" in sys.modules:  # what is killed cannot tell what it went through
        _stop_measuring()
    threading.Thread(target=_end_with, args=(parent_process(),), daemon=True).start()
    os.environ.update(environment)
    file = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.argv = ["receiver", *words]
    with followed(_sprung(trap) if trap else _written(marks)):
        main()


def _stop_measuring() -> None:
    """Half the time of a child goes into it."""
    import coverage

    measuring = coverage.Coverage.current()
    if measuring is not None:
        measuring.stop()


def _end_with(parent: Any) -> None:
    """Nobody is left who would kill it once the tests were killed themselves."""
    parent.join()
    os._exit(1)


def _written(marks: Path | None) -> Callable[[str], object]:
    if marks is None:
        return len
    file = marks.open("a", buffering=1)
    return lambda what: file.write(f"{what}\n")


def _sprung(trap: Trap) -> Callable[[str], None]:
    numbers = itertools.count()

    def tell(_what: str) -> None:
        if next(numbers) != trap.mark:
            return
        if trap.delay is None:
            _die()
        threading.Thread(target=_die, args=(trap.delay,), daemon=True).start()

    return tell


def _die(delay: float = 0.0) -> None:
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)


def _no_more() -> None:
    pass
