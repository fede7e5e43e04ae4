"""The seat of an executor: a lock that dies with the process that holds it, so that one name never executes twice.

On SQLite there is one seat for the whole data folder, a locked file. On PostgreSQL each name has its own, an advisory
lock of a connection kept open for nothing else (so the address must reach the server itself, not a pooler that lends
its connections by transaction).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import NullPool, create_engine, exc, text

from receiver.background.rules import AnotherExecutes
from receiver.kit import clock

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from receiver.db.engine import Database
    from receiver.settings import Settings

LOCK_FILE = "background.lock"
SQLITE_NAME = "local"
PATIENCE = (0.1, 0.4, 1.0)  # seconds between tries
LOCK_CLASS = 0x7265_6376  # "recv": the first half of our advisory locks


class Seat(Protocol):
    """The right of this process to execute under a name."""

    executor: str

    def take(self) -> None:
        """Sit down.

        Raises:
            AnotherExecutes: somebody sits there.
        """

    def release(self) -> None:
        """Stand up; nothing happens if one does not sit."""

    def held(self) -> bool:
        """Whether we still sit: a connection can break."""

    def is_empty(self, executor: str) -> bool:
        """Whether no process executes under that name, so that what it left is for others."""


def seat_for(database: Database, settings: Settings, executor: str) -> Seat:
    """The kind of seat that this database needs."""
    if database.dialect == "sqlite":
        return FileSeat(settings.data_dir / LOCK_FILE, executor)
    return ServerSeat(database, executor)


class FileSeat:
    """The only seat of a data folder."""

    def __init__(self, path: Path, executor: str = SQLITE_NAME) -> None:
        self.path = path
        self.executor = executor
        self._file: int | None = None

    def take(self) -> None:
        """Lock the file and write into it who we are."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise AnotherExecutes(holder=self.holder() or "?") from None
        os.ftruncate(file, 0)
        told = {"process": os.getpid(), "since": clock.now().isoformat(timespec="seconds")}
        os.pwrite(file, json.dumps(told).encode(), 0)
        self._file = file

    def release(self) -> None:
        """Unlock. The file stays: deleting it would let two processes lock two files of one name."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def held(self) -> bool:
        """A locked file stays locked."""
        return self._file is not None

    def is_empty(self, executor: str) -> bool:  # noqa: ARG002 - there is one seat, whatever the name
        """Whoever sits here knows that nobody else does."""
        return self.held()

    def holder(self) -> str | None:
        """Who executes, as text for people; None when nobody does."""
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _told(os.pread(file, 1000, 0))
        finally:
            os.close(file)
        return None


def _told(raw: bytes) -> str:
    try:
        who = json.loads(raw)
        return f"process {int(who['process'])}, since {who['since']}"
    except (ValueError, KeyError, TypeError):  # it has locked the file and not yet written
        return "?"


class ServerSeat:
    """A seat for each name, in the PostgreSQL server."""

    def __init__(self, database: Database, executor: str) -> None:
        self.executor = executor
        self._engine: Engine = create_engine(
            database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"keepalives_idle": 10}
        )
        self._connection: Connection | None = None

    def take(self) -> None:
        """Open the connection and lock our name; the server needs a moment to see that its last holder has died."""
        connection = self._engine.connect()
        for pause in (*PATIENCE, 0):
            if _lock(connection, self.executor):
                self._connection = connection
                return
            time.sleep(pause)
        connection.close()
        raise AnotherExecutes(holder=self.executor)

    def release(self) -> None:
        """Give up the lock and close the connection."""
        if self._connection is not None:
            with contextlib.suppress(exc.DBAPIError):  # a broken connection has given it up
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            self._connection.close()
            self._connection = None

    def held(self) -> bool:
        """Ask the server, over the connection that holds the lock."""
        try:
            return self._connection is not None and self._connection.scalar(text("SELECT 1")) == 1
        except exc.DBAPIError:
            self._connection = None
            return False

    def is_empty(self, executor: str) -> bool:
        """Try to sit down there, and stand up at once."""
        if executor == self.executor:
            return self.held()
        with self._engine.connect() as connection:
            return _lock(connection, executor)


def _lock(connection: Connection, executor: str) -> bool:
    key = int.from_bytes(hashlib.sha256(executor.encode()).digest()[:4], signed=True)
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:kind, :key)"), {"kind": LOCK_CLASS, "key": key}))
