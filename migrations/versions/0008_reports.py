"""The tables of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install, known
from receiver.db.types import Json, MonthType, UtcDateTime, Uuid

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    reports = op.create_table(
        "monthly_reports",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("programme_id", Uuid(), nullable=False),
        sa.Column("month", MonthType(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("finalised_by", Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        known("state", "provisional", "finalised"),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_monthly_reports_hash_length")),
        sa.CheckConstraint("revision > 0", name=op.f("ck_monthly_reports_revision_counts")),
        sa.ForeignKeyConstraint(
            ["finalised_by"], ["users.id"], name=op.f("fk_monthly_reports_finalised_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_monthly_reports_programme_id_programmes"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monthly_reports")),
        sa.UniqueConstraint(
            "programme_id", "month", "revision", name=op.f("uq_monthly_reports_programme_id_month_revision")
        ),
    )
    op.create_index(op.f("ix_monthly_reports_finalised_by"), "monthly_reports", ["finalised_by"])
    install(op.get_bind(), append_only(reports))
