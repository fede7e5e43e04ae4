from __future__ import annotations

from receiver.kit.paging import DEFAULT_SIZE
from receiver.stipends import actions
from receiver.stipends.queries.run_pages import run_page
from tests.factories.stipends import NOVEMBER, bring, enrolled, make_people, make_run, make_team


def test_runs_come_by_month_and_follow_what_they_follow(session):
    team = make_team(session)
    make_people(session, team, 1, arrived_on=NOVEMBER.first)
    late = enrolled(session, team, pay="none", arrived_on=NOVEMBER.first)
    make_run(session, team, "closed")
    make_run(session, team, month=NOVEMBER + 1)
    actions.ask_cash_desk(session, team.finance, late)
    bring(session, team, actions.build_follow_up(session, team.finance, team.programme, NOVEMBER), "closed")
    names = [row.run.name for row in run_page(session, team.finance, None).rows]
    assert names == ["2026-12", "2026-11", "2026-11-r1"]


def test_pages_of_it_lead_on_and_back(session):
    team = make_team(session)
    make_people(session, team, 1, arrived_on=NOVEMBER.first)
    for number in range(DEFAULT_SIZE + 2):
        run = actions.start_run(session, team.finance, team.programme, NOVEMBER - number)
        actions.abandon_run(session, team.finance, run, reason="Practice.")
    first = run_page(session, team.finance, None)
    second = run_page(session, team.finance, str(first.next))
    assert [row.run.name for row in second.rows] == [str(NOVEMBER - DEFAULT_SIZE), str(NOVEMBER - DEFAULT_SIZE - 1)]
    back = run_page(session, team.finance, str(second.previous))
    assert [row.run.id for row in back.rows] == [row.run.id for row in first.rows]
