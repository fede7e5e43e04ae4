"""People: registered with their arrival, changed, recorded as having left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from receiver import audit, i18n, vault
from receiver.audit import Kind
from receiver.kit import clock, names
from receiver.kit.ids import new_id, new_reference
from receiver.people import hooks
from receiver.people.actions.arrivals import add_arrival, check_day, correct_batch, mark_here
from receiver.people.actions.changes import changes
from receiver.people.actions.households import begin_on_arrival, give_up_collecting
from receiver.people.actions.twins import look_again
from receiver.people.models import EarlierIdentity, EarlierOffice, NameKey, Person
from receiver.people.queries import arrivals_of_person, names_of, needs_of, needs_place, remark_of, remark_place
from receiver.people.rules import (
    CAME,
    PREFIX,
    AlreadyLeft,
    Identity,
    LeftKind,
    NameParts,
    Need,
    NotHereToMove,
    NotHereYet,
    SameOffice,
    check_arrived,
    check_left,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Batch


@dataclass(frozen=True)
class Speech:
    """How to speak with somebody, and what they need first; `languages` are BCP 47 tags, the preferred one first."""

    languages: tuple[str, ...] = ()
    interpreter_needed: bool = False
    needs: tuple[Need, ...] = ()
    remark: str = ""


def register_person(
    session: Session,
    actor: Actor,
    batch: Batch,
    identity: Identity,
    *,
    speech: Speech | None = None,
    arrived_on: date | None = None,
    caseworker_id: UUID | None = None,
) -> Person:
    """Register somebody who comes with a batch; with `arrived_on` they are here already and get a case.

    Look-alikes are noted for a human to decide and never stop it.

    Raises:
        WrongArrivalDay, ProgrammeClosed, ProgrammeFull
    """
    if arrived_on is not None:
        check_day(session, batch, arrived_on)
    speech = speech or Speech()
    person = Person(id=new_id(), reference=_free_reference(session), office_id=batch.office_id)
    _write(person, identity_columns(identity))
    session.add(person)
    session.flush()
    write_name_keys(session, person)
    write_speech(session, person, speech)
    audit.record(
        session,
        Kind.PERSON_REGISTERED,
        actor,
        person.reference,
        person=person.id,
        office=batch.office_id,
        batch=batch.slug,
        values={name: told[1] for name, told in changes(session, {}, identity_columns(identity)).items() if told[1]},
    )
    arrival = add_arrival(session, actor, batch, person, caseworker_id=caseworker_id)
    if arrived_on is not None:
        mark_here(session, actor, batch, arrival, person, arrived_on)
    look_again(session, actor, person)
    return person


def change_identity(session: Session, actor: Actor, person: Person, identity: Identity) -> None:
    """Change who somebody is; the names are found anew, and look-alikes looked for again."""
    before = {name: getattr(person, name) for name in identity_columns(identity)}
    changed = changes(session, before, identity_columns(identity))
    if not changed:
        return
    _keep_earlier(session, person, before, changed)
    _write(person, identity_columns(identity))
    session.flush()
    write_name_keys(session, person)
    audit.record(session, Kind.PERSON_CHANGED, actor, person.reference, person=person.id, values=changed)
    look_again(session, actor, person)


def change_name_parts(session: Session, actor: Actor, person: Person, parts: NameParts) -> None:
    """Change the parts of somebody's name; they are found by them too."""
    changed = changes(session, {name: getattr(person, name) for name in vars(parts)}, vars(parts))
    if not changed:
        return
    _write(person, vars(parts))
    session.flush()
    write_name_keys(session, person)
    audit.record(session, Kind.PERSON_CHANGED, actor, person.reference, person=person.id, values=changed)
    look_again(session, actor, person)


def change_speech(session: Session, actor: Actor, person: Person, speech: Speech) -> None:
    """Change how to speak with somebody and what they need first."""
    before = Speech(
        tuple(person.languages),
        person.interpreter_needed,
        needs_of(session, [person]).get(person.id, ()),
        remark_of(session, person),
    )
    ordered = tuple(need for need in Need if need in speech.needs)
    changed = changes(session, vars(before), {**vars(speech), "needs": ordered})
    if not changed:
        return
    write_speech(session, person, speech)
    audit.record(session, Kind.PERSON_CHANGED, actor, person.reference, person=person.id, values=changed)


def correct_arrival(session: Session, actor: Actor, person: Person, *, on: date, reason: str) -> None:
    """Correct the day on which somebody arrived, and all that was derived from it.

    What was paid for other days is put right by whoever pays.

    Raises:
        NotHereYet, WrongArrivalDay, LeftBeforeArrival
    """
    if person.arrived_on is None:
        raise NotHereYet
    check_arrived(on, clock.today(i18n.zone()))
    came = [batch for arrival, batch in arrivals_of_person(session, person.id) if arrival.state in CAME]
    if came:
        check_day(session, came[-1], on)
    if person.left_on is not None:
        check_left(on, person.left_on, today=person.left_on)
    was, person.arrived_on = person.arrived_on, on
    begin_on_arrival(session, actor, person, on, was=was)
    audit.record(
        session, Kind.PERSON_CHANGED, actor, person.reference, person=person.id, reason=reason, arrived_on=on, was=was
    )
    if on == was:
        return
    session.flush()
    for batch in came:
        correct_batch(session, actor, batch, was)
    hooks.ARRIVAL_CORRECTED(session, actor, person, was)


def move_office(
    session: Session, actor: Actor, person: Person, office_id: UUID, *, reason: str, **facts: object
) -> None:
    """Let another office look after somebody who is here; `facts` say what went along. The arrival stays as it was.

    Raises:
        NotHereToMove, SameOffice
    """
    if person.arrived_on is None:
        raise NotHereToMove
    if person.office_id == office_id:
        raise SameOffice(reference=person.reference)
    was, person.office_id = person.office_id, office_id
    session.add(EarlierOffice(person_id=person.id, changed_at=clock.now(), office_id=was))
    audit.record(
        session,
        Kind.PERSON_MOVED,
        actor,
        person.reference,
        person=person.id,
        reason=reason,
        was=was,
        office=office_id,
        **facts,
    )


def mark_left(session: Session, actor: Actor, person: Person, *, kind: LeftKind, on: date, reason: str = "") -> None:
    """Record that somebody left or died; `on` is the last day that counts. They collect for nobody any more.

    Raises:
        AlreadyLeft, NotHereYet, LeftBeforeArrival, LeftInFuture
    """
    if person.left_on is not None:
        raise AlreadyLeft
    check_left(person.arrived_on, on, today=clock.today(i18n.zone()))
    person.left_on, person.left_kind = on, kind
    give_up_collecting(session, actor, person)
    audit.record(session, Kind.PERSON_LEFT, actor, person.reference, person=person.id, reason=reason, on=on, left=kind)
    hooks.PERSON_LEFT(session, actor, person)


def undo_left(session: Session, actor: Actor, person: Person, *, reason: str) -> None:
    """Take back that somebody left or died, because it was an error."""
    if person.left_on is None:
        return
    was = person.left_on
    person.left_on = person.left_kind = None
    audit.record(session, Kind.PERSON_LEFT_UNDONE, actor, person.reference, person=person.id, reason=reason, on=was)
    hooks.PERSON_LEFT(session, actor, person)


def write_name_keys(session: Session, person: Person) -> None:
    """Store the keys under which somebody is found, by every way in which their name is written."""
    wanted = set().union(*(names.search_keys(name) for name in names_of(person)))
    known = set(session.scalars(select(NameKey.key).where(NameKey.person_id == person.id)))
    if gone := known - wanted:
        session.execute(delete(NameKey).where(NameKey.person_id == person.id, NameKey.key.in_(sorted(gone))))
    session.add_all(NameKey(person_id=person.id, key=key) for key in sorted(wanted - known))
    session.flush()


def identity_columns(identity: Identity) -> Mapping[str, object]:
    """Who somebody is, as the columns of their record."""
    born = identity.born
    return {
        "full_name": identity.full_name,
        "name_latin": identity.name_latin,
        "name_on_document": identity.name_on_document,
        "other_names": identity.other_names,
        "sex": identity.sex,
        "birth_year": born.year,
        "birth_month": born.month,
        "birth_day": born.day,
        "birth_precision": born.precision,
        "nationality": identity.nationality,
    }


def _keep_earlier(session: Session, person: Person, before: Mapping[str, object], changed: Collection[str]) -> None:
    """Keep sex and birth as they were recorded, if either changes: reports of earlier moments count by them."""
    if not COUNTED_BY.isdisjoint(changed):
        known = {name: before[name] for name in COUNTED_BY}
        session.add(EarlierIdentity(person_id=person.id, changed_at=clock.now(), **known))


COUNTED_BY = frozenset({"sex", "birth_year", "birth_month", "birth_day", "birth_precision"})
"""What reports count people by."""


def _write(person: Person, columns: Mapping[str, object]) -> None:
    for name, value in columns.items():
        setattr(person, name, value)


def write_speech(session: Session, person: Person, speech: Speech) -> None:
    """Write how to speak with somebody, and what they need first, into their record."""
    person.languages, person.interpreter_needed = list(speech.languages), speech.interpreter_needed
    needs = " ".join(need.value for need in Need if need in speech.needs)
    person.needs = vault.seal(session, person.id, needs_place(person.id), needs) if needs else None
    remark = speech.remark
    person.remark = vault.seal(session, person.id, remark_place(person.id), remark) if remark else None


def _free_reference(session: Session) -> str:
    """A reference that nobody has: of 2^30 there are, one in a while is taken."""
    while True:
        reference = new_reference(PREFIX)
        if not session.scalar(select(exists().where(Person.reference == reference))):
            return reference
