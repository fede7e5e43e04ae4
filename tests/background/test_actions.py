from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from receiver.access import SYSTEM
from receiver.background import PastCancelling, WorkIsOver, WorkState, actions, hand_over, queries, request_cancel
from receiver.background.actions import Cancelled, Superseded
from receiver.background.facts import NotAFactError
from receiver.background.models import StepRecord, WorkRecord
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from tests.background.conftest import actor_of

if TYPE_CHECKING:
    from uuid import UUID

    from receiver.access import Actor
    from receiver.db.engine import Database


def the_work(database: Database, work_id: UUID) -> WorkRecord:
    with database.read() as session:
        found = session.get(WorkRecord, work_id)
    assert found is not None
    return found


def hand(database: Database, actor: Actor, workflow_id: str = "count-1", **more: object) -> UUID:
    with database.write() as session:
        return hand_over(session, "sample.count", workflow_id, actor=actor, **{"parts": 3, **more})


def claimed(database: Database, actor: Actor, workflow_id: str = "count-1") -> UUID:
    work_id = hand(database, actor, workflow_id)
    with database.write() as session:
        assert actions.claim(session, work_id, 1, "one") is not None
    return work_id


class TestHandOver:
    def test_work_waits_with_its_ids_and_its_requester(self, database: Database, actor: Actor) -> None:
        work = the_work(database, hand(database, actor, url="/runs/2026-11"))
        assert (work.state, work.attempt, work.requested_by) == (WorkState.QUEUED, 1, actor.user_id)
        assert (work.arguments, work.url, work.cancellable) == ({"parts": 3}, "/runs/2026-11", True)
        assert (work.done, work.total, work.enqueued_at, work.finished_at) == (0, None, None, None)

    def test_twice_the_same_id_is_one_work(self, database: Database, actor: Actor) -> None:
        first = hand(database, actor)
        with database.write() as session:
            again = [hand_over(session, "sample.count", "count-1", actor=actor, parts=9) for _time in range(2)]
        assert again == [first, first]
        assert the_work(database, first).arguments == {"parts": 3}

    def test_twenty_at_once_are_one_work(self, database: Database, actor: Actor) -> None:
        ids: list[UUID] = []
        threads = [threading.Thread(target=lambda: ids.append(hand(database, actor))) for _number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(ids) == 20
        assert len(set(ids)) == 1

    def test_what_is_rolled_back_was_never_handed_over(self, database: Database, actor: Actor) -> None:
        def and_fail() -> None:
            with database.write() as session:
                hand_over(session, "sample.count", "count-1", actor=actor, parts=3)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            and_fail()
        with database.read() as session:
            assert session.scalars(select(WorkRecord)).all() == []

    @pytest.mark.parametrize("state", [WorkState.FAILED, WorkState.CANCELLED])
    def test_what_failed_or_was_cancelled_starts_afresh(
        self, database: Database, actor: Actor, state: WorkState
    ) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            row = actions.current(session, work_id, 1)
            actions.record_step(session, row, "step#1", 1, final=True)
            actions.record_progress(row, 1, 3, 1, None)
        with database.write() as session:
            if state is WorkState.FAILED:
                actions.fail(session, work_id, 1, "ZeroDivisionError")
            else:
                actions.end_cancelled(session, work_id, 1)
        other = actor_of(new_id())
        assert hand(database, other, parts=5) == work_id
        work = the_work(database, work_id)
        assert (work.state, work.attempt, work.requested_by, work.arguments) == (
            WorkState.QUEUED,
            2,
            other.user_id,
            {"parts": 5},
        )
        assert (work.failure, work.done, work.errors, work.total, work.cancellable) == (None, 0, 0, None, True)
        assert (work.started_at, work.finished_at, work.enqueued_at, work.executor) == (None, None, None, None)

    def test_what_is_done_stays_done(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            actions.finish(session, actions.current(session, work_id, 1), {"sum": 6})
        assert hand(database, actor) == work_id
        assert the_work(database, work_id).state is WorkState.DONE

    def test_an_id_belongs_to_one_kind_of_work(self, database: Database, actor: Actor) -> None:
        hand(database, actor)
        with database.write() as session, pytest.raises(ValueError, match=r"already the id of sample\.count"):
            hand_over(session, "sample.none", "count-1", actor=actor, run=new_id())

    @pytest.mark.parametrize(
        ("name", "workflow_id", "url", "ids", "error"),
        [
            ("sample.count", "count 1", None, {"parts": 1}, ValueError),
            ("Amina", "count-1", None, {"parts": 1}, ValueError),
            ("sample.count", "count-1", "https://evil.example", {"parts": 1}, ValueError),
            ("sample.count", "count-1", "//evil.example", {"parts": 1}, ValueError),
            ("sample.count", "count-1", None, {"parts": "Amina Uwase"}, NotAFactError),
            ("sample.count", "count-1", None, {"pats": 1}, TypeError),
            ("sample.count", "count-1", None, {}, TypeError),
        ],
    )
    def test_mistakes_are_found_at_once(
        self, name: str, workflow_id: str, url: str | None, ids: dict, error: type
    ) -> None:
        with pytest.raises(error):  # without a look at the database
            hand_over(None, name, workflow_id, actor=SYSTEM, url=url, **ids)  # type: ignore[arg-type]

    def test_work_whose_code_is_not_loaded_can_be_handed_over(self, database: Database, actor: Actor) -> None:
        with database.write() as session:
            work_id = hand_over(session, "elsewhere.work", "elsewhere-1", actor=actor, anything=1)
        assert the_work(database, work_id).cancellable is False

    def test_nobody_in_particular_can_ask_for_work(self, database: Database) -> None:
        assert the_work(database, hand(database, SYSTEM)).requested_by is None

    def test_the_executor_of_this_process_is_woken_by_the_commit(self, database: Database, actor: Actor) -> None:
        asleep = threading.Event()
        actions.WAKE.add(asleep)
        try:
            with database.write() as session:
                hand_over(session, "sample.count", "count-1", actor=actor, parts=3)
                session.flush()
                assert not asleep.is_set()
            assert asleep.is_set()
        finally:
            actions.WAKE.discard(asleep)


class TestCancel:
    def test_what_waits_is_cancelled_at_once(self, database: Database, actor: Actor) -> None:
        work_id = hand(database, actor)
        with database.write() as session:
            request_cancel(session, actor, work_id)
        assert the_work(database, work_id).state is WorkState.CANCELLED
        with database.read() as session:
            kinds = session.scalars(text("SELECT kind FROM audit_records ORDER BY seq")).all()
        assert kinds == ["work.cancelled"]

    def test_what_runs_is_told_and_goes_no_further(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        for _time in range(2):
            with database.write() as session:
                request_cancel(session, actor, work_id)
        assert the_work(database, work_id).state is WorkState.RUNNING
        with database.read() as session:
            assert not queries.is_wanted(session, work_id, 1)
        with database.write() as session, pytest.raises(Cancelled):
            actions.current(session, work_id, 1)
        with database.write() as session:
            assert actions.current(session, work_id, 1, ending=True) is not None
            actions.end_cancelled(session, work_id, 1)
        assert the_work(database, work_id).state is WorkState.CANCELLED
        with database.write() as session, pytest.raises(WorkIsOver):
            request_cancel(session, actor, work_id)

    def test_after_the_final_step_it_is_too_late(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            actions.record_step(session, actions.current(session, work_id, 1), "merge#1", None, final=True)
        with database.write() as session, pytest.raises(PastCancelling):
            request_cancel(session, actor, work_id)

    def test_the_work_of_somebody_else_is_unknown(self, database: Database, actor: Actor) -> None:
        mine, nobodys = hand(database, actor), hand(database, SYSTEM, "count-2")
        for who, work_id in ((actor_of(new_id()), mine), (SYSTEM, nobodys), (actor, new_id())):
            with database.write() as session, pytest.raises(NotFound):
                request_cancel(session, who, work_id)


class TestAttempts:
    def test_a_claim_tells_what_is_done_already(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            actions.record_step(session, actions.current(session, work_id, 1), "step#1", {"sum": 1}, final=False)
        with database.write() as session:
            claim = actions.claim(session, work_id, 1, "one")
        assert claim is not None
        assert (claim.arguments, claim.steps, claim.requested_by) == (
            {"parts": 3},
            {"step#1": {"sum": 1}},
            actor.user_id,
        )

    def test_work_put_back_has_a_new_attempt_and_keeps_its_steps(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            actions.record_step(session, actions.current(session, work_id, 1), "step#1", None, final=False)
        with database.write() as session:
            actions.put_back(session, work_id, 1)
            actions.put_back(session, work_id, 1)  # an old attempt: nothing happens
        with database.write() as session:
            assert queries.outbox(session) == [(work_id, 2)]
            assert actions.claim(session, work_id, 1, "one") is None
            assert not actions.fail(session, work_id, 1, "late")
            actions.end_cancelled(session, work_id, 1)
        with database.write() as session, pytest.raises(Superseded):
            actions.current(session, work_id, 1)
        with database.write() as session:
            claim = actions.claim(session, work_id, 2, "two")
        assert claim is not None
        assert claim.steps == {"step#1": None}

    def test_taking_over_shuts_out_whoever_had_it(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            claim = actions.take_over(session, work_id, 1, "two")
            assert actions.take_over(session, work_id, 1, "three") is None
        assert claim is not None
        assert claim.attempt == 2
        with database.write() as session, pytest.raises(Superseded):
            actions.current(session, work_id, 1)

    def test_only_the_attempt_that_was_told_leaves_the_outbox(self, database: Database, actor: Actor) -> None:
        work_id = hand(database, actor)
        with database.write() as session:
            actions.mark_enqueued(session, [(work_id, 7)])
            assert queries.outbox(session) == [(work_id, 1)]
            actions.mark_enqueued(session, [(work_id, 1)])
            assert queries.outbox(session) == []

    def test_unknown_work_is_never_claimed(self, database: Database) -> None:
        with database.write() as session:
            assert actions.claim(session, new_id(), 1, "one") is None
            assert actions.take_over(session, new_id(), 1, "one") is None
            assert not actions.fail(session, new_id(), 1, "x")
            actions.end_cancelled(session, new_id(), 1)
            with pytest.raises(Superseded):
                actions.current(session, new_id(), 1)


class TestEnd:
    def test_the_end_forgets_the_steps(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            row = actions.current(session, work_id, 1)
            actions.record_step(session, row, "step#1", None, final=False)
            actions.finish(session, row, {"sum": 6, "run": "2026-11"})
        with database.read() as session:
            assert session.scalars(select(StepRecord)).all() == []
        assert the_work(database, work_id).result == {"sum": 6, "run": "2026-11"}

    def test_a_fault_of_the_program_is_an_alarm(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        with database.write() as session:
            assert actions.fail(session, work_id, 1, "ZeroDivisionError")
            assert not actions.fail(session, work_id, 1, "ZeroDivisionError")
        with database.read() as session:
            row = session.execute(text("SELECT kind, subject, actor FROM audit_records")).one()
        assert (row.kind, row.subject, row.actor) == ("work.failed", f"work:{work_id}", None)

    def test_counts_never_go_back(self, database: Database, actor: Actor) -> None:
        work_id = claimed(database, actor)
        for done, total, errors, url in ((5, 10, 2, None), (3, None, 1, "/runs/1"), (4, None, 0, None)):
            with database.write() as session:
                actions.record_progress(actions.current(session, work_id, 1), done, total, errors, url)
        work = the_work(database, work_id)
        assert (work.done, work.total, work.errors, work.url) == (5, 10, 2, "/runs/1")

    def test_only_old_scheduled_work_is_forgotten(self, database: Database, actor: Actor) -> None:
        ended = {name: claimed(database, who, name) for name, who in (("of-a-person", actor), ("scheduled", SYSTEM))}
        still = claimed(database, SYSTEM, "running")
        with database.write() as session:
            for work_id in ended.values():
                actions.finish(session, actions.current(session, work_id, 1), {})
        with database.write() as session:
            assert actions.tidy(session, clock.now() - timedelta(hours=1)) == 0
            assert actions.tidy(session, clock.now() + timedelta(hours=1)) == 1
            assert set(session.scalars(select(WorkRecord.id))) == {ended["of-a-person"], still}

    def test_the_mark_of_a_schedule_moves(self, database: Database) -> None:
        first = clock.now()
        for moment in (first, first + timedelta(hours=1)):
            with database.write() as session:
                actions.mark_schedule(session, "sample.tick", moment)
        with database.read() as session:
            assert queries.schedule_marks(session) == {"sample.tick": first + timedelta(hours=1)}
