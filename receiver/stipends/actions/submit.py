"""Submitting a run: freezing its lines, entitling its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun


def submit_run(
    session: Session, actor: Actor, run: PayRun, *, accept_because: str = "", overdraw_because: str = ""
) -> PayRun:
    """Freeze a draft and ask for approval."""
    raise NotImplementedError
