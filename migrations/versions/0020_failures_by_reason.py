"""What failed and returned payments are counted by, beside the sealed words of the provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what failed before only the sealed words are there, so nothing is said of it here."""
    op.add_column("payments", sa.Column("failed_because", sa.String(40), nullable=True))
    op.add_column("payments", sa.Column("returned_because", sa.String(40), nullable=True))
