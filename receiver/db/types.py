"""Column types that mean the same on both databases, each with the CHECK that its values obey."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    CHAR,
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    String,
    Table,
    and_,
    column,
    event,
    func,
    literal_column,
)
from sqlalchemy import Uuid as Uuid  # noqa: PLC0414 - the rooms take all their types from here
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from receiver.kit.months import Month

E_ = TypeVar("E_", bound=StrEnum)

_OF_TYPE = "check of a type"
CHOICE_LENGTH = 40  # one width for all, so that a longer member is no change of the column

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Ids, counts, codes and other plain values; compared and searched by nobody."""


class Checked:
    """A type whose column carries a named CHECK, put on the table when the column joins it."""

    def check(self, named: ColumnElement[Any]) -> tuple[str, ColumnElement[bool]] | None:
        """What the name of the constraint ends with, and the condition; None when there is none."""
        raise NotImplementedError


@event.listens_for(Column, "after_parent_attach")
def _put_check(new: Column[Any], table: Any) -> None:
    if isinstance(new.type, Checked) and isinstance(table, Table) and (check := new.type.check(column(new.name))):
        table.append_constraint(CheckConstraint(check[1], name=f"{new.name}_{check[0]}", info={_OF_TYPE: True}))


@event.listens_for(CheckConstraint, "after_parent_attach")
def _only_once(new: CheckConstraint, table: Any) -> None:
    """A copy of a table brings the CHECK of a type along, and a migration may write it out: that one takes over."""
    if isinstance(table, Table):
        checks = [each for each in table.constraints if isinstance(each, CheckConstraint) and each is not new]
        for other in checks:
            if _OF_TYPE in other.info and str(other.sqltext) == str(new.sqltext):
                table.constraints.discard(other)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC.

    SQLite drops the offset of a time; so a naive one is refused before it reaches either database.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; without its zone on SQLite, where the text then also sorts by time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, always in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Choice(Checked, TypeDecorator[E_], Generic[E_]):
    """One member of a `StrEnum`, stored by its value: `Mapped[Status] = mapped_column(Choice(Status))`."""

    impl = String(CHOICE_LENGTH)
    cache_ok = True

    def __init__(self, members: type[E_]) -> None:
        super().__init__()
        self.members = members
        if longest := [member.value for member in members if len(member.value) > CHOICE_LENGTH]:
            raise ValueError(f"longer than {CHOICE_LENGTH} letters: {longest}")

    def check(self, named: ColumnElement[Any]) -> tuple[str, ColumnElement[bool]]:
        """Only values of the enumeration."""
        return "known", is_one_of(named, *(member.value for member in self.members))

    def process_bind_param(self, value: E_ | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """The stored value; a word that is no member is refused here, with its name."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E_ | None:  # noqa: ARG002 - SQLAlchemy's
        """The member."""
        return None if value is None else self.members(value)

    def copy(self, **_kw: Any) -> "Choice[E_]":
        """Columns of a mixin are copied with their type."""
        return Choice(self.members)


class MonthType(Checked, TypeDecorator[Month]):
    """A calendar month as `2026-11`, which sorts by time."""

    impl = CHAR(7)
    cache_ok = True

    def check(self, named: ColumnElement[Any]) -> tuple[str, ColumnElement[bool]]:
        """The shape of a month, as far as both databases can say it."""
        month = func.substr(named, literal_column("6"), literal_column("2"))
        dash = func.substr(named, literal_column("5"), literal_column("1")) == literal_column("'-'")
        between = month.between(literal_column("'01'"), literal_column("'12'"))
        return "month", and_(func.length(named) == literal_column("7"), dash, between)

    def process_bind_param(self, value: Month | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """As text."""
        if value is not None and not isinstance(value, Month):
            raise TypeError(f"not a month: {value!r}")
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Month | None:  # noqa: ARG002 - SQLAlchemy's
        """As `Month`."""
        return None if value is None else Month.parse(value)


class Minor(Checked, TypeDecorator[int]):
    """Whole minor units of a currency. SQLite would keep a fraction as a float; so only integers pass.

    `least` is the smallest amount allowed: 1 for what must be above zero, 0 for what cannot be owed the other way.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, least: int | None = None) -> None:
        super().__init__()
        self.least = least

    def check(self, named: ColumnElement[Any]) -> tuple[str, ColumnElement[bool]] | None:
        """Not below the least amount, if there is one."""
        return None if self.least is None else ("least", named >= literal_column(str(self.least)))

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """An integer or nothing."""
        if value is not None and type(value) is not int:
            raise TypeError(f"money is stored in whole minor units, not as {type(value).__name__}")
        return value

    def copy(self, **_kw: Any) -> "Minor":
        """Columns of a mixin are copied with their type."""
        return Minor(self.least)


class CurrencyCode(Checked, TypeDecorator[str]):
    """An ISO 4217 code."""

    impl = CHAR(3)
    cache_ok = True

    def check(self, named: ColumnElement[Any]) -> tuple[str, ColumnElement[bool]]:
        """Three capital letters, as far as both databases can say it."""
        return "code", and_(func.length(named) == literal_column("3"), named == func.upper(named))


def is_one_of(named: ColumnElement[Any], *values: str) -> ColumnElement[bool]:
    """The condition of a column that holds one of these words; NULL passes."""
    quoted = ["'" + value.replace("'", "''") + "'" for value in values]
    return named.in_([literal_column(text) for text in quoted])


def minor(*, least: int | None = None, **more: Any) -> MappedColumn[int]:
    """A column of money in minor units, not below `least`."""
    return mapped_column(Minor(least), **more)


def currency_code(**more: Any) -> MappedColumn[str]:
    """The column of the currency beside it."""
    return mapped_column(CurrencyCode(), **more)
