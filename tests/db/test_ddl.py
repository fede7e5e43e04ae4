"""The database itself refuses to change what must stay, by whatever way the change comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from receiver.db import ddl
from receiver.db.base import NAMING
from tests.db.tables import Entry, Slip

if TYPE_CHECKING:
    from receiver.db.engine import Database


@pytest.fixture
def written(local: Database) -> Database:
    with local.write() as session:
        session.execute(insert(Entry).values(id=1, amount_minor=500))
        session.execute(insert(Slip).values(id=1, amount=5, state="open"))
        session.execute(insert(Slip).values(id=2, amount=None, order="two", state="open"))
    return local


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.read() as session:
        entries = session.execute(select(Entry.id, Entry.amount_minor).order_by(Entry.id))
        slips = session.execute(select(Slip.id, Slip.amount, Slip.order, Slip.state, Slip.note).order_by(Slip.id))
        return [tuple(row) for row in [*entries, *slips]]


AS_WRITTEN = [(1, 500), (1, 5, None, "open", None), (2, None, "two", "open", None)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET amount_minor = 501",
        "UPDATE entries SET amount_minor = amount_minor",
        "UPDATE entries SET id = 2",
        "DELETE FROM entries",
        "DELETE FROM entries WHERE id = 1",
        "INSERT INTO entries VALUES (1, 7) ON CONFLICT (id) DO UPDATE SET amount_minor = 7",
        "UPDATE slips SET amount = 6 WHERE id = 1",
        "UPDATE slips SET amount = NULL WHERE id = 1",
        "UPDATE slips SET amount = 6 WHERE id = 2",
        "UPDATE slips SET \"order\" = 'x' WHERE id = 2",
        "UPDATE slips SET id = 3 WHERE id = 2",
        "UPDATE slips SET state = 'paid', amount = 6 WHERE id = 1",
        "DELETE FROM slips",
    ],
)
def test_a_change_is_refused(written: Database, statement: str):
    with pytest.raises(IntegrityError, match="stay as written"), written.write() as session:
        session.execute(text(statement))

    assert rows(written) == AS_WRITTEN


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    "statement", ["INSERT OR REPLACE INTO entries VALUES (1, 7)", "REPLACE INTO entries VALUES (1, 7)"]
)
def test_a_row_is_not_replaced_in_secret(written: Database, statement: str):
    """Without `recursive_triggers` SQLite deletes the old row and fires no trigger."""
    with pytest.raises(IntegrityError, match="stay as written"), written.write() as session:
        session.execute(text(statement))

    assert rows(written) == AS_WRITTEN


@pytest.mark.only("postgresql")
def test_a_table_is_not_emptied_in_one_go(written: Database):
    for table in ("entries", "slips", "entries, slips"):
        with pytest.raises(IntegrityError, match="stay as written"), written.write() as session:
            session.execute(text(f"TRUNCATE {table}"))

    assert rows(written) == AS_WRITTEN


def test_what_may_change_changes(written: Database):
    with written.write() as session:
        session.execute(text("UPDATE slips SET state = 'paid', note = 'cash' WHERE id = 1"))
        session.execute(text("UPDATE slips SET state = 'void', amount = amount WHERE id = 2"))
        session.execute(insert(Entry).values(id=2, amount_minor=-500))

    assert rows(written) == [(1, 500), (2, -500), (1, 5, None, "paid", "cash"), (2, None, "two", "void", None)]


def test_a_column_that_is_not_there_cannot_be_free():
    with pytest.raises(ValueError, match="entries has no colour, size"):
        ddl.append_only(Entry.__table__, may_change=("size", "id", "colour"))


class TestAGuardOfOnesOwn:
    def install(self, database: Database, guard: ddl.Guard) -> None:
        with database.write() as session:
            ddl.install(session.connection(), [guard])

    def test_refuses_on_a_condition(self, local: Database):
        self.install(
            local, ddl.Guard("counters", "only_up", "UPDATE", "counters don't go down: 100 % sure", "NEW.n < OLD.n")
        )
        with local.write() as session:
            session.execute(text("INSERT INTO counters VALUES ('a', 1)"))
            session.execute(text("UPDATE counters SET n = 2"))
        with pytest.raises(IntegrityError, match="don't go down: 100 % sure"), local.write() as session:
            session.execute(text("UPDATE counters SET n = 1"))

    @pytest.mark.parametrize("only", ["", "NEW.n > 1"])
    def test_looks_at_other_rows(self, local: Database, only: str):
        """PostgreSQL's WHEN takes no sub-select; the condition then sits in the function."""
        no_parent = "NOT EXISTS (SELECT 1 FROM parents WHERE parents.id = NEW.n)"
        self.install(local, ddl.Guard("counters", "known", "INSERT", "no such parent", no_parent, only))
        with local.write() as session:
            session.execute(text("INSERT INTO parents VALUES (7, 'seven')"))
            session.execute(text("INSERT INTO counters VALUES ('a', 7)"))
            if only:
                session.execute(text("INSERT INTO counters VALUES ('b', 1)"))
        with pytest.raises(IntegrityError, match="no such parent"), local.write() as session:
            session.execute(text("INSERT INTO counters VALUES ('c', 8)"))

    def test_needs_both_conditions_when_it_has_two(self, local: Database):
        self.install(local, ddl.Guard("counters", "two", "INSERT", "refused", "NEW.n > 5", "NEW.name {differs} 'free'"))
        with local.write() as session:
            session.execute(text("INSERT INTO counters VALUES ('free', 9), ('bound', 5)"))
        with pytest.raises(IntegrityError), local.write() as session:
            session.execute(text("INSERT INTO counters VALUES ('bound2', 6)"))

    def test_can_be_put_there_again(self, local: Database):
        """After a batch of changes: SQLite has lost it then, PostgreSQL has not."""
        guard = ddl.Guard("counters", "no", "INSERT", "refused")
        self.install(local, guard)
        self.install(local, guard)
        with pytest.raises(IntegrityError, match="refused"), local.write() as session:
            session.execute(text("INSERT INTO counters VALUES ('a', 1)"))


class TestInAMigration:
    def test_a_table_gets_the_same_rules_as_in_the_models(self, local: Database):
        with local.write_engine.begin() as connection:
            context = MigrationContext.configure(
                connection, opts={"target_metadata": sa.MetaData(naming_convention=NAMING)}
            )
            with Operations.context(context) as op:
                table = op.create_table(
                    "notes",
                    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
                    sa.Column("state", sa.String(40), nullable=True),
                    ddl.known("state", "open", "it's done"),
                )
                ddl.install(op.get_bind(), ddl.append_only(table, may_change=("state",)))
            checks = sa.inspect(connection).get_check_constraints("notes")
        with local.write() as session:
            session.execute(text("INSERT INTO notes VALUES (1, 'open'), (2, NULL)"))
            session.execute(text("UPDATE notes SET state = 'it''s done'"))
        with pytest.raises(IntegrityError, match="ck_notes_state_known"), local.write() as session:
            session.execute(text("UPDATE notes SET state = 'lost'"))
        with pytest.raises(IntegrityError, match="stay as written"), local.write() as session:
            session.execute(text("DELETE FROM notes"))

        assert [check["name"] for check in checks] == ["ck_notes_state_known"]
