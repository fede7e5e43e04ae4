from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

from receiver import audit, vault
from receiver.audit import Kind
from receiver.audit.models import RECORDS, AuditHead, AuditRecord
from tests.audit.conftest import Someone

if TYPE_CHECKING:
    from pathlib import Path

    from receiver.db.engine import Database, WriteSession

PERSON = UUID(int=50)


def subjects(database: Database) -> list[str]:
    with database.read() as session:
        assert audit.verify(session).ok
        return list(session.scalars(select(AuditRecord.subject).order_by(AuditRecord.seq)))


def test_a_record_is_written_with_what_it_tells(database: Database, someone: Someone) -> None:
    with database.write() as session:
        made = audit.record(
            session, Kind.HOLD_PLACED, someone, "R-7K2M9QX", person=PERSON, reason="No answer since May.", days=30
        )
    with database.read() as session:
        row = session.scalars(select(AuditRecord)).one()
        assert (row.seq, row.id, row.kind, row.actor) == (1, made, "hold.placed", someone.user_id)
        assert (row.channel, row.os_user, row.subject, row.person) == ("web", None, "R-7K2M9QX", PERSON)
        assert (row.facts, row.previous) == ('{"days":30}', bytes(32))
        assert row.reason is not None
        assert b"answer" not in row.reason
        assert audit.reason_of(session, 1) == "No answer since May."


def test_records_follow_one_another_by_number(database: Database, someone: Someone) -> None:
    with database.write() as session:
        audit.record(session, Kind.SIGNED_IN, someone, "a")
        audit.record(session, Kind.SIGNED_IN, someone, "b")
    with database.write() as session:
        audit.record(session, Kind.SIGNED_OUT, someone, "c")
    with database.read() as session:
        rows = session.scalars(select(AuditRecord).order_by(AuditRecord.seq)).all()
        assert [row.seq for row in rows] == [1, 2, 3]
        assert [row.previous for row in rows[1:]] == [row.hash for row in rows[:-1]]
        head = session.scalars(select(AuditHead)).one()
        assert (head.seq, head.hash) == (3, rows[-1].hash)


def test_nothing_recorded_writes_nothing(database: Database) -> None:
    with database.write() as session:
        session.execute(text("SELECT 1"))
    assert subjects(database) == []
    with database.read() as session:
        assert session.scalars(select(AuditHead)).all() == []


def test_an_action_undone_is_not_recorded(database: Database, someone: Someone) -> None:
    with database.write_session() as session:
        audit.record(session, Kind.SIGNED_IN, someone, "undone")
        session.rollback()
        audit.record(session, Kind.SIGNED_IN, someone, "done")
        session.commit()
        audit.record(session, Kind.SIGNED_IN, someone, "left")
        session.close()
        session.commit()
    assert subjects(database) == ["done"]


def test_an_action_whose_last_write_fails_is_not_recorded(database: Database, someone: Someone) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        audit.record(session, Kind.SIGNED_IN, someone, "failed")
        session.add(vault.models.KeyMark(id=2, mark=b""))  # breaks its CHECK at the flush
    assert subjects(database) == []


class TestSavepoints:
    def test_a_released_one_keeps_its_records(self, database: Database, someone: Someone) -> None:
        with database.write() as session:
            audit.record(session, Kind.SIGNED_IN, someone, "a")
            with session.begin_nested():
                audit.record(session, Kind.SIGNED_IN, someone, "b")
                with session.begin_nested():
                    audit.record(session, Kind.SIGNED_IN, someone, "c")
            assert session.scalar(select(AuditHead.seq)) is None  # the head is locked at the very end only
            audit.record(session, Kind.SIGNED_IN, someone, "d")
        assert subjects(database) == ["a", "b", "c", "d"]

    def test_one_rolled_back_takes_its_records_along(self, database: Database, someone: Someone) -> None:
        with database.write() as session:
            audit.record(session, Kind.SIGNED_IN, someone, "a")
            outer = session.begin_nested()
            audit.record(session, Kind.SIGNED_IN, someone, "b")
            with session.begin_nested():
                audit.record(session, Kind.SIGNED_IN, someone, "c")
            outer.rollback()
            audit.record(session, Kind.SIGNED_IN, someone, "d")
        assert subjects(database) == ["a", "d"]

    def test_one_that_a_failed_flush_ends_takes_its_records_along(self, database: Database, someone: Someone) -> None:
        with database.write() as session:
            audit.record(session, Kind.SIGNED_IN, someone, "a")
            with pytest.raises(IntegrityError), session.begin_nested():
                audit.record(session, Kind.SIGNED_IN, someone, "b")
                session.add(vault.models.KeyMark(id=2, mark=b""))
                session.flush()
            audit.record(session, Kind.SIGNED_IN, someone, "c")
        assert subjects(database) == ["a", "c"]

    def test_one_left_open_at_the_commit_is_loud(self, database: Database, someone: Someone) -> None:
        with pytest.raises(audit.AuditLostError), database.write() as session:
            session.begin_nested()
            audit.record(session, Kind.SIGNED_IN, someone, "lost")


def test_what_is_read_only_cannot_be_audited(database: Database, someone: Someone) -> None:
    with database.read() as session, pytest.raises(TypeError, match="read only"):
        audit.record(session, Kind.SIGNED_IN, someone, "a")


@pytest.mark.parametrize(
    ("subject", "facts"),
    [("Diane Uwase", {}), ("", {}), ("x" * 121, {}), ("ok", {"name": "Diane Uwase"}), ("ok", {"share": 0.5})],
)
def test_what_looks_like_words_is_refused(
    session: WriteSession, someone: Someone, subject: str, facts: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r".+"):
        audit.record(session, Kind.SIGNED_IN, someone, subject, **facts)


def test_a_reason_has_an_end(session: WriteSession, someone: Someone) -> None:
    audit.record(session, Kind.HOLD_PLACED, someone, "a", reason="x" * 2000)
    with pytest.raises(ValueError, match="2000"):
        audit.record(session, Kind.HOLD_PLACED, someone, "a", reason="x" * 2001)


def test_an_empty_reason_is_none(database: Database, someone: Someone) -> None:
    with database.write() as session:
        audit.record(session, Kind.HOLD_PLACED, someone, "a", reason="")
    with database.read() as session:
        assert session.scalar(select(AuditRecord.reason)) is None


@pytest.mark.parametrize(
    ("name", "stored"),
    [("root", "root"), ("", None), (None, None), ("jos\xe9", "hex:6a6f73c3a9"), ("a b" * 60, "hex:6120626120")],
)
def test_the_account_of_the_computer_is_kept_as_a_code(
    database: Database, name: str | None, stored: str | None
) -> None:
    with database.write() as session:
        audit.record(session, Kind.SIGNED_IN, Someone(os_user=name), "a")
    with database.read() as session:
        found = session.scalar(select(AuditRecord.os_user))
    assert found == stored if stored is None else (found or "").startswith(stored)
    assert len(found or "") <= 100


def test_the_reason_goes_with_the_person_and_the_chain_stays(database: Database, someone: Someone) -> None:
    with database.write() as session:
        audit.record(session, Kind.HOLD_PLACED, someone, "a", person=PERSON, reason="Theirs")
        audit.record(session, Kind.PAY_RUN_REJECTED, someone, "b", reason="Nobody's")
    with database.write() as session:
        vault.destroy(session, PERSON)
    with database.read() as session:
        assert audit.verify(session).ok
        with pytest.raises(vault.Destroyed):
            audit.reason_of(session, 1)
        assert audit.reason_of(session, 2) == "Nobody's"


def test_fingerprints_meet_when_values_are_equal(database: Database, tmp_path: Path) -> None:
    with database.read() as session:
        first = audit.fingerprint(session, "contacts.phone", "+250788000001")
        assert first == audit.fingerprint(session, "contacts.phone", "+250788000001")
        assert first != audit.fingerprint(session, "contacts.phone", "+250788000002")
        assert first != audit.fingerprint(session, "payees.number", "+250788000001")
        assert len(first) == 32
    database.info["vault"] = vault.Vault.create(tmp_path / "others")
    with database.read() as session:
        assert audit.fingerprint(session, "contacts.phone", "+250788000001") != first


@pytest.mark.parametrize("act", ["UPDATE audit_records SET kind = 'x'", "DELETE FROM audit_records"])
def test_the_database_refuses_to_change_a_record(database: Database, someone: Someone, act: str) -> None:
    with database.write() as session:
        audit.record(session, Kind.SIGNED_IN, someone, "a")
    with pytest.raises(IntegrityError, match="stay as written"), database.write() as session:
        session.execute(text(act))
    assert subjects(database) == ["a"]


@pytest.mark.parametrize("column", ["previous", "hash", "id"])
def test_the_database_refuses_a_fork(database: Database, someone: Someone, column: str) -> None:
    with database.write() as session:
        audit.record(session, Kind.SIGNED_IN, someone, "a")
    with database.write_session() as session:
        first = dict(session.execute(select(RECORDS)).mappings().one())
        fresh = {"seq": 2, "previous": b"p", "hash": b"h", "id": UUID(int=1)}
        with pytest.raises(IntegrityError):
            session.execute(RECORDS.insert().values({**first, **fresh, column: first[column]}))


def test_writers_at_once_make_one_chain(database: Database, someone: Someone) -> None:
    def work(number: int) -> None:
        for turn in range(10):
            with database.write() as session:
                audit.record(session, Kind.SIGNED_IN, someone, f"{number}-{turn}")

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = subjects(database)
    assert len(found) == len(set(found)) == 60
    for number in range(6):
        own = [subject for subject in found if subject.startswith(f"{number}-")]
        assert own == [f"{number}-{turn}" for turn in range(10)]


def test_the_head_is_locked_after_everything_else(database: Database, someone: Someone) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(" ".join(statement.split()[:3]))

    with database.write() as session:
        audit.record(session, Kind.SIGNED_IN, someone, "first")
    event.listen(database.write_engine, "before_cursor_execute", note)
    try:
        with database.write() as session:
            audit.record(session, Kind.SIGNED_IN, someone, "second")
            session.add(vault.models.KeyMark(id=1, mark=b"x"))
    finally:
        event.remove(database.write_engine, "before_cursor_execute", note)
    begin = [] if database.dialect == "postgresql" else ["BEGIN IMMEDIATE"]
    assert seen[-4:] == [
        "INSERT INTO key_marks",
        "SELECT audit_heads.seq, audit_heads.hash,",
        "INSERT INTO audit_records",
        "UPDATE audit_heads SET",
    ]
    assert seen[:-4] == begin
