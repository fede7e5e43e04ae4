"""Notes with their versions, as far as somebody may read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import vault
from receiver.access import Permission
from receiver.accounts.models import User
from receiver.cases.models import Note, NoteVersion
from receiver.kit.errors import NotFound
from receiver.people.models import Person
from receiver.people.queries import visible_people

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a note, opened; `text` is None for who may know only that it exists."""

    version: NoteVersion
    author: str | None
    text: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note with its latest text; None for a sensitive one, which is opened on its own page and on record."""

    note: Note
    text: str | None


def note_of(session: Session, actor: Actor, note_id: UUID, permission: Permission) -> tuple[Note, Person]:
    """One note, with the person it is about.

    Raises:
        NotFound: there is none, or the actor may not see the person.
    """
    seen = visible_people(actor, permission).subquery()
    wanted = select(Note, Person).join(Person, Person.id == Note.person_id).join(seen, seen.c.id == Person.id)
    found = session.execute(wanted.where(Note.id == note_id)).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def readable(actor: Actor, note: Note) -> bool:
    """Whether the text may be read: of a sensitive note by who wrote it, and by who may read those of colleagues."""
    if not actor.may(Permission.NOTE_READ):
        return False
    own = actor.user_id is not None and note.author_id == actor.user_id
    return not note.sensitive or own or actor.may(Permission.NOTE_READ_SENSITIVE)


def versions_of(session: Session, actor: Actor, note: Note, *, opened: bool = True) -> list[VersionRow]:
    """The versions of a note, the latest first; without their texts where it is not `opened`."""
    wanted = (
        select(NoteVersion, User.name)
        .outerjoin(User, User.id == NoteVersion.author_id)
        .where(NoteVersion.note_id == note.id)
        .order_by(NoteVersion.number.desc())
    )
    may = opened and readable(actor, note)
    return [
        VersionRow(
            version,
            author,
            text_of(session, note, version) if may else None,
            _reason_of(session, note, version) if may else "",
        )
        for version, author in session.execute(wanted)
    ]


def latest_version(session: Session, note: Note) -> NoteVersion:
    """The version that is in force."""
    wanted = select(NoteVersion).where(NoteVersion.note_id == note.id, NoteVersion.number == note.versions)
    return session.scalars(wanted).one()


def notes_by_id(session: Session, actor: Actor, ids: Collection[UUID]) -> dict[UUID, NoteRow]:
    """Notes of one person with their latest texts; two queries whatever their number."""
    if not ids:
        return {}
    wanted = (
        select(Note, NoteVersion)
        .join(NoteVersion, (NoteVersion.note_id == Note.id) & (NoteVersion.number == Note.versions))
        .where(Note.id.in_(set(ids)))
    )
    return {
        note.id: NoteRow(
            note, text_of(session, note, version) if readable(actor, note) and not note.sensitive else None
        )
        for note, version in session.execute(wanted)
    }


def text_of(session: Session, note: Note, version: NoteVersion) -> str:
    """The text of a version, opened; ask `readable` first."""
    return vault.unseal(session, note.person_id, text_place(version.id), version.text)


def text_place(version_id: UUID) -> str:
    """Where the text of a version is sealed."""
    return vault.place("note_versions.text", version_id)


def reason_place(version_id: UUID) -> str:
    """Where the reason of a correction is sealed."""
    return vault.place("note_versions.reason", version_id)


def _reason_of(session: Session, note: Note, version: NoteVersion) -> str:
    if version.reason is None:
        return ""
    return vault.unseal(session, note.person_id, reason_place(version.id), version.reason)
