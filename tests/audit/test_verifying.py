"""Direct edits of the tables, past every guard: each one is found."""

from __future__ import annotations

import random
import tracemalloc
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, text, update

from receiver import audit, vault
from receiver.audit import Fault, Finding, Kind, Verdict
from receiver.audit.canonical import GENESIS, digest, entry
from receiver.audit.models import HEADS, RECORDS
from receiver.audit.verifying import NOTE_NAME
from receiver.db.engine import in_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from receiver.db.engine import Database, WriteSession
    from tests.audit.conftest import Someone

LENGTH = 12


def unguard(session: WriteSession) -> None:
    """Take the triggers away, as someone with the database's own tools would."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE audit_records DISABLE TRIGGER ALL"))
    else:
        for name in ("no_update", "no_delete"):
            session.execute(text(f"DROP TRIGGER tr_audit_records_{name}"))


@contextmanager
def tampering(database: Database) -> Iterator[WriteSession]:
    """A session without guards, whose changes are undone at the end."""
    with database.write_session() as session:
        unguard(session)
        yield session
        session.rollback()


def rows_of(session: WriteSession) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(select(RECORDS).order_by(RECORDS.c.seq)).mappings()]


def other(rng: random.Random, column: str, old: Any) -> Any:
    """Another value that the column can hold."""
    some_id = UUID(int=rng.getrandbits(128))
    if old is None:
        choices = [{"reason": b"forged", "os_user": "eve"}.get(column, some_id)]
    elif isinstance(old, datetime):
        choices = [old + timedelta(microseconds=step) for step in (-1, 1, 1000, 86_400_000_000)]
    elif isinstance(old, bytes):
        flipped = bytearray(old)
        flipped[rng.randrange(len(old))] ^= 1 << rng.randrange(8)
        choices = [bytes(flipped), *([None] if column == "reason" else [])]
    elif isinstance(old, UUID):
        choices = [some_id, *([None] if column != "id" else [])]
    elif isinstance(old, int):
        choices = [old + 100, old + 1000]
    elif column == "facts":
        choices = [old + " ", old.replace("{", '{"zz":0,'), "{}"]
    else:
        choices = [old + "x", old[:-1], old + " ", old[:1].upper() + old[1:] + "y"]
    return rng.choice(choices)


def test_an_untouched_chain_is_whole(database: Database, many: Callable[[int], None]) -> None:
    with database.read() as session:
        assert audit.verify(session) == Verdict()
    many(LENGTH)
    with database.read() as session:
        verdict = audit.verify(session, audit.checkpoint(session))
        assert (verdict.ok, verdict.records, verdict.findings) == (True, LENGTH, [])
        assert verdict.head == session.execute(select(RECORDS.c.hash).order_by(RECORDS.c.seq.desc())).scalar().hex()


def test_a_thousand_of_a_thousand_direct_edits_are_found(database: Database, many: Callable[[int], None]) -> None:
    many(6)
    rng = random.Random(20261124)
    columns = [column.name for column in RECORDS.columns]
    with tampering(database) as session:
        rows = rows_of(session)
        missed = []
        for number in range(1000):
            column, row = columns[number % len(columns)], rng.choice(rows)
            changed = other(rng, column, row[column])
            assert changed != row[column]
            savepoint = session.begin_nested()
            session.execute(update(RECORDS).where(RECORDS.c.seq == row["seq"]).values({column: changed}))
            verdict = audit.verify(session)
            near = any(abs(finding.seq - row["seq"]) <= 1 for finding in verdict.findings)
            if verdict.ok or not near:
                missed.append((row["seq"], column, row[column], changed))
            savepoint.rollback()
        assert audit.verify(session).ok
    assert missed == []


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    ("column", "sql"),
    [
        ("at", "'garbage'"),
        ("at", "replace(at, ' ', 'T')"),
        ("at", "substr(at, 1, 19)"),
        ("at", "5"),
        ("id", "upper(id)"),
        ("id", "'x'"),
        ("actor", "5"),
        ("kind", "CAST(kind AS BLOB)"),
        ("facts", "'not json'"),
        ("facts", "'[]'"),
        ("facts", "replace(facts, ':', ': ')"),
        ("facts", "CAST(facts AS BLOB)"),
        ("reason", "'text'"),
        ("hash", "hex(hash)"),
        ("previous", "hex(previous)"),
    ],
)
def test_values_of_a_kind_that_sqlite_lets_in_are_found_too(
    database: Database, many: Callable[[int], None], column: str, sql: str
) -> None:
    many(4)
    with tampering(database) as session:
        session.execute(text(f"UPDATE audit_records SET {column} = {sql} WHERE seq = 3"))
        verdict = audit.verify(session)
        assert Finding(3, Fault.CHANGED) in verdict.findings
        assert len(list(audit.dump(session))) == 4


class TestRecordsThatCameOrWent:
    def found(self, session: WriteSession) -> list[Finding]:
        verdict = audit.verify(session)
        assert verdict.total == len(verdict.findings)
        return verdict.findings

    @pytest.mark.parametrize("seq", range(1, LENGTH + 1))
    def test_each_one_removed_is_found(self, database: Database, many: Callable[[int], None], seq: int) -> None:
        many(LENGTH)
        with tampering(database) as session:
            session.execute(delete(RECORDS).where(RECORDS.c.seq == seq))
            expected = Finding(seq + 1, Fault.MISSING) if seq < LENGTH else Finding(LENGTH, Fault.CUT)
            assert expected in self.found(session)

    def test_removed_and_numbered_anew_is_found(self, database: Database, many: Callable[[int], None]) -> None:
        many(LENGTH)
        with tampering(database) as session:
            session.execute(delete(RECORDS).where(RECORDS.c.seq == 5))
            for seq in range(6, LENGTH + 1):
                session.execute(update(RECORDS).where(RECORDS.c.seq == seq).values(seq=seq - 1))
            assert Finding(5, Fault.UNCHAINED) in self.found(session)

    def test_one_put_at_the_end_is_found(self, database: Database, many: Callable[[int], None]) -> None:
        many(LENGTH)
        with tampering(database) as session:
            last = rows_of(session)[-1]
            forged = {**last, "seq": LENGTH + 1, "id": UUID(int=1), "previous": last["hash"]}
            forged["hash"] = digest(last["hash"], entry(forged))
            session.execute(insert(RECORDS).values(forged))
            assert self.found(session) == [Finding(LENGTH + 1, Fault.EXTRA)]

    def test_one_put_at_the_end_with_the_head_moved_is_found(
        self, database: Database, many: Callable[[int], None]
    ) -> None:
        many(LENGTH)
        with tampering(database) as session:
            last = rows_of(session)[-1]
            forged = {**last, "seq": LENGTH + 1, "id": UUID(int=1), "previous": last["hash"]}
            forged["hash"] = digest(last["hash"], entry(forged))
            session.execute(insert(RECORDS).values(forged))
            session.execute(update(HEADS).values(seq=LENGTH + 1, hash=forged["hash"]))
            assert self.found(session) == [Finding(LENGTH + 1, Fault.REWRITTEN)]

    def test_two_that_change_places_are_found(self, database: Database, many: Callable[[int], None]) -> None:
        many(LENGTH)
        with tampering(database) as session:
            for old, new in ((4, 900), (7, 4), (900, 7)):
                session.execute(update(RECORDS).where(RECORDS.c.seq == old).values(seq=new))
            assert {Finding(4, Fault.UNCHAINED), Finding(7, Fault.UNCHAINED)} <= set(self.found(session))

    def test_a_chain_written_anew_from_the_middle_is_found(
        self, database: Database, many: Callable[[int], None]
    ) -> None:
        many(LENGTH)
        with tampering(database) as session:
            rows = rows_of(session)
            session.execute(delete(RECORDS).where(RECORDS.c.seq >= 5))
            before = rows[3]["hash"]
            for row in rows[4:]:
                row["previous"], row["subject"] = before, "forged"
                before = row["hash"] = digest(before, entry(row))
                session.execute(insert(RECORDS).values(row))
            session.execute(update(HEADS).values(hash=before))
            assert self.found(session) == [Finding(LENGTH, Fault.REWRITTEN)]

    def test_a_changed_head_is_found(self, database: Database, many: Callable[[int], None]) -> None:
        many(3)
        with tampering(database) as session:
            session.execute(update(HEADS).values(hash=bytes(32)))
            assert self.found(session) == [Finding(3, Fault.REWRITTEN)]
            session.execute(delete(HEADS))
            assert [finding.fault for finding in self.found(session)] == [Fault.EXTRA] * 3


class TestACutEnd:
    def cut(self, session: WriteSession, keep: int) -> None:
        """Remove the newest records and let the head fit, as well as can be done without the keys."""
        hashes = [row["hash"] for row in rows_of(session)]
        session.execute(delete(RECORDS).where(RECORDS.c.seq > keep))
        session.execute(update(HEADS).values(seq=keep, hash=hashes[keep - 1] if keep else GENESIS))

    @pytest.mark.parametrize("keep", [0, 1, 6, LENGTH - 1])
    def test_is_found_even_without_a_checkpoint(
        self, database: Database, many: Callable[[int], None], keep: int
    ) -> None:
        many(LENGTH)
        with tampering(database) as session:
            self.cut(session, keep)
            assert audit.verify(session).findings == [Finding(keep, Fault.REWRITTEN)]

    def test_stays_found_when_the_program_goes_on_writing(
        self, database: Database, many: Callable[[int], None], someone: Someone
    ) -> None:
        many(LENGTH)
        with database.write() as session:
            unguard(session)
            self.cut(session, 6)
        many(2)
        with database.read() as session:
            assert audit.verify(session).findings == [Finding(8, Fault.REWRITTEN)]

    def test_by_someone_who_kept_the_old_head_is_found_against_a_checkpoint(
        self, database: Database, many: Callable[[int], None]
    ) -> None:
        many(6)
        with database.read() as session:
            old_head = dict(session.execute(select(HEADS)).mappings().one())
            early = audit.checkpoint(session)
        many(6)
        with database.read() as session:
            late = audit.checkpoint(session)
            assert audit.verify(session, early).ok
        with tampering(database) as session:
            session.execute(delete(RECORDS).where(RECORDS.c.seq > 6))
            session.execute(update(HEADS).values(old_head))
            assert audit.verify(session).ok  # without what was kept outside nobody can tell
            assert audit.verify(session, early).ok
            assert audit.verify(session, late).findings == [Finding(12, Fault.CHECKPOINT_BEYOND)]


class TestCheckpoints:
    def test_one_of_another_past_is_noticed(
        self, database: Database, many: Callable[[int], None], someone: Someone
    ) -> None:
        many(3)
        with database.read() as session:
            note = audit.checkpoint(session)
        with database.write() as session:
            unguard(session)
            session.execute(delete(RECORDS))
            session.execute(delete(HEADS))
        many(5)  # a new, sound chain by the program itself
        with database.read() as session:
            assert audit.verify(session).ok
            assert audit.verify(session, note).findings == [Finding(3, Fault.CHECKPOINT_DIFFERS)]

    def test_it_says_where_the_chain_ends(self, database: Database, many: Callable[[int], None]) -> None:
        with database.read() as session:
            assert audit.checkpoint(session).startswith("receiver/audit\n0\nAAAA")
        many(2)
        with database.read() as session:
            note = audit.checkpoint(session)
            assert note.split("\n")[:2] == [NOTE_NAME, "2"]
            assert audit.verifier_key(session).startswith("receiver/audit+")

    @pytest.mark.parametrize(
        "spoil", [lambda note: note.replace("\n2\n", "\n1\n"), lambda _note: "", lambda note: note[:-9]]
    )
    def test_one_that_is_not_ours_is_refused(
        self, database: Database, many: Callable[[int], None], spoil: Callable[[str], str]
    ) -> None:
        many(2)
        with database.read() as session:
            verdict = audit.verify(session, spoil(audit.checkpoint(session)))
        assert verdict.findings == [Finding(0, Fault.CHECKPOINT_UNREADABLE)]

    @pytest.mark.parametrize(
        "body", ["other/log\n2\nAAAA\n", "receiver/audit\nmany\nAAAA\n", "receiver/audit\n2\n*\n", "receiver/audit\n"]
    )
    def test_another_text_signed_by_our_key_is_no_checkpoint(self, database: Database, body: str) -> None:
        with database.read() as session:
            key = vault.of(session).signing_key(vault.Purpose.AUDIT_SIGNING)
            verdict = audit.verify(session, audit.notes.sign(body, NOTE_NAME, key))
        assert verdict.findings == [Finding(0, Fault.CHECKPOINT_UNREADABLE)]

    def test_one_of_another_installation_is_refused(
        self, database: Database, many: Callable[[int], None], tmp_path: Path
    ) -> None:
        many(2)
        with database.read() as session:
            note = audit.checkpoint(session)
        database.info["vault"] = vault.Vault.create(tmp_path / "others")
        with database.read() as session:
            assert Finding(0, Fault.CHECKPOINT_UNREADABLE) in audit.verify(session, note).findings


def test_findings_are_counted_and_the_first_hundred_kept(database: Database, someone: Someone) -> None:
    with database.write() as session:
        for number in range(130):
            audit.record(session, Kind.SIGNED_IN, someone, f"s:{number}")
    with tampering(database) as session:
        session.execute(update(RECORDS).values(subject="forged"))
        verdict = audit.verify(session)
    assert (verdict.ok, verdict.total, len(verdict.findings)) == (False, 130, 100)


def test_memory_does_not_grow_with_the_chain(
    database: Database, someone: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("receiver.audit.verifying.in_parts", partial(in_parts, size=100))

    def peak() -> int:
        with database.read() as session:
            tracemalloc.start()
            try:
                assert audit.verify(session).ok
                assert sum(1 for _record in audit.dump(session)) > 0
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    def write(count: int) -> None:
        with database.write() as session:
            for _each in range(count):
                audit.record(session, Kind.SIGNED_IN, someone, "user:1", number=12345)

    write(500)
    peak()
    small = peak()
    write(1500)
    assert peak() < 1.25 * small


def test_progress_is_told(database: Database, many: Callable[[int], None]) -> None:
    many(3)
    told: list[int] = []
    with database.read() as session:
        audit.verify(session, progress=told.append)
    assert told == [3]


def test_a_finding_is_told_in_a_sentence() -> None:
    assert str(Finding(1042, Fault.CUT)) == "Record 1042: Records at the end of the chain were removed."
    assert str(Finding(0, Fault.CHECKPOINT_UNREADABLE)) == str(Fault.CHECKPOINT_UNREADABLE.label)


def test_every_fault_has_a_sentence() -> None:
    assert all(str(fault.label).endswith(".") for fault in Fault)
