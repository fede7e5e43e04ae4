"""The chain of records, and the one row that says where it ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base
from receiver.db.ddl import append_only, keep

# On SQLite only INTEGER, not BIGINT, makes the number the key that the rows are ordered by in the file.
Number = BigInteger().with_variant(Integer, "sqlite")


class AuditRecord(Base):
    """One thing that was done, chained to the one before; never changed and never deleted.

    There are no foreign keys: the chain must stand whatever becomes of the rows that it tells about. `reason` is
    sealed under the person's key, so that an erasure takes the words along and leaves the chain whole.
    """

    __tablename__ = "audit_records"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq_counts"),
        Index("ix_audit_records_actor_seq", "actor", "seq"),
        Index("ix_audit_records_kind_seq", "kind", "seq"),
        Index("ix_audit_records_person_seq", "person", "seq"),
        Index("ix_audit_records_subject_seq", "subject", "seq"),
    )

    seq: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(60))
    actor: Mapped[UUID | None] = mapped_column()
    channel: Mapped[str] = mapped_column(String(20))
    os_user: Mapped[str | None] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(String(120))
    person: Mapped[UUID | None] = mapped_column()
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    facts: Mapped[str] = mapped_column(Text)
    previous: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)


class AuditHead(Base):
    """Where the chain ends: writers queue for this row, last of all, just before they commit.

    `seal` is a running keyed hash over all records: without the key file nobody can shorten the chain or write it
    anew so that the head fits.
    """

    __tablename__ = "audit_heads"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Number)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    seal: Mapped[bytes] = mapped_column(LargeBinary)


RECORDS = Base.metadata.tables[AuditRecord.__tablename__]
HEADS = Base.metadata.tables[AuditHead.__tablename__]

keep(RECORDS, append_only(RECORDS))
