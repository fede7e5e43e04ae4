"""Ways to reach somebody and identity documents, masked; opening them is an action, because it is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from receiver import vault
from receiver.kit.errors import NotFound
from receiver.people.models import ContactWay, IdentityDocument
from receiver.people.queries.persons import visible_people
from receiver.people.rules import ContactKind, tail_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor, Permission
    from receiver.people.models import Person


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way to reach somebody as a page shows it before it is opened; `others` use the same."""

    way: ContactWay
    tail: str
    others: int


def ways_of(session: Session, person: Person) -> Sequence[ContactWay]:
    """The ways to reach somebody, the main one first."""
    wanted = select(ContactWay).where(ContactWay.person_id == person.id)
    return session.scalars(wanted.order_by(ContactWay.main.desc(), ContactWay.created_at, ContactWay.id)).all()


def way_rows(session: Session, actor: Actor, permission: Permission, person: Person) -> list[WayRow]:
    """The same with the last digits of telephone numbers, and how many visible people have the same one."""
    ways = ways_of(session, person)
    vault.warm(session, [person.id])
    seen = visible_people(actor, permission).subquery()
    wanted = (
        select(ContactWay.blind, func.count(ContactWay.person_id.distinct()))
        .join(seen, seen.c.id == ContactWay.person_id)
        .where(ContactWay.blind.in_([way.blind for way in ways]), ContactWay.person_id != person.id)
        .group_by(ContactWay.blind)
    )
    others = dict(session.execute(wanted).all()) if ways else {}
    return [
        WayRow(way, tail_of(value_of(session, way)) if way.kind is ContactKind.PHONE else "", others.get(way.blind, 0))
        for way in ways
    ]


def way_of(session: Session, person: Person, way_id: UUID) -> ContactWay:
    """One way to reach somebody.

    Raises:
        NotFound: this person has no such way.
    """
    way = session.get(ContactWay, way_id)
    if way is None or way.person_id != person.id:
        raise NotFound
    return way


def value_of(session: Session, way: ContactWay) -> str:
    """What was typed: a number, an address. Whoever shows it to somebody records that (`actions.reveal_ways`)."""
    return vault.unseal(session, way.person_id, vault.place("contact_ways.value", way.id), way.value)


def note_of(session: Session, way: ContactWay) -> str:
    """Words beside a way, such as the best hours; empty if there are none."""
    if way.note is None:
        return ""
    return vault.unseal(session, way.person_id, vault.place("contact_ways.note", way.id), way.note)


def documents_of(session: Session, person: Person) -> Sequence[IdentityDocument]:
    """The identity documents of somebody, oldest entry first."""
    wanted = select(IdentityDocument).where(IdentityDocument.person_id == person.id)
    return session.scalars(wanted.order_by(IdentityDocument.created_at, IdentityDocument.id)).all()


def document_of(session: Session, person: Person, document_id: UUID) -> IdentityDocument:
    """One identity document of somebody.

    Raises:
        NotFound: this person has no such document.
    """
    document = session.get(IdentityDocument, document_id)
    if document is None or document.person_id != person.id:
        raise NotFound
    return document


def number_of(session: Session, document: IdentityDocument) -> str:
    """The number of a document. Whoever shows it to somebody records that (`actions.reveal_document`)."""
    place = vault.place("identity_documents.number", document.id)
    return vault.unseal(session, document.person_id, place, document.number)
