"""Rows of results that did not fit are given to somebody, and may be no payment of ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install, known
from receiver.db.types import UtcDateTime, Uuid

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DECISION = ["state", "decision", "decided_by", "decided_at", "version"]


def upgrade() -> None:
    """Create the table of who looks into a row, and allow one decision more."""
    given = op.create_table(
        "exception_assignments",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("exception_id", Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("assigned_by", Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["users.id"], name=op.f("fk_exception_assignments_assigned_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["exception_id"],
            ["result_exceptions.id"],
            name=op.f("fk_exception_assignments_exception_id_result_exceptions"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_exception_assignments_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_assignments")),
        sa.UniqueConstraint("exception_id", "number", name=op.f("uq_exception_assignments_exception_id_number")),
    )
    op.create_index(op.f("ix_exception_assignments_user_id"), "exception_assignments", ["user_id"])
    op.create_index(op.f("ix_exception_assignments_assigned_by"), "exception_assignments", ["assigned_by"])
    install(op.get_bind(), append_only(given))
    words = str(known("decision", "nothing", "paid", "failed", "returned", "not_ours").sqltext)
    with op.batch_alter_table("result_exceptions") as exceptions:
        exceptions.drop_constraint(op.f("ck_result_exceptions_decision_known"), type_="check")
        exceptions.create_check_constraint(op.f("ck_result_exceptions_decision_known"), words)
    connection = op.get_bind()
    table = sa.Table("result_exceptions", sa.MetaData(), autoload_with=connection)
    install(connection, append_only(table, may_change=DECISION))
