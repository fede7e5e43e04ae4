"""What the tests stand on: a fresh database each, the two kinds side by side, and no network."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import func, select, text

from receiver.accounts.models import Office
from receiver.audit.models import AuditRecord
from receiver.db.refusals import DatabaseBusy
from receiver.vault import of
from tests.factories.accounts import make_office

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.db.engine import Database
    from tests.support.databases import Databases, Kind


@pytest.mark.parametrize("_again", [1, 2])
def test_each_test_has_a_database_of_its_own(database: Database, _again: int):
    with database.write() as session:
        session.execute(text("CREATE TABLE only_mine (a integer)"))


@pytest.mark.parametrize("_again", [1, 2])
def test_what_another_test_wrote_and_counted_is_gone(database: Database, _again: int):
    with database.write() as session:
        make_office(session)
    with database.read() as session:
        assert session.scalars(select(AuditRecord.seq)).all() == [1]
        assert session.scalar(select(func.count()).select_from(Office)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE mine (a integer)",
        "CREATE SCHEMA mine",
        "ALTER TABLE people ALTER full_name DROP NOT NULL",
        "ALTER TABLE people DROP COLUMN sex",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'select 1'",
        "DROP INDEX ix_people_office_id",
    ],
)
@pytest.mark.only("postgresql")
def test_a_database_of_another_shape_is_not_used_again(kind: Kind, databases: Databases, change: str):
    one = databases.migrated(kind)
    databases.drop(one)
    again = databases.migrated(kind)
    assert again.url == one.url
    with again.write() as session:
        session.execute(text(change))
    databases.drop(again)
    other = databases.migrated(kind)
    assert other.url != one.url
    databases.drop(other)


def _server_process(database: Database) -> int:
    with database.read() as session:
        return session.execute(text("select pg_backend_pid()")).scalar_one()


@pytest.mark.only("postgresql")
def test_connections_that_know_the_database_are_kept(kind: Kind, databases: Databases):
    one = databases.migrated(kind)
    process = _server_process(one)
    databases.drop(one)
    again = databases.migrated(kind)
    assert again is not one
    assert _server_process(again) == process
    databases.drop(again)


@pytest.mark.only("postgresql")
def test_a_database_that_somebody_still_uses_is_not_used_again(kind: Kind, databases: Databases):
    one = databases.migrated(kind)
    with suppress(DatabaseBusy), one.read() as forgotten:  # the server cuts it
        forgotten.execute(text("select 1"))
        databases.drop(one)
    other = databases.migrated(kind)
    assert other.url != one.url
    databases.drop(other)


def test_the_database_is_of_the_kind_asked_for(kind: Kind, database: Database):
    assert database.dialect == kind


@pytest.mark.only("sqlite")
def test_a_test_can_be_about_one_kind_alone(kind: Kind):
    assert kind == "sqlite"


def test_a_session_has_keys(session: Session):
    assert of(session) is session.info["vault"]


def test_nothing_leaves_this_computer():
    with socket.socket() as line, pytest.raises((SocketConnectBlockedError, UserWarning)):
        line.connect(("192.0.2.1", 80))
