"""The list of failed payments says who looks into each."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.stipends import actions
from receiver.stipends.rules.payments import Channel
from tests.factories.accounts import make_actor
from tests.factories.cases import make_case
from tests.factories.stipends import payments, results
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
