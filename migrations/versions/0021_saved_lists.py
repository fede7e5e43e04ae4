"""Users keep filters of the register under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.types import UtcDateTime, Uuid

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "saved_lists",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(400), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_lists_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_lists")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_lists_user_id_name")),
    )
