"""Ids, versions and times that every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import inspect, select, update

from receiver.kit.errors import StaleVersion
from tests.db.tables import Thing

if TYPE_CHECKING:
    from receiver.db.engine import Database


def test_a_row_gets_an_id_a_time_and_a_version(local: Database):
    with time_machine.travel(datetime(2026, 11, 3, 9, tzinfo=UTC), tick=False), local.write() as session:
        session.add(Thing(name="one"))
    with local.read() as session:
        thing = session.scalars(select(Thing)).one()

    assert (thing.id.version, thing.version, thing.created_at) == (7, 1, datetime(2026, 11, 3, 9, tzinfo=UTC))


def test_ids_sort_in_the_order_of_their_making(local: Database):
    with local.write() as session:
        session.add_all([Thing(name=str(n)) for n in range(50)])
    with local.read() as session:
        assert session.scalars(select(Thing.name).order_by(Thing.id)).all() == [str(n) for n in range(50)]


def test_the_id_comes_first_and_the_housekeeping_last(local: Database):
    with local.read_engine.connect() as connection:
        names = [column["name"] for column in inspect(connection).get_columns("things")]

    assert names == ["id", "name", "created_at", "version"]


class TestAVersionedRow:
    def test_counts_its_saves(self, local: Database):
        with local.write() as session:
            thing = Thing(name="one")
            session.add(thing)
        with local.write() as session:
            session.get_one(Thing, thing.id).name = "two"
        with local.read() as session:
            assert session.get_one(Thing, thing.id).version == 2

    def test_refuses_a_save_over_a_newer_one(self, local: Database):
        with local.write() as session:
            thing = Thing(name="one")
            session.add(thing)
        with local.read() as session:
            old = session.get_one(Thing, thing.id)
        with local.write() as session:
            session.get_one(Thing, thing.id).name = "theirs"

        with pytest.raises(StaleVersion), local.write() as session:
            session.add(old)
            old.name = "mine"
        with local.read() as session:
            assert session.get_one(Thing, thing.id).name == "theirs"

    def test_refuses_a_delete_of_a_newer_one(self, local: Database):
        with local.write() as session:
            thing = Thing(name="one")
            session.add(thing)
        with local.write() as session:
            session.execute(update(Thing).values(version=Thing.version + 1))

        with pytest.raises(StaleVersion), local.write() as session:
            session.delete(thing)
