"""Files of results come for a pay run, and rows about another run or channel are exceptions of their own kinds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import append_only, install, known
from receiver.db.types import Uuid

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = (
    *("unknown_reference", "duplicate_in_file", "amount_differs", "currency_differs", "contradiction", "wrong_state"),
    *("other_run", "other_channel"),
)
DECISION = ["state", "decision", "decided_by", "decided_at", "version"]


def upgrade() -> None:
    """Give files a run: those that came before that of their payments, else of their exceptions, else the newest."""
    with op.batch_alter_table("result_files") as files:
        files.add_column(sa.Column("run_id", Uuid(), nullable=True))
    op.execute(
        "UPDATE result_files SET run_id = coalesce("
        "(SELECT run_id FROM payments WHERE result_file_id = result_files.id ORDER BY id LIMIT 1), "
        "(SELECT run_id FROM result_exceptions WHERE file_id = result_files.id AND run_id IS NOT NULL ORDER BY id "
        "LIMIT 1), (SELECT id FROM pay_runs ORDER BY id DESC LIMIT 1))"
    )
    with op.batch_alter_table("result_files") as files:
        files.alter_column("run_id", existing_type=Uuid(), nullable=False)
        files.create_foreign_key(
            op.f("fk_result_files_run_id_pay_runs"), "pay_runs", ["run_id"], ["id"], ondelete="RESTRICT"
        )
        files.create_index(op.f("ix_result_files_run_id"), ["run_id"])
    _guard("result_files", ["run_id", "format", "state", "counts", "content", "taken_at"])
    _exceptions()


def _exceptions() -> None:
    table = "result_exceptions"
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER tr_{table}_no_update" + (f" ON {table}" if on_postgresql else ""))
    op.execute(
        f"UPDATE {table} SET run_id = (SELECT run_id FROM result_files WHERE id = {table}.file_id) WHERE run_id IS NULL"
    )
    with op.batch_alter_table(table) as exceptions:
        exceptions.alter_column("run_id", existing_type=Uuid(), nullable=False)
        exceptions.drop_constraint(op.f("ck_result_exceptions_kind_known"), type_="check")
        # As plain text: in an expression a batch takes the words for columns, finds none, and leaves the CHECK out.
        exceptions.create_check_constraint(op.f("ck_result_exceptions_kind_known"), str(known("kind", *KINDS).sqltext))
    _guard(table, DECISION)


def _guard(name: str, may_change: list[str]) -> None:
    """Put the guards on as the table is now: SQLite forgot them when it built it anew."""
    connection = op.get_bind()
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    install(connection, append_only(table, may_change=may_change))
