"""Ledger accounts, entries and postings, instalments of programmes, and months whose report is final."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from receiver.db.ddl import Guard, append_only, install, known
from receiver.db.types import CurrencyCode, Minor, MonthType, UtcDateTime, Uuid

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = ("bank", "fund", "owed", "in_transit", "paid", "recoverable")
CAUSES = (
    *("received", "entitle", "instruct", "settle", "fail", "return", "correct", "overpaid", "recover"),
    "reverse",
)
FORWARD = (
    ("received", "bank", "fund"),
    ("entitle", "fund", "owed"),
    ("instruct", "owed", "in_transit"),
    ("settle", "in_transit", "paid"),
    ("fail", "in_transit", "owed"),
    ("return", "paid", "owed"),
    ("correct", "fund", "owed"),
    ("correct", "owed", "fund"),
    ("overpaid", "recoverable", "fund"),
    ("recover", "owed", "recoverable"),
)
ARROWS = ", ".join(
    f"'{arrow}'"
    for arrow in sorted(
        {f"{cause} {out} {to}" for cause, out, to in FORWARD} | {f"reverse {to} {out}" for _cause, out, to in FORWARD}
    )
)
NATURAL = (
    "kind = 'fund' OR (kind IN ('bank', 'recoverable') AND debit_minor >= credit_minor) "
    "OR (kind NOT IN ('bank', 'fund', 'recoverable') AND credit_minor >= debit_minor)"
)
ORIGINAL = (
    "SELECT 1 FROM ledger_entries original WHERE original.seq = NEW.reverses AND original.cause <> 'reverse' "
    "AND original.debit_account_id = NEW.credit_account_id AND original.credit_account_id = NEW.debit_account_id "
    "AND original.programme = NEW.programme AND original.month = NEW.month "
    "AND original.amount_minor >= NEW.amount_minor + (SELECT COALESCE(SUM(earlier.amount_minor), 0) "
    "FROM ledger_entries earlier WHERE earlier.reverses = NEW.reverses)"
)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _accounts()
    _entries()
    _postings()
    _instalments()


def _programme(**more: object) -> sa.Column[str]:
    key = sa.ForeignKey("programmes.code", ondelete="RESTRICT")
    return sa.Column("programme", sa.String(20), key, nullable=False, **more)


def _accounts() -> None:
    table = op.create_table(
        "ledger_accounts",
        sa.Column("id", NUMBER, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("person_id", Uuid()),
        sa.Column("debit_minor", Minor(0), nullable=False),
        sa.Column("credit_minor", Minor(0), nullable=False),
        known("kind", *KINDS),
        sa.UniqueConstraint("kind", "owner"),
        sa.UniqueConstraint("person_id", "kind"),
        sa.UniqueConstraint("id", "kind", "currency"),
        sa.CheckConstraint("person_id IS NULL OR kind IN ('owed', 'recoverable')", name="person_in_personal"),
        sa.CheckConstraint(NATURAL, name="not_below_zero"),
        postgresql_with={"fillfactor": 50},
    )
    message = "an account is never given to another person"
    when = "NEW.person_id IS NOT NULL AND OLD.person_id {differs} NEW.person_id"
    install(op.get_bind(), append_only(table, may_change=("debit_minor", "credit_minor", "person_id")))
    install(op.get_bind(), [Guard("ledger_accounts", "not_another", "UPDATE", message, when)])


def _side(side: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{side}_account_id", f"{side}_kind", "currency"],
        ["ledger_accounts.id", "ledger_accounts.kind", "ledger_accounts.currency"],
        name=f"fk_ledger_entries_{side}",
        ondelete="RESTRICT",
    )


def _entries() -> None:
    table = op.create_table(
        "ledger_entries",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("cause_id", Uuid(), nullable=False),
        sa.Column("debit_account_id", NUMBER, nullable=False),
        sa.Column("debit_kind", sa.String(40), nullable=False),
        sa.Column("credit_account_id", NUMBER, nullable=False),
        sa.Column("credit_kind", sa.String(40), nullable=False),
        sa.Column("amount_minor", Minor(1), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("month", MonthType(), nullable=False),
        sa.Column("report_month", MonthType(), nullable=False),
        _programme(),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("run_id", Uuid()),
        sa.Column("run", sa.String(16)),
        sa.Column("person", sa.String(40)),
        sa.Column("payment_id", Uuid()),
        sa.Column("end_to_end_id", sa.String(35)),
        sa.Column("reverses", NUMBER, sa.ForeignKey("ledger_entries.seq", ondelete="RESTRICT")),
        _side("debit"),
        _side("credit"),
        known("cause", *CAUSES),
        known("debit_kind", *KINDS),
        known("credit_kind", *KINDS),
        sa.UniqueConstraint("cause", "cause_id"),
        sa.CheckConstraint(f"cause || ' ' || debit_kind || ' ' || credit_kind IN ({ARROWS})", name="along_an_arrow"),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name="accounts_differ"),
        sa.CheckConstraint("(reverses IS NOT NULL) = (cause = 'reverse')", name="reversal_names_original"),
        sa.CheckConstraint("person IS NOT NULL OR 'bank' IN (debit_kind, credit_kind)", name="about_a_person"),
        sa.CheckConstraint("seq > 0", name="seq_counts"),
    )
    for columns in (
        ("debit_account_id", "seq"),
        ("credit_account_id", "seq"),
        ("programme", "report_month"),
        ("person", "month"),
        ("run_id", "cause"),
    ):
        op.create_index(f"ix_ledger_entries_{'_'.join(columns)}", "ledger_entries", list(columns))
    some = sa.text("reverses IS NOT NULL")
    op.create_index(
        "ix_ledger_entries_reverses", "ledger_entries", ["reverses"], sqlite_where=some, postgresql_where=some
    )
    message = "a reversal takes back at most what is left of its original"
    only, when = "NEW.reverses IS NOT NULL", f"NOT EXISTS ({ORIGINAL})"
    install(op.get_bind(), append_only(table))
    install(op.get_bind(), [Guard("ledger_entries", "reversal", "INSERT", message, when, only=only)])


def _postings() -> None:
    entry = "ledger_entries.seq"
    table = op.create_table(
        "ledger_postings",
        sa.Column(
            "first_seq", NUMBER, sa.ForeignKey(entry, ondelete="RESTRICT"), primary_key=True, autoincrement=False
        ),
        sa.Column("last_seq", NUMBER, sa.ForeignKey(entry, ondelete="RESTRICT"), nullable=False, unique=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("sum_minor", Minor(1), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("posted_by", Uuid(), sa.ForeignKey("users.id", ondelete="RESTRICT")),
        sa.Column("overdrawn_because", sa.String(500)),
        sa.CheckConstraint("last_seq - first_seq + 1 = entries AND entries > 0", name="counts_its_entries"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_length"),
    )
    op.create_index("ix_ledger_postings_posted_by", "ledger_postings", ["posted_by"])
    install(op.get_bind(), append_only(table))


def _instalments() -> None:
    instalments = op.create_table(
        "instalments",
        sa.Column("id", Uuid(), primary_key=True),
        _programme(),
        sa.Column("bank_account", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("amount_minor", Minor(1), nullable=False),
        sa.Column("currency", CurrencyCode(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("bank_account", "reference"),
    )
    op.create_index("ix_instalments_programme", "instalments", ["programme"])
    months = op.create_table(
        "closed_report_months",
        _programme(primary_key=True),
        sa.Column("month", MonthType(), primary_key=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    install(op.get_bind(), append_only(instalments))
    install(op.get_bind(), append_only(months))
