"""The steps lead from nothing to exactly the tables of the models, on both databases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pytest_alembic.config import Config
from pytest_alembic.tests import (
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)
from sqlalchemy import inspect

from receiver.db import schema
from receiver.db.ddl import guards_of
from receiver.kit.resources import resource
from tests.support import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from receiver.db.engine import Database
    from tests.support.databases import Databases, Kind

# What everybody's Alembic tests ask; they use the two fixtures below, once on each database.
__all__ = [
    "test_model_definitions_match_ddl",
    "test_single_head_revision",
    "test_up_down_consistency",
    "test_upgrade",
]


@pytest.fixture
def alembic_config() -> Config:
    """No step goes down: what was released is restored from a backup instead."""
    return Config(alembic_config=schema.configuration(), minimum_downgrade_revision=schema.head())


@pytest.fixture
def alembic_engine(empty_database: Database) -> Iterator[Engine]:
    if empty_database.path is not None:
        schema.create_file(empty_database.path)
    engine = schema.plain_engine(empty_database)
    yield engine
    engine.dispose()


@pytest.fixture
def declared(kind: Kind, databases: Databases) -> Iterator[Database]:
    """A database made from the models, without any migration."""
    made = databases.empty(kind)
    if made.path is not None:
        schema.create_file(made.path)
    with made.write_engine.begin() as connection:
        schema.load_models().create_all(connection)
    yield made
    databases.drop(made)


def test_the_steps_make_what_the_models_say(database: Database, declared: Database):
    with database.read_engine.connect() as one, declared.read_engine.connect() as other:
        found = catalogue.differences(catalogue.read(one), catalogue.read(other))

    assert found == [], "\n" + "\n".join(found)


def test_alembic_sees_no_difference(database: Database):
    options = {"compare_type": True, "compare_server_default": True}
    with database.read_engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=options), schema.load_models())

    assert found == []


def test_every_guard_of_the_models_is_a_trigger(database: Database):
    with database.read_engine.connect() as connection:
        there = {name for name in catalogue.read(connection) if name.startswith("trigger ")}
    guards = [guard for table in schema.load_models().tables.values() for guard in guards_of(table)]
    wanted = {f"trigger {guard.trigger}" for guard in guards if guard.statements(database.dialect)}

    assert wanted
    assert there == wanted


def test_a_difference_is_found(database: Database, declared: Database):
    """The comparison above would notice: an index, a CHECK, a trigger."""
    with declared.write_engine.begin() as connection:
        table = inspect(connection).get_table_names()[0]
        connection.exec_driver_sql(
            f"CREATE INDEX ix_planted ON {table} ({inspect(connection).get_columns(table)[0]['name']})"
        )
        connection.exec_driver_sql("CREATE TABLE planted (a integer CONSTRAINT ck_planted CHECK (a > 1))")
    with database.read_engine.connect() as one, declared.read_engine.connect() as other:
        found = {line.split("\n")[0] for line in catalogue.differences(catalogue.read(one), catalogue.read(other))}

    assert {"index ix_planted", "column planted.a"} < found
    assert {name.split(" ")[1] for name in found} >= {"ck_planted"}


class TestTheFiles:
    def test_their_names_begin_with_their_number(self):
        for file in (resource("migrations") / "versions").glob("*.py"):
            assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]*\.py", file.name), file.name
            assert f'\nrevision = "{file.name[:4]}"\n' in file.read_text("utf-8"), file.name

    def test_they_are_one_chain_whose_end_the_head_file_names(self):
        script = ScriptDirectory.from_config(schema.configuration())
        chain = [step.revision for step in script.walk_revisions()]

        assert chain == sorted(chain, reverse=True)
        assert len(chain) == len(list((resource("migrations") / "versions").glob("*.py")))
        assert script.get_heads() == [schema.head()] == chain[:1]

    def test_none_imports_a_room_but_the_database(self):
        """A step must mean the same for ever, whatever becomes of the models."""
        for file in (resource("migrations") / "versions").glob("*.py"):
            rooms = re.findall(r"^\s*(?:from|import) receiver\.(\w+)", file.read_text("utf-8"), re.MULTILINE)
            assert set(rooms) <= {"db"}, file.name
