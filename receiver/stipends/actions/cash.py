"""The cash desk: who was paid, and who did not come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun


def mark_paid(session: Session, actor: Actor, run: PayRun, payments: Collection[UUID]) -> int:
    """Record that these payments were handed out; who was marked before stays so."""
    raise NotImplementedError


def mark_uncollected(session: Session, actor: Actor, run: PayRun, payments: Collection[UUID]) -> int:
    """Record that nobody came for these payments; the money is owed again."""
    raise NotImplementedError
