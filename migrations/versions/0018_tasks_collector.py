"""Tasks to name who collects for a household have a kind of their own."""

from __future__ import annotations

from alembic import op

from receiver.db.ddl import known

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KINDS = (
    *("first_visit", "plan", "payee", "payment_failed", "document_expires", "duplicate", "collector"),
    *("follow_up", "other"),
)


def upgrade() -> None:
    """Allow one kind more; tasks that were written in somebody's words keep them."""
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_constraint(op.f("ck_tasks_kind_known"), type_="check")
        tasks.create_check_constraint(op.f("ck_tasks_kind_known"), str(known("kind", *KINDS).sqltext))
