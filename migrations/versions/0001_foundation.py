"""The tables of foundation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install, known
from receiver.db.types import Json, UtcDateTime, Uuid

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _installation()
    _vault()
    _audit()
    _background()
    _web()


def _installation() -> None:
    table = op.create_table(
        "installations",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("practice", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    install(op.get_bind(), append_only(table))


def _vault() -> None:
    op.create_table(
        "data_keys",
        sa.Column("owner", Uuid(), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary()),
        sa.Column("master_key_id", sa.String(8)),
        sa.Column("destroyed_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="wrapped_or_destroyed"),
        sa.CheckConstraint("(wrapped IS NULL) = (master_key_id IS NULL)", name="wrapped_by_a_master"),
    )
    op.create_index("ix_data_keys_master_key_id", "data_keys", ["master_key_id"])
    op.create_table(
        "key_marks",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )


def _audit() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    records = op.create_table(
        "audit_records",
        sa.Column("seq", number, primary_key=True, autoincrement=False),
        sa.Column("id", Uuid(), nullable=False, unique=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("actor", Uuid()),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("os_user", sa.String(100)),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("person", Uuid()),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.CheckConstraint("seq > 0", name="seq_counts"),
    )
    op.create_index("ix_audit_records_at", "audit_records", ["at"])
    for column in ("actor", "kind", "person", "subject"):
        op.create_index(f"ix_audit_records_{column}_seq", "audit_records", [column, "seq"])
    install(op.get_bind(), append_only(records))
    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seq", number, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )


def _background() -> None:
    waiting = sa.text("enqueued_at IS NULL AND finished_at IS NULL")
    unfinished = sa.text("finished_at IS NULL")
    op.create_table(
        "works",
        sa.Column("id", Uuid(), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("workflow_id", sa.String(200), nullable=False, unique=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("requested_by", Uuid()),
        sa.Column("url", sa.String(300)),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("result", Json),
        sa.Column("failure", sa.String(80)),
        sa.Column("failure_params", Json),
        sa.Column("cancellable", sa.Boolean(), nullable=False),
        sa.Column("cancel_asked_at", UtcDateTime()),
        sa.Column("enqueued_at", UtcDateTime()),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("executor", sa.String(80)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        known("state", "queued", "running", "done", "failed", "cancelled"),
        sa.CheckConstraint(
            "attempt > 0 AND done >= 0 AND errors >= 0 AND (total IS NULL OR total >= 0)", name="counts"
        ),
        sa.CheckConstraint("(finished_at IS NULL) = (state IN ('queued', 'running'))", name="finished"),
    )
    op.create_index("ix_works_waiting", "works", ["created_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_works_open", "works", ["name"], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_index("ix_works_requested_by", "works", ["requested_by", "created_at"])
    op.create_index("ix_works_finished_at", "works", ["finished_at"])
    op.create_table(
        "work_steps",
        sa.Column("work_id", Uuid(), sa.ForeignKey("works.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(160), primary_key=True),
        sa.Column("result", Json),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("since", UtcDateTime(), nullable=False),
    )


def _web() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("id", Uuid(), primary_key=True),
        sa.Column("owner", sa.String(36), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", Json),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    op.create_index("uq_idempotency_keys_owner_key", "idempotency_keys", ["owner", "key"], unique=True)
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "parked_forms",
        sa.Column("id", Uuid(), primary_key=True),
        sa.Column("user_id", Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("form", sa.String(200), nullable=False),
        sa.Column("path", sa.String(500), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        known("kind", "form", "file"),
        sa.CheckConstraint("expires_at > created_at", name="expires_later"),
    )
    op.create_index("ix_parked_forms_user_id_kind", "parked_forms", ["user_id", "kind"])
    op.create_index("ix_parked_forms_expires_at", "parked_forms", ["expires_at"])
