"""A small month worked out by hand, and reports of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.kit import clock
from receiver.reports import actions, queries
from receiver.reports.rules import content_of, digest
from receiver.stipends import actions as stipends
from receiver.stipends.rules.payments import Channel
from tests.factories.stipends import (
    NOVEMBER,
    Team,
    enrolled,
    make_people,
    make_run,
    make_team,
    payments,
    results,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.months import Month
    from receiver.reports.models import MonthlyReport


def small_month(session: Session, *, code: str | None = None) -> Team:
    """Three people of 60,000 each: two by mobile money, of whom one is paid and one fails, and one at the desk, paid.

    A fourth has no confirmed number and is missed. The run is closed.
    """
    team = make_team(session, code=code)
    make_people(session, team, 3)
    enrolled(session, team, "Waiting Person", pay="waiting")
    run = make_run(session, team, "released")
    by_file = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
    stipends.take_results(session, team.releaser, run, results([(by_file[0], "settled"), (by_file[1], "failed")]))
    desk = [one.id for one in payments(session, run, channel=Channel.CASH_DESK)]
    stipends.mark_paid(session, team.releaser, run, desk)
    stipends.close_run(session, team.releaser, run)
    return team


def finalise(session: Session, team: Team, month: Month = NOVEMBER, actor: Actor | None = None) -> MonthlyReport:
    """Finalise a month as somebody who has just read it."""
    figures = queries.work_out(session, queries.Look(team.programme, month, clock.now()))
    seen = digest(content_of(figures))
    return actions.finalise_report(session, actor or team.finance, team.programme, month, seen=seen)
