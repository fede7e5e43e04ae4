"""Sex and birth of people are kept as they were before somebody put them right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import known
from receiver.db.types import UtcDateTime, Uuid

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; what was put right before this step is not known any more."""
    op.create_table(
        "earlier_identities",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("sex", sa.String(40), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("birth_month", sa.SmallInteger(), nullable=True),
        sa.Column("birth_day", sa.SmallInteger(), nullable=True),
        sa.Column("birth_precision", sa.String(40), nullable=False),
        known("sex", "f", "m", "o", "u"),
        known("birth_precision", "day", "month", "year", "estimated", "unknown"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_earlier_identities_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_identities")),
    )
    op.create_index(op.f("ix_earlier_identities_changed_at"), "earlier_identities", ["changed_at"])
    op.create_index("ix_earlier_identities_person_id_changed_at", "earlier_identities", ["person_id", "changed_at"])
