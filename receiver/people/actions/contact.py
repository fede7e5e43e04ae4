"""Ways to reach somebody and identity documents: added, changed, removed, and opened, each of which is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver import audit, vault
from receiver.audit import Kind
from receiver.kit.ids import new_id
from receiver.people.actions.twins import look_again
from receiver.people.models import ContactWay, IdentityDocument
from receiver.people.queries import (
    contact_mark,
    document_mark,
    note_of,
    number_of,
    programme_ids_of,
    value_of,
    ways_of,
)
from receiver.people.rules import ContactKind, DocumentKind, NoDocumentNumber, plain_number, tail_of

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person


@dataclass(frozen=True)
class Way:
    """A way to reach somebody; `note` are words beside it, such as the best hours."""

    kind: ContactKind
    value: str
    note: str = ""
    safe_to_call: bool = False
    safe_to_text: bool = False
    shared: bool = False
    main: bool = False


@dataclass(frozen=True)
class Paper:
    """An identity document; `seen` by somebody of the staff, not only told."""

    kind: DocumentKind
    number: str
    country: str | None = None
    expires_on: date | None = None
    seen: bool = False


def add_way(session: Session, actor: Actor, person: Person, facts: Way) -> ContactWay:
    """Add a way to reach somebody. The first one, and one marked so, is the main way."""
    first = not ways_of(session, person)
    way = ContactWay(id=new_id(), person_id=person.id)
    _write_way(session, person, way, facts)
    session.add(way)
    session.flush()
    if facts.main or first:
        _make_main(session, person, way)
    _record_way(session, actor, person, way, "added")
    look_again(session, actor, person)
    return way


def change_way(session: Session, actor: Actor, person: Person, way: ContactWay, facts: Way) -> None:
    """Change a way to reach somebody; an empty value leaves the number as it is."""
    known = facts.value or value_of(session, way)
    _write_way(session, person, way, Way(**{**vars(facts), "value": known}))
    session.flush()
    if facts.main:
        _make_main(session, person, way)
    _record_way(session, actor, person, way, "changed")
    look_again(session, actor, person)


def remove_way(session: Session, actor: Actor, person: Person, way: ContactWay) -> None:
    """Remove a way that no longer reaches somebody; the oldest of the others becomes the main one."""
    was_main = way.main
    session.delete(way)
    session.flush()
    rest = ways_of(session, person)
    if was_main and rest:
        _make_main(session, person, rest[0])
    _record_way(session, actor, person, way, "removed")


def reveal_ways(session: Session, actor: Actor, person: Person) -> dict[UUID, tuple[str, str]]:
    """Open the ways to reach somebody: for each what was typed and the words beside it. It is recorded."""
    ways = ways_of(session, person)
    audit.record(session, Kind.CONTACT_REVEALED, actor, person.reference, person=person.id, ways=len(ways))
    return {way.id: (value_of(session, way), note_of(session, way)) for way in ways}


def add_document(session: Session, actor: Actor, person: Person, facts: Paper) -> IdentityDocument:
    """Add an identity document.

    Raises:
        NoDocumentNumber
    """
    document = IdentityDocument(id=new_id(), person_id=person.id)
    _write_document(session, person, document, facts)
    session.add(document)
    session.flush()
    _record_document(session, actor, person, document, "added")
    look_again(session, actor, person)
    return document


def change_document(session: Session, actor: Actor, person: Person, document: IdentityDocument, facts: Paper) -> None:
    """Change an identity document; an empty number leaves it as it is.

    Raises:
        NoDocumentNumber
    """
    known = facts.number or number_of(session, document)
    _write_document(session, person, document, Paper(**{**vars(facts), "number": known}))
    session.flush()
    _record_document(session, actor, person, document, "changed")
    look_again(session, actor, person)


def reveal_document(session: Session, actor: Actor, person: Person, document: IdentityDocument, *, reason: str) -> str:
    """Open the number of an identity document, for a reason that is recorded."""
    audit.record(
        session,
        Kind.DOCUMENT_REVEALED,
        actor,
        person.reference,
        person=person.id,
        reason=reason,
        document=document.id,
        document_kind=document.kind,
    )
    return number_of(session, document)


def _write_way(session: Session, person: Person, way: ContactWay, facts: Way) -> None:
    way.kind, way.shared = facts.kind, facts.shared
    way.safe_to_call, way.safe_to_text = facts.safe_to_call, facts.safe_to_text
    way.value = vault.seal(session, person.id, vault.place("contact_ways.value", way.id), facts.value)
    way.blind = contact_mark(session, facts.kind, facts.value)
    place = vault.place("contact_ways.note", way.id)
    way.note = vault.seal(session, person.id, place, facts.note) if facts.note else None


def _make_main(session: Session, person: Person, way: ContactWay) -> None:
    for other in ways_of(session, person):
        other.main = other.id == way.id
    session.flush()


def _record_way(session: Session, actor: Actor, person: Person, way: ContactWay, act: str) -> None:
    audit.record(
        session,
        Kind.CONTACT_CHANGED,
        actor,
        person.reference,
        person=person.id,
        act=act,
        way=way.id,
        way_kind=way.kind,
        value=audit.fingerprint(session, "contact_ways.value", way.blind.hex()),
    )


def _write_document(session: Session, person: Person, document: IdentityDocument, facts: Paper) -> None:
    if not plain_number(facts.number):
        raise NoDocumentNumber
    programme_id = programme_ids_of(session, [person.id]).get(person.id)
    place = vault.place("identity_documents.number", document.id)
    document.kind, document.country = facts.kind, facts.country
    document.expires_on, document.seen = facts.expires_on, facts.seen
    document.number = vault.seal(session, person.id, place, facts.number)
    document.blind = document_mark(session, facts.kind, facts.number, programme_id)
    document.tail = tail_of(facts.number)


def _record_document(session: Session, actor: Actor, person: Person, document: IdentityDocument, act: str) -> None:
    audit.record(
        session,
        Kind.DOCUMENT_CHANGED,
        actor,
        person.reference,
        person=person.id,
        act=act,
        document=document.id,
        document_kind=document.kind,
        number=audit.fingerprint(session, "identity_documents.number", document.blind.hex()),
    )
