from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, update

from receiver import vault
from receiver.kit.ids import new_id
from receiver.vault.models import DATA_KEYS, DataKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from receiver.db.engine import Database, WriteSession

PLACE = vault.place("payees.number", 1)
TEXT = "+250 788 000 001 \N{ARABIC LETTER MEEM}\N{ARABIC LETTER HAH} \N{GRINNING FACE}"


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "ROLLBACK", "RELEASE")):
            seen.append(statement)

    for engine in (database.write_engine, database.read_engine):
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in (database.write_engine, database.read_engine):
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("text", ["", "a", TEXT, "x" * 100_000])
def test_what_is_sealed_is_unsealed(session: WriteSession, text: str) -> None:
    owner = new_id()
    sealed = vault.seal(session, owner, PLACE, text)
    assert vault.unseal(session, owner, PLACE, sealed) == text
    assert len(text) < 8 or text.encode() not in sealed


def test_files_are_sealed_too(session: WriteSession) -> None:
    owner, content = new_id(), bytes(range(256))
    sealed = vault.seal_bytes(session, owner, PLACE, content)
    assert vault.unseal_bytes(session, owner, PLACE, sealed) == content


def test_it_opens_in_another_transaction_of_another_program(database: Database, keys: Path) -> None:
    owner = new_id()
    with database.write() as session:
        sealed = vault.seal(session, owner, PLACE, TEXT)
    database.info["vault"] = vault.Vault.load(keys)
    with database.read() as session:
        assert vault.unseal(session, owner, PLACE, sealed) == TEXT


def test_it_opens_for_its_owner_and_place_only(session: WriteSession) -> None:
    owner, stranger = new_id(), new_id()
    sealed = vault.seal(session, owner, PLACE, TEXT)
    vault.seal(session, stranger, PLACE, "theirs")
    with pytest.raises(vault.TamperedError):
        vault.unseal(session, stranger, PLACE, sealed)
    for other in ("payees.number/2", "payees.name/1", "people.number/1"):
        with pytest.raises(vault.TamperedError):
            vault.unseal(session, owner, other, sealed)


def test_it_does_not_open_with_other_keys(database: Database, tmp_path: Path) -> None:
    owner = new_id()
    with database.write() as session:
        sealed = vault.seal(session, owner, PLACE, TEXT)
    database.info["vault"] = vault.Vault.create(tmp_path / "others")
    with database.read() as session, pytest.raises(vault.UnknownMasterKeyError):
        vault.unseal(session, owner, PLACE, sealed)


def test_a_data_key_moved_to_another_owner_does_not_open(database: Database) -> None:
    owner, stranger = new_id(), new_id()
    with database.write() as session:
        sealed = vault.seal(session, owner, PLACE, TEXT)
        vault.seal(session, stranger, PLACE, TEXT)
    with database.write() as session:
        wrapped = session.scalar(select(DataKey.wrapped).where(DataKey.owner == owner))
        session.execute(update(DATA_KEYS).where(DATA_KEYS.c.owner == stranger).values(wrapped=wrapped))
    with database.read() as session, pytest.raises(vault.TamperedError):
        vault.unseal(session, stranger, PLACE, sealed)


def test_what_was_never_sealed_cannot_be_unsealed(session: WriteSession) -> None:
    with pytest.raises(vault.NoDataKeyError):
        vault.unseal(session, new_id(), PLACE, b"")


@pytest.mark.parametrize(
    "bad", ["", "payees", "payees.number", "payees.number/", "Payees.number/1", "payees.number/a b"]
)
def test_a_place_names_a_column_and_a_row(session: WriteSession, bad: str) -> None:
    with pytest.raises(ValueError, match=r"table\.column/row"):
        vault.seal(session, new_id(), bad, TEXT)


class TestDestroying:
    def test_nothing_of_the_owner_opens_any_more(self, database: Database) -> None:
        owner, other = new_id(), new_id()
        with database.write() as session:
            sealed = vault.seal(session, owner, PLACE, TEXT)
            kept = vault.seal(session, other, PLACE, TEXT)
            assert vault.unseal(session, owner, PLACE, sealed) == TEXT
            assert vault.destroy(session, owner) is True
            with pytest.raises(vault.Destroyed):  # in the same transaction too
                vault.unseal(session, owner, PLACE, sealed)
        with database.write() as session:
            for again in (
                lambda: vault.unseal(session, owner, PLACE, sealed),
                lambda: vault.seal(session, owner, PLACE, ""),
            ):
                with pytest.raises(vault.Destroyed) as gone:
                    again()
                assert gone.value.status == 410
            assert vault.unseal(session, other, PLACE, kept) == TEXT
            row = session.get_one(DataKey, owner)
            assert (row.wrapped, row.master_key_id, row.destroyed_at is None) == (None, None, False)

    def test_twice_changes_nothing(self, database: Database) -> None:
        owner = new_id()
        with database.write() as session:
            assert vault.destroy(session, owner) is True
        with database.write() as session:
            first = session.get_one(DataKey, owner).destroyed_at
        with database.write() as session:
            assert vault.destroy(session, owner) is False
            assert session.get_one(DataKey, owner).destroyed_at == first

    def test_an_owner_without_a_key_gets_none_afterwards(self, session: WriteSession) -> None:
        owner = new_id()
        vault.destroy(session, owner)
        with pytest.raises(vault.Destroyed):
            vault.seal(session, owner, PLACE, TEXT)

    def test_rolled_back_nothing_is_destroyed(self, database: Database) -> None:
        owner = new_id()
        with database.write() as session:
            sealed = vault.seal(session, owner, PLACE, TEXT)
        with database.write_session() as session:
            vault.destroy(session, owner)
            session.rollback()
            assert vault.unseal(session, owner, PLACE, sealed) == TEXT

    def test_the_house_keeps_its_key(self, session: WriteSession) -> None:
        with pytest.raises(ValueError, match="never destroyed"):
            vault.destroy(session, vault.HOUSE)

    @pytest.mark.only("sqlite")
    def test_the_wrapped_key_leaves_the_file(self, database: Database) -> None:
        owner = new_id()
        with database.write() as session:
            vault.seal(session, owner, PLACE, TEXT)
            wrapped = session.get_one(DataKey, owner).wrapped
        assert wrapped is not None
        database.truncate_log()
        path = database.path
        assert path is not None
        assert wrapped in path.read_bytes()
        with database.write() as session:
            vault.destroy(session, owner)
        assert database.truncate_log()
        assert all(wrapped not in left.read_bytes() for left in path.parent.glob(f"{path.name}*"))


class TestKeysAreKeptForOneTransaction:
    def test_one_query_for_an_owner(self, database: Database, statements: list[str]) -> None:
        owner = new_id()
        with database.write() as session:
            sealed = [vault.seal(session, owner, PLACE, str(number)) for number in range(5)]
        assert len(statements) == 3  # looked for, made, read back
        statements.clear()
        with database.read() as session:
            assert [vault.unseal(session, owner, PLACE, each) for each in sealed] == ["0", "1", "2", "3", "4"]
        assert len(statements) == 1

    def test_and_forgotten_at_its_end(self, database: Database) -> None:
        owner = new_id()
        with database.write_session() as session:
            for end in (session.commit, session.rollback, session.close):
                vault.seal(session, owner, PLACE, TEXT)
                assert session.info["vault.data_keys"]
                end()
                assert "vault.data_keys" not in session.info

    def test_many_owners_in_one_query(self, database: Database, statements: list[str]) -> None:
        owners = [new_id() for _each in range(1200)]
        with database.write() as session:
            vault.warm(session, owners, create=True)
            made = session.scalar(select(func.count()).select_from(DataKey))
        assert made == 1200
        statements.clear()
        with database.write() as session:
            vault.warm(session, [*owners, *owners, new_id()])
            assert len(statements) == 3
            sealed = [vault.seal(session, owner, PLACE, TEXT) for owner in owners[:10]]
            assert len(statements) == 3
        assert len(set(sealed)) == 10

    def test_a_savepoint_rolled_back_takes_its_new_key_along(self, database: Database) -> None:
        owner = new_id()
        with database.write() as session:
            savepoint = session.begin_nested()
            lost = vault.seal(session, owner, PLACE, "lost")
            savepoint.rollback()
            sealed = vault.seal(session, owner, PLACE, TEXT)
        with database.read() as session:
            assert vault.unseal(session, owner, PLACE, sealed) == TEXT
            with pytest.raises(vault.TamperedError):
                vault.unseal(session, owner, PLACE, lost)


@pytest.mark.only("postgresql")
def test_two_writers_at_once_make_one_key(database: Database) -> None:
    owner = new_id()
    sealed: dict[int, bytes] = {}
    start = threading.Barrier(2)

    def work(number: int) -> None:
        with database.write() as session:
            start.wait()
            sealed[number] = vault.seal(session, owner, PLACE, str(number))

    threads = [threading.Thread(target=work, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert [vault.unseal(session, owner, PLACE, sealed[number]) for number in range(2)] == ["0", "1"]


class TestBlindIndexes:
    def test_equal_values_meet_and_nothing_else_does(self, session: WriteSession) -> None:
        first = vault.blind(session, "contacts.phone", "+250788000001")
        assert len(first) == 32
        assert first == vault.blind(session, "contacts.phone", "+250788000001")
        assert first != vault.blind(session, "contacts.phone", "+250788000002")
        assert first != vault.blind(session, "payees.number", "+250788000001")

    def test_they_need_the_keys(self, database: Database, tmp_path: Path) -> None:
        with database.read() as session:
            ours = vault.blind(session, "contacts.phone", "+250788000001")
        database.info["vault"] = vault.Vault.create(tmp_path / "others")
        with database.read() as session:
            assert vault.blind(session, "contacts.phone", "+250788000001") != ours

    def test_they_survive_a_rotation_of_the_master_key(self, database: Database, tmp_path: Path) -> None:
        database.info["vault"] = vault.Vault.create(tmp_path / "own")
        with database.read() as session:
            before = vault.blind(session, "contacts.phone", "1")
            vault.of(session).add_master()
            assert vault.blind(session, "contacts.phone", "1") == before


def test_the_house_is_an_owner_of_its_own() -> None:
    assert UUID("00000000-0000-7000-8000-000000000001") == vault.HOUSE
