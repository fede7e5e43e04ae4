"""SQLite loses and leaks data unless it is told not to, connection by connection; so it is told, and asked again."""

from __future__ import annotations

import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.exc import OperationalError, PendingRollbackError

from receiver.db import schema, sqlite
from receiver.db.engine import Database
from receiver.db.refusals import DatabaseBusy, DatabaseStopped, DatabaseUnreachable, DatabaseUnsafe, DiskFull
from tests.db.tables import Counter, Local, Thing

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

pytestmark = pytest.mark.only("sqlite")


def pragma(session: Session, name: str) -> object:
    return session.execute(text(f"PRAGMA {name}")).scalar()


class TestEachConnection:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
            ("busy_timeout", 5000),
            ("trusted_schema", 0),
            ("secure_delete", 1),
            ("recursive_triggers", 1),
        ],
    )
    def test_is_set_up(self, local: Database, name: str, value: object):
        with local.write() as writing:
            assert pragma(writing, name) == value
        with local.read() as reading:
            assert pragma(reading, name) == value

    def test_of_a_reader_is_for_queries_only(self, local: Database):
        with local.write() as writing:
            assert pragma(writing, "query_only") == 0
        with local.read() as reading:
            assert pragma(reading, "query_only") == 1

    @pytest.mark.parametrize("name", sqlite.SETTINGS)
    def test_on_which_a_setting_did_not_take_is_refused(
        self, local: Database, name: str, monkeypatch: pytest.MonkeyPatch
    ):
        """As where the library was built without it, or a later version renames it."""
        demanded = sqlite.SETTINGS[name]
        monkeypatch.setattr(sqlite, "SETTINGS", sqlite.SETTINGS | {name: _Ignored(demanded)})
        fresh = Database(local.url)

        with pytest.raises(DatabaseUnsafe, match=f"SQLite's {name} is"), fresh.write() as session:
            session.execute(select(1))
        assert [finding for finding in fresh.findings() if f"SQLite's {name} is" in finding]

    def test_to_a_file_without_a_write_ahead_log_is_refused(self, tmp_path: Path):
        sqlite3.connect(tmp_path / "plain.db").close()
        database = Database(f"sqlite:///{tmp_path}/plain.db")

        for session in (database.read_session(), database.write_session()):
            with pytest.raises(DatabaseUnsafe, match="journal_mode is delete, and must be wal"):
                session.execute(select(1))
        assert database.findings() == ["SQLite's journal_mode is delete, and must be wal."]

    def test_that_was_changed_later_is_found(self, local: Database):
        with local.write() as session:
            session.connection().connection.dbapi_connection.execute("PRAGMA busy_timeout = 1")

        assert local.findings() == ["SQLite's busy_timeout is 1, and must be 5000."]


class _Ignored(int):
    """A value that is demanded as it is, and set as something else."""

    def __format__(self, spec: str) -> str:
        return str(1 - self if self < 2 else 1)


class TestTransactions:
    def test_that_write_are_immediate(self, local: Database):
        """The lock is taken by BEGIN, so nothing that has read finds later that it cannot write."""
        with local.write() as first:
            first.execute(select(1))
            second = sqlite3.connect(local.path, timeout=0)
            with closing(second), pytest.raises(sqlite3.OperationalError, match="locked"):
                second.execute("BEGIN IMMEDIATE")

    def test_that_read_take_no_lock(self, local: Database):
        with local.read() as first:
            first.execute(select(Thing)).all()
            with local.write() as second:
                second.add(Counter(name="a", n=1))

    def test_that_find_the_lock_taken_too_long_are_refused(self, local: Database):
        with closing(sqlite3.connect(local.path, isolation_level=None)) as other, local.write_session() as session:
            session.execute(select(1))
            session.connection().connection.dbapi_connection.execute("PRAGMA busy_timeout = 20")
            session.rollback()
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseBusy):
                session.execute(select(1))
            assert local.write_engine.pool.checkedout() == 0

    def test_deferred_ones_would_fail_at_once(self, local: Database):
        """Why all this: the upgrade of a transaction that has read, after another one has written."""
        with local.write() as session:
            session.add(Counter(name="a", n=0))
        with closing(sqlite3.connect(local.path, isolation_level=None, timeout=5)) as deferred:
            deferred.execute("BEGIN")
            deferred.execute("SELECT n FROM counters").fetchall()
            with local.write() as session:
                session.execute(update(Counter).values(n=1))
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                deferred.execute("UPDATE counters SET n = 2")


class TestErasedText:
    SECRET = "Nyirahabimana-4711"

    def traces(self, database: Database) -> list[str]:
        files = database.path.parent.glob(f"{database.path.name}*")
        return [file.name for file in files if self.SECRET.encode() in file.read_bytes()]

    def test_is_gone_from_every_file(self, local: Database):
        with local.write() as session:
            session.execute(insert(Counter), [{"name": f"{self.SECRET}{n}"[:20], "n": n} for n in range(2)])
        assert self.traces(local)
        with local.write() as session:
            session.execute(text("DELETE FROM counters"))
        assert self.traces(local)  # still in the write-ahead log

        assert local.truncate_log() is True
        assert self.traces(local) == []

    def test_stays_while_a_reader_holds_the_log_and_that_is_said(self, local: Database):
        with local.write() as session:
            session.add(Counter(name=self.SECRET, n=1))
        with local.read() as reading:
            reading.execute(select(Counter)).all()
            with local.write() as session:
                session.execute(text("DELETE FROM counters"))
            with local.write_engine.connect() as connection:  # not to wait for it here
                connection.connection.dbapi_connection.execute("PRAGMA busy_timeout = 20")
            assert local.truncate_log() is False


class TestAFaultOfTheDisk:
    def fault(self, database: Database) -> None:
        """The error that the driver reports when the disk did not take what it was given."""

        def fail(*_of_the_statement: object) -> None:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error

        event.listen(database.write_engine, "before_cursor_execute", fail)
        with pytest.raises(DatabaseStopped), database.write() as session:
            session.execute(select(1))
        event.remove(database.write_engine, "before_cursor_execute", fail)

    def test_stops_all_writing_until_the_next_start(self, local: Database):
        with local.write() as session:
            session.add(Counter(name="a", n=1))
        assert not local.latched
        self.fault(local)

        assert local.latched
        with pytest.raises(DatabaseStopped) as caught, local.write() as session:
            session.add(Counter(name="b", n=1))
        assert (caught.value.status, caught.value.retry_after) == (503, 300)
        with local.read() as session:
            assert session.scalars(select(Counter.name)).all() == ["a"]
        assert local.findings() == ["The disk reported a fault; writing has stopped until the next start."]
        with Database(local.url).write() as session:  # after a restart
            session.add(Counter(name="b", n=1))

    def test_stops_what_had_begun_before_it(self, local: Database):
        with pytest.raises(DatabaseStopped), local.write() as session:
            session.add(Counter(name="a", n=1))
            session.flush()
            local._latch.set()
        with local.read() as session:
            assert session.scalars(select(Counter.name)).all() == []

    def test_that_is_real_is_recognised(self, tmp_path: Path):
        """A process that may not write beyond so many bytes meets the error that a failing disk gives."""
        path = tmp_path / "small.db"
        database = Database(f"sqlite:///{path}")
        schema.create_file(path)
        with database.write() as session:
            Local.metadata.create_all(session.connection())
        database.close()
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(path)],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=_limit,
        )

        told = [line[2:] for line in done.stdout.splitlines() if line.startswith("> ")]
        assert told == ["kept", "DatabaseStopped", "True", "DatabaseStopped", "1"], done.stderr


_PROGRAM = textwrap.dedent("""
    import sys
    from sqlalchemy import text
    from receiver.db.engine import Database
    from receiver.db.refusals import DatabaseStopped

    database = Database(f"sqlite:///{sys.argv[1]}")
    with database.write() as session:
        session.execute(text("INSERT INTO counters VALUES ('a', 1)"))
    print("> kept")
    try:
        with database.write() as session:
            for n in range(5000):
                session.execute(text("INSERT INTO counters VALUES (:name, 1)"), {"name": f"{n:020}"})
    except DatabaseStopped as stopped:
        print(">", type(stopped).__name__)
    print(">", database.latched)
    try:
        with database.write() as session:
            session.execute(text("INSERT INTO counters VALUES ('b', 1)"))
    except DatabaseStopped as stopped:
        print(">", type(stopped).__name__)
    with database.read() as session:
        print(">", session.execute(text("SELECT count(*) FROM counters")).scalar())
""")


def _limit() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


class TestAFullDisk:
    def test_undoes_the_transaction_and_says_so(self, local: Database):
        with local.write() as session:
            pages = pragma(session, "page_count")
            session.add(Counter(name="a", n=1))
        with pytest.raises(DiskFull) as caught, local.write() as session:
            session.connection().connection.dbapi_connection.execute(f"PRAGMA max_page_count = {pages}")
            session.execute(insert(Counter), [{"name": f"{n:020}", "n": n} for n in range(2000)])

        assert caught.value.status == 507
        assert not local.latched
        with local.read() as session:
            assert session.scalars(select(Counter.name)).all() == ["a"]

    def test_leaves_nothing_to_those_who_would_go_on(self, local: Database):
        """SQLite has undone the transaction by itself; the next statement would be committed on its own."""
        with pytest.raises(PendingRollbackError), local.write() as session:
            session.add(Counter(name="a", n=1))
            session.flush()
            raw = session.connection().connection.dbapi_connection
            raw.execute(f"PRAGMA max_page_count = {pragma(session, 'page_count')}")
            with pytest.raises(DiskFull):
                session.execute(insert(Counter), [{"name": f"{n:020}", "n": n} for n in range(2000)])
            session.execute(insert(Counter).values(name="b", n=1))
        with local.write() as session:
            assert session.scalars(select(Counter.name)).all() == []
            session.add(Counter(name="c", n=1))
        assert local.write_engine.pool.checkedout() == 0


class TestTheFile:
    def test_is_never_made_by_opening_it(self, tmp_path: Path):
        database = Database(f"sqlite:///{tmp_path}/missing.db")

        for session in (database.read_session(), database.write_session()):
            with pytest.raises(DatabaseUnreachable):
                session.execute(select(1))
        assert database.findings() == [str(DatabaseUnreachable())]
        assert list(tmp_path.iterdir()) == []

    def test_may_have_any_name(self, tmp_path: Path):
        database = Database(f"sqlite:///{tmp_path}/100% odd # née.db")
        schema.create_file(database.path)
        with database.write() as session:
            session.execute(text("CREATE TABLE t (a integer)"))
        database.close()

        assert [file.name for file in tmp_path.iterdir()] == ["100% odd # née.db"]

    def test_that_everybody_can_open_is_found(self, local: Database):
        local.path.chmod(0o640)
        assert local.findings() == []
        local.path.chmod(0o644)
        assert local.findings() == [f"Every user of this computer can open {local.path}; chmod 600 closes it."]

    def test_that_is_no_database_is_a_fault(self, tmp_path: Path):
        (tmp_path / "x.db").write_bytes(b"anything" * 1000)
        database = Database(f"sqlite:///{tmp_path}/x.db")

        with pytest.raises(DatabaseStopped), database.read() as session:
            session.execute(select(1))
        assert database.latched


def test_another_fault_of_the_program_keeps_its_own_error(local: Database):
    with pytest.raises(OperationalError, match="no such table"), local.read() as session:
        session.execute(text("SELECT * FROM nowhere"))
