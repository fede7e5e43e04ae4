from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from receiver.access import SYSTEM
from receiver.background import Background, WorkState, actions, hand_over, queries, tasks
from receiver.background.models import WorkRecord
from receiver.kit import clock
from receiver.kit.ids import new_id
from tests.background import sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from receiver.background import Progress
    from receiver.db.engine import Database


def test_once_a_night_old_scheduled_work_is_forgotten(database: Database, background: Background) -> None:
    with database.write() as session:
        old = hand_over(session, "sample.break", "old-1", actor=SYSTEM)
        actions.fail(session, old, 1, "ZeroDivisionError")
    with database.write() as session:
        due = clock.now() + tasks.KEPT + timedelta(days=1)
        night = hand_over(session, tasks.tidy.name, "background.tidy/1", actor=SYSTEM, due=due)
    assert background.run_once() == 1
    with database.read() as session:
        assert session.get(WorkRecord, old) is None
        work = session.get(WorkRecord, night)
    assert work is not None
    assert (work.state, queries.progress_of(work).result) == (WorkState.DONE, {"forgotten": 1})


def test_the_work_of_a_test_is_done_on_the_spot(database: Database, work_done: Callable[[], list[Progress]]) -> None:
    with database.write() as session:
        hand_over(session, sample.nothing.name, "nothing-1", actor=SYSTEM, run=new_id())
    assert [work.state for work in work_done()] == [WorkState.DONE]
    assert work_done() == []
    with database.write() as session:
        hand_over(session, sample.fail.name, "fail-1", actor=SYSTEM)
    with pytest.raises(AssertionError, match="background work broke: ZeroDivisionError"):
        work_done()
