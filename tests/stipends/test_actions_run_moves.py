from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from receiver.access import Permission, Role, RoleNeeded
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.settings import Settings
from receiver.stipends import actions, queries
from receiver.stipends.models import Entitlement, Payment, PayRun, RunLine, RunStep
from receiver.stipends.rules.approval import (
    ApprovedAlready,
    ApproverPreparedRun,
    ApproverSubmittedRun,
    RunChanged,
    TotalDiffers,
)
from receiver.stipends.rules.closing import DoesNotAddUp, ExceptionsOpen, StillPending
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import (
    LineNotFrozen,
    LineStatus,
    PartlySent,
    ReasonMissing,
    RunCannotMove,
    RunState,
    SeveralRuns,
)
from tests.factories.accounts import make_actor
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    approve,
    make_people,
    make_run,
    make_team,
    payments,
    results,
    settle_all,
)
from tests.stipends.records import last_record


@pytest.fixture
def team(session):
    return make_team(session)


@pytest.fixture
def people(session, team):
    return make_people(session, team, 3)


@pytest.fixture
def submitted(session, team, people):
    return make_run(session, team, "submitted")


class TestApproving:
    def test_another_human_who_typed_the_total_and_read_this_list(self, session, team, submitted):
        digest, total = submitted.digest, Money(3 * BASE, "RWF")
        with pytest.raises(TotalDiffers):
            actions.approve_run(session, team.approver, submitted, total=Money(3 * BASE + 1, "RWF"), digest=digest)
        with pytest.raises(RunChanged):
            actions.approve_run(session, team.approver, submitted, total=total, digest="0" * 64)
        actions.approve_run(session, team.approver, submitted, total=total, digest=digest)
        assert (submitted.state, submitted.digest) == (RunState.APPROVED, digest)
        assert last_record(session)["facts"]["digest"] == digest
        with pytest.raises(RunCannotMove):
            approve(session, team, submitted, team.second)

    def test_neither_preparer_nor_submitter(self, session, team, people):
        both, submitter = (make_actor(session, Role.FINANCE_OFFICER, Role.APPROVER) for _each in range(2))
        run = actions.build_run(session, both, team.programme, NOVEMBER)
        actions.accept_findings(session, team.finance, run, reason="Fine.")
        actions.submit_run(session, submitter, run)
        with pytest.raises(ApproverPreparedRun):
            approve(session, team, run, both)
        with pytest.raises(ApproverSubmittedRun):
            approve(session, team, run, submitter)
        with pytest.raises(RoleNeeded):
            approve(session, team, run, team.finance)
        approve(session, team, run)

    def test_two_humans_above_the_threshold(self, session, team, people):
        session.info["settings"] = Settings(two_approvers_above=1)
        try:
            run = make_run(session, team, "submitted")
        finally:
            session.info.pop("settings", None)
        approve(session, team, run)
        assert run.state is RunState.SUBMITTED
        with pytest.raises(ApprovedAlready):
            approve(session, team, run)
        approve(session, team, run, team.second)
        assert run.state is RunState.APPROVED
        assert queries.humans(session, run).approved_by == (team.approver.user_id, team.second.user_id)
        actions.reject_run(session, team.approver, run, reason="On second thoughts.")
        assert queries.humans(session, run).approved_by == (team.approver.user_id, team.second.user_id)
        actions.submit_run(session, team.finance, run)
        assert queries.humans(session, run).approved_by == ()


class TestReturning:
    @pytest.mark.parametrize("until", ["submitted", "approved"])
    def test_with_a_reason_its_payments_are_cancelled(self, session, team, people, until):
        run = make_run(session, team, until)
        before = [one.id for one in payments(session, run)]
        with pytest.raises(ReasonMissing):
            actions.reject_run(session, team.approver, run, reason=" ")
        actions.reject_run(session, team.approver, run, reason="Two people are missing.")
        states = session.scalars(select(Payment.state).where(Payment.id.in_(before))).all()
        assert set(states) == {PaymentState.CANCELLED}
        assert last_record(session)["facts"]["cancelled"] == 3 * BASE
        step = queries.history(session, run)[-1]
        assert queries.step_reason(session, step) == "Two people are missing."
        assert queries.step_reason(session, queries.history(session, run)[0]) == ""

    def test_lines_that_were_held_back_are_looked_at_anew(self, session, team, people, submitted):
        actions.hold_back(session, team.finance, submitted, [people[0].id], reason="A doubt.")
        actions.reject_run(session, team.approver, submitted, reason="Again.")
        assert set(session.scalars(select(RunLine.status).where(RunLine.run_id == submitted.id))) == {
            LineStatus.INCLUDED
        }

    def test_not_once_a_part_is_on_its_way(self, session, team, people):
        run = make_run(session, team, "approved")
        actions.release_run(session, team.releaser, run, channels=[Channel.CASH_DESK])
        with pytest.raises(PartlySent):
            actions.reject_run(session, team.approver, run, reason="Too late.")
        with pytest.raises(PartlySent):
            actions.abandon_run(session, team.finance, run, reason="Too late.")

    def test_who_may(self, session, team, submitted):
        with pytest.raises(RoleNeeded):
            actions.reject_run(session, team.finance, submitted, reason="Mine.")


class TestHoldingBack:
    def test_the_list_and_its_hash_stay(self, session, team, people, submitted):
        digest, total = submitted.digest, submitted.total_minor
        assert actions.hold_back(session, team.finance, submitted, [people[0].id], reason="Is it her number?") == 1
        assert (submitted.digest, submitted.total_minor, submitted.people) == (digest, total, 3)
        (held,) = payments(session, submitted, state=PaymentState.CANCELLED)
        assert held.person_id == people[0].id
        assert last_record(session)["person"] == people[0].id
        approve(session, team, submitted)
        assert actions.hold_back(session, team.finance, submitted, [one.id for one in people[1:]], reason="All.") == 2
        assert last_record(session)["person"] is None

    def test_only_what_was_frozen_and_not_sent(self, session, team, people):
        run = make_run(session, team)
        one = [people[0].id]
        with pytest.raises(LineNotFrozen):
            actions.hold_back(session, team.finance, run, one, reason="A doubt.")
        actions.submit_run(session, team.finance, run, accept_because="Looked at.")
        for people_ids in ([], [*one, new_id()]):
            with pytest.raises(LineNotFrozen):
                actions.hold_back(session, team.finance, run, people_ids, reason="A doubt.")
        with pytest.raises(ReasonMissing):
            actions.hold_back(session, team.finance, run, one, reason="")
        with pytest.raises(RoleNeeded):
            actions.hold_back(session, team.approver, run, one, reason="A doubt.")
        actions.hold_back(session, team.finance, run, one, reason="A doubt.")
        with pytest.raises(LineNotFrozen):
            actions.hold_back(session, team.finance, run, one, reason="Twice.")
        approve(session, team, run)
        actions.release_run(session, team.releaser, run)
        with pytest.raises(LineNotFrozen):
            actions.hold_back(session, team.finance, run, [people[1].id], reason="Too late.")


class TestClosing:
    def test_when_everything_has_its_result(self, session, team, people):
        run = make_run(session, team, "released")
        with pytest.raises(RunCannotMove):
            actions.close_run(session, team.finance, run)
        one, *_others = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
        actions.take_results(session, team.releaser, run, results([(one, "failed")]))
        with pytest.raises(StillPending):
            actions.close_run(session, team.finance, run)
        settle_all(session, team, run)
        with pytest.raises(RoleNeeded):
            actions.close_run(session, team.approver, run)
        actions.close_run(session, team.finance, run)
        assert run.state is RunState.CLOSED
        facts = last_record(session)["facts"]
        assert (facts["paid"]["minor"], facts["failed"]["minor"]) == (2 * BASE, BASE)
        standing = queries.run_tally(session, run)
        assert (standing.pending, standing.exceptions, standing.by_state[PaymentState.SETTLED]) == (0, 0, 2)

    def test_not_while_a_row_waits_for_a_decision(self, session, team, people):
        run = make_run(session, team, "reconciling")
        one, *_others = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
        actions.take_results(session, team.releaser, run, results([(one, "failed")]))
        with pytest.raises(ExceptionsOpen):
            actions.close_run(session, team.finance, run)

    def test_not_with_a_remainder(self, session, team, people, monkeypatch):
        run = make_run(session, team, "reconciling")
        monkeypatch.setattr("receiver.stipends.queries.payments.moved_of_runs", lambda _session, _cause, _runs: {})
        with pytest.raises(DoesNotAddUp):
            actions.close_run(session, team.finance, run)


class TestAbandoning:
    @pytest.mark.parametrize(("until", "cancelled"), [("draft", 0), ("submitted", 3 * BASE), ("approved", 3 * BASE)])
    def test_before_the_release(self, session, team, people, until, cancelled):
        run = make_run(session, team, until)
        with pytest.raises(ReasonMissing):
            actions.abandon_run(session, team.finance, run, reason="")
        actions.abandon_run(session, team.finance, run, reason="Built for the wrong month.")
        assert run.state is RunState.ABANDONED
        assert last_record(session)["facts"]["cancelled"] == cancelled

    def test_not_after_it_and_not_by_an_approver(self, session, team, people):
        run = make_run(session, team, "released")
        with pytest.raises(RunCannotMove):
            actions.abandon_run(session, team.finance, run, reason="Too late.")
        with pytest.raises(RoleNeeded):
            actions.abandon_run(session, team.approver, run, reason="No.")


class TestTheDatabaseItself:
    """What no program can do to a frozen run, whatever it believes."""

    @pytest.mark.parametrize(
        "change",
        [
            {"digest": "f" * 64},
            {"total_minor": 1},
            {"people": 99},
            {"attempt": 0},
            {"name": "2027-01"},
            {"submitted_at": None},
            {"approvals_needed": 2},
            {"state": RunState.CLOSED},
            {"state": RunState.RELEASED},
        ],
    )
    def test_a_run(self, session, submitted, change):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(PayRun).where(PayRun.id == submitted.id).values(**change))

    def test_its_lines(self, session, submitted):
        mine = RunLine.run_id == submitted.id
        changes = ({"amount_minor": 1}, {"payment_id": None}, {"channel": Channel.BANK_FILE}, {"status": "missed"})
        for change in changes:
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(update(RunLine).where(mine).values(**change))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(delete(RunLine).where(mine))

    def test_its_payments_and_their_arrows(self, session, submitted):
        mine = Payment.run_id == submitted.id
        changes = ({"amount_minor": 1}, {"end_to_end_id": "X"}, {"payee": "x"}, {"number": 77}, {"state": "settled"})
        for change in changes:
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(update(Payment).where(mine, Payment.number == 1).values(**change))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(delete(Payment).where(mine))

    def test_one_live_payment_of_an_entitlement(self, session, submitted):
        one = payments(session, submitted)[0]
        columns = {column.name: getattr(one, column.name) for column in Payment.__table__.columns}
        again = {"id": new_id(), "number": 99, "end_to_end_id": "X-99", "attempt": 9}
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(Payment(**(columns | again)))
            session.flush()

    def test_an_entitlement(self, session, team, people):
        run = make_run(session, team, "submitted")
        one = session.scalars(select(Entitlement)).first()
        mine = update(Entitlement).where(Entitlement.id == one.id)
        for change in ({"amount_minor": 1}, {"month": NOVEMBER + 1}, {"amount_minor": 1, "revision": 3}):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(mine.values(**change))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(delete(Entitlement).where(Entitlement.id == one.id))
        approve(session, team, run)
        actions.release_run(session, team.releaser, run)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(mine.values(amount_minor=1, revision=2))

    def test_its_history(self, session, submitted):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(RunStep).where(RunStep.run_id == submitted.id).values(at=clock.now()))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(delete(PayRun).where(PayRun.id == submitted.id))


class TestFindingARun:
    def test_by_its_name_and_the_programme_where_several_have_it(self, session, team, people):
        run = make_run(session, team)
        permission = Permission.PAY_RUN_VIEW
        assert queries.run_by_name(session, team.finance, "2026-11", permission) == (run, team.programme)
        other = make_team(session)
        make_people(session, other, 1)
        theirs = make_run(session, other)
        with pytest.raises(SeveralRuns):
            queries.run_by_name(session, team.finance, "2026-11", permission)
        code = other.programme.code.lower()
        assert queries.run_by_name(session, team.finance, "2026-11", permission, code)[0] is theirs
        for name, actor in (("2026-12", team.finance), ("2026-11", team.supervisor)):
            with pytest.raises(NotFound):
                queries.run_by_name(session, actor, name, permission)
