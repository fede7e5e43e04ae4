"""The ledger opened for one action: who posts, when, and up to which number entries stand so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from receiver.ledger.models import LedgerEntry
from receiver.ledger.queries.balances import closed_until
from receiver.ledger.rules import report_month

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from receiver.kit.months import Month


@dataclass(slots=True)
class Book:
    """`last` is the number of the newest entry; `first` that of the first one of this action, once there is one."""

    session: Session
    recorded_at: datetime
    last: int
    first: int = 0
    _closed: dict[str, Month | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.first = self.last + 1

    def report_month(self, programme: str, month: Month) -> Month:
        """The month in whose report an entry of a run for `month` stands now."""
        if programme not in self._closed:
            self._closed[programme] = closed_until(self.session, programme)
        return report_month(month, self._closed[programme])


def lock(session: Session) -> None:
    """Keep every other writer out of the ledger until this transaction ends; readers go on.

    On SQLite the transaction is the only one that writes anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE ledger_postings IN SHARE ROW EXCLUSIVE MODE"))
    plan_anew(session)


def plan_anew(session: Session) -> None:
    """Make PostgreSQL plan each statement of this transaction for the tables as they are by then.

    A plan that was prepared when they were small reads them from end to end, again and again, while they grow.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def open_book(session: Session, recorded_at: datetime) -> Book:
    """Lock the ledger and find its end."""
    lock(session)
    return Book(session, recorded_at, last_entry(session))


def last_entry(session: Session) -> int:
    """The number of the newest entry, or 0."""
    return int(session.execute(select(func.coalesce(func.max(LedgerEntry.seq), 0))).scalar_one())
