"""One memory of compiled statements for all databases of a process.

SQLAlchemy remembers what it compiled by engine, and in each mapper by the dialect object. Every test has engines, so
dialects, of its own: each would compile every statement anew, and the mappers would keep engines of tests long over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

if TYPE_CHECKING:
    from receiver.db.engine import Database

_MOST = 5_000
_MEMORY: dict[str, LRUCache[Any, Any]] = {}


def _is_alike(dialect: object, other: object) -> bool:
    """Every dialect of a kind is configured alike here, so that what one compiled serves all."""
    return type(dialect) is type(other)


for _kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
    _kind.__eq__ = _is_alike  # type: ignore[method-assign, assignment]
    _kind.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[method-assign, assignment]


def sharing(database: Database) -> Database:
    """The same database, its engines remembering together with those of all others of its kind."""
    memory = _MEMORY.setdefault(database.dialect, LRUCache(_MOST))
    for engine in (database.read_engine, database.write_engine):
        engine._compiled_cache = memory
    return database
