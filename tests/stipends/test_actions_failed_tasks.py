"""A payment that failed is a task of the caseworker, once, until the person is paid in another way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from receiver.access import Role
from receiver.cases.models import Task
from receiver.cases.rules import TaskKind, TaskState
from receiver.stipends import actions
from receiver.stipends.models import Payee, ResultException
from receiver.stipends.rules.exceptions import Decision
from receiver.stipends.rules.payees import PayeeState
from tests.factories.accounts import make_actor
from tests.factories.cases import make_case
from tests.factories.stipends import NOVEMBER, bring, enrolled, make_people, make_run, make_team, payments, results


@pytest.fixture
def team(session):
    return make_team(session)


@pytest.fixture
def person(session, team):
    make_people(session, team, 1)
    one = enrolled(session, team, "One Whose Number Failed")
    worker = make_actor(session, Role.CASEWORKER, offices=[team.office])
    make_case(session, one, team.programme, caseworker_id=worker.user_id)
    return one


@pytest.fixture
def run(session, team, person):
    return make_run(session, team, "released")


def say(session, team, run, person, word, reason=""):
    (payment,) = [one for one in payments(session, run) if one.person_id == person.id]
    actions.take_results(session, team.releaser, run, results([(payment, word)], reason=reason))


def tasks(session, *kinds):
    wanted = select(Task).where(Task.kind.in_(kinds or [TaskKind.PAYMENT_FAILED]))
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


@pytest.mark.parametrize("reason", ["number not registered", ""])
def test_a_failure_is_a_task_of_the_caseworker(session, team, run, person, reason):
    say(session, team, run, person, "failed", reason)
    (task,) = tasks(session)
    assert (task.person_id, task.state) == (person.id, TaskState.OPEN)
    assert task.assignee_id is not None
    assert task.url == f"/people/{person.reference}/payee"


def test_what_may_pass_by_itself_is_none(session, team, run, person):
    say(session, team, run, person, "failed", "request timed out")
    assert tasks(session) == []


def test_who_did_not_come_to_the_cash_desk_is_none(session, team, run):
    desk = [one.id for one in payments(session, run) if one.channel.value == "cash_desk"]
    actions.mark_uncollected(session, team.releaser, run, desk)
    assert tasks(session) == []


def test_other_details_settle_it_and_the_question_how_to_pay(session, team, run, person):
    say(session, team, run, person, "failed", "AC04")
    actions.ask_cash_desk(session, team.finance, person)
    kinds = (TaskKind.PAYMENT_FAILED, TaskKind.PAYEE)
    assert {task.state for task in tasks(session, *kinds)} == {TaskState.DONE}


def test_money_on_its_way_again_settles_it(session, team, run, person):
    say(session, team, run, person, "failed")
    again = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
    bring(session, team, again, "approved")
    assert tasks(session)[0].state is TaskState.OPEN
    actions.release_run(session, team.releaser, again)
    assert tasks(session)[0].state is TaskState.DONE


def test_money_that_arrived_after_all_settles_it(session, team, run, person):
    say(session, team, run, person, "failed")
    say(session, team, run, person, "settled")
    one = session.scalars(select(ResultException)).one()
    actions.settle_exception(session, team.releaser, one, decision=Decision.PAID, reason="The provider confirms it.")
    assert tasks(session)[0].state is TaskState.DONE


def test_money_that_came_back_is_told(session, team, run, person):
    say(session, team, run, person, "settled")
    say(session, team, run, person, "returned", "account closed")
    assert [task.state for task in tasks(session)] == [TaskState.OPEN]
    assert session.scalar(select(Payee.state).where(Payee.person_id == person.id)) is PayeeState.CONFIRMED
