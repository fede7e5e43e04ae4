"""The handing of pay files to providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import vault
from receiver.audit import Kind, trail
from receiver.stipends.models import Handover, Instruction
from receiver.stipends.queries.runs import subject
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun


def handovers(session: Session, run: PayRun) -> dict[UUID, list[tuple[Handover, str]]]:
    """For each pay file of a run how it was handed over, in order, with the reason for each time after the first."""
    wanted = (
        select(Handover)
        .join(Instruction, Instruction.id == Handover.instruction_id)
        .where(Instruction.run_id == run.id)
        .order_by(Handover.instruction_id, Handover.number)
    )
    found: dict[UUID, list[tuple[Handover, str]]] = {}
    for one in session.scalars(wanted):
        found.setdefault(one.instruction_id, []).append((one, _reason(session, one)))
    return found


def handovers_of(session: Session, instruction: Instruction) -> Sequence[Handover]:
    """How one pay file was handed over, in order."""
    wanted = select(Handover).where(Handover.instruction_id == instruction.id).order_by(Handover.number)
    return session.scalars(wanted).all()


def taken_by(session: Session, run: PayRun) -> dict[Channel, list[tuple[UUID, datetime]]]:
    """Who took the pay files of a run and when, by channel, the newest first: one query."""
    found: dict[Channel, list[tuple[UUID, datetime]]] = {}
    kinds = [Kind.PAY_FILE_DOWNLOADED]
    for entry in trail(session, kinds=kinds, subject=subject(session, run), limit=_LATELY):
        if entry.actor is not None:
            found.setdefault(Channel(str(entry.facts["channel"])), []).append((entry.actor, entry.at))
    return found


_LATELY = 20


def handover_place(handover_id: UUID) -> str:
    """Where the reason of a handing over is sealed."""
    return vault.place("handovers.reason", handover_id)


def _reason(session: Session, one: Handover) -> str:
    if one.reason is None:
        return ""
    return vault.unseal(session, vault.HOUSE, handover_place(one.id), one.reason)
