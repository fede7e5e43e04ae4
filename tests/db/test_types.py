"""Values come back as they were put in, and what cannot be kept is refused on the way in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import CheckConstraint, Column, MetaData, Table, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from receiver.db.types import Checked, Choice, CurrencyCode, Minor, MonthType, UtcDateTime
from receiver.kit.ids import new_id
from receiver.kit.months import Month
from tests.db.tables import Colour, Value

if TYPE_CHECKING:
    from receiver.db.engine import Database

BIGGEST = 2**63 - 1  # what both databases hold
KIGALI = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("column", "put", "got"),
    [
        (
            "moment",
            datetime(2026, 11, 1, 0, 30, 0, 123456, tzinfo=UTC),
            datetime(2026, 11, 1, 0, 30, 0, 123456, tzinfo=UTC),
        ),
        ("moment", datetime(2026, 11, 1, 0, 30, tzinfo=KIGALI), datetime(2026, 10, 31, 22, 30, tzinfo=UTC)),
        ("moment", datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris")), datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("moment", None, None),
        ("month", Month(2026, 11), Month(2026, 11)),
        ("month", None, None),
        ("colour", Colour.RED, Colour.RED),
        ("colour", "green", Colour.GREEN),
        ("colour", None, None),
        ("plain", {"ids": [1, 2], "name": "محمد", "none": None}, {"ids": [1, 2], "name": "محمد", "none": None}),
        ("plain", [], []),
        ("plain", None, None),
        ("other", UUID(int=7), UUID(int=7)),
        ("amount_minor", BIGGEST, BIGGEST),
        ("amount_minor", -BIGGEST, -BIGGEST),
        ("amount_minor", 0, 0),
        ("amount_minor", None, None),
        ("paid_minor", 1, 1),
        ("currency", "RWF", "RWF"),
    ],
)
def test_a_value_comes_back(local: Database, column: str, put: Any, got: Any):
    with local.write() as session:
        session.add(Value(id=new_id(), **{column: put}))
    with local.read() as session:
        found = session.scalars(select(getattr(Value, column))).one()

    assert found == got
    assert type(found) is type(got)
    assert not isinstance(found, datetime) or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("column", "put", "error"),
    [
        ("moment", datetime(2026, 11, 1, 0, 30), ValueError),  # noqa: DTZ001 - naive on purpose
        ("month", "2026-11", TypeError),
        ("month", date(2026, 11, 1), TypeError),
        ("colour", "blue", ValueError),
        ("amount_minor", 1.0, TypeError),
        ("amount_minor", Decimal(1), TypeError),
        ("amount_minor", True, TypeError),
        ("amount_minor", "1", TypeError),
    ],
)
def test_what_would_be_kept_wrongly_is_refused_on_the_way_in(
    local: Database, column: str, put: Any, error: type[Exception]
):
    with pytest.raises(StatementError) as caught, local.write() as session:
        session.add(Value(id=new_id(), **{column: put}))

    assert isinstance(caught.value.orig, error)


@pytest.mark.parametrize(
    ("column", "raw"),
    [
        ("colour", "'blue'"),
        ("colour", "''"),
        ("month", "'2026-13'"),
        ("month", "'2026-00'"),
        ("month", "'2026/11'"),
        ("month", "'2026'"),
        ("paid_minor", "0"),
        ("paid_minor", "-1"),
        ("currency", "'rwf'"),
        ("currency", "'RW'"),
    ],
)
def test_what_comes_past_the_types_is_refused_by_the_database(local: Database, column: str, raw: str):
    with pytest.raises(IntegrityError), local.write() as session:
        insert = f"INSERT INTO values_of_all_types (id, {column}) VALUES ('{uuid4().hex}', {raw})"
        session.execute(text(insert))


def test_times_sort_and_compare_in_the_database(local: Database):
    early, late = datetime(2026, 11, 1, 1, tzinfo=KIGALI), datetime(2026, 11, 1, 0, tzinfo=UTC)
    with local.write() as session:
        session.add_all([Value(id=new_id(), moment=late), Value(id=new_id(), moment=early)])
    with local.read() as session:
        assert session.scalars(select(Value.moment).order_by(Value.moment)).all() == [early, late]
        assert session.scalars(select(Value.moment).where(Value.moment < late)).all() == [early]
        assert session.scalars(select(Value.moment).where(Value.moment == late.astimezone(KIGALI))).one() == late


def test_a_word_too_long_for_its_column_is_found_when_the_program_starts():
    class Long(StrEnum):
        WORD = "x" * 41

    with pytest.raises(ValueError, match="longer than 40"):
        Choice(Long)


def test_each_checked_column_of_a_table_has_its_own_constraint():
    table = Table(
        "t",
        MetaData(),
        Column("a", Choice(Colour)),
        Column("order", Choice(Colour)),
        Column("m", MonthType()),
        Column("c", CurrencyCode()),
        Column("free", Minor()),
        Column("paid", Minor(1)),
        Column("at", UtcDateTime()),
    )

    names = {str(constraint.name) for constraint in table.constraints if constraint.name}
    assert names == {"a_known", "order_known", "m_month", "c_code", "paid_least"}


def test_a_check_is_there_once_however_the_table_came_about():
    table = Table("t", MetaData(), Column("c", CurrencyCode()), Column("d", CurrencyCode()))
    copied = table.to_metadata(MetaData())
    written_out = Table(
        "t",
        MetaData(),
        Column("c", CurrencyCode()),
        CheckConstraint("length(c) = 3 AND c = upper(c)", name="mine"),
        CheckConstraint("c <> 'XXX'", name="other"),
    )

    def checks(of: Table) -> list[str]:
        return sorted(str(check.name) for check in of.constraints if isinstance(check, CheckConstraint))

    Column("loose", Minor(), CheckConstraint("loose > 1"))  # on a column that is in no table
    assert checks(copied) == checks(table) == ["c_code", "d_code"]
    assert checks(written_out) == ["mine", "other"]


def test_a_kind_of_checked_type_must_say_what_it_checks():
    with pytest.raises(NotImplementedError):
        Checked().check(Column("a"))
