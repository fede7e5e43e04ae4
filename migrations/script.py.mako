"""${message}.

Rules: types and words are written out here, never imported from the rooms, so that this step means the same for ever.
Every foreign key has an index and an explicit ondelete. Change a table with op.batch_alter_table, and install its
guards (receiver.db.ddl) again afterwards. Write the number of this step into migrations/head.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """${message}."""
    ${upgrades if upgrades else "pass"}
