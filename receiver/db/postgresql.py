"""How a connection to PostgreSQL is opened, and what is read back from it before anyone uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from receiver.db.refusals import DatabaseUnsafe

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPICursor

# Writers take row locks explicitly at READ COMMITTED. Readers see one moment for a whole transaction, as on SQLite.
WRITING = {
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "lock_timeout": "5s",
    "statement_timeout": "2min",
    "idle_in_transaction_session_timeout": "1min",
}
READING = {
    "default_transaction_isolation": "repeatable read",
    "default_transaction_read_only": "on",
    "lock_timeout": "5s",
    "statement_timeout": "1min",
    "idle_in_transaction_session_timeout": "15min",  # a long export to a slow line is idle between its parts
}
BOTH = {"TimeZone": "UTC", "standard_conforming_strings": "on"}
OLDEST = 140000
_RESERVED = 10  # connections left for backups and people with psql


def options(*, read_only: bool, more: str = "") -> str:
    """The settings as libpq's `options`, so that they cost no round trip; `more` comes from the address."""
    wanted = {**BOTH, **(READING if read_only else WRITING)}
    given = [f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in wanted.items()]
    return " ".join([more, *given]).strip()


def prepare(connection: Any, *, read_only: bool) -> None:
    """Refuse a new connection unless every setting took (a pooler may drop `options`).

    Raises:
        DatabaseUnsafe: a setting did not take.
    """
    cursor = connection.cursor()
    try:
        if wrong := findings(cursor, read_only=read_only):
            raise DatabaseUnsafe(wrong)
    finally:
        cursor.close()
        connection.rollback()


def findings(cursor: DBAPICursor, *, read_only: bool) -> list[str]:
    """What is not as it must be, one sentence each."""
    demands = {**BOTH, **(READING if read_only else WRITING), "server_encoding": "UTF8"}
    names = [*demands, "synchronous_commit", "server_version_num"]
    found = _settings(cursor, names)
    wrong = [
        f"PostgreSQL's {name} is {found[name]}, and must be {demanded}."
        for name, demanded in demands.items()
        if found[name] != demanded
    ]
    if found["synchronous_commit"] == "off":
        wrong.append("PostgreSQL's synchronous_commit is off, and must not be: a power cut would lose writes.")
    if int(found["server_version_num"]) < OLDEST:
        wrong.append(f"PostgreSQL's server_version_num is {found['server_version_num']}; 14 is the oldest that works.")
    return wrong


def has_failed(connection: Any) -> bool:
    """Whether the open transaction can only be rolled back."""
    return bool(connection.info.transaction_status.name == "INERROR")


def server_findings(cursor: DBAPICursor, *, connections: int) -> list[str]:
    """What the operator of the server should change; `connections` is how many this program may open in all."""
    found = _settings(cursor, ["fsync", "max_connections"])
    wrong = []
    if found["fsync"] != "on":
        wrong.append("PostgreSQL's fsync is off, and must be on: a power cut would destroy the database.")
    if connections + _RESERVED > int(found["max_connections"]):
        wrong.append(
            f"PostgreSQL's max_connections is {found['max_connections']}, and this program may open {connections}: "
            f"it must be at least {connections + _RESERVED}."
        )
    return wrong


def _settings(cursor: DBAPICursor, names: list[str]) -> dict[str, str]:
    """The settings of this connection, as SHOW would write them."""
    columns = ", ".join(f"current_setting('{name}')" for name in names)
    cursor.execute(f"SELECT {columns}")
    return dict(zip(names, cursor.fetchone() or (), strict=True))
