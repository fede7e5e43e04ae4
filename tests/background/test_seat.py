from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from receiver.background import AnotherExecutes
from receiver.background.health import executors, findings
from receiver.background.seat import FileSeat, ServerSeat, seat_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from receiver.access import Actor
    from receiver.db.engine import Database
    from receiver.settings import Settings


def test_one_name_sits_once(database: Database, settings: Settings) -> None:
    first, second = seat_for(database, settings, "one"), seat_for(database, settings, "one")
    assert executors(database, settings) == 0
    first.take()
    assert first.held()
    assert executors(database, settings) == 1
    with pytest.raises(AnotherExecutes):
        second.take()
    assert not second.held()
    first.release()
    first.release()
    assert not first.held()
    second.take()
    second.release()
    assert executors(database, settings) == 0


@pytest.mark.only("sqlite")
def test_whoever_is_refused_learns_why(database: Database, settings: Settings) -> None:
    seat = FileSeat(settings.data_dir / "background.lock")
    assert seat.holder() is None
    seat.take()
    assert (settings.data_dir / "background.lock").stat().st_mode & 0o777 == 0o600
    with pytest.raises(AnotherExecutes, match=r"process \d+, since 20\d\d-"):
        FileSeat(settings.data_dir / "background.lock").take()
    assert seat.is_empty("whoever")
    seat.path.write_text("not what we wrote")
    assert seat.holder() == "?"
    with pytest.raises(AnotherExecutes, match=r"here: \?\."):
        FileSeat(settings.data_dir / "background.lock").take()
    seat.release()
    assert not seat.is_empty("whoever")
    assert seat.holder() is None


@pytest.mark.only("postgresql")
def test_each_name_has_a_seat_of_its_own(database: Database) -> None:
    one, two = ServerSeat(database, "one"), ServerSeat(database, "two")
    one.take()
    two.take()
    assert (one.is_empty("one"), one.is_empty("two"), one.is_empty("three")) == (True, False, True)
    assert one.is_empty("three")  # having looked, we do not sit there
    two.release()
    assert one.is_empty("two")
    one.release()


@pytest.mark.only("postgresql")
def test_a_broken_connection_gives_up_the_seat(database: Database) -> None:
    seat = ServerSeat(database, "one")
    seat.take()
    with database.write() as session:
        session.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
    assert not seat.held()
    seat.take()
    assert seat.held()
    seat.release()


def test_an_operator_hears_of_work_that_waits(
    database: Database, settings: Settings, ask: Callable[..., UUID], actor: Actor
) -> None:
    assert findings(database, settings) == []
    ask("sample.break")
    assert findings(database, settings) == []
    with database.write() as session:
        session.execute(text("UPDATE works SET created_at = '2026-01-01 00:00:00.000000'"))
    [finding] = findings(database, settings)
    assert finding.endswith("minutes, and no process does it: start `receiver serve` or `receiver worker`.")
    seat = seat_for(database, settings, "one")
    seat.take()
    [finding] = findings(database, settings)
    assert finding.endswith("minutes.")
    seat.release()
