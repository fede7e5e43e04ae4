from __future__ import annotations

from datetime import date

from sqlalchemy import text

from receiver.kit.paging import DEFAULT_SIZE
from receiver.stipends import actions
from receiver.stipends.queries.run_pages import run_page
from tests.factories.stipends import NOVEMBER, bring, enrolled, make_people, make_run, make_team, rwf
from tests.support.queries import counted


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


def test_it_says_of_each_what_does_not_add_up(session):
    team = make_team(session)
    make_people(session, team, 2, arrived_on=date(2026, 8, 1))
    for number, until in enumerate(("closed", "released", "submitted")):
        make_run(session, team, until, NOVEMBER - 2 + number)
    told = {row.run.name: row.difference for row in run_page(session, team.finance, None).rows}
    assert told == {"2026-09": rwf(0), "2026-10": rwf(0), "2026-11": None}


def test_a_remainder_stands_out(finance, bring, system):
    bring("released")
    assert "RWF 0" in finance.get("/stipends").text(".//tbody")
    with system.database.write() as session:
        session.execute(text("DROP TRIGGER IF EXISTS tr_payments_no_update" + _on(session)))
        session.execute(text("UPDATE payments SET amount_minor = amount_minor - 100 WHERE number = 1"))
    with counted(system.database) as asked:
        page = finance.get("/stipends")
    assert "RWF 100" in page.text(".//tbody//*[@class='tag bad']")
    assert len(asked) <= 6


def _on(session):
    return " ON payments" if session.get_bind().dialect.name == "postgresql" else ""
