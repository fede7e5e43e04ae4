"""A one-time link for somebody with a sensitive role waits for a second administrator."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a link was confirmed. First links work on; those for a new password, a day at most, wait."""
    op.add_column("invitations", sa.Column("confirmed_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE invitations SET confirmed_at = created_at WHERE kind = 'invite'")
