"""Reports as they are kept and as pages ask for them: months of a programme, one report, final or worked out now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from receiver.access import Permission
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.ledger.models import LedgerEntry
from receiver.ledger.rules import Cause
from receiver.partners.models import Programme
from receiver.partners.queries import programme_by_code, programmes
from receiver.reports.models import MonthlyReport
from receiver.reports.queries.figures import work_out
from receiver.reports.queries.money import Look
from receiver.reports.rules import ReportState, figures_beside
from receiver.stipends.models import PayRun, ResultException
from receiver.stipends.rules.exceptions import ExceptionState
from receiver.stipends.rules.runs import OPEN, RunState, SeveralRuns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from receiver.access import Actor


@dataclass(frozen=True, slots=True)
class Shown:
    """A report to be shown: where it looks, its figures, and the row it is frozen in, if it is final."""

    look: Look
    figures: dict[str, Any]
    stored: MonthlyReport | None

    @property
    def state(self) -> ReportState:
        """Whether its figures can still move."""
        return ReportState.FINALISED if self.stored else ReportState.PROVISIONAL


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of a programme in which money moved."""

    programme: Programme
    month: Month
    entitled: Money
    newest: MonthlyReport | None


def report_programme(session: Session, actor: Actor, code: str | None, month: Month) -> Programme:
    """The programme of a report; without a code the only one that has something to report for the month.

    Raises:
        NotFound: there is none of this code, or none at all.
        SeveralRuns: several programmes have that month.
    """
    actor.demand(Permission.REPORT_VIEW)
    if code:
        return programme_by_code(session, actor, code)
    moved = select(LedgerEntry.programme).where(LedgerEntry.report_month == month, LedgerEntry.person.is_not(None))
    found = session.scalars(select(Programme).where(Programme.code.in_(moved)).order_by(Programme.code)).all()
    if len(found) > 1:
        raise SeveralRuns(run=str(month), programmes=[one.code for one in found])
    if found:
        return found[0]
    known = programmes(session, ended=True)
    if not known:
        raise NotFound
    return known[0]


def newest_report(session: Session, programme: Programme, month: Month) -> MonthlyReport | None:
    """The newest revision of a final report; None while the month is open."""
    wanted = select(MonthlyReport).where(MonthlyReport.programme_id == programme.id, MonthlyReport.month == month)
    return session.scalar(wanted.order_by(MonthlyReport.revision.desc()).limit(1))


def revisions(session: Session, programme: Programme, month: Month) -> Sequence[MonthlyReport]:
    """A final report and its revisions, in order."""
    wanted = select(MonthlyReport).where(MonthlyReport.programme_id == programme.id, MonthlyReport.month == month)
    return session.scalars(wanted.order_by(MonthlyReport.revision)).all()


def report(
    session: Session, programme: Programme, month: Month, *, as_of: datetime | None = None, whole: bool = True
) -> Shown:
    """The report as of a moment; without one the final report, or what an open month comes to now."""
    stored = newest_report(session, programme, month)
    if as_of is None and stored is not None:
        return Shown(Look(programme, month, stored.as_of), {**stored.figures, "hash": stored.hash}, stored)
    look = Look(programme, month, as_of or clock.now())
    figures = work_out(session, look, whole=whole)
    if stored is not None:
        figures |= {"state": ReportState.FINALISED.value, "revision": _revision(session, programme, month, look)}
    return Shown(look, figures, None if as_of else stored)


def earlier_months(session: Session, look: Look) -> list[Month]:
    """The months before, of the same programme, in which people were owed something, the newest first."""
    entry = LedgerEntry
    mine = (entry.programme == look.programme.code, entry.cause == Cause.ENTITLE, entry.report_month < look.month)
    wanted = select(entry.report_month).where(*mine).distinct().order_by(entry.report_month.desc())
    return list(session.scalars(wanted))


def beside(session: Session, shown: Shown, month: Month) -> Shown:
    """The same report with the figures of an earlier month beside its own, as that month's report has them."""
    other = report(session, shown.look.programme, month, whole=False)
    return replace(shown, figures={**shown.figures, "comparison": figures_beside(other.figures)})


def _revision(session: Session, programme: Programme, month: Month, look: Look) -> int:
    count = select(func.count()).where(
        MonthlyReport.programme_id == programme.id, MonthlyReport.month == month, MonthlyReport.as_of <= look.as_of
    )
    return session.scalar(count) or 0


def month_rows(session: Session, actor: Actor) -> list[MonthRow]:
    """Every month of every programme in which people were owed something, the newest first; three queries."""
    actor.demand(Permission.REPORT_VIEW)
    entry = LedgerEntry
    owed = (
        select(entry.programme, entry.report_month, func.sum(entry.amount_minor))
        .where(entry.cause == Cause.ENTITLE)
        .group_by(entry.programme, entry.report_month)
    )
    known = {one.code: one for one in programmes(session, ended=True)}
    newest: dict[tuple[Any, Month], MonthlyReport] = {}
    for one in session.scalars(select(MonthlyReport).order_by(MonthlyReport.revision)):
        newest[one.programme_id, one.month] = one
    rows = [
        MonthRow(known[code], month, Money(int(minor), known[code].currency), newest.get((known[code].id, month)))
        for code, month, minor in session.execute(owed)
    ]
    return sorted(rows, key=lambda row: (row.programme.name, -(row.month - Month(1, 1))))


def open_run(session: Session, programme: Programme, month: Month) -> PayRun | None:
    """A run of the month that still waits for somebody."""
    wanted = select(PayRun).where(PayRun.programme_id == programme.id, PayRun.month == month, PayRun.state.in_(OPEN))
    return session.scalar(wanted.order_by(PayRun.name).limit(1))


def has_closed_run(session: Session, programme: Programme, month: Month) -> bool:
    """Whether a run of the month is closed."""
    mine = (PayRun.programme_id == programme.id, PayRun.month == month, PayRun.state == RunState.CLOSED)
    return session.scalar(select(PayRun.id).where(*mine).limit(1)) is not None


def runs_in_doubt(session: Session, programme: Programme, month: Month) -> Sequence[str]:
    """The runs of the month of which a row of results still waits for a decision, by name."""
    waiting = (ResultException.run_id == PayRun.id, ResultException.state == ExceptionState.OPEN)
    mine = (PayRun.programme_id == programme.id, PayRun.month == month)
    return session.scalars(select(PayRun.name).where(*mine, exists().where(*waiting)).order_by(PayRun.name)).all()
