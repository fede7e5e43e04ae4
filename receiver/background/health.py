"""Is anybody doing the work? Asked by any process, for `/readyz`, the health page and `receiver check`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from receiver.background import queries
from receiver.background.seat import LOCK_CLASS, LOCK_FILE, FileSeat
from receiver.kit import clock

if TYPE_CHECKING:
    from receiver.db.engine import Database
    from receiver.settings import Settings

WAITS_TOO_LONG = timedelta(minutes=5)


def executors(database: Database, settings: Settings) -> int:
    """How many processes execute background work on this database just now."""
    if database.dialect == "sqlite":
        return int(FileSeat(settings.data_dir / LOCK_FILE).holder() is not None)
    seats = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        "WHERE locktype = 'advisory' AND granted AND classid = :kind AND datname = current_database()"
    )
    with database.read() as session:
        return int(session.scalar(seats, {"kind": LOCK_CLASS}) or 0)


def findings(database: Database, settings: Settings) -> list[str]:
    """What an operator should know, one sentence each: work waits, and whether anybody is there to do it.

    That nobody executes is no finding as long as nothing waits: the program may just not be running.
    """
    with database.read() as session:
        since = queries.waiting_since(session)
    if since is None or (waited := clock.now() - since) < WAITS_TOO_LONG:
        return []
    told = f"Background work has waited for {waited // timedelta(minutes=1)} minutes"
    if executors(database, settings):
        return [f"{told}."]
    return [f"{told}, and no process does it: start `receiver serve` or `receiver worker`."]
