"""People of a month counted: new, continuing, on hold, ended and missed, each with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from receiver.audit import Kind
from receiver.audit.models import AuditRecord
from receiver.ledger.models import LedgerEntry
from receiver.ledger.rules import Cause
from receiver.stipends.models import (
    Enrolment,
    Entitlement,
    Hold,
    MissedMonth,
    Payment,
    PayRun,
    Policy,
    RunLine,
    RunStep,
)
from receiver.stipends.rules.checklist import MISSED, Flag, pack, unpack
from receiver.stipends.rules.runs import LineStatus, RunState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from receiver.reports.queries.money import Look

E = LedgerEntry


def people_counts(session: Session, look: Look) -> dict[str, Any]:
    """How many people were owed something for the first time or again, and who was not paid, and why."""
    entitled = select(E.person).where(*look.entries, E.cause == Cause.ENTITLE).distinct().subquery()
    before = select(E.person).where(*look.known, E.cause == Cause.ENTITLE, E.report_month < look.month)
    everyone = session.scalar(select(func.count()).select_from(entitled)) or 0
    again = session.scalar(select(func.count()).select_from(entitled).where(entitled.c.person.in_(before))) or 0
    held, ended, missed = _on_hold(session, look), _ended(session, look), _missed(session, look)
    return {
        "new": everyone - again,
        "continuing": again,
        "on_hold": sum(held.values()),
        "on_hold_reasons": held,
        "ended": sum(ended.values()),
        "ended_reasons": ended,
        **missed,
    }


def _of_programme(look: Look) -> ColumnElement[bool]:
    policies = select(Policy.id).where(Policy.programme_id == look.programme.id)
    return Enrolment.policy_id.in_(policies)


def _on_hold(session: Session, look: Look) -> dict[str, int]:
    """Holds that stood when the month's first run was sent for approval, or stand at the moment looked at."""
    first = select(func.min(PayRun.submitted_at)).where(
        PayRun.programme_id == look.programme.id, PayRun.month == look.month, PayRun.submitted_at <= look.as_of
    )
    moment = session.scalar(first) or look.as_of
    wanted = (
        select(Hold.reason, func.count())
        .join(Enrolment, Enrolment.id == Hold.enrolment_id)
        .where(_of_programme(look), Enrolment.since <= look.month.last, Hold.placed_at <= moment)
        .where(or_(Hold.released_at.is_(None), Hold.released_at > moment))
        .group_by(Hold.reason)
    )
    return {reason.value: count for reason, count in sorted(session.execute(wanted).all())}


def _ended(session: Session, look: Look) -> dict[str, int]:
    """Enrolments whose last day lies in the month, as far as that had been said by then."""
    said = exists().where(
        AuditRecord.kind == Kind.ENROLMENT_ENDED.value,
        AuditRecord.person == Enrolment.person_id,
        AuditRecord.at <= look.as_of,
    )
    wanted = (
        select(Enrolment.end_reason, func.count())
        .where(_of_programme(look), Enrolment.until.between(look.month.first, look.month.last), said)
        .group_by(Enrolment.end_reason)
    )
    return {reason.value: count for reason, count in sorted(session.execute(wanted).all()) if reason}


def _missed(session: Session, look: Look) -> dict[str, Any]:
    """People whom the released runs of the month left out, and to whom nothing was sent for it; those on hold apart.

    Among them are those who were enrolled, for days of the month, when its run had gone out.
    """
    line, later = RunLine, aliased(RunLine)
    gone = (
        select(PayRun.id)
        .join(RunStep, RunStep.run_id == PayRun.id)
        .where(PayRun.programme_id == look.programme.id, PayRun.month == look.month)
        .where(RunStep.state == RunState.RELEASED, RunStep.at <= look.as_of)
    )
    in_month = select(Entitlement.id).where(
        Entitlement.programme_id == look.programme.id, Entitlement.month == look.month
    )
    paid = exists().where(
        Payment.person_id == line.person_id, Payment.instructed_at <= look.as_of, Payment.entitlement_id.in_(in_month)
    )
    newer = exists().where(later.person_id == line.person_id, later.run_id.in_(gone), later.run_id > line.run_id)
    wanted = (
        select(line.flags, func.count())
        .where(line.run_id.in_(gone), line.status == LineStatus.MISSED, ~paid, ~newer)
        .group_by(line.flags)
    )
    people = 0
    reasons: dict[str, int] = {}
    for flags, count in session.execute(wanted):
        if flags & pack([Flag.ON_HOLD]):
            continue
        people += count
        for flag in unpack(flags):
            if flag in MISSED:
                reasons[flag.value] = reasons.get(flag.value, 0) + count
    if late := _late(session, look):
        people += late
        reasons[Flag.ENROLLED_LATE.value] = late
    return {"missed": people, "missed_reasons": dict(sorted(reasons.items()))}


def _late(session: Session, look: Look) -> int:
    """How many had come too late for the month's run, and had nothing for it by then."""
    one = MissedMonth
    wanted = select(func.count()).where(
        one.programme_id == look.programme.id,
        one.month == look.month,
        one.flags.bitwise_and(pack([Flag.ENROLLED_LATE])) != 0,
        one.created_at <= look.as_of,
        or_(one.settled_at.is_(None), one.settled_at > look.as_of),
    )
    return session.scalar(wanted) or 0
