"""A folder for one run of the tests, shared by its worker processes, in memory where there is room."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.postgres import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLE = "TESTS_OF_RECEIVER_FOLDER"
_PREFIX = "receiver-tests-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - only where the system offers it
_ROOM = 1 << 30
_HELD = "held"
_holding = ExitStack()


def in_memory(folder: Path) -> bool:
    """Whether what is written there never waits for a disk."""
    return folder.is_relative_to(_MEMORY)


def open_folder() -> Path:
    """Make the folder of this run; worker processes find it in their environment."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM
    base = _MEMORY if roomy else Path(tempfile.gettempdir())
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
    folder.chmod(0o711)  # the database server runs as another user and must reach its own folder
    fcntl.flock(_holding.enter_context((folder / _HELD).open("a")), fcntl.LOCK_EX)
    os.environ[_VARIABLE] = str(folder)
    return folder


def this_folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[_VARIABLE])


def close_folder(folder: Path) -> None:
    """Stop the server in it, if one was started, and remove the folder."""
    Server(folder / "postgres").stop()
    shutil.rmtree(folder, ignore_errors=True)
    _holding.close()


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """One process of the run at a time; under one name never twice by the same one, which would wait for itself."""
    with (folder / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(base: Path) -> None:
    """Remove what a run left behind that was killed, and nothing of a run that goes on, not even in another container.

    The number of a process means nothing there; the lock that it holds does.
    """
    for left in base.glob(f"{_PREFIX}*"):
        owner = left.name.removeprefix(_PREFIX).partition("-")[0]
        mine = left.stat().st_uid == os.geteuid() and owner.isdecimal() and not _runs(int(owner))
        if mine and _let_go(left / _HELD):
            with suppress(RuntimeError):  # its server may have ended with it
                Server(left / "postgres").stop()
            shutil.rmtree(left, ignore_errors=True)


def _let_go(held: Path) -> bool:
    try:
        with held.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True
