"""Every write of reports: finalise a month, revise what is final, record that a report was taken out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from receiver import audit, i18n
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.months import Month
from receiver.ledger.actions import close_report_month
from receiver.ledger.actions.postings import lock
from receiver.reports import queries
from receiver.reports.models import MonthlyReport
from receiver.reports.rules import (
    AlreadyFinal,
    NotFinalYet,
    NothingChanged,
    NothingToReport,
    ReportMoved,
    ReportState,
    RunsStillOpen,
    content_of,
    differences,
    digest,
    too_early,
    unequal,
)
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.runs import ReasonMissing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.partners.models import Programme
    from receiver.reports.queries import Look, Shown
    from receiver.reports.rules import ReportForm


def finalise_report(session: Session, actor: Actor, programme: Programme, month: Month, *, seen: str) -> MonthlyReport:
    """Freeze the report of a month and close the month in the ledger; what comes later stands in later reports.

    `seen` is the hash of the content that the actor has read (`rules.content_of`).

    Raises:
        RoleNeeded
        AlreadyFinal, NothingToReport, RunsStillOpen
        MonthNotBegun, MonthNotOver: too early.
        MonthsOpenBefore: an earlier month is open.
        NotEqualToLedger: a franc is missing.
        ReportMoved: the figures are others by now.
    """
    actor.demand(Permission.REPORT_FINALISE)
    demand_human(actor)
    lock(session)
    if queries.newest_report(session, programme, month) is not None:
        raise AlreadyFinal(month=month)
    run = queries.open_run(session, programme, month)
    if run is not None:
        raise RunsStillOpen(run=run.name, month=month)
    figures = queries.work_out(session, queries.Look(programme, month, clock.now()))
    if not figures["breakdowns"]["office"]:
        raise NothingToReport(month=month)
    current = Month.of(clock.today(i18n.zone()))
    early = too_early(month, current, run_closed=queries.has_closed_run(session, programme, month))
    if early is not None:
        raise early
    refusal = unequal(month, figures["equation"], figures["gaps_minor"], figures["currency"])
    if refusal is not None:
        raise refusal
    if digest(content_of(figures)) != seen:
        raise ReportMoved(month=month)
    close_report_month(session, programme.code, month)
    return _freeze(session, actor, programme, figures, Kind.REPORT_FINALISED)


def revise_report(session: Session, actor: Actor, programme: Programme, month: Month, *, reason: str) -> MonthlyReport:
    """Make the next revision of a final report, with every figure that differs from the one before.

    Raises:
        RoleNeeded
        NotFinalYet, NothingChanged
        ReasonMissing
    """
    actor.demand(Permission.REPORT_FINALISE)
    demand_human(actor)
    if not reason.strip():
        raise ReasonMissing
    lock(session)
    stored = queries.newest_report(session, programme, month)
    if stored is None:
        raise NotFinalYet(month=month)
    figures = queries.work_out(session, queries.Look(programme, month, clock.now()))
    found = differences(stored.figures, figures)
    if not found:
        raise NothingChanged(month=month)
    figures |= {"differences": found, "revision": stored.revision, "reason": reason.strip()}
    return _freeze(session, actor, programme, figures, Kind.REPORT_REVISED)


def record_export(session: Session, actor: Actor, shown: Shown, form: ReportForm, language: str, sha256: str) -> None:
    """Record that somebody takes a report out, in which form and language, and the hash of the file.

    Raises:
        RoleNeeded
    """
    if actor.user_id is not None:  # whoever runs commands in nobody's name has the database anyway, and is named there
        actor.demand(Permission.REPORT_EXPORT)
    facts = {"form": form.value, "language": language, "sha256": sha256, "revision": shown.figures["revision"]}
    facts["public"] = bool(shown.figures.get("public"))
    audit.record(session, Kind.REPORT_EXPORTED, actor, _subject(shown.look), **facts)


def _subject(look: Look) -> str:
    """What the audit chain calls a report."""
    return f"report:{look.programme.code}:{look.month}"


def _freeze(session: Session, actor: Actor, programme: Programme, figures: dict[str, Any], kind: Kind) -> MonthlyReport:
    figures |= {"state": ReportState.FINALISED.value, "revision": figures["revision"] + 1}
    look = queries.Look(programme, Month.parse(figures["month"]), datetime.fromisoformat(figures["as_of"]))
    stored = MonthlyReport(
        programme_id=programme.id,
        month=look.month,
        revision=figures["revision"],
        as_of=look.as_of,
        figures=figures,
        hash=digest(figures),
        finalised_by=actor.user_id,
        created_at=clock.now(),
    )
    session.add(stored)
    session.flush()
    facts = {"revision": stored.revision, "sha256": stored.hash, "closing": figures["equation"]["closing"]}
    facts["differences"] = len(figures["differences"])
    audit.record(session, kind, actor, _subject(look), reason=figures.get("reason"), **facts)
    return stored
