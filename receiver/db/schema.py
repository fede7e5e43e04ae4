"""Which form the database has, and how it is brought to the newest."""

from __future__ import annotations

import os
import pkgutil
import sqlite3
from contextlib import closing
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from time import sleep
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

import receiver
from receiver.db import sqlite
from receiver.db.base import Base
from receiver.db.refusals import DatabaseBusy, line_is_down, refusal_for
from receiver.kit.resources import resource

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import MetaData
    from sqlalchemy.engine import ExceptionContext

    from receiver.db.engine import Database

_WAITS = (0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # seconds between tries
_LOCK = 0x52454356  # "RECV": one migration at a time on PostgreSQL


class BrokenReferencesError(RuntimeError):
    """A migration would leave rows that point to nothing; it was undone."""


def head() -> str:
    """The newest revision, as `migrations/head` names it; a second head cannot slip in unseen."""
    return (resource("migrations") / "head").read_text("utf-8").strip()


def current(database: Database) -> str | None:
    """The revision the database has, or None when it has no tables yet."""
    if database.path is not None and not database.path.exists():
        return None
    engine = plain_engine(database)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def is_current(database: Database) -> bool:
    """Whether there is nothing to migrate."""
    return current(database) == head()


def migrate(database: Database, backup_to: Path | None = None) -> list[str]:
    """Bring the database to the newest form in one transaction; returns what it was before and is now, if it changed.

    A file that does not exist is created, readable by its owner only. `backup_to` is where a copy of the file goes
    before anything changes; it must not exist. PostgreSQL is backed up by its own tools.

    Raises:
        FileExistsError: the backup is there already.
        BrokenReferencesError: see there.
        ValueError: a backup was asked of PostgreSQL.
    """
    if backup_to is not None and database.path is None:
        raise ValueError("a PostgreSQL database is backed up with pg_dump")
    before = current(database)
    if database.path is not None:
        create_file(database.path)
    if before == head():
        return []
    if backup_to is not None and database.path is not None and before is not None:
        backup(database.path, backup_to)
    engine = plain_engine(database)
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    finally:
        engine.dispose()
    return [before or "", head()]


def create_file(path: Path) -> None:
    """Make the database file if it is missing, for its owner only, and switch it to a write-ahead log, once.

    Raises:
        RuntimeError: the file system cannot hold a write-ahead log.
        DatabaseBusy: another program holds the file.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for wait in _WAITS:
            try:
                mode = sqlite.value_of(connection.cursor(), "PRAGMA journal_mode = wal")
                break
            except sqlite3.OperationalError:  # another one is at it; this pragma does not wait as others do
                sleep(wait)
        else:
            raise DatabaseBusy
    if mode != "wal":
        raise RuntimeError(f"SQLite cannot keep a write-ahead log beside {path}")


def backup(path: Path, target: Path) -> None:
    """Copy a SQLite database in use to a new file, page by page at one moment, and check the copy.

    Raises:
        FileExistsError: `target` exists.
        RuntimeError: the copy is damaged.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        if (found := sqlite.value_of(copy.cursor(), "PRAGMA integrity_check")) != "ok":
            raise RuntimeError(f"the copy is damaged: {found}")
    with target.open("rb") as written:
        os.fsync(written.fileno())


def load_models() -> MetaData:
    """Import the models of every room there is, so that the tables are complete."""
    for room in pkgutil.iter_modules(receiver.__path__, "receiver."):
        if room.ispkg and find_spec(f"{room.name}.models") is not None:
            import_module(f"{room.name}.models")
    return Base.metadata


def configuration(connection: Connection | Engine | None = None) -> Config:
    """Alembic's settings; there is no file of them."""
    config = Config()
    config.set_main_option("script_location", str(resource("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    config = configuration(connection)
    config.attributes["metadata"] = Base.metadata  # for its naming convention; the steps need no models
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            tables = ", ".join(sorted({row[0] for row in broken}))
            raise BrokenReferencesError(f"rows of {tables} would point to nothing")


def plain_engine(database: Database) -> Engine:
    """An engine for schema work: no limits of time; on SQLite foreign keys off, outside the transaction.

    With foreign keys on, rebuilding a table that others refer to with ON DELETE CASCADE empties those.
    """
    options = {} if database.path is None else {"creator": partial(sqlite.connect, database.path)}
    engine = create_engine(database.url, poolclass=NullPool, **options)

    @event.listens_for(engine, "handle_error")
    def answer(context: ExceptionContext) -> None:
        if refusal := refusal_for(context.original_exception) or line_is_down(context):
            raise refusal from context.original_exception

    if database.path is None:
        return engine

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        sqlite.apply(cursor, read_only=False)
        cursor.execute("PRAGMA foreign_keys = 0")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
