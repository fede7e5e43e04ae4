"""Notes: written, and corrected by a new version; what stood before stays readable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver import audit, i18n, vault
from receiver.audit import Kind
from receiver.cases.actions.tasks import add_task
from receiver.cases.models import Note, NoteVersion
from receiver.cases.queries import latest_version, open_case, readable, reason_place, text_of, text_place
from receiver.cases.rules import NEXT_STEP_IS, NoteUnchanged, OpeningReason, TaskKind, check_contact, note_url
from receiver.kit import clock
from receiver.kit.errors import NotFound, StaleVersion
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.cases.rules import NoteKind
    from receiver.people.models import Person


@dataclass(frozen=True)
class Contact:
    """What a note tells: how and when somebody was spoken with, what there is to say, and what is to be done next."""

    kind: NoteKind
    on: date
    text: str
    sensitive: bool = False
    next_step: str = ""
    next_on: date | None = None


def add_note(session: Session, actor: Actor, person: Person, contact: Contact) -> Note:
    """Write a note about a contact; it belongs to the open case, if there is one. The next step becomes a task.

    A task is read by the whole office, so the next step of a sensitive note stays in the note, and its task says only
    where it stands.

    Raises:
        ContactInFuture
        DueOutOfReach: of the next step.
    """
    check_contact(contact.on, clock.today(i18n.zone()))
    case = open_case(session, person.id)
    note = Note(
        id=new_id(),
        person_id=person.id,
        case_id=case.id if case else None,
        kind=contact.kind,
        contact_on=contact.on,
        sensitive=contact.sensitive,
        author_id=actor.user_id,
        versions=1,
    )
    session.add(note)
    session.flush()
    kept = contact.sensitive and contact.next_step
    step = i18n.text(NEXT_STEP_IS.with_(step=contact.next_step))
    _add_version(session, actor, note, f"{contact.text}\n\n{step}" if kept else contact.text, "")
    audit.record(
        session,
        Kind.NOTE_WRITTEN,
        actor,
        person.reference,
        person=person.id,
        note=note.id,
        what=contact.kind,
        on=contact.on,
        sensitive=contact.sensitive,
    )
    if contact.next_on is not None:
        kind, title, url = TaskKind.OTHER, contact.next_step, ""
        if contact.sensitive:
            kind, title, url = TaskKind.FOLLOW_UP, "", note_url(note.id)
        add_task(session, actor, person, kind, contact.next_on, title=title, url=url, assignee=actor.user_id)
    return note


def correct_note(
    session: Session, actor: Actor, person: Person, note: Note, *, text: str, reason: str, began_from: int
) -> None:
    """Correct a note by a new version, with the reason; `began_from` is the version that was read.

    Raises:
        NotFound: the actor may not read it, and so not correct it.
        StaleVersion: somebody corrected it in the meantime.
        NoteUnchanged
    """
    if not readable(actor, note):
        raise NotFound
    if began_from != note.versions:
        raise StaleVersion
    if text == text_of(session, note, latest_version(session, note)):
        raise NoteUnchanged
    note.versions += 1
    _add_version(session, actor, note, text, reason)
    audit.record(
        session, Kind.NOTE_CORRECTED, actor, person.reference, person=person.id, note=note.id, number=note.versions
    )


def note_opened(
    session: Session, actor: Actor, person: Person, note: Note, why: OpeningReason = OpeningReason.CORRECTION
) -> None:
    """Record that somebody opened the text of a sensitive note, and why; other notes are read without a record."""
    if note.sensitive and readable(actor, note):
        reason = i18n.text(why.label)
        audit.record(
            session,
            Kind.NOTE_OPENED,
            actor,
            person.reference,
            person=person.id,
            reason=reason,
            note=note.id,
            why=why,
        )


def _add_version(session: Session, actor: Actor, note: Note, text: str, reason: str) -> None:
    version = NoteVersion(id=new_id(), note_id=note.id, number=note.versions, author_id=actor.user_id)
    version.text = vault.seal(session, note.person_id, text_place(version.id), text)
    if reason:
        version.reason = vault.seal(session, note.person_id, reason_place(version.id), reason)
    session.add(version)
    session.flush()
