"""What providers called the movements of payments can be looked up, also where they gave them another name since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install
from receiver.db.types import UtcDateTime, Uuid

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

HAS_REFERENCE = sa.text("provider_reference <> ''")


def upgrade() -> None:
    """Create the table and the index; names that were replaced before this were not kept."""
    earlier = op.create_table(
        "earlier_references",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("payment_id", Uuid(), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_earlier_references_payment_id_payments"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_references")),
    )
    for column in ("payment_id", "reference"):
        op.create_index(op.f(f"ix_earlier_references_{column}"), "earlier_references", [column])
    install(op.get_bind(), append_only(earlier))
    op.create_index(
        "ix_payments_provider_reference",
        "payments",
        ["provider_reference"],
        sqlite_where=HAS_REFERENCE,
        postgresql_where=HAS_REFERENCE,
    )
