"""Places in the pages of this room that rooms above fill: columns of the register, lines of a person's summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.wiring import Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor, Permission
    from receiver.kit.words import Words


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """A column of the register, filled for all people of a page by one query; who is not in the answer has nothing."""

    name: str
    label: Words
    permission: Permission
    values: Callable[[Session, Sequence[UUID]], Mapping[UUID, Words]]


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A line of a person's summary: what to say (None: nothing recorded), and the page that knows more of it.

    `slug` is the section of the person's pages, empty for none.
    """

    name: str
    label: Words
    permission: Permission
    says: Callable[[Session, Actor, UUID], Words | None]
    slug: str = ""


REGISTER_COLUMNS: Slot[RegisterColumn] = Slot("columns of the register")
SUMMARY: Slot[SummaryLine] = Slot("lines of a person's summary")


def visible_columns(actor: Actor) -> list[RegisterColumn]:
    """The columns that this actor may see."""
    return [column for column in REGISTER_COLUMNS if actor.may(column.permission)]


def summary_of(session: Session, actor: Actor, person_id: UUID) -> list[tuple[SummaryLine, Words | None]]:
    """The lines that this actor may see, and what they say of a person."""
    return [(line, line.says(session, actor, person_id)) for line in SUMMARY if actor.may(line.permission)]
