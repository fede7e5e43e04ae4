from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError

from receiver.access import SYSTEM
from receiver.background import REQUESTER, RequesterMayNotWork, Work, actions, hand_over, request_cancel, step, work
from receiver.background.actions import Cancelled, Paused, Superseded
from receiver.background.models import WorkRecord
from receiver.db.refusals import DatabaseBusy
from receiver.kit.ids import new_id
from tests.background import sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.db.engine import Database


class Desk:
    """Begins runs of one work as often as a test likes, as after a crash."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self.database = database
        self.stopping = threading.Event()
        with database.write() as session:
            self.id = hand_over(session, "sample.count", "count-1", actor=actor, parts=3)

    def begin(self, attempt: int = 1) -> Work:
        with self.database.write() as session:
            claim = actions.claim(session, self.id, attempt, "one")
        assert claim is not None
        return Work(self.database, claim, self.stopping)

    def row(self) -> WorkRecord:
        with self.database.read() as session:
            found = session.get(WorkRecord, self.id)
        assert found is not None
        return found


@pytest.fixture
def desk(database: Database, actor: Actor) -> Desk:
    return Desk(database, actor)


def broken(work: Work, session: Session, *, part: int) -> None:
    sample.add(session, work, part)
    raise ZeroDivisionError


class TestSteps:
    def test_a_step_is_done_once_however_often_the_work_begins(
        self, desk: Desk, effects: Callable[[], list[int]]
    ) -> None:
        for _time in range(3):
            run = desk.begin()
            assert sample.write_part(run, part=1) == 1
        assert effects() == [1]

    def test_the_same_call_later_in_the_work_is_another_step(
        self, desk: Desk, effects: Callable[[], list[int]]
    ) -> None:
        for _time in range(2):
            run = desk.begin()
            assert [sample.write_part(run, part=1), sample.write_part(run, part=2), sample.write_part(run, part=1)] == [
                1,
                2,
                1,
            ]
        assert effects() == [1, 1, 2]

    def test_a_step_that_fails_leaves_nothing(self, desk: Desk, effects: Callable[[], list[int]]) -> None:
        with pytest.raises(ZeroDivisionError):
            step(broken)(desk.begin(), part=1)
        assert effects() == []

    def test_a_reading_step_remembers_its_answer(
        self, desk: Desk, effects: Callable[[], list[int]], database: Database
    ) -> None:
        assert sample.look(desk.begin(), at=0) == 0
        with database.write() as session:
            sample.add(session, desk.begin(), 1)
        run = desk.begin()
        assert [sample.look(run, at=0), sample.look(run, at=0)] == [0, 1]

    def test_a_reading_step_cannot_write(self, desk: Desk, effects: Callable[[], list[int]]) -> None:
        def write(work: Work, session: Session) -> None:
            sample.add(session, work, 1)

        with pytest.raises(DBAPIError):
            step(reads=True)(write)(desk.begin())
        assert effects() == []

    def test_the_result_is_the_same_at_once_and_when_remembered(self, desk: Desk) -> None:
        run_id = new_id()

        def answer(work: Work, session: Session, number: int = 1) -> object:
            return {"ids": (run_id,), "number": number}

        answers = [step(answer)(desk.begin()), step(answer)(desk.begin(), 1), step(answer)(desk.begin(), number=1)]
        assert answers == [{"ids": [run_id], "number": 1}] * 3

    def test_a_step_inside_a_step_is_a_mistake(self, desk: Desk, effects: Callable[[], list[int]]) -> None:
        def outer(work: Work, session: Session) -> None:
            sample.write_part(work, part=1)

        with pytest.raises(RuntimeError, match="inside another step"):
            step(outer)(desk.begin())

    def test_a_run_that_has_been_replaced_cannot_write(
        self, desk: Desk, database: Database, effects: Callable[[], list[int]]
    ) -> None:
        old = desk.begin()
        with database.write() as session:
            actions.put_back(session, desk.id, 1)
        with pytest.raises(Superseded):
            sample.write_part(old, part=1)
        with pytest.raises(Superseded):
            sample.look(old, at=1)
        with pytest.raises(Superseded):
            old.finish({})
        assert effects() == []

    def test_a_busy_database_is_tried_again(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, effects: Callable[[], list[int]]
    ) -> None:
        monkeypatch.setattr(work, "PATIENCE", (0, 0))
        tries: list[int] = []

        def busy(work: Work, session: Session) -> int:
            sample.add(session, work, 1)
            tries.append(1)
            if len(tries) < 3:
                raise DatabaseBusy
            return 1

        assert step(busy)(desk.begin()) == 1
        assert (len(tries), effects()) == (3, [1])

    def test_patience_ends(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(work, "PATIENCE", (0,))

        def busy(work: Work, session: Session) -> None:
            raise DatabaseBusy

        with pytest.raises(DatabaseBusy):
            step(busy)(desk.begin())

    def test_nobody_waits_for_a_busy_database_when_told_to_stop(self, desk: Desk) -> None:
        def busy(work: Work, session: Session) -> None:
            desk.stopping.set()
            raise DatabaseBusy

        with pytest.raises(Paused):
            step(busy)(desk.begin())


class TestActor:
    def test_rights_are_those_of_the_moment(self, desk: Desk, actor: Actor, locked: set[UUID]) -> None:
        run = desk.begin()
        assert [run.actor, run.actor] == [actor, actor]
        assert actor.user_id is not None
        locked.add(actor.user_id)
        with pytest.raises(RequesterMayNotWork):
            step(does_nothing)(run)

    def test_a_locked_account_gets_nothing_done(
        self, desk: Desk, actor: Actor, locked: set[UUID], effects: Callable[[], list[int]]
    ) -> None:
        assert actor.user_id is not None
        locked.add(actor.user_id)
        with pytest.raises(RequesterMayNotWork):
            sample.write_part(desk.begin(), part=1)
        with pytest.raises(RequesterMayNotWork):
            assert desk.begin().actor
        assert effects() == []

    def test_scheduled_work_is_nobodys(self, database: Database) -> None:
        REQUESTER.clear()
        assert Desk(database, SYSTEM).begin().actor is SYSTEM

    def test_without_the_roof_nobody_can_be_asked(self, desk: Desk) -> None:
        REQUESTER.clear()
        with pytest.raises(RuntimeError, match="nothing is connected"):
            assert desk.begin().actor


def does_nothing(work: Work, session: Session) -> None: ...


class TestProgress:
    def test_it_is_written_at_most_twice_a_second_and_at_the_end(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shown: list[int] = []
        monkeypatch.setattr(Work, "_show", lambda run: shown.append(run._done))
        run = desk.begin()
        for part in range(1, 1001):
            run.progress(part, 1000)
        assert shown[0] == 1
        assert shown[-1] == 1000
        assert len(shown) <= 4

    def test_it_never_goes_back_when_the_work_resumes(self, desk: Desk) -> None:
        seen = []
        for reached in (2, 3):
            run = desk.begin()
            for part in range(1, reached + 1):
                run._shown = float("-inf")
                run.progress(part, 3)
                seen.append(desk.row().done)
        assert seen == sorted(seen)
        assert desk.row().total == 3

    def test_inside_a_writing_step_it_is_kept_with_the_step(self, desk: Desk, database: Database) -> None:
        def write(work: Work, session: Session) -> None:
            work.progress(2, 3, errors=1)
            assert desk.row().done == 0

        step(write)(desk.begin())
        assert (desk.row().done, desk.row().total, desk.row().errors) == (2, 3, 1)

    def test_inside_a_reading_step_it_is_shown(self, desk: Desk) -> None:
        seen: list[int] = []

        def read(work: Work, session: Session) -> None:
            work.progress(2, 3)
            seen.append(desk.row().done)

        step(reads=True)(read)(desk.begin())
        assert seen == [2]

    def test_where_the_result_is(self, desk: Desk) -> None:
        run = desk.begin()
        run.leads_to("/runs/2026-11")
        run.finish({"sum": 6})
        assert (desk.row().url, desk.row().result) == ("/runs/2026-11", {"sum": 6})


class TestStoppingAndCancelling:
    def test_a_stop_is_noticed_between_steps_and_by_progress(
        self, desk: Desk, effects: Callable[[], list[int]]
    ) -> None:
        run = desk.begin()
        desk.stopping.set()
        with pytest.raises(Paused):
            sample.write_part(run, part=1)
        with pytest.raises(Paused):
            run.progress(1)
        assert effects() == []

    def test_a_step_is_undone_when_its_work_is_cancelled_meanwhile(
        self, desk: Desk, database: Database, actor: Actor, effects: Callable[[], list[int]]
    ) -> None:
        run = desk.begin()
        with database.write() as session:
            request_cancel(session, actor, desk.id)
        with pytest.raises(Cancelled):
            sample.write_part(run, part=1)
        with pytest.raises(Cancelled):
            run.progress(1)
        assert effects() == []

    def test_progress_inside_a_writing_step_notices_too(self, desk: Desk, database: Database, actor: Actor) -> None:
        def write(work: Work, session: Session) -> None:
            work.progress(1)
            raise AssertionError

        run = desk.begin()
        with database.write() as session:
            request_cancel(session, actor, desk.id)
        with pytest.raises(Cancelled):
            step(write)(run)

    def test_nothing_is_cancelled_when_all_is_done(self, desk: Desk, database: Database, actor: Actor) -> None:
        run = desk.begin()
        with database.write() as session:
            request_cancel(session, actor, desk.id)
        run.finish({})
        assert desk.row().state == "done"
