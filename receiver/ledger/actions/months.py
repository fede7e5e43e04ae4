"""Closing a month: its stipend report is final, and later entries stand in the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from receiver.kit import clock
from receiver.ledger.actions.book import lock
from receiver.ledger.models import ClosedReportMonth, LedgerEntry
from receiver.ledger.queries.balances import closed_until
from receiver.ledger.rules import demand_in_order

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.kit.months import Month


def close_report_month(session: Session, programme: str, month: Month) -> None:
    """Close a month and, with it, empty months before it; called by who finalises the report, and audited there.

    From here on an entry for the month stands in the oldest month still open. Closing again changes nothing.

    Raises:
        MonthsOpenBefore: an earlier month holds entries about people and is open.
    """
    lock(session)
    closed = closed_until(session, programme)
    if closed is not None and month <= closed:
        return
    # money that came from a bank is in no stipend report, so a month that holds nothing else need not be finalised
    entries = select(func.min(LedgerEntry.report_month)).where(
        LedgerEntry.programme == programme, LedgerEntry.person.is_not(None)
    )
    if closed is not None:
        entries = entries.where(LedgerEntry.report_month > closed)
    demand_in_order(programme, month, session.execute(entries).scalar_one())
    session.add(ClosedReportMonth(programme=programme, month=month, created_at=clock.now()))
    session.flush()
