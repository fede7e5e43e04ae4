"""The base of all tables: names of constraints, and the columns that many tables share."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column

from receiver.db.types import MonthType, UtcDateTime, Uuid
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.kit.months import Month

# Every constraint has a name that both databases and every migration agree on; a test keeps them within 63 bytes,
# where PostgreSQL would cut them off.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of every room; `Base.metadata` is complete once `db.schema.load_models` has run."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {UUID: Uuid(), datetime: UtcDateTime(), Month: MonthType()}


class HasId:
    """A row with a time-ordered id (UUID version 7) that the program gives, not the database."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-100)


class Stamped:
    """A row that knows when it was written."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=90)


class Versioned:
    """A row that people edit: a save over a newer version is refused with `StaleVersion`."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, sort_order=91)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Count the version up with each save, and look at it in the WHERE of each UPDATE."""
        column: MappedColumn[int] | Any = cls.version
        return {"version_id_col": column}
