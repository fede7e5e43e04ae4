"""Alembic's way into the migrations; receiver.db.schema runs it, and there is no alembic.ini."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import context
from sqlalchemy import JSON, Connection, Engine

from receiver.db.schema import load_models
from receiver.db.types import Checked, UtcDateTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def plain(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Draft a column with the type that the database has: the CHECK of ours is drafted beside it."""
    if kind == "type" and isinstance(item, Checked):
        return f"sa.{item.impl!r}"  # type: ignore[attr-defined]
    if kind == "type" and isinstance(item, UtcDateTime | JSON):
        name = "UtcDateTime" if isinstance(item, UtcDateTime) else "Json"
        autogen.imports.add(f"from receiver.db.types import {name}")
        return "UtcDateTime()" if name == "UtcDateTime" else name
    return False


def run(connection: Connection) -> None:
    """Run the steps on this connection, inside its transaction if it is in one."""
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("metadata") or load_models(),
        transactional_ddl=True,  # SQLite too: the engine says BEGIN itself
        render_as_batch=True,
        render_item=plain,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes["connection"]
if isinstance(given, Engine):
    with given.begin() as own:
        run(own)
else:
    run(given)
