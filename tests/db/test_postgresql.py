"""PostgreSQL is told its limits when a connection opens, and asked again before anyone uses it."""

from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from receiver.db import postgresql
from receiver.db.engine import Database, HalfDoneError
from receiver.db.refusals import DatabaseBusy, DatabaseUnreachable, DatabaseUnsafe
from tests.db.tables import Counter

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support.databases import Databases

pytestmark = pytest.mark.only("postgresql")


def show(session: Session, name: str) -> object:
    return session.execute(text(f"SHOW {name}")).scalar()


class TestEachConnection:
    @pytest.mark.parametrize(
        ("name", "of_writers", "of_readers"),
        [
            ("transaction_isolation", "read committed", "repeatable read"),
            ("transaction_read_only", "off", "on"),
            ("lock_timeout", "5s", "5s"),
            ("statement_timeout", "2min", "1min"),
            ("idle_in_transaction_session_timeout", "1min", "15min"),
            ("TimeZone", "UTC", "UTC"),
        ],
    )
    def test_is_set_up(self, local: Database, name: str, of_writers: str, of_readers: str):
        with local.write() as writing, local.read() as reading:
            assert (show(writing, name), show(reading, name)) == (of_writers, of_readers)

    @pytest.mark.parametrize(
        ("name", "wrong", "told"),
        [
            ("default_transaction_isolation", "serializable", "serializable, and must be read committed"),
            ("default_transaction_read_only", "on", "on, and must be off"),
            ("lock_timeout", "0", "0, and must be 5s"),
            ("statement_timeout", "0", "0, and must be 2min"),
            ("idle_in_transaction_session_timeout", "0", "0, and must be 1min"),
            ("TimeZone", "Asia/Tokyo", "Asia/Tokyo, and must be UTC"),
            ("standard_conforming_strings", "off", "off, and must be on"),
        ],
    )
    def test_on_which_a_setting_did_not_take_is_refused(
        self, local: Database, name: str, wrong: str, told: str, monkeypatch: pytest.MonkeyPatch
    ):
        """As behind a pooler that drops or changes the options of a connection."""
        given = postgresql.options(read_only=False)
        monkeypatch.setattr(postgresql, "options", lambda **_kw: f"{given} -c {name}={wrong}")
        fresh = Database(local.url)

        with pytest.raises(DatabaseUnsafe, match=f"PostgreSQL's {name} is {told}"), fresh.write() as session:
            session.execute(select(1))

    def test_that_does_not_wait_for_the_disk_is_refused(self, local: Database):
        fresh = Database(local.url.update_query_dict({"options": "-c synchronous_commit=off"}))

        with pytest.raises(DatabaseUnsafe, match="synchronous_commit is off"), fresh.write() as session:
            session.execute(select(1))
        assert any("synchronous_commit is off" in finding for finding in fresh.findings())

    def test_keeps_the_options_of_its_address(self, local: Database):
        one = Database(local.url.update_query_dict({"options": "-c work_mem=9MB"}))
        two = Database(local.url.update_query_dict({"options": ["-c work_mem=9MB", "-c temp_buffers=9MB"]}))
        with one.write() as session:
            assert (show(session, "work_mem"), show(session, "lock_timeout")) == ("9MB", "5s")
        with two.read() as session:
            assert (show(session, "work_mem"), show(session, "temp_buffers")) == ("9MB", "9MB")
        one.close()
        two.close()

    def test_that_was_changed_later_is_found(self, local: Database):
        with local.write() as session:
            session.connection().connection.dbapi_connection.autocommit = True
            session.execute(text("SET lock_timeout = '1h'"))
            session.connection().connection.dbapi_connection.autocommit = False

        assert "PostgreSQL's lock_timeout is 1h, and must be 5s." in local.findings()


class TestTheServer:
    def test_that_is_too_old_is_refused(self, local: Database, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(postgresql, "OLDEST", 990000)

        assert any("14 is the oldest that works" in finding for finding in Database(local.url).findings())

    def test_that_has_too_few_connections_is_found(self, local: Database):
        fresh = Database(local.url, capacity=200)

        assert any("this program may open 400: it must be at least 410" in finding for finding in fresh.findings())
        fresh.close()

    def test_that_does_not_wait_for_the_disk_is_found(self, local: Database, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(postgresql, "_settings", lambda *_of: {"fsync": "off", "max_connections": "100"})
        with local.write() as session:
            cursor = session.connection().connection.cursor()
            assert postgresql.server_findings(cursor, connections=40) == [
                "PostgreSQL's fsync is off, and must be on: a power cut would destroy the database."
            ]

    def test_with_another_encoding_is_refused(self, local: Database, databases: Databases):
        name = f"{local.url.database}_latin"
        databases.admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1'")
        fresh = Database(local.url.set(database=name))
        assert "PostgreSQL's server_encoding is LATIN1, and must be UTF8." in fresh.findings()
        databases.drop(fresh)

    def test_that_does_not_answer_is_a_refusal(self, local: Database):
        with (
            pytest.raises(DatabaseUnreachable),
            Database(local.url.update_query_dict({"host": "/nowhere"})).write() as session,
        ):
            session.execute(select(1))


class TestWaiting:
    @pytest.fixture
    def counted(self, local: Database) -> Database:
        with local.write() as session:
            session.execute(insert(Counter), [{"name": "a", "n": 0}, {"name": "b", "n": 0}])
        return local

    def test_for_a_lock_ends_in_a_refusal(self, counted: Database):
        with counted.write() as first, counted.write_session() as second:
            first.execute(select(Counter).with_for_update()).all()
            second.execute(text("SET LOCAL lock_timeout = '20ms'"))
            with pytest.raises(DatabaseBusy):
                second.execute(select(Counter).with_for_update())

    def test_for_an_answer_ends_in_a_refusal(self, counted: Database):
        with counted.write_session() as session:
            session.execute(text("SET LOCAL statement_timeout = '20ms'"))
            with pytest.raises(DatabaseBusy):
                session.execute(text("SELECT pg_sleep(5)"))

    def test_for_each_other_ends_in_a_refusal_for_one(self, counted: Database):
        together = threading.Barrier(2)

        def lock(first: str, second: str) -> bool:
            try:
                with counted.write() as session:
                    session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
                    session.execute(update(Counter).where(Counter.name == first).values(n=1))
                    together.wait()
                    session.execute(update(Counter).where(Counter.name == second).values(n=1))
            except DatabaseBusy:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(lock, "ab", "ba"))

        assert sorted(ended) == [False, True]

    def test_after_the_server_cut_the_line_is_a_refusal_and_the_next_try_works(
        self, counted: Database, databases: Databases
    ):
        with counted.write_session() as session:
            session.add(Counter(name="c", n=0))
            session.flush()
            number = session.execute(text("SELECT pg_backend_pid()")).scalar()
            databases.admin.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
            with pytest.raises(DatabaseBusy):
                session.execute(select(1))
        with counted.write() as session:
            assert sorted(session.scalars(select(Counter.name))) == ["a", "b"]

    def test_after_the_line_broke_without_a_word_is_a_refusal_unless_it_was_the_commit(self, counted: Database):
        """Before the commit nothing has happened; during it nobody knows."""
        with counted.write_session() as session:
            session.add(Counter(name="c", n=0))
            session.flush()
            cut_line(session)
            with pytest.raises(DatabaseBusy):
                session.execute(select(1))
        with counted.write_session() as session:
            session.add(Counter(name="d", n=0))
            session.flush()
            cut_line(session)
            with pytest.raises(OperationalError):
                session.commit()


def cut_line(session: Session) -> None:
    number = session.connection().connection.dbapi_connection.fileno()
    with socket.socket(fileno=os.dup(number)) as line:
        line.shutdown(socket.SHUT_RDWR)


def test_readers_cannot_be_talked_into_writing_by_accident(local: Database):
    with local.read() as session, pytest.raises(DBAPIError) as caught:
        session.execute(insert(Counter).values(name="a", n=1))

    assert isinstance(caught.value.orig, psycopg.errors.ReadOnlySqlTransaction)


def test_a_commit_after_a_failed_statement_is_no_success(local: Database):
    """PostgreSQL itself answers it with a quiet ROLLBACK."""
    with pytest.raises(HalfDoneError), local.write() as session:
        session.execute(insert(Counter).values(name="a", n=1))
        with pytest.raises(IntegrityError):
            session.execute(insert(Counter).values(name="a", n=1))

    with local.read() as session:
        assert session.scalars(select(Counter.name)).all() == []
    assert local.write_engine.pool.checkedout() == 0
