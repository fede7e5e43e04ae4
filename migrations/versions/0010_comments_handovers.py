"""Comments of approvers beside lines of a pay run, and the handing of pay files to providers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install, known
from receiver.db.types import UtcDateTime, Uuid

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    comments = op.create_table(
        "run_line_comments",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("written_by", Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_run_line_comments_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_run_line_comments_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["users.id"], name=op.f("fk_run_line_comments_written_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_line_comments")),
    )
    op.create_index("ix_run_line_comments_run_id_attempt", "run_line_comments", ["run_id", "attempt"])
    op.create_index(op.f("ix_run_line_comments_person_id"), "run_line_comments", ["person_id"])
    op.create_index(op.f("ix_run_line_comments_written_by"), "run_line_comments", ["written_by"])
    install(op.get_bind(), append_only(comments))
    handovers = op.create_table(
        "handovers",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("instruction_id", Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("handed_by", Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        known("way", "portal", "transfer", "carrier", "paper"),
        sa.CheckConstraint(
            "number > 0 AND (number = 1) = (reason IS NULL)", name=op.f("ck_handovers_again_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["handed_by"], ["users.id"], name=op.f("fk_handovers_handed_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["instruction_id"],
            ["instructions.id"],
            name=op.f("fk_handovers_instruction_id_instructions"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("instruction_id", "number", name=op.f("uq_handovers_instruction_id_number")),
    )
    op.create_index(op.f("ix_handovers_handed_by"), "handovers", ["handed_by"])
    install(op.get_bind(), append_only(handovers))
