"""Transactions behave alike on both databases: whole or not at all, and readers cannot write."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from receiver.db import engine as door
from receiver.db.engine import Database, ReadSession, WriteSession, address, in_parts
from receiver.db.refusals import DatabaseBusy
from tests.db.tables import Child, Counter, Parent, Thing

if TYPE_CHECKING:
    from tests.support.databases import Databases

WRITERS = 16


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Thing.name).order_by(Thing.name)))


class TestAWrite:
    def test_is_there_afterwards(self, local: Database):
        with local.write() as session:
            session.add(Thing(name="kept"))

        assert names(local) == ["kept"]

    def test_is_undone_by_an_error(self, local: Database):
        with pytest.raises(ZeroDivisionError), local.write() as session:
            session.add(Thing(name="lost"))
            session.flush()
            raise ZeroDivisionError

        assert names(local) == []

    def test_is_not_there_until_the_caller_of_a_raw_session_commits(self, local: Database):
        with local.write_session() as session:
            session.add(Thing(name="forgotten"))
            session.flush()
        with local.write_session() as session:
            session.add(Thing(name="kept"))
            session.commit()

        assert names(local) == ["kept"]

    def test_leaves_its_rows_readable(self, local: Database):
        """A page is drawn from them after the commit."""
        with local.write() as session:
            thing = Thing(name="kept")
            session.add(thing)

        assert (thing.name, thing.version) == ("kept", 1)

    def test_hands_its_info_to_the_session_however_late_it_came(self, local: Database):
        local.info["vault"] = "keys"
        with local.write() as writing, local.read() as reading:
            assert writing.info == reading.info == {"database": local, "vault": "keys"}
            assert (type(writing), type(reading)) == (WriteSession, ReadSession)

    def test_that_takes_long_is_named_in_the_log(self, local: Database, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(door, "SLOW_WRITE", 1000.0)
        with structlog.testing.capture_logs() as quiet, local.write() as session:
            session.add(Thing(name="quick"))
        monkeypatch.setattr(door, "SLOW_WRITE", 0.0)
        with structlog.testing.capture_logs() as told, local.write() as session:
            session.add(Thing(name="slow"))

        assert quiet == []
        assert [(line["event"], line["log_level"]) for line in told] == [("database.slow_write", "warning")]


class TestASavepoint:
    def test_that_was_released_is_undone_with_the_transaction(self, local: Database):
        """In the driver's legacy mode it survives on SQLite."""
        with local.write_session() as session:
            with session.begin_nested():
                session.add(Thing(name="inner"))
            session.rollback()

        assert names(local) == []

    def test_can_be_undone_alone(self, local: Database):
        with local.write() as session:
            session.add(Thing(name="outer"))
            with pytest.raises(ZeroDivisionError), session.begin_nested():
                session.add(Thing(name="inner"))
                session.flush()
                raise ZeroDivisionError

        assert names(local) == ["outer"]

    def test_saves_the_transaction_from_a_row_that_breaks_a_rule(self, local: Database):
        with local.write() as session:
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(insert(Child).values(id=1, parent_id=99))
            session.add(Thing(name="outer"))

        assert names(local) == ["outer"]


def test_a_new_table_is_undone_with_its_transaction(local: Database):
    with pytest.raises(ZeroDivisionError), local.write() as session:
        session.execute(text("CREATE TABLE planted (a integer)"))
        raise ZeroDivisionError

    with local.write() as session:
        session.execute(text("CREATE TABLE planted (a integer)"))


class TestAReadSession:
    def test_sees_one_moment(self, local: Database):
        with local.read() as session:
            before = session.scalar(select(func.count()).select_from(Thing))
            with local.write() as writing:
                writing.add(Thing(name="meanwhile"))
            after = session.scalar(select(func.count()).select_from(Thing))

        assert (before, after) == (0, 0)
        assert names(local) == ["meanwhile"]

    def test_cannot_write(self, local: Database):
        with local.read() as session, pytest.raises(Exception, match=r"read-?only"):
            session.execute(insert(Counter).values(name="a", n=1))

    def test_cannot_make_a_table(self, local: Database):
        with local.read() as session, pytest.raises(Exception, match=r"read-?only"):
            session.execute(text("CREATE TABLE planted (a integer)"))

    def test_refuses_rows_at_once_instead_of_losing_them(self, local: Database):
        with local.read() as session:
            with pytest.raises(TypeError, match="cannot take in a Thing"):
                session.add(Thing(name="lost"))
            with pytest.raises(TypeError, match="cannot take in a Thing"):
                session.add_all([Thing(name="lost")])
            with pytest.raises(TypeError, match="cannot delete a Thing"):
                session.delete(Thing(name="lost"))

    def test_is_not_held_up_by_a_writer(self, local: Database):
        with local.write() as writing:
            writing.add(Thing(name="unfinished"))
            writing.flush()

            assert names(local) == []


def test_sixteen_writers_that_read_first_all_succeed(local: Database):
    """Deferred transactions fail here on SQLite: one that has read may not write once another has written."""
    with local.write() as session:
        session.add(Counter(name="all", n=0))
    together = threading.Barrier(WRITERS)

    def count(_writer: int) -> None:
        together.wait()
        for _round in range(5):
            with local.write() as session:
                counter = session.scalars(select(Counter).with_for_update()).one()
                counter.n += 1

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(count, range(WRITERS)))

    with local.read() as session:
        assert session.scalars(select(Counter.n)).one() == WRITERS * 5


def test_a_second_writer_waits_for_the_first(local: Database):
    order = []

    def second() -> None:
        with local.write() as session:
            session.execute(update(Counter).values(n=Counter.n + 1))
            order.append("second")

    with local.write() as session:
        session.add(Counter(name="a", n=0))
    with ThreadPoolExecutor(1) as pool:
        with local.write() as session:
            session.execute(update(Counter).values(n=Counter.n + 1))
            waiting = pool.submit(second)
            threading.Event().wait(0.1)
            order.append("first")
        waiting.result(timeout=10)

    assert order == ["first", "second"]


class TestThePool:
    def test_refuses_soon_when_every_connection_is_taken(
        self, kind: str, local: Database, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(door, "POOL_TIMEOUT", 0.05)
        small = Database(local.url, capacity=2)
        with small.read() as one, small.read() as two:
            for session in (one, two):
                session.execute(select(1))
            with small.read() as three, pytest.raises(DatabaseBusy) as caught:
                three.execute(select(1))
        with small.read() as again:
            assert again.scalar(select(1)) == 1
        small.close()

        assert (caught.value.status, caught.value.retry_after) == (503, 5)

    def test_has_a_connection_for_each_thread_and_none_beyond(self, local: Database):
        for engine in (local.read_engine, local.write_engine):
            assert (engine.pool.size(), engine.pool._max_overflow) == (local.capacity, 0)
            assert engine.pool._timeout == 4.0

    def test_takes_connections_back_after_errors(self, local: Database):
        for _each in range(local.capacity + 1):
            with pytest.raises(IntegrityError), local.write() as session:
                session.execute(insert(Child).values(id=1, parent_id=99))

        assert local.write_engine.pool.checkedout() == 0


class TestBeforeCommit:
    """What the audit chain stands on: a listener of the class that comes last and may still write."""

    @pytest.fixture
    def seal(self):
        def write(session: WriteSession) -> None:
            if not session.in_nested_transaction():
                session.flush()
                seen = session.scalar(select(func.count()).select_from(Thing))
                session.execute(insert(Counter).values(name="sealed", n=seen))

        event.listen(WriteSession, "before_commit", write)
        yield
        event.remove(WriteSession, "before_commit", write)

    def test_sees_all_that_was_flushed_and_writes_in_the_same_transaction(self, local: Database, seal: None):
        with local.write() as session:
            with session.begin_nested():
                session.add(Thing(name="one"))
            session.add(Thing(name="two"))
        with local.read() as session:
            assert session.scalars(select(Counter.n)).all() == [2]

    def test_undoes_all_when_it_fails(self, local: Database, seal: None):
        with local.write() as session:
            session.add(Thing(name="one"))
        with pytest.raises(IntegrityError), local.write() as session:  # the name "sealed" is taken now
            session.add(Thing(name="two"))

        assert names(local) == ["one"]


class TestInParts:
    def test_gives_the_rows_in_order_a_part_at_a_time(self, local: Database):
        with local.write() as session:
            session.execute(insert(Parent), [{"id": n, "name": str(n)} for n in range(25)])
        with local.read() as session:
            parts = [[row.id for row in part] for part in in_parts(session, select(Parent.id).order_by(Parent.id), 10)]

        assert parts == [list(range(10)), list(range(10, 20)), list(range(20, 25))]

    def test_leaves_the_connection_fit_to_write(self, local: Database):
        """`connection.execution_options(yield_per=...)` would stay, and break the next INSERT on PostgreSQL."""
        with local.write() as session:
            session.execute(insert(Parent), [{"id": n, "name": str(n)} for n in range(5)])
            assert sum(len(part) for part in in_parts(session, select(Parent.id), 2)) == 5
            session.execute(insert(Parent).values(id=5, name="5"))
            assert session.scalar(select(func.count()).select_from(Parent)) == 6


class TestAnAddress:
    @pytest.mark.parametrize(
        ("given", "used"),
        [
            ("sqlite:////data/receiver.db", "sqlite:////data/receiver.db"),
            ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
            ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ],
    )
    def test_is_understood(self, given: str, used: str):
        assert address(given).render_as_string() == used

    @pytest.mark.parametrize(
        "given", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "mysql://u@h/d"]
    )
    def test_of_another_kind_is_refused(self, given: str):
        with pytest.raises(ValueError, match="SQLite"):
            address(given)

    def test_never_shows_its_password(self):
        assert "secret" not in repr(Database("postgresql+psycopg://u:secret@h/d"))


def test_what_is_read_back_is_right(database: Database, databases: Databases):
    expected = [] if database.path is not None or databases.server.careful else ["PostgreSQL's fsync is off"]

    assert [finding.partition(", and")[0] for finding in database.findings()] == expected


def test_closing_lets_go_of_every_connection(local: Database):
    with local.write() as session:
        session.execute(select(1))
    assert local.write_engine.pool.checkedin() == 1

    local.close()

    assert local.write_engine.pool.checkedin() == 0


@pytest.mark.only("postgresql")
def test_there_is_no_log_to_empty_on_postgresql(local: Database):
    assert local.truncate_log() is True
