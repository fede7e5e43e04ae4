"""Places in the pages of this room that rooms above fill: acts on everybody of an arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.wiring import Slot

if TYPE_CHECKING:
    from receiver.access import Actor, Permission
    from receiver.kit.words import Words


@dataclass(frozen=True, slots=True)
class BatchAct:
    """What else can be done with the people of an arrival; `url` ends where the name of the arrival follows."""

    name: str
    label: Words
    permission: Permission
    url: str


BATCH_ACTS: Slot[BatchAct] = Slot("acts on an arrival")


def visible_acts(actor: Actor) -> list[BatchAct]:
    """The acts that this actor may do."""
    return [act for act in BATCH_ACTS if actor.may(act.permission)]
