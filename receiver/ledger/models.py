"""Accounts, entries and the postings that entered them; the database itself refuses what cannot balance.

`ledger_entries` holds one transfer a row, so debits equal credits whatever happens. A foreign key over (account, kind,
currency) lets a CHECK see the kinds of both sides, and keeps every account to one currency. Triggers keep entries as
written and hold a reversal to its original.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped
from receiver.db.ddl import Guard, append_only, keep
from receiver.db.types import Choice, currency_code, minor
from receiver.kit.months import Month
from receiver.ledger.rules import ARROWS, DEBIT_BALANCES, OWNER_LENGTH, PERSONAL, AccountKind, Cause

# On SQLite only INTEGER, not BIGINT, makes the number the key that the rows are ordered by in the file.
Number = BigInteger().with_variant(Integer, "sqlite")


def _words(*values: str) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_NATURAL = (
    f"kind = 'fund' OR (kind IN ({_words(*DEBIT_BALANCES)}) AND debit_minor >= credit_minor) "
    f"OR (kind NOT IN ({_words('fund', *DEBIT_BALANCES)}) AND credit_minor >= debit_minor)"
)
_ARROWS = _words(*(f"{cause.value} {out.value} {to.value}" for cause, pairs in ARROWS.items() for out, to in pairs))


class LedgerAccount(Base):
    """One account, and its two sides added up; `owner` is a code, for a person the pseudonym that every dump shows.

    `person_id` leads from a person to the pseudonym; an erasure empties it, and the ledger stands without the person.
    So it is no foreign key. Everything but this and the balances stays as written.
    """

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("kind", "owner"),
        UniqueConstraint("person_id", "kind"),
        UniqueConstraint("id", "kind", "currency"),
        CheckConstraint(f"person_id IS NULL OR kind IN ({_words(*PERSONAL)})", name="person_in_personal"),
        CheckConstraint(_NATURAL, name="not_below_zero"),  # but a fund, with a stated override
        {"postgresql_with": {"fillfactor": 50}},  # room for the next balance on the same page, so no index is touched
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    kind: Mapped[AccountKind] = mapped_column(Choice(AccountKind))
    owner: Mapped[str] = mapped_column(String(OWNER_LENGTH))
    currency: Mapped[str] = currency_code()
    person_id: Mapped[UUID | None] = mapped_column()
    debit_minor: Mapped[int] = minor(least=0, default=0)
    credit_minor: Mapped[int] = minor(least=0, default=0)


class LedgerEntry(Base):
    """One transfer: debit one account, credit another.

    Runs and payments belong to rooms above and are named by id only. `person` is the pseudonym.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["debit_account_id", "debit_kind", "currency"],
            ["ledger_accounts.id", "ledger_accounts.kind", "ledger_accounts.currency"],
            name="fk_ledger_entries_debit",
            ondelete="RESTRICT",
        ),
        ForeignKeyConstraint(
            ["credit_account_id", "credit_kind", "currency"],
            ["ledger_accounts.id", "ledger_accounts.kind", "ledger_accounts.currency"],
            name="fk_ledger_entries_credit",
            ondelete="RESTRICT",
        ),
        UniqueConstraint("cause", "cause_id"),
        CheckConstraint(f"cause || ' ' || debit_kind || ' ' || credit_kind IN ({_ARROWS})", name="along_an_arrow"),
        CheckConstraint("debit_account_id <> credit_account_id", name="accounts_differ"),
        CheckConstraint("(reverses IS NOT NULL) = (cause = 'reverse')", name="reversal_names_original"),
        CheckConstraint("person IS NOT NULL OR 'bank' IN (debit_kind, credit_kind)", name="about_a_person"),
        CheckConstraint("seq > 0", name="seq_counts"),
        Index("ix_ledger_entries_debit_account_id_seq", "debit_account_id", "seq"),
        Index("ix_ledger_entries_credit_account_id_seq", "credit_account_id", "seq"),
        Index("ix_ledger_entries_programme_report_month", "programme", "report_month"),
        Index("ix_ledger_entries_person_month", "person", "month"),
        Index("ix_ledger_entries_run_id_cause", "run_id", "cause"),
        Index(
            "ix_ledger_entries_reverses",
            "reverses",
            sqlite_where=text("reverses IS NOT NULL"),
            postgresql_where=text("reverses IS NOT NULL"),
        ),
    )

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    cause: Mapped[Cause] = mapped_column(Choice(Cause))
    cause_id: Mapped[UUID] = mapped_column()
    debit_account_id: Mapped[int] = mapped_column(Number)
    debit_kind: Mapped[AccountKind] = mapped_column(Choice(AccountKind))
    credit_account_id: Mapped[int] = mapped_column(Number)
    credit_kind: Mapped[AccountKind] = mapped_column(Choice(AccountKind))
    amount_minor: Mapped[int] = minor(least=1)
    currency: Mapped[str] = currency_code()
    recorded_at: Mapped[datetime] = mapped_column()
    business_date: Mapped[date] = mapped_column(Date)
    month: Mapped[Month] = mapped_column()
    report_month: Mapped[Month] = mapped_column()
    programme: Mapped[str] = mapped_column(String(20), ForeignKey("programmes.code", ondelete="RESTRICT"))
    purpose: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[UUID | None] = mapped_column()
    run: Mapped[str | None] = mapped_column(String(16))
    person: Mapped[str | None] = mapped_column(String(OWNER_LENGTH))
    payment_id: Mapped[UUID | None] = mapped_column()
    end_to_end_id: Mapped[str | None] = mapped_column(String(35))
    reverses: Mapped[int | None] = mapped_column(Number, ForeignKey("ledger_entries.seq", ondelete="RESTRICT"))


class LedgerPosting(Base):
    """Entries that were posted together, from `first_seq` to `last_seq`: how many, how much, their hash, and by whom.

    The hash is that of their lines in the dump. `overdrawn_because` is why a fund was allowed below zero.
    """

    __tablename__ = "ledger_postings"
    __table_args__ = (
        CheckConstraint("last_seq - first_seq + 1 = entries AND entries > 0", name="counts_its_entries"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
    )

    first_seq: Mapped[int] = mapped_column(
        Number, ForeignKey("ledger_entries.seq", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    last_seq: Mapped[int] = mapped_column(
        Number, ForeignKey("ledger_entries.seq", ondelete="RESTRICT"), unique=True, autoincrement=False
    )
    entries: Mapped[int] = mapped_column(Integer)
    sum_minor: Mapped[int] = minor(least=1)
    currency: Mapped[str] = currency_code()
    sha256: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column()
    posted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    overdrawn_because: Mapped[str | None] = mapped_column(String(500))


class Instalment(HasId, Stamped, Base):
    """Money received for a programme, as the bank's statement shows it; its entry has this id as cause."""

    __tablename__ = "instalments"
    __table_args__ = (UniqueConstraint("bank_account", "reference"),)

    programme: Mapped[str] = mapped_column(String(20), ForeignKey("programmes.code", ondelete="RESTRICT"), index=True)
    bank_account: Mapped[str] = mapped_column(String(OWNER_LENGTH))
    reference: Mapped[str] = mapped_column(String(80))
    amount_minor: Mapped[int] = minor(least=1)
    currency: Mapped[str] = currency_code()
    received_on: Mapped[date] = mapped_column(Date)


class ClosedReportMonth(Stamped, Base):
    """A month whose stipend report is final: later entries for it stand in the oldest month still open."""

    __tablename__ = "closed_report_months"

    programme: Mapped[str] = mapped_column(
        String(20), ForeignKey("programmes.code", ondelete="RESTRICT"), primary_key=True
    )
    month: Mapped[Month] = mapped_column(primary_key=True)


REVERSALS = Guard(
    table="ledger_entries",
    name="reversal",
    act="INSERT",
    message="a reversal takes back at most what is left of its original",
    only="NEW.reverses IS NOT NULL",
    when=(
        "NOT EXISTS (SELECT 1 FROM ledger_entries original "
        "WHERE original.seq = NEW.reverses AND original.cause <> 'reverse' "
        "AND original.debit_account_id = NEW.credit_account_id AND original.credit_account_id = NEW.debit_account_id "
        "AND original.programme = NEW.programme AND original.month = NEW.month "
        "AND original.amount_minor >= NEW.amount_minor + (SELECT COALESCE(SUM(earlier.amount_minor), 0) "
        "FROM ledger_entries earlier WHERE earlier.reverses = NEW.reverses))"
    ),
)
"""A reversal exchanges the accounts of an entry that is none itself, and takes back at most what is left of it."""

ACCOUNTS = Base.metadata.tables[LedgerAccount.__tablename__]
ENTRIES = Base.metadata.tables[LedgerEntry.__tablename__]
POSTINGS = Base.metadata.tables[LedgerPosting.__tablename__]

NOT_ANOTHER = Guard(
    table="ledger_accounts",
    name="not_another",
    act="UPDATE",
    message="an account is never given to another person",
    when="NEW.person_id IS NOT NULL AND OLD.person_id {differs} NEW.person_id",
)

for _model in (LedgerEntry, LedgerPosting, Instalment, ClosedReportMonth):
    _table = Base.metadata.tables[_model.__tablename__]
    keep(_table, append_only(_table))
keep(ENTRIES, [REVERSALS])
keep(ACCOUNTS, [*append_only(ACCOUNTS, may_change=("debit_minor", "credit_minor", "person_id")), NOT_ANOTHER])
