"""INSERT that can say ON CONFLICT, which SQLAlchemy has in a class of its own for each database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from receiver.db.base import Base


def insert_for(session: Session, table: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into the table that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)
