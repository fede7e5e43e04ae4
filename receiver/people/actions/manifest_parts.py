"""What an import writes beside people: their papers, what they speak, the arrivals they come with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import vault
from receiver.kit.ids import new_id
from receiver.people.actions.arrivals import Journey, announce_batch
from receiver.people.actions.persons import Speech, write_speech
from receiver.people.models import Arrival, Batch, IdentityDocument
from receiver.people.queries import document_mark, portions
from receiver.people.rules import ArrivalState, BatchState, DocumentKind, tail_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import ManifestImport, ManifestRow, Person
    from receiver.people.rules.manifest_rows import RowValues


@dataclass(frozen=True)
class Taken:
    """A row that is imported, with the person it becomes and the batch they come with."""

    row: ManifestRow
    values: RowValues
    person: Person
    batch: Batch
    new: bool


def batches_for(
    session: Session, actor: Actor, found: ManifestImport, days: Iterable[date | None]
) -> dict[date | None, Batch]:
    """The arrival of each day: the one that was chosen for all, one that is announced for that day, or a new one."""
    if found.batch_id is not None:
        batch = session.get_one(Batch, found.batch_id)
        return dict.fromkeys(days, batch)
    batches: dict[date | None, Batch] = {}
    for day in sorted({day for day in days if day is not None}):
        announced = select(Batch).where(
            Batch.programme_id == found.programme_id,
            Batch.office_id == found.office_id,
            Batch.arrives_on == day,
            Batch.state == BatchState.ANNOUNCED,
        )
        batches[day] = session.scalars(announced.order_by(Batch.id)).first() or announce_batch(
            session, actor, programme_id=found.programme_id, office_id=found.office_id, journey=Journey(day)
        )
    return batches


def write_speech_of(session: Session, taken: Taken) -> None:
    """What the manifest says of languages and for those who meet the person; of who is known it changes nothing."""
    if taken.new and taken.values.notes:
        write_speech(session, taken.person, Speech(languages=taken.values.languages, remark=taken.values.notes))


def write_papers(session: Session, found: ManifestImport, taken: Taken) -> None:
    """The numbers of a row, unless the person has them."""
    values, person = taken.values, taken.person
    papers = [values.document] if values.document else []
    if values.sending_number:
        papers.append((DocumentKind.SENDING_NUMBER, values.sending_number))
    if taken.new or not papers:
        has: set[bytes] = set()
    else:
        wanted = select(IdentityDocument.blind).where(IdentityDocument.person_id == person.id)
        has = set(session.scalars(wanted))
    for kind, number in papers:
        mark = document_mark(session, kind, number, found.programme_id)
        if mark in has:
            continue
        document = IdentityDocument(
            id=new_id(), person_id=person.id, kind=kind, blind=mark, tail=tail_of(number), seen=False
        )
        place = vault.place("identity_documents.number", document.id)
        document.number = vault.seal(session, person.id, place, number)
        session.add(document)


def write_arrivals(session: Session, taken: Sequence[Taken]) -> None:
    """Expect everybody with their batch, except who comes or came under this programme already."""
    programme_id = taken[0].batch.programme_id
    known = [each.person.id for each in taken if not each.new]
    coming = (
        select(Arrival.person_id)
        .join(Batch, Batch.id == Arrival.batch_id)
        .where(Batch.programme_id == programme_id, Arrival.state != ArrivalState.NOT_ARRIVED)
    )
    placed = {one for some in portions(known) for one in session.scalars(coming.where(Arrival.person_id.in_(some)))}
    for each in taken:
        if each.person.id not in placed:
            placed.add(each.person.id)
            session.add(
                Arrival(id=new_id(), batch_id=each.batch.id, person_id=each.person.id, state=ArrivalState.EXPECTED)
            )
    session.flush()
