"""How a connection to SQLite is opened, and what is read back from it before anyone uses it."""

from __future__ import annotations

import sqlite3
import stat
from typing import TYPE_CHECKING, Any

from receiver.db.refusals import DatabaseUnsafe

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine.interfaces import DBAPICursor

# Set on every connection, then read back. FULL: with NORMAL a power cut loses writes that were acknowledged.
# trusted_schema, secure_delete: a planted view runs no function, and what is deleted is overwritten with zeros.
# recursive_triggers: without it INSERT OR REPLACE deletes a row of an append-only table and no trigger sees it.
SETTINGS: dict[str, int] = {
    "busy_timeout": 5000,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "secure_delete": 1,
    "synchronous": 2,
    "trusted_schema": 0,
}
OLDEST = (3, 35, 0)  # RETURNING


def connect(path: Path) -> sqlite3.Connection:
    """Open a file that exists. SQLite by itself would make an empty one, readable by everybody."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, check_same_thread=False)


def prepare(connection: Any, *, read_only: bool) -> None:
    """Set up a new connection and refuse it unless every setting took.

    The driver's own handling of transactions is switched off: in its legacy mode a released savepoint survives the
    outer rollback, and reads are not repeatable. The engine says BEGIN itself.

    Raises:
        DatabaseUnsafe: a setting did not take, or `migrate` has not yet switched the file to WAL.
    """
    raw: sqlite3.Connection = connection
    raw.isolation_level = None
    cursor = raw.cursor()
    try:
        apply(cursor, read_only=read_only)
        if wrong := findings(cursor, read_only=read_only):
            raise DatabaseUnsafe(wrong)
    finally:
        cursor.close()


def apply(cursor: DBAPICursor | sqlite3.Cursor, *, read_only: bool) -> None:
    """Set every pragma of a connection; `query_only` last, so that nothing after it writes."""
    for name, value in SETTINGS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.execute(f"PRAGMA query_only = {int(read_only)}")


def findings(cursor: DBAPICursor | sqlite3.Cursor, *, read_only: bool) -> list[str]:
    """What is not as it must be, one sentence each."""
    demands: dict[str, int | str] = {**SETTINGS, "query_only": int(read_only), "journal_mode": "wal"}
    wrong = []
    for name, demanded in demands.items():
        found = value_of(cursor, f"PRAGMA {name}")
        if found != demanded:
            wrong.append(f"SQLite's {name} is {found}, and must be {demanded}.")
    return wrong


def file_findings(path: Path) -> list[str]:
    """What others on this computer may do with the file, though they should not."""
    if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        return [f"Every user of this computer can open {path}; chmod 600 closes it."]
    return []


def value_of(cursor: DBAPICursor | sqlite3.Cursor, statement: str) -> Any:
    """The one value that a statement answers with."""
    cursor.execute(statement)
    row = cursor.fetchone()
    return None if row is None else row[0]
