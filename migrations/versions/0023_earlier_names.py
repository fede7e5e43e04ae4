"""The names that offices and programmes had are kept, so that a report of an earlier moment calls them as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.types import UtcDateTime, Uuid

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; what something was called before nobody wrote down but the reports that are final."""
    for named, parent in (("office", "offices"), ("programme", "programmes")):
        table, column = f"earlier_{named}_names", f"{named}_id"
        op.create_table(
            table,
            sa.Column("id", Uuid(), nullable=False),
            sa.Column(column, Uuid(), nullable=False),
            sa.Column("changed_at", UtcDateTime(), nullable=False),
            sa.Column("name", sa.String(200), nullable=False),
            sa.ForeignKeyConstraint(
                [column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}_{parent}"), ondelete="RESTRICT"
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(f"ix_{table}_{column}_changed_at", table, [column, "changed_at"])
