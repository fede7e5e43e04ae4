"""What happened to a person, read from the chain of audit records; notes are opened for who may read them (S15b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from receiver import audit
from receiver.accounts.queries import user_names
from receiver.audit import Kind
from receiver.cases.queries.notes import notes_by_id
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.kit.words import LabelledEnum, p_
from receiver.people.rules import ArrivalState

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.audit import Entry
    from receiver.cases.queries.notes import NoteRow
    from receiver.kit.words import Words
    from receiver.people.models import Person


class Story(LabelledEnum):
    """The parts of a person's history."""

    NOTES = "notes", p_("history", "Notes")
    TASKS = "tasks", p_("history", "Tasks")
    CASE = "case", p_("history", "Case")
    MONEY = "money", p_("history", "Stipend")
    DETAILS = "details", p_("history", "Details")
    FILES = "files", p_("history", "Files")


STORIES: dict[Story, tuple[Kind, ...]] = {
    Story.NOTES: (Kind.NOTE_WRITTEN, Kind.NOTE_CORRECTED),
    Story.TASKS: (Kind.TASK_ADDED, Kind.TASK_DONE, Kind.TASK_MOVED, Kind.TASK_HANDED_OVER, Kind.TASK_DROPPED),
    Story.CASE: (
        Kind.CASE_OPENED,
        Kind.CASE_ASSIGNED,
        Kind.PERSON_MOVED,
        Kind.CASE_STAGE_MOVED,
        Kind.CASE_PROPOSED,
        Kind.CASE_PROPOSAL_DECIDED,
        Kind.CASE_CLOSED,
        Kind.CASE_REOPENED,
    ),
    Story.MONEY: (
        Kind.PAYEE_SET,
        Kind.PAYEE_CONFIRMED,
        Kind.PAYEE_REFUSED,
        Kind.ENROLMENT_STARTED,
        Kind.ENROLMENT_MOVED,
        Kind.ENROLMENT_ENDED,
        Kind.HOLD_PLACED,
        Kind.HOLD_EXTENDED,
        Kind.HOLD_RELEASED,
        Kind.RECEIPT_MADE,
    ),
    Story.DETAILS: (
        Kind.PERSON_REGISTERED,
        Kind.PERSON_CHANGED,
        Kind.PERSON_LEFT,
        Kind.PERSON_LEFT_UNDONE,
        Kind.ARRIVAL_ADDED,
        Kind.ARRIVAL_MARKED,
        Kind.CONTACT_CHANGED,
        Kind.DOCUMENT_CHANGED,
        Kind.HOUSEHOLD_CHANGED,
        Kind.COLLECTOR_CHANGED,
        Kind.DUPLICATE_DECIDED,
    ),
    Story.FILES: (Kind.ATTACHMENT_ADDED, Kind.ATTACHMENT_REMOVED),
}
"""What belongs to which part. What only tells who looked at something is for the audit trail, not for this page."""

TOLD = tuple(kind for kinds in STORIES.values() for kind in kinds)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `note` is the note that it is about, as far as the actor may read it."""

    entry: Entry
    by: str | None
    note: NoteRow | None

    @property
    def mark(self) -> Words | None:
        """What became of somebody who was expected, where that was recorded."""
        told = self.entry.kind is Kind.ARRIVAL_MARKED
        return ArrivalState(self.entry.facts["state"]).label if told else None


def history(
    session: Session, actor: Actor, person: Person, *, story: Story | None = None, cursor: Cursor | None = None
) -> Page[Event]:
    """What happened to a person, newest first, in the order of the chain; four queries a page."""
    before = int(str(cursor.place[0])) if cursor is not None else None
    kinds = STORIES[story] if story is not None else TOLD
    entries = audit.trail(session, kinds=kinds, person=person.id, before=before, limit=DEFAULT_SIZE + 1)
    page = Page.build(entries, DEFAULT_SIZE, lambda entry: (entry.seq,), cursor=cursor)
    return Page(
        rows=_events(session, actor, page.rows),  # type: ignore[arg-type] # a page keeps a sequence as it is
        next=page.next,
        first_number=page.first_number,
    )


def last_events(session: Session, person: Person, limit: int = 3) -> list[Event]:
    """The last things that happened to a person, without names and texts: one query of a page that has many."""
    return [Event(entry, None, None) for entry in audit.trail(session, kinds=TOLD, person=person.id, limit=limit)]


def _events(session: Session, actor: Actor, entries: list[Entry]) -> list[Event]:
    names = user_names(session, {entry.actor for entry in entries if entry.actor is not None})
    notes = notes_by_id(session, actor, [UUID(id_) for entry in entries if (id_ := entry.facts.get("note"))])
    return [
        Event(
            entry,
            names.get(entry.actor) if entry.actor else None,
            notes.get(UUID(entry.facts["note"])) if "note" in entry.facts else None,
        )
        for entry in entries
    ]
