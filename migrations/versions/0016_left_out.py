"""People are left out of drafts on purpose, with a reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install, known
from receiver.db.types import UtcDateTime, Uuid

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ACTS = (
    *("build", "rebuild", "accept", "pay_at_desk", "leave_out", "take_back", "submit", "approve", "reject"),
    *("hold_back", "stop_on_hold", "stop_died", "stop_left", "release", "reconcile", "close", "abandon"),
)


def upgrade() -> None:
    """Create the table of who is left out, and allow two more acts in the history of runs."""
    left_out = op.create_table(
        "left_out",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("left_out_by", Uuid(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.Column("taken_back_by", Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        known("reason", "days_to_check", "amount_to_check", "identity_to_check", "person_asked", "other"),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)", name=op.f("ck_left_out_taken_back_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["left_out_by"], ["users.id"], name=op.f("fk_left_out_left_out_by_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_left_out_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_left_out_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["users.id"], name=op.f("fk_left_out_taken_back_by_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_left_out")),
    )
    for column in ("left_out_by", "person_id", "run_id", "taken_back_by"):
        op.create_index(op.f(f"ix_left_out_{column}"), "left_out", [column])
    op.create_index(
        "uq_left_out_run_id_person_id_now",
        "left_out",
        ["run_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    install(op.get_bind(), append_only(left_out, may_change=["taken_back_at", "taken_back_by"]))
    with op.batch_alter_table("pay_run_steps") as steps:
        steps.drop_constraint(op.f("ck_pay_run_steps_act_known"), type_="check")
        # As plain text: in an expression a batch takes the words for columns, finds none, and leaves the CHECK out.
        steps.create_check_constraint(op.f("ck_pay_run_steps_act_known"), str(known("act", *ACTS).sqltext))
    connection = op.get_bind()
    install(connection, append_only(sa.Table("pay_run_steps", sa.MetaData(), autoload_with=connection)))
