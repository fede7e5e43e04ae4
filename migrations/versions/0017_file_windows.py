"""Pay files are taken by whoever said why, once within a quarter of an hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install
from receiver.db.types import UtcDateTime, Uuid

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    windows = op.create_table(
        "file_windows",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("instruction_id", Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("reason IS NOT NULL OR again = false", name=op.f("ck_file_windows_again_with_reason")),
        sa.ForeignKeyConstraint(
            ["instruction_id"],
            ["instructions.id"],
            name=op.f("fk_file_windows_instruction_id_instructions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_file_windows_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_windows")),
        sa.UniqueConstraint("instruction_id", "number", name=op.f("uq_file_windows_instruction_id_number")),
    )
    op.create_index(op.f("ix_file_windows_user_id"), "file_windows", ["user_id"])
    install(op.get_bind(), append_only(windows, may_change=["taken_at"]))
