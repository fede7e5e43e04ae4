"""The list of failed payments says who looks into each, and gives several to somebody."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from receiver.access import Role
from receiver.cases.models import Task
from receiver.cases.rules import TaskState
from receiver.kit.ids import new_id
from receiver.stipends import actions
from receiver.stipends.rules.payments import Channel
from tests.factories.accounts import make_actor, make_office
from tests.factories.cases import make_case
from tests.factories.stipends import payments, results
from tests.support.pages import said
from tests.support.queries import counted


@pytest.mark.parametrize(("reason", "owner"), [("number not registered", "Divine"), ("timed out", "Nobody yet")])
def test_who_has_the_task_stands_beside_it(finance, system, team, bring, reason, owner):
    run = bring("released")
    with system.database.write() as session:
        worker = make_actor(session, Role.CASEWORKER, offices=[team.office], name="Divine")
        one = next(each for each in payments(session, run) if each.channel is Channel.MOBILE_MONEY_FILE)
        person = next(each for each in team.people if each.id == one.person_id)
        make_case(session, person, team.programme, caseworker_id=worker.user_id)
        actions.take_results(session, team.releaser, run, results([(one, "failed")], reason=reason))
    with counted(system.database) as asked:
        page = finance.get("/payments?state=failed")
    assert owner in page.text(".//tbody/tr")
    assert len(asked) <= 6, asked
    assert "Who looks into it" not in finance.get("/payments?state=all").text()


@pytest.fixture
def failed(system, team, bring):
    """Two payments that failed: the provider did not know one number, the other took too long; nobody looks yet."""
    run = bring("released")
    with system.database.write() as session:
        found = [each for each in payments(session, run) if each.channel is Channel.MOBILE_MONEY_FILE][:2]
        assert len(found) == 2
        for one, reason in zip(found, ("number not registered", "timed out"), strict=True):
            actions.take_results(session, team.releaser, run, results([(one, "failed")], reason=reason))
        return [one.id for one in found]


@pytest.fixture
def divine(system, team):
    with system.database.write() as session:
        return str(make_actor(session, Role.CASEWORKER, offices=[team.office], name="Divine").user_id)


@pytest.fixture
def supervisor(enter, team):
    return enter(team.supervisor)


def owners(browser):
    return sorted(said(row.findall("td")[-1]) for row in browser.get("/payments").all(".//tbody/tr"))


def boxes(browser):
    return len(browser.get("/payments").all(".//tbody//input[@name='payment']"))


def give(browser, ids, user, status=303):
    form = browser.get("/payments?state=failed").form("/payments/assignments")
    return browser.post(form.action, form.with_(payment=[str(one) for one in ids], user=user), status=status)


def test_several_are_given_to_somebody_at_once(supervisor, failed, divine):
    assert boxes(supervisor) == 2
    page = supervisor.follow(give(supervisor, failed, divine))
    assert "It is noted who looks into it." in page.text()
    assert owners(supervisor) == ["Divine", "Divine"]
    give(supervisor, failed, divine)  # once more is no change
    assert owners(supervisor) == ["Divine", "Divine"]


def test_finance_gives_what_nobody_has_and_takes_nothing_away(finance, system, team, failed, divine):
    give(finance, failed[:1], divine)
    assert owners(finance) == ["Divine", "Nobody yet"]
    assert boxes(finance) == 1
    with system.database.write() as session:
        other = str(make_actor(session, Role.CASEWORKER, offices=[team.office], name="Eric").user_id)
    give(finance, failed, other, status=403)
    assert owners(finance) == ["Divine", "Nobody yet"]


def test_what_is_wrong_stands_in_the_list_and_nothing_is_given(supervisor, system, failed, divine):
    with system.database.write() as session:
        elsewhere = str(make_actor(session, Role.CASEWORKER, offices=[make_office(session)], name="Far").user_id)
    assert "Choose at least one line." in give(supervisor, [], divine, status=422).text()
    assert "Please choose one of the answers given." in give(supervisor, failed, elsewhere, status=422).text()
    give(supervisor, [*failed, new_id()], divine, status=404)
    give(supervisor, ["x"], divine, status=404)
    assert owners(supervisor) == ["Nobody yet", "Nobody yet"]


def test_a_task_that_is_done_is_not_given_again(supervisor, system, failed, divine):
    give(supervisor, failed[:1], divine)
    with system.database.write() as session:
        task = session.scalars(select(Task).where(Task.assignee_id == UUID(divine))).one()
        task.state = TaskState.DONE
    assert boxes(supervisor) == 1
    give(supervisor, failed, divine, status=422)
    assert owners(supervisor) == ["Nobody yet", "Nobody yet"]
