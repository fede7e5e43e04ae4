"""Approving, returning, holding back, closing and abandoning runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.money import Money
    from receiver.stipends.models import PayRun


def approve_run(session: Session, actor: Actor, run: PayRun, *, total: Money, digest: str) -> PayRun:
    """Approve a run; above the threshold two humans must."""
    raise NotImplementedError


def reject_run(session: Session, actor: Actor, run: PayRun, *, reason: str) -> PayRun:
    """Return a run to its draft."""
    raise NotImplementedError


def hold_back(session: Session, actor: Actor, run: PayRun, people: Collection[UUID], *, reason: str) -> int:
    """Hold back the lines of these people of a submitted or approved run."""
    raise NotImplementedError


def close_run(session: Session, actor: Actor, run: PayRun) -> PayRun:
    """Close a reconciled run that adds up."""
    raise NotImplementedError


def abandon_run(session: Session, actor: Actor, run: PayRun, *, reason: str) -> PayRun:
    """Abandon a run before its release."""
    raise NotImplementedError
