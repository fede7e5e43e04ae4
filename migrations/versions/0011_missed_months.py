"""Months that a run left out, and why a release holds a line back."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import Guard, append_only, install, known
from receiver.db.types import CurrencyCode, Minor, MonthType, UtcDateTime, Uuid

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ACTS = (
    *("build", "rebuild", "accept", "pay_at_desk", "submit", "approve", "reject", "hold_back"),
    *("stop_on_hold", "stop_died", "stop_left", "release", "reconcile", "close", "abandon"),
)
_WHY = 0b1111  # no way to pay, number not confirmed, changed recently, on hold
_HELD_BACK = 1 << 13


def upgrade() -> None:
    """Create the table, fill it with what was missed so far, and let the history of runs say more."""
    _missed_months()
    _note_what_was_missed()
    _more_acts()


def _missed_months() -> None:
    op.create_table(
        "missed_months",
        sa.Column("id", Uuid(), nullable=False),
        sa.Column("person_id", Uuid(), nullable=False),
        sa.Column("programme_id", Uuid(), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("month", MonthType(), nullable=False),
        sa.Column("run_id", Uuid(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("amount_minor", Minor(0), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("settled_at", UtcDateTime()),
        sa.Column("settled_run_id", Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "settled_run_id IS NULL OR settled_at IS NOT NULL", name=op.f("ck_missed_months_settled_by_run")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_missed_months_person_id_people"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"],
            ["programmes.id"],
            name=op.f("fk_missed_months_programme_id_programmes"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["pay_runs.id"], name=op.f("fk_missed_months_run_id_pay_runs"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["settled_run_id"],
            ["pay_runs.id"],
            name=op.f("fk_missed_months_settled_run_id_pay_runs"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_months")),
        sa.UniqueConstraint("person_id", "purpose", "month", name=op.f("uq_missed_months_person_id_purpose_month")),
    )
    op.create_index("ix_missed_months_programme_id_month", "missed_months", ["programme_id", "month"])
    op.create_index(op.f("ix_missed_months_run_id"), "missed_months", ["run_id"])
    op.create_index(op.f("ix_missed_months_settled_run_id"), "missed_months", ["settled_run_id"])
    still_open = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_missed_months_id_open",
        "missed_months",
        ["id"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    install(
        op.get_bind(),
        [
            Guard("missed_months", "no_delete", "DELETE", "rows of missed_months stay"),
            Guard(
                table="missed_months",
                name="paid_stays",
                act="UPDATE",
                message="a missed month that was paid stays paid",
                when="OLD.settled_run_id IS NOT NULL",
            ),
        ],
    )


def _note_what_was_missed() -> None:
    """What the runs that went out had left out or held back, and for what nothing was sent since."""
    bind, now = op.get_bind(), datetime.now(UTC)
    ids = {name: Uuid() for name in ("person_id", "programme_id", "run_id")}
    wanted = sa.text(
        "SELECT line.person_id, run.programme_id, run.purpose, run.month, run.id AS run_id, line.status,"
        " line.flags, line.amount_minor, run.currency FROM run_lines line"
        " JOIN pay_runs run ON run.id = line.run_id"
        " WHERE run.state IN ('released', 'reconciling', 'closed') AND line.status IN ('missed', 'held_back')"
        " AND line.reissue_of IS NULL AND line.amount_minor > 0"
        " AND NOT EXISTS (SELECT 1 FROM payments sent WHERE sent.person_id = line.person_id"
        " AND sent.month = run.month AND sent.purpose = run.purpose"
        " AND sent.state NOT IN ('pending', 'cancelled'))"
        " ORDER BY run.name DESC, line.id"
    ).columns(**ids)
    rows = bind.execute(wanted).mappings()
    found = {(row["person_id"], row["purpose"], row["month"]): dict(row) for row in rows}
    missed = sa.table(
        "missed_months",
        *(sa.column(name, kind) for name, kind in {"id": Uuid(), **ids}.items()),
        *(sa.column(name) for name in ("purpose", "month", "flags", "amount_minor", "currency")),
        sa.column("created_at", UtcDateTime()),
    )
    for row in found.values():
        flags = _HELD_BACK if row.pop("status") == "held_back" else row["flags"] & _WHY
        if flags:
            bind.execute(missed.insert().values(row | {"id": _new_id(now), "flags": flags, "created_at": now}))


def _new_id(now: datetime) -> UUID:
    """A UUIDv7 of this moment."""
    millisecond = int(now.timestamp() * 1000)
    return UUID(int=(millisecond << 80) | (7 << 76) | (secrets.randbits(12) << 64) | (2 << 62) | secrets.randbits(62))


def _more_acts() -> None:
    check = op.f("ck_pay_run_steps_act_known")
    with op.batch_alter_table("pay_run_steps") as steps:
        steps.drop_constraint(check, type_="check")
        # As plain text: in an expression a batch takes the words for columns, finds none, and leaves the CHECK out.
        steps.create_check_constraint(check, str(known("act", *_ACTS).sqltext))
    install(op.get_bind(), append_only(sa.table("pay_run_steps")))  # in SQLite the table is a new one
