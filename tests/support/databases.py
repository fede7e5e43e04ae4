"""Fresh databases for tests: copies of a migrated template, made in milliseconds."""

from __future__ import annotations

import itertools
import os
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Literal, cast

import psycopg
from psycopg import sql

from receiver.db import schema
from receiver.db.engine import Database
from tests.support.compiled import sharing
from tests.support.postgres import USER, Server
from tests.support.run_folder import in_memory, locked
from tests.support.sweeping import Sweeper

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import URL
    from sqlalchemy.pool import QueuePool

Kind = Literal["sqlite", "postgresql"]
_TEMPLATE = "template_receiver"
_TIMES = 50
"""How often a database is used again: rows that were deleted stay in its files, and slow it down."""


class Databases:
    """Makes and drops the databases of one process of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder / "postgres")
        self._numbers = itertools.count(1)
        self._admin: psycopg.Connection | None = None
        self._ready: set[Kind] = set()
        self._uses: Counter[str] = Counter()
        self._free: list[Database] = []
        self._sweepers: dict[str, Sweeper] = {}

    def migrated(self, kind: Kind) -> Database:
        """A database with all tables and no rows but those that migrations put there."""
        if kind not in self._ready:
            with locked(self.folder, f"template-{kind}"):
                self._make_template(kind)
            self._ready.add(kind)
        if kind == "sqlite":
            return sharing(Database(self._new(kind, of=_TEMPLATE)))
        database = _after(self._free.pop()) if self._free else sharing(Database(self._new(kind, of=_TEMPLATE)))
        name = str(database.url.database)
        if not self._uses[name]:
            self._sweepers[name] = Sweeper(psycopg.connect(host=str(self.server.folder), user=USER, dbname=name))
        self._uses[name] += 1
        return database

    def empty(self, kind: Kind) -> Database:
        """A database without a table; on SQLite not even a file."""
        return Database(self._new(kind, of=None))

    def copy(self, database: Database) -> Database:
        """Another one with the same content; nothing may be using the first."""
        database.truncate_log()
        database.close()
        if database.path is None:
            self._let_go(str(database.url.database))
            return sharing(Database(self._new("postgresql", of=str(database.url.database))))
        return sharing(Database(self._new("sqlite", of=database.path.stem)))

    def drop(self, database: Database) -> None:
        """Throw it away, or keep it for the next test as it was; connections that a test forgot are cut."""
        if database.path is None:
            name = str(database.url.database)
            sweeper = self._sweepers.get(name)
            if sweeper is not None and self._uses[name] < _TIMES and sweeper.sweep(idle=_idle(database)):
                self._free.append(database)
                return
            database.close()
            self._let_go(name)
            self.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            return
        database.close()
        for left in database.path.parent.glob(f"{database.path.name}*"):
            left.unlink()

    def close(self) -> None:
        """Let go of the server."""
        for name in list(self._sweepers):
            self._let_go(name)
        if self._admin is not None:
            self._admin.close()

    @property
    def admin(self) -> psycopg.Connection:
        """A connection that may create databases; it starts the server if nobody has."""
        if self._admin is None:
            with locked(self.folder, "server"):
                if not self.server.folder.exists():
                    self.server.start(in_memory=in_memory(self.folder))
            host = str(self.server.folder)
            self._admin = psycopg.connect(host=host, user=USER, dbname="postgres", autocommit=True)
        return self._admin

    def _new(self, kind: Kind, *, of: str | None) -> URL | str:
        name = f"t_{os.getpid()}_{next(self._numbers)}"
        if kind == "sqlite":
            path = self.folder / f"{name}.db"
            if of is not None:
                shutil.copy(self.folder / f"{of}.db", path)
            return f"sqlite:///{path}"
        # FILE_COPY is twice as fast as the default here: a template is small, and the log is not worth writing.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self.admin.execute(statement.format(sql.Identifier(name), sql.Identifier(of or "template0")))
        return self.server.url(name)

    def _let_go(self, name: str) -> None:
        if sweeper := self._sweepers.pop(name, None):
            sweeper.close()

    def _make_template(self, kind: Kind) -> None:
        marker = self.folder / f"{kind}.ready"
        if marker.exists():
            return
        if kind == "sqlite":
            database = Database(f"sqlite:///{self.folder / _TEMPLATE}.db")
        else:
            name = sql.Identifier(_TEMPLATE)
            self.admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))  # of a test whose migration failed
            self.admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
            database = Database(self.server.url(_TEMPLATE))
        schema.migrate(database)
        database.truncate_log()
        database.close()
        marker.touch()


def _after(used: Database) -> Database:
    """A new `Database` on the connections of a used one: the server's end of each has learnt every table by then."""
    fresh = sharing(Database(used.url))
    for new, old in ((fresh.read_engine, used.read_engine), (fresh.write_engine, used.write_engine)):
        new.pool, new.dialect = old.pool, old.dialect  # the dialect knows what it asked the server at first
    return fresh


def _idle(database: Database) -> int:
    """How many connections wait in its pools for the next use."""
    return sum(cast("QueuePool", engine.pool).checkedin() for engine in (database.read_engine, database.write_engine))
