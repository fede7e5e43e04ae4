from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from receiver.background import WorkState, actions, sweep
from receiver.background.models import WorkRecord
from receiver.background.registry import SCHEDULES, schedule
from receiver.background.rules import Held
from tests.background import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from receiver.db.engine import Database

KIGALI = ZoneInfo("Africa/Kigali")
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def minutes(number: float) -> datetime:
    return TEN + timedelta(minutes=number)


def handed(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(WorkRecord.workflow_id).order_by(WorkRecord.workflow_id)))


@pytest.mark.usefixtures("ticking")
class TestSchedules:
    def test_each_moment_is_handed_over_once(self, database: Database) -> None:
        counts = [sweep.hand_over_due(database, KIGALI, minutes(at)) for at in (1, 9, 10, 10.1, 15, 20.5, 20.6)]
        assert counts == [0, 0, 1, 0, 0, 1, 0]
        assert handed(database) == ["sample.tick/20261124T1010Z", "sample.tick/20261124T1020Z"]

    def test_a_schedule_begins_when_it_is_first_seen(self, database: Database) -> None:
        assert sweep.hand_over_due(database, KIGALI, minutes(0)) == 0
        assert handed(database) == []

    def test_two_executors_hand_over_one_work(self, database: Database) -> None:
        sweep.hand_over_due(database, KIGALI, minutes(1))
        sweep.hand_over_due(database, KIGALI, minutes(11))
        with database.write() as session:  # the other one had read the mark before
            actions.mark_schedule(session, "sample.tick", minutes(1))
        sweep.hand_over_due(database, KIGALI, minutes(11))
        assert handed(database) == ["sample.tick/20261124T1010Z"]

    def test_a_crash_before_the_commit_loses_nothing(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        sweep.hand_over_due(database, KIGALI, minutes(1))

        def crash(*_args: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(actions, "mark_schedule", crash)
        with pytest.raises(KeyboardInterrupt):
            sweep.hand_over_due(database, KIGALI, minutes(11))
        monkeypatch.undo()
        assert handed(database) == []
        assert sweep.hand_over_due(database, KIGALI, minutes(12)) == 1
        assert handed(database) == ["sample.tick/20261124T1010Z"]

    def test_after_a_pause_the_latest_moment_is_made_up_for(self, database: Database) -> None:
        sweep.hand_over_due(database, KIGALI, minutes(1))
        assert sweep.hand_over_due(database, KIGALI, minutes(62)) == 1
        assert handed(database) == ["sample.tick/20261124T1100Z"]

    def test_or_each_of_them(self, database: Database) -> None:
        schedule("*/10 * * * *", every_missed=True)(sample.tick)
        sweep.hand_over_due(database, KIGALI, minutes(1))
        assert sweep.hand_over_due(database, KIGALI, minutes(62)) == 6

    def test_a_clock_that_jumped_ahead_and_back(self, database: Database) -> None:
        sweep.hand_over_due(database, KIGALI, minutes(1))
        sweep.hand_over_due(database, KIGALI, minutes(60 * 24 * 365))
        assert sweep.hand_over_due(database, KIGALI, minutes(2)) == 0
        assert sweep.hand_over_due(database, KIGALI, minutes(11)) == 1


def test_without_schedules_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(SCHEDULES):
        monkeypatch.delitem(SCHEDULES, name)
    assert sweep.hand_over_due(None, KIGALI, TEN) == 0  # type: ignore[arg-type]


class Room:
    """A seat, and what DBOS would say."""

    executor = "me"

    def __init__(self, held: Held, alive: str | None = None) -> None:
        self.held, self.alive = held, alive

    def is_empty(self, executor: str) -> bool:
        return executor != self.alive

    def holds(self, works: Iterable[tuple[UUID, int]]) -> dict[UUID, Held]:
        return {work_id: self.held for work_id, _attempt in works}


@pytest.mark.parametrize(
    ("executor", "held", "alive", "put_back"),
    [
        (None, Held(active=True), None, False),  # in the queue
        (None, Held(), None, True),  # DBOS's database was lost, or its code was another version
        (None, Held(active=True, executor="other"), None, True),  # taken by one that died before it began
        (None, Held(active=True, executor="other"), "other", False),
        ("me", Held(active=True, executor="me"), None, False),  # running here
        ("me", Held(), None, True),  # its end could not be written down
        ("other", Held(active=True, executor="other"), "other", False),
        ("other", Held(active=True, executor="other"), None, True),
        ("once", Held(), "once", False),  # run without DBOS by a living process
        ("once", Held(), None, True),
    ],
)
def test_what_does_not_go_on_by_itself_is_put_back(
    database: Database, ask: Callable[..., UUID], executor: str | None, held: Held, alive: str | None, put_back: bool
) -> None:
    work_id = ask("sample.count", parts=1)
    room = Room(held, alive)
    assert sweep.left_behind(database, room, room) == 0  # type: ignore[arg-type]  # still in the outbox
    with database.write() as session:
        actions.mark_enqueued(session, [(work_id, 1)])
        if executor:
            actions.claim(session, work_id, 1, executor)
    assert sweep.left_behind(database, room, room) == int(put_back)  # type: ignore[arg-type]
    with database.read() as session:
        work = session.get(WorkRecord, work_id)
    assert work is not None
    assert (work.attempt, work.enqueued_at is None) == ((2, True) if put_back else (1, False))


def test_what_kills_its_process_each_time_is_given_up(database: Database, ask: Callable[..., UUID]) -> None:
    work_id = ask("sample.count", parts=1)
    with database.write() as session:
        actions.claim(session, work_id, 1, "me")
    room = Room(Held(given_up=True, executor="me"))
    sweep.left_behind(database, room, room)  # type: ignore[arg-type]
    with database.read() as session:
        work = session.get(WorkRecord, work_id)
    assert work is not None
    assert (work.state, work.failure) == (WorkState.FAILED, "stopped-too-often")


def test_what_is_left_for_us(database: Database, ask: Callable[..., UUID]) -> None:
    waiting, enqueued, dead, living = (ask("sample.count", parts=1) for _number in range(4))
    with database.write() as session:
        actions.mark_enqueued(session, [(enqueued, 1)])
        actions.claim(session, dead, 1, "dead")
        actions.claim(session, living, 1, "living")
    room = Room(Held(), "living")
    assert sweep.left_for(database, room) == [(waiting, 1), (enqueued, 1), (dead, 1)]  # type: ignore[arg-type]
