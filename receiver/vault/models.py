"""The wrapped data keys of people and other owners, and the mark that ties a database to its key file."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, Stamped

MASTER_ID_LENGTH = 8


class DataKey(Stamped, Base):
    """The key of one owner, wrapped by a master key; once destroyed the row stays, so that nobody makes a new one."""

    __tablename__ = "data_keys"
    __table_args__ = (
        CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="wrapped_or_destroyed"),
        CheckConstraint("(wrapped IS NULL) = (master_key_id IS NULL)", name="wrapped_by_a_master"),
    )

    owner: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    master_key_id: Mapped[str | None] = mapped_column(String(MASTER_ID_LENGTH), index=True)
    destroyed_at: Mapped[datetime | None] = mapped_column()


class KeyMark(Stamped, Base):
    """One row that says which root secret this database was made with, without telling anything about it."""

    __tablename__ = "key_marks"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    mark: Mapped[bytes] = mapped_column(LargeBinary)


DATA_KEYS = Base.metadata.tables[DataKey.__tablename__]
