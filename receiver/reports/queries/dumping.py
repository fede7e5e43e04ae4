"""What reports add to the dump of the ledger: final ones as they are frozen, and months that are still open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver.db.engine import in_parts
from receiver.kit import clock
from receiver.ledger.models import LedgerEntry
from receiver.ledger.queries import DumpPart
from receiver.ledger.rules import Cause
from receiver.partners.models import Programme
from receiver.reports.models import MonthlyReport
from receiver.reports.queries.money import Look, gaps, ledger_equation
from receiver.reports.rules import ReportState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session


def report_objects(session: Session) -> Iterator[dict[str, Any]]:
    """Every report: its equation and its payments, which are those that were sent in its month."""
    final = session.execute(
        select(MonthlyReport, Programme)
        .join(Programme, Programme.id == MonthlyReport.programme_id)
        .order_by(Programme.code, MonthlyReport.month, MonthlyReport.revision)
    ).all()
    for stored, programme in final:
        yield {
            "programme": programme.code,
            "month": str(stored.month),
            "revision": stored.revision,
            "state": stored.state.value,
            "as_of": stored.as_of.isoformat(),
            "hash": stored.hash,
            "equation": stored.figures["equation"],
            "payments": list(_payments(session, Look(programme, stored.month, stored.as_of))),
        }
    now, closed = clock.now(), {(programme.code, stored.month) for stored, programme in final}
    moved = select(LedgerEntry.programme, LedgerEntry.report_month).where(LedgerEntry.person.is_not(None)).distinct()
    known = {one.code: one for one in session.scalars(select(Programme))}
    for code, month in sorted(session.execute(moved).all()):
        if (code, month) in closed:
            continue
        look = Look(known[code], month, now)
        yield {
            "programme": code,
            "month": str(month),
            "revision": 0,
            "state": ReportState.PROVISIONAL.value,
            "as_of": now.isoformat(),
            "hash": None,
            "equation": ledger_equation(session, look).plus(gaps(session, look)).figures(),
            "payments": list(_payments(session, look)),
        }


def _payments(session: Session, look: Look) -> Iterator[str]:
    wanted = select(LedgerEntry.cause_id).where(*look.entries, LedgerEntry.cause == Cause.INSTRUCT)
    for part in in_parts(session, wanted.order_by(LedgerEntry.seq)):
        yield from (str(payment) for (payment,) in part)


DUMP = DumpPart("reports", report_objects)
"""Offered to the ledger by the roof."""
