"""A database is brought to the newest form in one step, after a copy was made, or stays as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, text

from receiver.db import schema
from receiver.db.engine import Database
from receiver.db.refusals import DatabaseBusy, DatabaseUnreachable
from receiver.kit.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before}


def upgrade():
"""
FAMILY = """
    op.create_table("parents", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(9)))
    op.create_table(
        "children",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("parent_id", sa.Integer(), sa.ForeignKey("parents.id", ondelete="CASCADE"), nullable=False),
    )
    op.execute("INSERT INTO parents VALUES (1, 'one')")
    op.execute("INSERT INTO children VALUES (1, 1), (2, 1)")
"""
REBUILD = """
    with op.batch_alter_table("parents") as batch:
        batch.alter_column("name", existing_type=sa.String(9), type_=sa.String(90))
"""
ORPHAN = """
    op.execute("DELETE FROM parents")
"""
FAIL = """
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO nowhere VALUES (1)")
"""

Steps = "Callable[[str], None]"


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put other migrations in place of the real ones: one body a step."""

    def put(*bodies: str) -> None:
        folder = tmp_path / "migrations"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "versions").mkdir(parents=True)
        shutil.copy(resource("migrations") / "env.py", folder)
        (folder / "head").write_text(f"{len(bodies):04}\n")
        for number, body in enumerate(bodies, start=1):
            before = f'"{number - 1:04}"' if number > 1 else "None"
            file = folder / "versions" / f"{number:04}_step.py"
            file.write_text(HEADER.format(revision=f"{number:04}", before=before) + body)
        monkeypatch.setattr(schema, "resource", lambda _name: folder)

    return put


def count(database: Database, table: str) -> int:
    with database.read() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


class TestMigrate:
    def test_leads_from_nothing_to_the_newest_form_and_then_has_nothing_to_do(self, empty_database: Database):
        assert (schema.current(empty_database), schema.is_current(empty_database)) == (None, False)

        assert schema.migrate(empty_database) == ["", schema.head()]
        assert (schema.current(empty_database), schema.is_current(empty_database)) == (schema.head(), True)
        assert schema.migrate(empty_database) == []

    def test_goes_on_from_where_the_database_is(self, empty_database: Database, steps: Callable[..., None]):
        steps(FAMILY)
        schema.migrate(empty_database)
        steps(FAMILY, REBUILD)

        assert not schema.is_current(empty_database)
        assert schema.migrate(empty_database) == ["0001", "0002"]

    def test_keeps_the_children_of_a_table_that_is_built_anew(
        self, empty_database: Database, steps: Callable[..., None]
    ):
        """With foreign keys on, SQLite's DROP TABLE deletes them through ON DELETE CASCADE."""
        steps(FAMILY, REBUILD)
        schema.migrate(empty_database)

        assert (count(empty_database, "parents"), count(empty_database, "children")) == (1, 2)

    @pytest.mark.only("sqlite")
    def test_is_undone_when_rows_would_point_to_nothing(self, empty_database: Database, steps: Callable[..., None]):
        steps(FAMILY)
        schema.migrate(empty_database)
        steps(FAMILY, ORPHAN)

        with pytest.raises(schema.BrokenReferencesError, match="rows of children would point to nothing"):
            schema.migrate(empty_database)
        assert schema.current(empty_database) == "0001"
        assert (count(empty_database, "parents"), count(empty_database, "children")) == (1, 2)

    def test_is_whole_or_not_at_all(self, empty_database: Database, steps: Callable[..., None]):
        steps(FAMILY, FAIL)

        with pytest.raises(Exception, match="nowhere"):
            schema.migrate(empty_database)
        assert schema.current(empty_database) is None
        with empty_database.read_engine.connect() as connection:
            assert inspect(connection).get_table_names() == []

    def test_runs_once_when_two_start_it_together(self, empty_database: Database):
        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(lambda _n: schema.migrate(Database(empty_database.url)), range(2)))

        assert ["", schema.head()] in ended
        assert schema.is_current(empty_database)

    @pytest.mark.only("postgresql")
    def test_leaves_the_copy_of_postgresql_to_its_own_tools(self, empty_database: Database, tmp_path: Path):
        with pytest.raises(ValueError, match="pg_dump"):
            schema.migrate(empty_database, backup_to=tmp_path / "copy")


def test_a_server_or_file_that_is_not_there_is_a_refusal(empty_database: Database, tmp_path: Path):
    """Not a traceback for the one who runs `migrate`."""
    url = empty_database.url
    nowhere = url.update_query_dict({"host": "/nowhere"}) if url.query else url.set(database=str(tmp_path))

    with pytest.raises(DatabaseUnreachable):
        schema.current(Database(nowhere))


@pytest.mark.only("sqlite")
class TestTheFile:
    def test_is_not_made_by_looking(self, empty_database: Database):
        schema.is_current(empty_database)

        assert empty_database.path is not None
        assert not empty_database.path.exists()

    def test_and_what_lies_beside_it_is_for_its_owner_only(self, empty_database: Database):
        before = os.umask(0)
        try:
            schema.migrate(empty_database)
            with empty_database.write() as session:
                session.execute(text("CREATE TABLE t (a integer)"))
                files = list(empty_database.path.parent.glob(f"{empty_database.path.name}*"))
        finally:
            os.umask(before)

        assert len(files) == 3
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}

    def test_that_another_program_holds_is_waited_for(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        waited: list[float] = []
        with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            monkeypatch.setattr(schema, "sleep", waited.append)
            monkeypatch.setattr(schema.sqlite3, "connect", partial(sqlite3.connect, timeout=0))
            with pytest.raises(DatabaseBusy):
                schema.create_file(tmp_path / "x.db")
            assert waited == list(schema._WAITS)
            monkeypatch.setattr(schema, "sleep", lambda _seconds: other.execute("COMMIT"))
            schema.create_file(tmp_path / "x.db")

    def test_that_cannot_have_a_write_ahead_log_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(schema.sqlite, "value_of", lambda *_of: "delete")

        with pytest.raises(RuntimeError, match="write-ahead log"):
            schema.create_file(tmp_path / "x.db")


@pytest.mark.only("sqlite")
class TestTheCopyBefore:
    @pytest.fixture
    def old(self, empty_database: Database, steps: Callable[..., None]) -> Database:
        steps(FAMILY)
        schema.migrate(empty_database)
        steps(FAMILY, REBUILD)
        return empty_database

    def test_holds_what_was_there(self, old: Database, tmp_path: Path):
        with old.write() as session:  # not yet in the main file
            session.execute(text("INSERT INTO parents VALUES (2, 'late')"))
        schema.migrate(old, backup_to=tmp_path / "copy.db")

        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            assert copy.execute("SELECT id FROM parents ORDER BY id").fetchall() == [(1,), (2,)]
            assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
        assert schema.is_current(Database(f"sqlite:///{tmp_path}/copy.db")) is False
        assert schema.is_current(old)

    def test_never_overwrites_another(self, old: Database, tmp_path: Path):
        (tmp_path / "copy.db").write_text("precious")

        with pytest.raises(FileExistsError):
            schema.migrate(old, backup_to=tmp_path / "copy.db")
        assert (tmp_path / "copy.db").read_text() == "precious"
        assert schema.current(old) == "0001"

    def test_is_not_made_when_there_is_nothing_to_do_or_nothing_to_copy(
        self, old: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        schema.migrate(old)
        schema.migrate(old, backup_to=tmp_path / "one.db")
        schema.migrate(Database(f"sqlite:///{tmp_path}/new.db"), backup_to=tmp_path / "two.db")

        assert {file.name for file in tmp_path.glob("*.db")} == {"new.db"}

    def test_that_is_damaged_stops_the_migration(self, old: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        true_value = schema.sqlite.value_of
        monkeypatch.setattr(
            schema.sqlite, "value_of", lambda cursor, sql: "torn" if "integrity" in sql else true_value(cursor, sql)
        )

        with pytest.raises(RuntimeError, match="the copy is damaged: torn"):
            schema.migrate(old, backup_to=tmp_path / "copy.db")
        assert schema.current(old) == "0001"


def test_the_models_of_every_room_are_found():
    names = schema.load_models().tables.keys()

    assert {"data_keys", "audit_records", "users", "people"} <= names


def test_a_folder_with_a_per_cent_sign_is_no_trouble(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "100%").mkdir()
    monkeypatch.setattr(schema, "resource", lambda _name: tmp_path / "100%")

    assert schema.configuration().get_main_option("script_location") == str(tmp_path / "100%")
