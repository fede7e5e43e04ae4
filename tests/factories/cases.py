"""Cases, notes, tasks and attachments."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from typing import TYPE_CHECKING

from receiver.access import SYSTEM
from receiver.cases import actions
from receiver.cases.actions import Contact
from receiver.cases.rules import NoteKind, TaskKind
from tests.factories.partners import make_programme

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.cases.models import Case, Note, Task
    from receiver.partners.models import Programme
    from receiver.people.models import Person

SPOKEN_ON = date(2026, 11, 18)


def make_case(
    session: Session, person: Person, programme: Programme | None = None, caseworker_id: UUID | None = None
) -> Case:
    """The open case of somebody, with the tasks of an arrival."""
    programme = programme or make_programme(session)
    return actions.open_case(session, SYSTEM, person, programme.id, caseworker_id)


def make_note(
    session: Session,
    actor: Actor,
    person: Person,
    text: str = "She found a room in Gikondo.",
    *,
    kind: NoteKind = NoteKind.VISIT,
    on: date = SPOKEN_ON,
    sensitive: bool = False,
) -> Note:
    """A note about a visit on 18 November 2026."""
    return actions.add_note(session, actor, person, Contact(kind, on, text, sensitive))


def make_task(
    session: Session,
    actor: Actor,
    person: Person,
    due_on: date,
    title: str = "",
    *,
    kind: TaskKind = TaskKind.FOLLOW_UP,
    assignee: UUID | None = None,
) -> Task:
    """A task that somebody added; for a day that is past, use `rule_key` through the action."""
    key = f"made/{person.id}/{due_on}/{kind.value}"
    return actions.add_task(session, actor, person, kind, due_on, title=title, rule_key=key, assignee=assignee)


def a_png(text: bytes = b"taken at the camp") -> bytes:
    """A picture of one point with words hidden in it."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"tEXt", b"Comment\0" + text) + chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


A_PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
