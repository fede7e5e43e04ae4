"""Building runs: started, filled, built again; findings accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.months import Month
    from receiver.partners.models import Programme
    from receiver.stipends.models import PayRun


def start_run(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Make an empty draft for a month, which `fill_run` fills."""
    raise NotImplementedError


def start_follow_up(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Make an empty follow-up (2026-11-r1) for what is still to be paid of a month."""
    raise NotImplementedError


def fill_run(session: Session, actor: Actor, run: PayRun) -> PayRun:
    """Work out who is paid how much, who would be missed and who is odd."""
    raise NotImplementedError


def build_run(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Start and fill."""
    raise NotImplementedError


def build_follow_up(session: Session, actor: Actor, programme: Programme, month: Month) -> PayRun:
    """Start and fill a follow-up."""
    raise NotImplementedError


def rebuild_run(session: Session, actor: Actor, run: PayRun) -> PayRun:
    """Fill a draft again from what is true now; acceptances of findings that are the same stay."""
    raise NotImplementedError


def build_in_background(session: Session, actor: Actor, run: PayRun) -> UUID:
    """Hand over filling (or filling again) to the background; the id is that of `/progress/<id>`."""
    raise NotImplementedError


def accept_findings(
    session: Session, actor: Actor, run: PayRun, people: Collection[UUID] | None = None, *, reason: str
) -> int:
    """Accept the open findings of these people, or of all; says how many people that was."""
    raise NotImplementedError


def pay_at_desk(session: Session, actor: Actor, run: PayRun, people: Collection[UUID]) -> int:
    """Pay these people of a draft at the cash desk this once; who has no payee at all gets the cash desk as payee."""
    raise NotImplementedError
