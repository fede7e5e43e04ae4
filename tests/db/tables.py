"""A few tables of the tests' own, on the same base as the real ones but apart from them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from receiver.db import ddl
from receiver.db.base import NAMING, Base, HasId, Stamped, Versioned
from receiver.db.types import Choice, Json, Minor, currency_code, minor
from receiver.kit.months import Month


class Local(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = Base.type_annotation_map


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Thing(HasId, Stamped, Versioned, Local):
    __tablename__ = "things"

    name: Mapped[str] = mapped_column(String(40))


class Value(HasId, Local):
    __tablename__ = "values_of_all_types"

    moment: Mapped[datetime | None]
    month: Mapped[Month | None]
    colour: Mapped[Colour | None] = mapped_column(Choice(Colour))
    plain: Mapped[Any] = mapped_column(Json, nullable=True)
    other: Mapped[UUID | None]
    amount_minor: Mapped[int | None] = minor(nullable=True)
    paid_minor: Mapped[int | None] = minor(least=1, nullable=True)
    currency: Mapped[str | None] = currency_code(nullable=True)


class Counter(Local):
    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int]


class Parent(Local):
    __tablename__ = "parents"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(20))


class Child(Local):
    __tablename__ = "children"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parents.id", ondelete="CASCADE"), index=True)


class Entry(Local):
    """Nothing of it may change."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount_minor: Mapped[int] = mapped_column(Minor())


class Slip(Local):
    """Only its state and note may change."""

    __tablename__ = "slips"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount: Mapped[int | None]
    order: Mapped[str | None] = mapped_column(String(20))  # a reserved word, to be quoted
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(20))


ddl.keep(Entry.__table__, ddl.append_only(Entry.__table__))
ddl.keep(Slip.__table__, ddl.append_only(Slip.__table__, may_change=("state", "note")))
