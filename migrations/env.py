"""Alembic's way into the migrations; receiver.db.schema runs it, and there is no alembic.ini."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, Engine

from receiver.db.schema import load_models


def run(connection: Connection) -> None:
    """Run the steps on this connection, inside its transaction if it is in one."""
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes.get("metadata") or load_models(),
        transactional_ddl=True,  # SQLite too: the engine says BEGIN itself
        render_as_batch=connection.dialect.name == "sqlite",
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
