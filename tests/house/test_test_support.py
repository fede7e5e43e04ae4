"""What the tests stand on: a fresh database each, the two kinds side by side, and no network."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import text

from receiver.vault import of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.db.engine import Database
    from tests.support.databases import Kind


@pytest.mark.parametrize("_again", [1, 2])
def test_each_test_has_a_database_of_its_own(database: Database, _again: int):
    with database.write() as session:
        session.execute(text("CREATE TABLE only_mine (a integer)"))


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
