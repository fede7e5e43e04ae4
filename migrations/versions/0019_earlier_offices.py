"""The offices that people belonged to are kept, so that a report of an earlier moment tells those of its moment."""

from __future__ import annotations

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from receiver.db.types import UtcDateTime, Uuid

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and fill it with the moves so far, which the audit trail knows."""
    op.create_table(
        "earlier_offices",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("office_id", Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["offices.id"], name=op.f("fk_earlier_offices_office_id_offices"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_earlier_offices_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_earlier_offices")),
    )
    op.create_index(op.f("ix_earlier_offices_changed_at"), "earlier_offices", ["changed_at"])
    op.create_index(op.f("ix_earlier_offices_office_id"), "earlier_offices", ["office_id"])
    op.create_index("ix_earlier_offices_person_id_changed_at", "earlier_offices", ["person_id", "changed_at"])
    fill(op.get_bind())


def fill(connection: sa.Connection) -> None:
    """One row for each move on record; it is named by the record, whose id lies at the same moment."""
    moves = sa.text(
        "SELECT record.id, record.person, record.at, record.facts FROM audit_records record"
        " JOIN people ON people.id = record.person WHERE record.kind = 'person.moved' ORDER BY record.seq"
    ).columns(id=Uuid(), person=Uuid(), at=UtcDateTime())
    earlier = sa.table(
        "earlier_offices",
        *(sa.column(name, Uuid()) for name in ("id", "person_id", "office_id")),
        sa.column("changed_at", UtcDateTime()),
    )
    rows = [
        {"id": record, "person_id": person, "changed_at": at, "office_id": UUID(json.loads(facts)["was"])}
        for record, person, at, facts in connection.execute(moves)
    ]
    if rows:
        connection.execute(earlier.insert(), rows)
