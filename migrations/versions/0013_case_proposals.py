"""Moves to another office and ends of cases that a caseworker proposes and a supervisor decides on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import known
from receiver.db.types import UtcDateTime, Uuid

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REASONS = (
    *("goals_met", "support_period_ended", "no_longer_eligible", "withdrew", "left_area", "moved_onward"),
    *("returned_voluntarily", "transferred_other_agency", "deceased", "access_barrier", "assistance_unsuitable"),
    *("safety_of_staff", "fear_or_stigma", "funding_ended", "context_insecure", "duplicate_record"),
)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "case_proposals",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("case_id", Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("office_id", Uuid(), nullable=True),
        sa.Column("close_reason", sa.String(40), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("proposed_by", Uuid(), nullable=True),
        sa.Column("decided_by", Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        known("kind", "transfer", "closing"),
        known("close_reason", *REASONS),
        known("state", "open", "accepted", "refused", "overtaken"),
        sa.CheckConstraint(
            "(kind = 'transfer') = (office_id IS NOT NULL)", name=op.f("ck_case_proposals_office_given")
        ),
        sa.CheckConstraint(
            "(kind = 'closing') = (close_reason IS NOT NULL)", name=op.f("ck_case_proposals_close_reason_given")
        ),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_case_proposals_decided_once")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_proposals_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_case_proposals_decided_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_case_proposals_office_id_offices"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_case_proposals_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["users.id"], name=op.f("fk_case_proposals_proposed_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_proposals")),
    )
    for column in ("case_id", "decided_by", "office_id", "person_id", "proposed_by"):
        op.create_index(op.f(f"ix_case_proposals_{column}"), "case_proposals", [column])
    op.create_index(
        "uq_case_proposals_person_id_kind_open",
        "case_proposals",
        ["person_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
