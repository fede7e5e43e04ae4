from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text, update

from receiver import vault
from receiver.kit.ids import new_id
from receiver.vault import keyfile
from receiver.vault.models import DATA_KEYS, DataKey, KeyMark

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from receiver.db.engine import Database

PLACE = vault.place("payees.number", 1)


@pytest.fixture
def own(database: Database, tmp_path: Path) -> vault.Vault:
    """Keys of this test alone, whose file it may change."""
    made = vault.Vault.create(tmp_path / "keys")
    database.info["vault"] = made
    return made


def sealed_for(database: Database, count: int) -> dict[UUID, bytes]:
    with database.write() as session:
        return {owner: vault.seal(session, owner, PLACE, str(owner)) for owner in [new_id() for _each in range(count)]}


def masters(database: Database) -> set[str | None]:
    with database.read() as session:
        return set(session.scalars(select(DataKey.master_key_id)))


def opens(database: Database, sealed: dict[UUID, bytes]) -> bool:
    with database.read() as session:
        return all(vault.unseal(session, owner, PLACE, each) == str(owner) for owner, each in sealed.items())


def test_in_parts_that_can_be_stopped_and_taken_up_again(database: Database, own: vault.Vault) -> None:
    sealed = sealed_for(database, 25)
    old, new = own.current, own.add_master()
    left = []
    with database.write() as session:
        left.append(vault.rotate(session, batch=10))
    assert opens(database, sealed)  # half done, and everything opens
    assert masters(database) == {old, new}
    with database.write_session() as session:
        vault.rotate(session, batch=10)  # and then a crash, before the commit
    sealed |= sealed_for(database, 3)  # others go on working
    while left[-1]:
        with database.write() as session:
            left.append(vault.rotate(session, batch=10))
    assert left == [15, 5, 0]
    assert masters(database) == {new}
    assert opens(database, sealed)
    with database.write() as session:
        assert vault.rotate(session) == 0


def test_destroyed_keys_stay_destroyed(database: Database, own: vault.Vault) -> None:
    owner = next(iter(sealed_for(database, 1)))
    with database.write() as session:
        vault.destroy(session, owner)
    own.add_master()
    with database.write() as session:
        assert vault.rotate(session) == 0
    assert masters(database) == {None}


def test_a_running_program_follows(database: Database, own: vault.Vault, tmp_path: Path) -> None:
    sealed = sealed_for(database, 3)
    elsewhere = vault.Vault.load(tmp_path / "keys")
    elsewhere.add_master()
    database.info["vault"] = elsewhere
    with database.write() as session:
        vault.rotate(session)
        vault.retire(session, own.current)
    database.info["vault"] = own
    assert opens(database, sealed)


def test_an_old_master_key_is_retired_when_nothing_needs_it(
    database: Database, own: vault.Vault, tmp_path: Path
) -> None:
    sealed = sealed_for(database, 2)
    old = own.current
    with database.write() as session, pytest.raises(vault.KeyInUse, match=old):
        vault.retire(session, old)  # the current one
    new = own.add_master()
    with database.write() as session, pytest.raises(vault.KeyInUse, match=old):
        vault.retire(session, old)  # data keys need it
    with database.write() as session:
        vault.rotate(session)
        vault.retire(session, old)
    assert set(keyfile.read(tmp_path / "keys").masters) == {new}
    assert opens(database, sealed)


class TestKeysAndDatabaseBelongTogether:
    def test_a_new_database_is_tied_to_its_keys_once(self, database: Database, own: vault.Vault) -> None:
        with database.write() as session:
            session.execute(text("DELETE FROM key_marks"))
            assert [str(words) for words in vault.findings(session)] == [
                "The database has not been tied to a key file yet."
            ]
            vault.mark(session)
            vault.mark(session)
            assert vault.findings(session) == []
            vault.require_match(session)
            assert len(session.scalars(select(KeyMark)).all()) == 1

    def test_other_keys_are_noticed(self, database: Database, own: vault.Vault, tmp_path: Path) -> None:
        with database.write() as session:
            vault.mark(session)
        database.info["vault"] = vault.Vault.create(tmp_path / "others")
        with database.write() as session:
            with pytest.raises(vault.KeyMismatch):
                vault.mark(session)
            with pytest.raises(vault.KeyMismatch, match="made for another installation"):
                vault.require_match(session)

    def test_a_lost_master_key_is_noticed(self, database: Database, own: vault.Vault) -> None:
        sealed_for(database, 2)
        old = own.current
        own.add_master()
        sealed_for(database, 2)
        own.drop_master(old)
        with database.write() as session:
            vault.mark(session)
            found = [str(words) for words in vault.findings(session)]
        assert found == [f"Data keys under the master key {old} cannot be opened with this key file."]

    def test_a_changed_data_key_is_noticed(self, database: Database, own: vault.Vault) -> None:
        sealed_for(database, 1)
        with database.write() as session:
            vault.mark(session)
            session.execute(update(DATA_KEYS).values(wrapped=b"\x01" + bytes(60)))
            assert len(vault.findings(session)) == 1
