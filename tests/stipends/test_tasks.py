from __future__ import annotations

import pytest

from receiver.background import WorkState, progress
from receiver.background.runner import Runner
from receiver.stipends import actions, queries, tasks
from receiver.stipends.models import PayRun
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import RunState
from tests.factories.stipends import NOVEMBER, make_people, make_run, payments, results


@pytest.fixture
def runner(system):
    return Runner(system.database, "one")


@pytest.fixture
def people(system, team):
    with system.database.write() as session:
        return make_people(session, team, 3)


@pytest.fixture
def work(system, runner):
    """Hand something over and do it; how it stands afterwards."""

    def do(actor, hand_over):
        with system.database.write() as session:
            work_id = hand_over(session)
        runner.run(work_id, 1)
        with system.database.read() as session:
            return progress(session, actor, work_id)

    return do


def test_a_run_is_built(system, team, people, work):
    def start(session):
        run = actions.start_run(session, team.finance, team.programme, NOVEMBER)
        return actions.build_in_background(session, team.finance, run)

    seen = work(team.finance, start)
    assert (seen.state, seen.result) == (WorkState.DONE, {"people": 3, "missed": 0, "odd": 3})
    assert seen.url == f"/stipends/runs/2026-11?programme={team.programme.code}"
    with system.database.read() as session:
        (run,) = queries.runs_of_month(session, team.programme.id, NOVEMBER)
        assert (run.state, run.people) == (RunState.DRAFT, 3)


@pytest.mark.parametrize(("channels", "files", "sent"), [((), 2, 3), ((Channel.MOBILE_MONEY_FILE,), 1, 2)])
def test_a_run_is_released(system, team, people, work, channels, files, sent):
    with system.database.write() as session:
        run = make_run(session, team, "approved")
    seen = work(
        team.releaser, lambda session: actions.release_in_background(session, team.releaser, run, channels=channels)
    )
    assert (seen.state, seen.result) == (WorkState.DONE, {"files": files, "payments": sent})
    assert (seen.done, seen.total) == (sent, sent)
    assert tasks._COMPOSED == {}
    with system.database.read() as session:
        run = session.get_one(PayRun, run.id)
        assert run.state is (RunState.APPROVED if channels else RunState.RELEASED)
        assert len(payments(session, run, state=PaymentState.INSTRUCTED)) == sent


def test_what_a_stop_changed_between_composing_and_sending_is_noticed(system, team, people, work, monkeypatch):
    with system.database.write() as session:
        run = make_run(session, team, "approved")
    composed, stops = queries.compose, [people[0].id]

    def compose_then_stop(*given):
        file = composed(*given)
        if stops:
            with system.database.write() as session:
                actions.hold_back(session, team.finance, run, [stops.pop()], reason="A doubt.")
        return file

    monkeypatch.setattr("receiver.stipends.tasks.queries.compose", compose_then_stop)
    seen = work(team.releaser, lambda session: actions.release_in_background(session, team.releaser, run))
    assert seen.result == {"files": 2, "payments": 2}
    assert (seen.done, seen.total) == (2, 2)


def test_a_refusal_ends_the_work_and_changes_nothing(system, team, people, work):
    with system.database.write() as session:
        run = make_run(session, team, "approved")

    def hand_over_and_reject(session):
        work_id = actions.release_in_background(session, team.releaser, run)
        actions.reject_run(session, team.approver, run, reason="Wait.")
        return work_id

    seen = work(team.releaser, hand_over_and_reject)
    assert (seen.state, seen.failure) == (WorkState.FAILED, "run-cannot-move")


def test_results_are_taken_in(system, team, people, work):
    with system.database.write() as session:
        run = make_run(session, team, "released")
        data = results([(one, "settled") for one in payments(session, run, channel=Channel.MOBILE_MONEY_FILE)])
        file = actions.store_results(session, team.releaser, run, data)
    seen = work(team.releaser, lambda session: actions.reconcile_in_background(session, team.releaser, run, file))
    assert (seen.state, seen.result["settled"]) == (WorkState.DONE, 2)
