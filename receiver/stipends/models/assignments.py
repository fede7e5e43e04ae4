"""Who is to find out what became of a row of results that did not fit."""

from uuid import UUID

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped
from receiver.db.ddl import append_only, keep


class ExceptionAssignment(HasId, Stamped, Base):
    """That a row was given to somebody; of several the one with the highest `number` counts."""

    __tablename__ = "exception_assignments"
    __table_args__ = (UniqueConstraint("exception_id", "number"),)

    exception_id: Mapped[UUID] = mapped_column(ForeignKey("result_exceptions.id", ondelete="RESTRICT"))
    number: Mapped[int] = mapped_column(SmallInteger)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)
    assigned_by: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="RESTRICT"), index=True)


keep(ExceptionAssignment.__table__, append_only(ExceptionAssignment.__table__))
