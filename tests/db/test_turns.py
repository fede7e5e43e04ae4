from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from receiver.db import engine
from receiver.db.refusals import DatabaseBusy
from receiver.db.turns import Turns

if TYPE_CHECKING:
    from receiver.db.engine import Database


pytestmark = pytest.mark.only("sqlite")


def test_writers_have_their_turn_in_the_order_in_which_they_came():
    turns, came = Turns(), []

    def write(number: int) -> None:
        assert turns.take(timeout=30)
        came.append(number)
        turns.give_back()

    assert turns.take(timeout=0)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for number, thread in enumerate(threads):
        thread.start()
        while len(turns._waiting) <= number:
            time.sleep(0.001)
    turns.give_back()
    for thread in threads:
        thread.join()
    assert came == list(range(8))
    assert turns.take(timeout=0)  # nobody keeps it


def test_who_waits_too_long_goes_and_is_not_called_later():
    turns = Turns()
    assert turns.take(timeout=0)
    assert not turns.take(timeout=0.01)
    turns.give_back()
    assert turns.take(timeout=0)


def test_who_is_called_at_the_last_moment_has_their_turn(monkeypatch):
    turns = Turns()
    assert turns.take(timeout=0)

    class Late(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            turns.give_back()
            return False

    monkeypatch.setattr("receiver.db.turns.threading.Event", Late)
    assert turns.take(timeout=0)
    assert not turns._waiting


def test_a_writer_waits_for_another_and_goes_when_it_takes_too_long(local: Database, monkeypatch):
    monkeypatch.setattr(engine, "TURN_TIMEOUT", 0.05)
    with local.write() as first:
        first.execute(text("SELECT 1"))
        with pytest.raises(DatabaseBusy), local.write() as second:
            second.execute(text("SELECT 1"))
    with local.write() as third:
        third.execute(text("SELECT 1"))


def test_a_turn_ends_with_the_transaction_whatever_happens_to_it(local: Database, monkeypatch):
    monkeypatch.setattr(engine, "TURN_TIMEOUT", 0.05)
    for _again in range(2):
        with pytest.raises(ZeroDivisionError), local.write() as session:
            session.execute(text("SELECT 1"))
            raise ZeroDivisionError
        with local.write_session() as session:
            session.connection().invalidate()
            session.rollback()
        with local.write_engine.connect() as connection:
            for _transaction in range(2):  # one connection, two transactions
                with connection.begin():
                    connection.execute(text("SELECT 1"))
    with local.write() as session:
        session.execute(text("SELECT 1"))
