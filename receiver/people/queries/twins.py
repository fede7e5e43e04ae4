"""Who may be the same person: candidates with their reasons, and what was decided of them.

Candidates are looked for among everybody, because one person under two offices would be paid twice. A pair is shown
to those only who may see both: a search for a document number must not tell that another office has it. Where nobody
sees both, the administrator reads on the page of health that somebody should be given both offices.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import BindParameter, Select, bindparam, func, or_, select, union
from sqlalchemy.orm import aliased

from receiver.access import Permission, roles_with
from receiver.accounts.queries import office_names, reach_of
from receiver.kit import names
from receiver.kit.errors import NotFound
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.partners.models import Programme
from receiver.people.models import (
    Arrival,
    Batch,
    ContactWay,
    HouseholdMember,
    IdentityDocument,
    NameKey,
    Person,
    PossibleDuplicate,
)
from receiver.people.queries.persons import portions, within
from receiver.people.rules import ContactKind, DocumentKind, DuplicateState, Likeness, NameParts, Trait, compare

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.access.actor import Scope

CANDIDATES = 60
"""How many people with names alike are compared; those who share most keys come first."""
_YEARS = 2
_UNSETTLED = (DuplicateState.OPEN, DuplicateState.SAME)
_ONE, _OTHER = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class Side:
    """What is compared by eye of one of two records; the ends of document numbers only."""

    person: Person
    documents: tuple[IdentityDocument, ...]
    office: str
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that look alike, both of which the actor sees."""

    duplicate: PossibleDuplicate
    one: Person
    other: Person


def traits_of(session: Session, people: Sequence[Person]) -> dict[UUID, Trait]:
    """What is compared of these people: three queries whatever their number."""
    ids = [person.id for person in people]
    marks: dict[UUID, set[bytes]] = {}
    sending: dict[UUID, set[bytes]] = {}
    documents = select(IdentityDocument.person_id, IdentityDocument.kind, IdentityDocument.blind)
    for person_id, kind, mark in session.execute(documents.where(IdentityDocument.person_id.in_(ids))):
        kept = sending if kind is DocumentKind.SENDING_NUMBER else marks
        kept.setdefault(person_id, set()).add(mark)
    phones: dict[UUID, set[bytes]] = {}
    ways = select(ContactWay.person_id, ContactWay.blind).where(ContactWay.kind == ContactKind.PHONE)
    for person_id, mark in session.execute(ways.where(ContactWay.person_id.in_(ids))):
        phones.setdefault(person_id, set()).add(mark)
    places = select(HouseholdMember.person_id, HouseholdMember.household_id).where(HouseholdMember.until.is_(None))
    households = dict(session.execute(places.where(HouseholdMember.person_id.in_(ids))).all())
    return {
        person.id: Trait(
            id=person.id,
            names=names_of(person),
            sex=person.sex.value,
            birth=(person.birth_year, person.birth_month, person.birth_day),
            nationality=person.nationality,
            marks=frozenset(marks.get(person.id, ())),
            sending_marks=frozenset(sending.get(person.id, ())),
            phones=frozenset(phones.get(person.id, ())),
            household=households.get(person.id),
        )
        for person in people
    }


def names_of(person: Person) -> tuple[str, ...]:
    """Every way in which a person's name is written."""
    parts = NameParts(**{name: getattr(person, name) for name in vars(NameParts())}).whole
    written = (person.full_name, person.name_latin, person.name_on_document, person.other_names, parts)
    return tuple(dict.fromkeys(name for name in written if name))


def look_alikes(session: Session, trait: Trait, among: Select[Person] | None = None) -> list[Likeness]:
    """Those about whom a human should be asked, the likest first; among everybody unless said otherwise."""
    return [likeness for likeness, _person in candidates(session, trait, among)]


def candidates(session: Session, trait: Trait, among: Select[Person] | None = None) -> list[tuple[Likeness, Person]]:
    """The same with the people themselves."""
    among = select(Person).where(Person.erased_at.is_(None)) if among is None else among
    blocks = [*_sharing_numbers(trait), *_sounding_alike(trait)]
    if not blocks:
        return []
    found = union(*blocks).subquery()
    people = session.scalars(among.where(Person.id.in_(select(found.c[0])), Person.id != trait.id)).all()
    traits = traits_of(session, people) if people else {}
    compared = [(compare(trait, traits[person.id]), person) for person in people]
    return sorted((each for each in compared if each[0].ask), key=lambda each: (-each[0].score, each[0].other))


def _sharing_numbers(trait: Trait) -> list[Select[UUID]]:
    blocks = []
    if marks := [*trait.marks, *trait.sending_marks]:
        blocks.append(select(IdentityDocument.person_id).where(IdentityDocument.blind.in_(marks)))
    if trait.phones:
        blocks.append(select(ContactWay.person_id).where(ContactWay.blind.in_(list(trait.phones))))
    return blocks


def _sounding_alike(trait: Trait) -> list[Select[UUID]]:
    """People with names that share a sound, born about the same time or with one birth year not known.

    Where the person's own is not known, whole words are looked for instead of sounds: few are the same in everything.
    Words are not the same in two scripts, so there sounds are looked for too, among people of the same nationality.
    """
    year = trait.birth[0]
    if year is not None:
        then = or_(Person.birth_year.between(year - _YEARS, year + _YEARS), Person.birth_year.is_(None))
        return _sharing_keys(trait, ("p:", "s:"), then)
    blocks = _sharing_keys(trait, ("t:",))
    if trait.nationality:
        blocks += _sharing_keys(trait, ("p:",), Person.nationality == trait.nationality)
    return blocks


def _sharing_keys(trait: Trait, kinds: tuple[str, ...], *then: ColumnElement[bool]) -> list[Select[UUID]]:
    """People with search keys of these kinds in common with the person, those who share most first."""
    keys = {key for name in trait.names for key in names.search_keys(name) if key.startswith(kinds)}
    if not keys:
        return []
    near = (
        select(NameKey.person_id)
        .join(Person, Person.id == NameKey.person_id)
        .where(NameKey.key.in_(sorted(keys)), *then)
        .group_by(NameKey.person_id)
        .order_by(func.count().desc(), NameKey.person_id)
        .limit(CANDIDATES)
        .subquery()
    )
    return [select(near.c.person_id)]


def open_duplicates(session: Session, ids: Collection[UUID] | None) -> set[UUID]:
    """Those of `ids` with a pair that is not settled: to be decided, or decided to be one person and not merged yet.

    Without `ids` everybody who has one, which are few.
    """
    pair = PossibleDuplicate
    if ids is None:
        both = select(pair.a_id, pair.b_id).where(pair.state.in_(_UNSETTLED))
        return {one for two in session.execute(both) for one in two}
    found: set[UUID] = set()
    for some in portions(ids):
        wanted = select(pair.a_id, pair.b_id).where(
            pair.state.in_(_UNSETTLED), or_(pair.a_id.in_(some), pair.b_id.in_(some))
        )
        found |= {one for both in session.execute(wanted) for one in both} & set(some)
    return found


def unseen_pairs(session: Session) -> list[tuple[str, str, int]]:
    """Pairs to be decided across two offices that no active user sees both of: the offices, and how many pairs."""
    chosen = (
        select(_ONE.office_id, _OTHER.office_id, func.count())
        .select_from(PossibleDuplicate)
        .join(_ONE, _ONE.id == PossibleDuplicate.a_id)
        .join(_OTHER, _OTHER.id == PossibleDuplicate.b_id)
        .where(PossibleDuplicate.state == DuplicateState.OPEN, _ONE.office_id != _OTHER.office_id)
        .group_by(_ONE.office_id, _OTHER.office_id)
    )
    across: Counter[frozenset[UUID]] = Counter()
    for one, other, count in session.execute(chosen):
        across[frozenset((one, other))] += count
    reach = reach_of(session, roles_with(Permission.DUPLICATE_DECIDE))
    unseen = {pair: count for pair, count in across.items() if not any(pair <= offices for offices in reach)}
    called = office_names(session, {office for pair in unseen for office in pair})
    named = []
    for pair, count in unseen.items():
        first, second = sorted(called[office] for office in pair)
        named.append((first, second, count))
    return sorted(named)


def visible_pairs(
    actor: Actor, permission: Permission = Permission.DUPLICATE_DECIDE
) -> Select[PossibleDuplicate, Person, Person]:
    """The pairs both of whose people the actor sees, ready for paging by the id of the pair."""
    return _pairs(actor.scope(permission))


@lru_cache(maxsize=1000)
def _pairs(scope: Scope) -> Select[PossibleDuplicate, Person, Person]:
    return (
        select(PossibleDuplicate, _ONE, _OTHER)
        .join(_ONE, _ONE.id == PossibleDuplicate.a_id)
        .join(_OTHER, _OTHER.id == PossibleDuplicate.b_id)
        .where(*within(scope, _ONE), *within(scope, _OTHER))
    )


def pairs_of(session: Session, actor: Actor, person: Person) -> list[Pair]:
    """The pairs of a person that the actor sees, those to decide first; the other one always stands second."""
    wanted = _pairs_of(actor.scope(Permission.PERSON_VIEW))
    return [_facing(person, pair) for pair in session.execute(wanted, {"person": person.id})]


@lru_cache(maxsize=1000)
def _pairs_of(scope: Scope) -> Select[PossibleDuplicate, Person, Person]:
    own: BindParameter[UUID] = bindparam("person")
    wanted = _pairs(scope).where(or_(PossibleDuplicate.a_id == own, PossibleDuplicate.b_id == own))
    return wanted.order_by(PossibleDuplicate.state != DuplicateState.OPEN, PossibleDuplicate.id)


def pair_of(session: Session, actor: Actor, person: Person, duplicate_id: UUID) -> Pair:
    """One pair of a person.

    Raises:
        NotFound: there is none, or the actor may not see the other one.
    """
    wanted = visible_pairs(actor).where(
        PossibleDuplicate.id == duplicate_id,
        or_(PossibleDuplicate.a_id == person.id, PossibleDuplicate.b_id == person.id),
    )
    found = session.execute(wanted).first()
    if found is None:
        raise NotFound
    return _facing(person, found)


def pair_list(
    session: Session, actor: Actor, cursor: Cursor | None = None, *, state: DuplicateState = DuplicateState.OPEN
) -> Page[Pair]:
    """One page of the visible pairs in a state, the latest first; the cursor is the id of a pair."""
    chosen = visible_pairs(actor).where(PossibleDuplicate.state == state)
    back = cursor is not None and cursor.back
    if cursor is not None:
        place = cursor.place[0]
        chosen = chosen.where(PossibleDuplicate.id > place if back else PossibleDuplicate.id < place)
    order = PossibleDuplicate.id if back else PossibleDuplicate.id.desc()
    found = [Pair(*row) for row in session.execute(chosen.order_by(order).limit(DEFAULT_SIZE + 1))]
    return Page.build(found, DEFAULT_SIZE, lambda pair: (pair.duplicate.id,), cursor=cursor)


def sides_of(session: Session, people: Sequence[Person]) -> list[Side]:
    """What is compared by eye of these people, in their order: three queries whatever their number."""
    ids = [person.id for person in people]
    documents: dict[UUID, list[IdentityDocument]] = {}
    wanted = select(IdentityDocument).where(IdentityDocument.person_id.in_(ids)).order_by(IdentityDocument.id)
    for document in session.scalars(wanted):
        documents.setdefault(document.person_id, []).append(document)
    offices = office_names(session, [person.office_id for person in people])
    came = (
        select(Arrival.person_id, Programme.name)
        .join(Batch, Batch.id == Arrival.batch_id)
        .join(Programme, Programme.id == Batch.programme_id)
        .where(Arrival.person_id.in_(ids))
        .order_by(Batch.arrives_on, Batch.id)
    )
    programmes: dict[UUID, list[str]] = {}
    for person_id, name in session.execute(came):
        programmes.setdefault(person_id, []).append(name)
    return [
        Side(
            person,
            tuple(documents.get(person.id, ())),
            offices[person.office_id],
            tuple(dict.fromkeys(programmes.get(person.id, ()))),
        )
        for person in people
    ]


def pair_between(session: Session, one: UUID, other: UUID) -> PossibleDuplicate | None:
    """What was noted of two people, in whichever order they are given."""
    first, second = sorted((one, other))
    wanted = select(PossibleDuplicate).where(PossibleDuplicate.a_id == first, PossibleDuplicate.b_id == second)
    return session.scalar(wanted)


def _facing(person: Person, found: tuple[PossibleDuplicate, Person, Person]) -> Pair:
    duplicate, one, other = found
    return Pair(duplicate, one, other) if one.id == person.id else Pair(duplicate, other, one)
