"""Twenty at once have one effect, and who comes too late is told so."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from receiver.access import Role
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.money import Money
from receiver.ledger.models import LedgerEntry
from receiver.ledger.queries import check
from receiver.ledger.rules import Cause
from receiver.stipends import actions, queries
from receiver.stipends.models import Enrolment, Entitlement, Hold, Instruction, Payment, PayRun, ResultFile
from receiver.stipends.rules.enrolments import HoldReason
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import RunAct, RunState
from tests.factories.accounts import make_actor
from tests.factories.people import make_person
from tests.factories.stipends import NOVEMBER, bring, make_people, make_run, make_team, payments, results

MANY = 20


@pytest.fixture
def team(database):
    with database.write() as session:
        team = make_team(session)
        make_people(session, team, 3)
        return team


@pytest.fixture
def at_once(database):
    """Do something so many times at one moment, each in its own transaction; what each of them answered."""

    def all_do(act, many=MANY):
        barrier = Barrier(many)

        def one(number):
            barrier.wait()
            try:
                with database.write() as session:
                    act(session, number)
            except Refusal as refusal:
                return refusal.code
            return "done"

        with ThreadPoolExecutor(many) as pool:
            return Counter(pool.map(one, range(many)))

    return all_do


def state_of(database, run):
    with database.read() as session:
        return session.get_one(PayRun, run.id).state


def count(session, model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_one_run_is_started(database, team, at_once):
    answers = at_once(lambda session, _n: actions.build_run(session, team.finance, team.programme, NOVEMBER))
    assert answers == {"done": 1, "run-underway": MANY - 1}


def test_one_submission_entitles_everyone_once(database, team, at_once):
    with database.write() as session:
        run = make_run(session, team)
    answers = at_once(lambda session, _n: actions.submit_run(session, team.finance, run, accept_because="Fine."))
    assert answers == {"done": 1, "not-a-draft": MANY - 1}
    with database.read() as session:
        assert count(session, Entitlement) == count(session, Payment) == 3
        assert count(session, LedgerEntry, LedgerEntry.cause == Cause.ENTITLE) == 3


def test_one_approval(database, team, at_once):
    with database.write() as session:
        run = make_run(session, team, "submitted")
        approvers = [make_actor(session, Role.APPROVER) for _each in range(MANY)]
        total, digest = Money(run.total_minor, "RWF"), run.digest

    def approve(session, number):
        actions.approve_run(session, approvers[number], run, total=total, digest=digest)

    assert at_once(approve) == {"done": 1, "run-cannot-move": MANY - 1}
    with database.read() as session:
        acts = [step.act for step in queries.history(session, session.get_one(PayRun, run.id))]
        assert acts.count(RunAct.APPROVE) == 1


def test_one_release(database, team, at_once):
    with database.write() as session:
        run = make_run(session, team, "approved")
    answers = at_once(lambda session, _n: actions.release_run(session, team.releaser, run))
    assert answers == {"done": 1, "run-cannot-move": MANY - 1}
    with database.read() as session:
        assert count(session, Instruction) == 2
        assert count(session, LedgerEntry, LedgerEntry.cause == Cause.INSTRUCT) == 3
        assert check(session) == []


def test_a_release_and_a_return_exclude_each_other(database, team, at_once):
    with database.write() as session:
        run = make_run(session, team, "approved")

    def either(session, number):
        if number % 2:
            actions.release_run(session, team.releaser, run)
        else:
            actions.reject_run(session, team.approver, run, reason="Wait.")

    assert at_once(either)["done"] == 1
    assert state_of(database, run) in {RunState.RELEASED, RunState.DRAFT}
    with database.read() as session:
        assert check(session) == []


def test_one_file_of_results_is_taken_in_once(database, team, at_once):
    with database.write() as session:
        run = make_run(session, team, "released")
        sent = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
        data = results([(sent[0], "settled"), (sent[1], "failed")])
        odd = results([(sent[0], "settled")], amount=1)

    def take(session, number):
        actions.take_results(session, team.releaser, run, odd if number % 4 == 0 else data)

    assert at_once(take) == {"done": MANY}
    with database.read() as session:
        assert count(session, ResultFile) == 2
        assert len(queries.open_exceptions(session, team.finance)) == 1
        moved = count(session, LedgerEntry, LedgerEntry.cause.in_([Cause.SETTLE, Cause.FAIL]))
        assert moved == 2
        assert check(session) == []


def test_the_cash_desk_pays_once(database, team, at_once):
    with database.write() as session:
        run = make_run(session, team, "released")
        (desk,) = payments(session, run, channel=Channel.CASH_DESK)

    def mark(session, number):
        act = actions.mark_uncollected if number % 2 else actions.mark_paid
        act(session, team.releaser, run, [desk.id])

    answers = at_once(mark)
    assert answers["done"] == MANY // 2  # those who said the same as the first
    assert answers["not-at-the-desk"] == MANY // 2
    with database.read() as session:
        assert session.get_one(Payment, desk.id).state in {PaymentState.SETTLED, PaymentState.FAILED}


def test_one_live_enrolment_hold_and_payee(database, team, at_once):
    person = team.people[0]
    review = clock.today("Africa/Kigali") + timedelta(days=9)
    given = {"reason": HoldReason.NOT_REACHED, "review_on": review, "notice_language": "ti"}
    holds = at_once(lambda session, _n: actions.place_hold(session, team.supervisor, person, **given))
    assert holds == {"done": 1, "enrolment-cannot-move": MANY - 1}
    asked = at_once(lambda session, _n: actions.ask_cash_desk(session, team.finance, person))
    assert asked == {"done": MANY}
    with database.read() as session:
        assert count(session, Hold) == 1
        assert len(queries.payees_now(session, person.id)) == 1


def test_a_hold_is_either_before_the_cut_off_or_after_it(database, team, at_once):
    """15: who was on hold when the run was frozen is not in it, also where both happened at one moment."""
    with database.write() as session:
        run = make_run(session, team)
    person = team.people[0]
    review = clock.today("Africa/Kigali") + timedelta(days=9)
    given = {"reason": HoldReason.NOT_REACHED, "review_on": review, "notice_language": "ti"}

    def either(session, number):
        if number:
            actions.place_hold(session, team.supervisor, person, **given)
        else:
            actions.submit_run(session, team.finance, run, accept_because="Fine.")

    answers = at_once(either, many=2)
    with database.read() as session:
        run = session.get_one(PayRun, run.id)
        hold = session.scalars(select(Hold)).one()
        if answers["done"] == 2:
            assert hold.placed_at > run.submitted_at
        else:
            assert (answers["draft-out-of-date"], run.state) == (1, RunState.DRAFT)


def test_people_are_enrolled_once(database, team, at_once):
    with database.write() as session:
        ids = [make_person(session, team.office).id for _each in range(5)]
    at_once(lambda session, _n: actions.enrol(session, team.finance, ids, team.policy))
    with database.read() as session:
        assert count(session, Enrolment, Enrolment.person_id.in_(ids)) == 5


def test_a_month_goes_on_after_all_of_it(database, team):
    with database.write() as session:
        run = make_run(session, team)
    with database.write() as session:
        bring(session, team, session.get_one(PayRun, run.id), "closed")
    assert state_of(database, run) is RunState.CLOSED
