"""What kind of system a database belongs to: a practice system never becomes a real one, nor the other way."""

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, Stamped
from receiver.db.ddl import append_only, keep


class Installation(Stamped, Base):
    """One row, written when the database is created and never changed."""

    __tablename__ = "installations"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    practice: Mapped[bool] = mapped_column()


keep(Installation.__table__, append_only(Installation.__table__))
