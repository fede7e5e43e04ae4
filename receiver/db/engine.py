"""The one door to the database: two engines, one that writes and one that cannot, and their sessions."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, cast

from sqlalchemy import Connection, Engine, Select, create_engine, event, exc
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry, ManagesConnection, PoolProxiedConnection, QueuePool

from receiver.db import postgresql, sqlite
from receiver.db.refusals import (
    DatabaseBusy,
    DatabaseStopped,
    DatabaseUnsafe,
    is_disk_fault,
    line_is_down,
    refusal_for,
)
from receiver.db.turns import Turns
from receiver.kit.errors import Refusal, StaleVersion
from receiver.log import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_log = get_logger()

SLOW_WRITE = 1.0  # seconds; hashing, files and the network do not belong inside a write transaction
POOL_TIMEOUT = 4.0  # seconds; then 503, instead of a queue that nobody waits for
TURN_TIMEOUT = 5.0  # seconds that a writer waits for those before it, on SQLite
CAPACITY = {"sqlite": 40, "postgresql": 20}  # connections of each engine; give the web server as many threads


_TURN = "turn"


class ReadSession(Session):
    """A session of the engine that cannot write; what is put into it by mistake is refused at once, not lost."""

    def add(self, instance: object, *, _warn: bool = True) -> None:
        """Refused.

        Raises:
            TypeError: always.
        """
        raise TypeError(f"a read session cannot take in a {type(instance).__name__}")

    def delete(self, instance: object) -> None:
        """Refused.

        Raises:
            TypeError: always.
        """
        raise TypeError(f"a read session cannot delete a {type(instance).__name__}")


class WriteSession(Session):
    """A session that writes; committed in `Database.write` and in the web's dependency, nowhere else.

    Rooms may listen to `before_commit` on this class. It fires for savepoints too: look at
    `session.in_nested_transaction()`. It fires before the last flush: call `session.flush()` first.
    """

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write what has changed.

        Raises:
            StaleVersion: a versioned row has been saved by someone else since it was read.
        """
        try:
            super().flush(objects)
        except StaleDataError as error:
            raise StaleVersion from error


class HalfDoneError(RuntimeError):
    """A statement of the transaction failed, and the program went on to commit.

    PostgreSQL answers such a COMMIT by undoing everything, without an error; so the loss is told here. What may fail
    belongs inside `session.begin_nested()`.
    """


class BoundedPool(QueuePool):
    """A pool whose waiting ends in a refusal that people can read."""

    def connect(self) -> PoolProxiedConnection:
        """A connection, or `DatabaseBusy` when none comes free in time."""
        try:
            return super().connect()
        except exc.TimeoutError as error:
            raise DatabaseBusy from error


class Database:
    """A database at `sqlite:///<file>` or `postgresql+psycopg://...`; `info` is handed to every session.

    `capacity` is the number of connections of each of the two engines.
    """

    def __init__(self, url: str | URL, info: dict[str, Any] | None = None, *, capacity: int | None = None) -> None:
        self.url = address(url)
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        )
        self.path = Path(self.url.database or "") if self.dialect == "sqlite" else None
        self.capacity = capacity or CAPACITY[self.dialect]
        self.info: dict[str, Any] = info if info is not None else {}
        self.info["database"] = self
        self._latch = threading.Event()
        self._turns = Turns()
        self.write_engine = self._engine(read_only=False)
        self.read_engine = self._engine(read_only=True)

    def __repr__(self) -> str:
        return f"Database({self.url!r})"  # the password is masked

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """One transaction: committed at the end, rolled back on any error."""
        with self.write_session() as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """One moment of the database, which cannot be changed from here."""
        with self.read_session() as session:
            yield session

    def write_session(self) -> WriteSession:
        """A writing session whose commit, rollback and close are the caller's."""
        return WriteSession(self.write_engine, expire_on_commit=False, info=self.info)

    def read_session(self) -> ReadSession:
        """A reading session whose close is the caller's."""
        return ReadSession(self.read_engine, expire_on_commit=False, autoflush=False, info=self.info)

    @property
    def latched(self) -> bool:
        """Whether the disk has failed, so that nothing is written until the next start."""
        return self._latch.is_set()

    def findings(self) -> list[str]:
        """What is wrong with the settings, read back from connections of both engines; one sentence each."""
        found = [*self._findings(read_only=False), *self._findings(read_only=True)]
        if self.latched:
            found.append("The disk reported a fault; writing has stopped until the next start.")
        return list(dict.fromkeys(found))

    def _findings(self, *, read_only: bool) -> list[str]:
        try:
            with (self.read_engine if read_only else self.write_engine).connect() as connection:
                cursor = connection.connection.cursor()
                if self.path is not None:
                    return [*sqlite.findings(cursor, read_only=read_only), *sqlite.file_findings(self.path)]
                of_server = postgresql.server_findings(cursor, connections=2 * self.capacity)
                return [*postgresql.findings(cursor, read_only=read_only), *of_server]
        except DatabaseUnsafe as unsafe:
            return unsafe.findings
        except Refusal as refusal:
            return [str(refusal)]

    def truncate_log(self) -> bool:
        """Empty SQLite's write-ahead log, which keeps erased text otherwise; False while a reader holds it."""
        if self.dialect == "postgresql":
            return True
        connection = self.write_engine.raw_connection()
        try:
            return bool(sqlite.value_of(connection.cursor(), "PRAGMA wal_checkpoint(TRUNCATE)") == 0)
        finally:
            connection.close()

    def close(self) -> None:
        """Close every connection that is not in use."""
        self.read_engine.dispose()
        self.write_engine.dispose()

    def _engine(self, *, read_only: bool) -> Engine:
        options: dict[str, Any] = {"pool_pre_ping": True}
        if self.path is not None:
            options = {"creator": partial(sqlite.connect, self.path)}
        else:
            more = self.url.query.get("options", "")
            words = postgresql.options(read_only=read_only, more=more if isinstance(more, str) else " ".join(more))
            options["connect_args"] = {"options": words}
        engine = create_engine(
            self.url,
            poolclass=BoundedPool,
            pool_size=self.capacity,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT,
            pool_use_lifo=True,
            **options,
        )
        self._listen(engine, read_only=read_only)
        return engine

    def _listen(self, engine: Engine, *, read_only: bool) -> None:
        """Prepare each connection, say BEGIN, and refuse writes after a fault."""
        room = sqlite if self.dialect == "sqlite" else postgresql

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            room.prepare(connection, read_only=read_only)

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # IMMEDIATE: a transaction that reads first and writes later fails at once when another one has written.
            if not read_only:
                self._refuse_after_fault()
            if self.dialect == "sqlite":
                if not read_only:
                    self._wait_for_turn(connection)
                connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
            connection.info["began"] = perf_counter()

        if not read_only and self.dialect == "sqlite":
            event.listen(engine, "checkin", self._give_turn_back)  # codespell:ignore checkin
        if not read_only:
            event.listen(engine, "commit", self._look_before_commit)
        event.listen(engine, "handle_error", self._answer)

    def _wait_for_turn(self, connection: Connection) -> None:
        known = _kept_by(connection.connection)
        if _TURN not in known and not self._turns.take(TURN_TIMEOUT):
            raise DatabaseBusy
        known[_TURN] = True

    def _give_turn_back(self, _connection: object, record: ConnectionPoolEntry) -> None:
        if _kept_by(record).pop(_TURN, None):
            self._turns.give_back()

    def _look_before_commit(self, connection: Connection) -> None:
        self._refuse_after_fault()
        if self.path is None and postgresql.has_failed(connection.connection.dbapi_connection):
            raise HalfDoneError
        if (took := perf_counter() - connection.info["began"]) > SLOW_WRITE:
            _log.warning("database.slow_write", seconds=round(took, 1))

    def _answer(self, context: ExceptionContext) -> None:
        """Stop writing after a fault of the disk, and raise the refusal that an error means for people."""
        error = context.original_exception
        if is_disk_fault(error):
            self._latch.set()
        if self.dialect == "sqlite" and _was_undone(context):
            # What the caller still wants to write would be committed statement by statement: end this connection.
            context.is_disconnect, context.invalidate_pool_on_disconnect = True, False
        refusal = refusal_for(error) or line_is_down(context)
        if refusal is not None:
            raise refusal from error

    def _refuse_after_fault(self) -> None:
        # After a failed fsync SQLite acknowledges the next write, though the one before it never reached the disk.
        if self.latched:
            raise DatabaseStopped


def _kept_by(pooled: ManagesConnection) -> dict[Any, Any]:
    """What stays with a place in the pool, also when its connection is thrown away."""
    return cast("dict[Any, Any]", pooled.record_info)


def _was_undone(context: ExceptionContext) -> bool:
    """Whether SQLite itself has rolled the transaction back, as it does on a full or failing disk."""
    connection = context.connection
    if connection is None or connection.invalidated or not connection.in_transaction():
        return False
    raw = connection.connection.dbapi_connection
    return raw is not None and not raw.in_transaction


def address(url: str | URL) -> URL:
    """The address of a database that Receiver can use.

    Raises:
        ValueError: another kind of database, or one in memory, which two engines could not share.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"neither SQLite nor PostgreSQL: {parsed!r}")
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise ValueError(f"SQLite needs a file and nothing else: {parsed!r}")
    return parsed


def in_parts(session: Session, statement: Select[*tuple[Any, ...]], size: int = 2000) -> Iterator[Sequence[Any]]:
    """Rows of a long answer, `size` at a time, never all in memory.

    The option sits on the statement. On the connection it would stay there, and the next INSERT would fail on
    PostgreSQL.
    """
    yield from session.execute(statement.execution_options(yield_per=size)).partitions(size)
