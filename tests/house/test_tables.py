"""What every table of every room keeps to."""

from __future__ import annotations

import pytest
from sqlalchemy import CheckConstraint, DateTime, Float, ForeignKeyConstraint, Integer, Numeric, Table
from sqlalchemy.orm import configure_mappers

from receiver.db.base import Base
from receiver.db.ddl import guards_of
from receiver.db.schema import load_models
from receiver.db.types import UtcDateTime

NEVER_CASCADE = {"audit", "ledger", "partners", "stipends", "vault"}
COUNTED_BY_THE_DATABASE = {"ledger_accounts"}  # no row of it is ever put in with an id
LONGEST_NAME = 63  # bytes; PostgreSQL cuts off the rest without a word

TABLES = sorted(load_models().tables.values(), key=lambda table: table.name)
ROOMS = {mapper.local_table: mapper.class_.__module__.split(".")[1] for mapper in Base.registry.mappers}


def each_table() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def test_there_are_tables():
    assert TABLES


@each_table()
def test_every_foreign_key_says_what_a_delete_does(table: Table):
    for key in foreign_keys(table):
        assert key.ondelete in {"RESTRICT", "CASCADE", "SET NULL"}, key.name


@each_table()
def test_every_foreign_key_has_an_index(table: Table):
    """Without one a delete or a lock of the parent reads the whole child table."""
    lists = [list(index.columns.keys()) for index in table.indexes]
    lists += [list(other.columns.keys()) for other in table.constraints if not isinstance(other, ForeignKeyConstraint)]
    for key in foreign_keys(table):  # of a composite key the first column is the id, the others narrow nothing down
        assert any(columns[:1] == key.column_keys[:1] for columns in lists), key.name


@each_table()
def test_money_and_evidence_are_never_deleted_along_with_something(table: Table):
    if ROOMS.get(table, "audit") in NEVER_CASCADE or "consent" in table.name:  # a table without a model is evidence
        assert not [key.name for key in foreign_keys(table) if key.ondelete == "CASCADE"]


@each_table()
def test_every_name_fits(table: Table):
    names = [table.name, *table.columns.keys(), *(index.name for index in table.indexes)]
    names += [constraint.name for constraint in table.constraints]
    names += [guard.trigger for guard in guards_of(table)]
    for name in names:
        assert name is not None
        assert len(str(name).encode()) <= LONGEST_NAME, name


@each_table()
def test_every_check_has_a_name(table: Table):
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            assert str(constraint.name).startswith(f"ck_{table.name}_"), constraint.sqltext


@each_table()
def test_no_column_loses_cents_or_offsets(table: Table):
    """SQLite keeps Numeric as a float and drops the offset of a time."""
    for column in table.columns:
        assert not isinstance(column.type, Numeric | Float), column
        assert not isinstance(column.type, DateTime), f"{column}: use UtcDateTime"
        assert isinstance(column.type, UtcDateTime) or column.name[-3:] != "_at", column


@each_table()
def test_no_id_comes_from_a_sequence(table: Table):
    """Rows copied in with their ids leave a sequence behind, and the next insert fails."""
    key = table.primary_key.columns
    if len(key) == 1 and isinstance(key[0].type, Integer) and not key[0].foreign_keys:
        assert key[0].autoincrement is False or table.name in COUNTED_BY_THE_DATABASE, key[0]


def test_collections_are_loaded_on_purpose_only():
    configure_mappers()
    for mapper in Base.registry.mappers:
        for relationship in mapper.relationships:
            if relationship.uselist:
                assert relationship.lazy in {"raise", "write_only"}, f"{mapper.class_.__name__}.{relationship.key}"
