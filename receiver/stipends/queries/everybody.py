"""Everybody whom a list finds, beyond the page that is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver.kit.money import Money
from receiver.stipends.models import Payment, RunLine
from receiver.stipends.rules.checklist import DESK_HELPS, MISSED, pack
from receiver.stipends.rules.payments import IN_TRANSIT, Channel
from receiver.stipends.rules.runs import LineStatus, ListMoved

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun


@dataclass(frozen=True, slots=True)
class Everybody:
    """The ids that a list finds, and what their lines come to."""

    ids: list[UUID]
    total: Money

    def demand_seen(self, seen: str) -> None:
        """Raise unless there is somebody, and the page said as many.

        Raises:
            ListMoved
        """
        if not self.ids or seen != str(len(self.ids)):
            raise ListMoved(n=len(self.ids))


def missed_for_payee(session: Session, run: PayRun) -> Everybody:
    """The people whom a draft leaves out only for how they are paid: the cash desk would pay them."""
    helps = RunLine.flags.bitwise_and(pack(DESK_HELPS)) != 0
    nothing_else = RunLine.flags.bitwise_and(pack(MISSED - DESK_HELPS)) == 0
    mine = (RunLine.run_id == run.id, RunLine.status == LineStatus.MISSED, helps, nothing_else)
    return _everybody(session, run, select(RunLine.person_id, RunLine.amount_minor).where(*mine))


def waiting_at_desk(session: Session, run: PayRun) -> Everybody:
    """The payments of a run that wait at the cash desk."""
    waits = (Payment.channel == Channel.CASH_DESK, Payment.state.in_(IN_TRANSIT))
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt, *waits)
    return _everybody(session, run, select(Payment.id, Payment.amount_minor).where(*mine))


def _everybody(session: Session, run: PayRun, wanted: Select[*tuple[Any, ...]]) -> Everybody:
    rows = session.execute(wanted).all()
    return Everybody([row[0] for row in rows], Money(sum(row[1] for row in rows), run.currency))
