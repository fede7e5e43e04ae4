"""Releasing a run: instructions and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import Instruction, PayRun
    from receiver.stipends.rules.payments import Channel


def release_run(
    session: Session, actor: Actor, run: PayRun, *, channels: Collection[Channel] = (), template: str = "standard"
) -> list[Instruction]:
    """Release an approved run by these channels, or by all that are left."""
    raise NotImplementedError


def release_in_background(
    session: Session, actor: Actor, run: PayRun, *, channels: Collection[Channel] = (), template: str = "standard"
) -> UUID:
    """Hand the release over to the background; the id is that of `/progress/<id>`."""
    raise NotImplementedError
