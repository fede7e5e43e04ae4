"""People as far as somebody may see them: where every query of personal data begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, bindparam, false, func, select

from receiver import vault
from receiver.access import Permission
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.ids import clean_reference
from receiver.people.models import Arrival, ContactWay, HouseholdMember, IdentityDocument, Person
from receiver.people.rules import LeftKind, Need

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.access.actor import Scope

T = TypeVar("T")
_AT_ONCE = 2_000  # ids in one statement, well below the parameter limits of both databases


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What a list of anything shows of a person."""

    id: UUID
    reference: str
    name: str
    latin: str
    language: str | None
    interpreter_needed: bool
    office_id: UUID
    arrived_on: date | None
    left_on: date | None
    left_kind: LeftKind | None

    @classmethod
    def of(cls, person: Person | Row[*tuple[Any, ...]]) -> PersonCard:
        """The card of a person who is at hand, or of a row of `CARD`."""
        return cls(
            person.id,
            person.reference,
            person.full_name,
            person.name_latin,
            person.languages[0] if person.languages else None,
            person.interpreter_needed,
            person.office_id,
            person.arrived_on,
            person.left_on,
            person.left_kind,
        )


CARD: tuple[Any, ...] = (
    *(Person.id, Person.reference, Person.full_name, Person.name_latin, Person.languages, Person.interpreter_needed),
    *(Person.office_id, Person.arrived_on, Person.left_on, Person.left_kind),
)
"""The columns of a card. Lists read these and not whole people, which cost more to make than to read."""


def portions(ids: Iterable[T], size: int = _AT_ONCE) -> Iterator[list[T]]:
    """Ids, each once, in parts that a statement can hold."""
    rest = iter(dict.fromkeys(ids))
    while some := list(islice(rest, size)):
        yield some


def visible_people(actor: Actor, permission: Permission) -> Select[Person]:
    """The people that this right of the actor reaches: of all offices, of some, or nobody. The erased are nobody."""
    return select(Person).where(*visible(actor, permission))


def visible(actor: Actor, permission: Permission, who: Any = Person) -> tuple[ColumnElement[bool], ...]:
    """The same as conditions, for a statement that has people in it already, perhaps under another name."""
    return within(actor.scope(permission), who)


@lru_cache(maxsize=1000)
def within(scope: Scope, who: Any = Person) -> tuple[ColumnElement[bool], ...]:
    """The same again, for statements that are made once for each reach of a right."""
    there = who.erased_at.is_(None)
    if scope.everywhere:
        return (there,)
    return there, who.office_id.in_(scope.offices) if scope.offices else false()


def person_by_reference(session: Session, actor: Actor, reference: str, permission: Permission) -> Person:
    """The person of this reference.

    Raises:
        NotFound: there is none, or the actor may not see them.
    """
    person = session.scalar(_by_reference(actor.scope(permission)), {"wanted": clean_reference(reference)})
    if person is None:
        raise NotFound
    return person


def name_of_reference(session: Session, actor: Actor, reference: str) -> str:
    """The name of the person of this reference; empty where the actor may not see it."""
    try:
        return person_by_reference(session, actor, reference, Permission.PERSON_LIST).full_name
    except Refusal:
        return ""


@lru_cache(maxsize=1000)
def _by_reference(scope: Scope) -> Select[Person]:
    return select(Person).where(*within(scope), Person.reference == bindparam("wanted"))


def visible_ids(session: Session, actor: Actor, permission: Permission, ids: Collection[UUID]) -> set[UUID]:
    """Those of `ids` whom the actor may see."""
    seen = visible_people(actor, permission).with_only_columns(Person.id)
    return {one for some in portions(ids) for one in session.scalars(seen.where(Person.id.in_(some)))}


def people_of(session: Session, actor: Actor, permission: Permission, ids: Collection[UUID]) -> Sequence[Person]:
    """All of these people, for an act on several.

    Raises:
        NotFound: one of them is unknown or may not be seen; then it is done for nobody.
    """
    seen = visible_people(actor, permission)
    found = [one for some in portions(ids) for one in session.scalars(seen.where(Person.id.in_(some)))]
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def people_ticked(
    session: Session, actor: Actor, permission: Permission, references: Collection[str]
) -> Sequence[Person]:
    """All of the people who were ticked in a list, by their references.

    Raises:
        NotFound: one of them is unknown or may not be seen; then it is done for nobody.
    """
    seen = visible_people(actor, permission)
    found = [one for some in portions(references) for one in session.scalars(seen.where(Person.reference.in_(some)))]
    if len(found) < len(set(references)):
        raise NotFound
    return found


def people_cards(session: Session, ids: Collection[UUID]) -> dict[UUID, PersonCard]:
    """The cards of these people, the erased left out. The ids come from a query that is scoped already."""
    wanted = select(Person).where(Person.erased_at.is_(None))
    cards = (
        PersonCard.of(person) for some in portions(ids) for person in session.scalars(wanted.where(Person.id.in_(some)))
    )
    return {card.id: card for card in cards}


def needs_of(session: Session, people: Sequence[Person]) -> dict[UUID, tuple[Need, ...]]:
    """The first needs of people, in the order of the list of needs; their keys are fetched at once."""
    sealed = {person.id: person.needs for person in people if person.needs is not None}
    vault.warm(session, sealed)
    found = {}
    for person_id, text in sealed.items():
        codes = vault.unseal(session, person_id, needs_place(person_id), text).split()
        found[person_id] = tuple(need for need in Need if need.value in codes)
    return found


def remark_of(session: Session, person: Person) -> str:
    """The few words for those who meet somebody; empty if there are none."""
    if person.remark is None:
        return ""
    return vault.unseal(session, person.id, remark_place(person.id), person.remark)


def people_in_need(session: Session, actor: Actor, permission: Permission, need: Need) -> list[UUID]:
    """Those within reach who need this first. Needs are sealed one by one, so all that are recorded are opened."""
    wanted = select(Person).where(*visible(actor, permission), Person.needs.is_not(None))
    found = needs_of(session, session.scalars(wanted).all())
    return [person_id for person_id, needs in found.items() if need in needs]


def needs_place(person_id: UUID) -> str:
    """Where the first needs of a person are sealed."""
    return vault.place("people.needs", person_id)


def remark_place(person_id: UUID) -> str:
    """Where the words for those who meet a person are sealed."""
    return vault.place("people.remark", person_id)


def intake_done(session: Session, person: Person) -> dict[str, bool]:
    """Which sections of an intake hold something already; one query."""
    counted = [
        select(func.count()).where(model.person_id == person.id).scalar_subquery()
        for model in (Arrival, ContactWay, IdentityDocument, HouseholdMember)
    ]
    arrivals, ways, documents, places = session.execute(select(*counted)).one()
    return {
        "identity": True,
        "arrival": bool(arrivals),
        "languages": bool(person.languages),
        "contact": bool(ways),
        "household": bool(places),
        "documents": bool(documents),
    }
