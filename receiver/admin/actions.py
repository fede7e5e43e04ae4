"""The few writes of the common pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.audit import Kind

if TYPE_CHECKING:
    from receiver.access import Actor
    from receiver.db.engine import Database


def note_reading(database: Database, actor: Actor, count: int) -> None:
    """Record that the trail was read, and how many records were shown, in a short transaction of its own."""
    with database.write() as session:
        audit.record(session, Kind.AUDIT_READ, actor, "audit", records=count)
