"""Cases as far as somebody may see them, who has how many, and who might take one more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, String, bindparam, func, literal, select, type_coerce, union_all

from receiver.access import OFFICE_BOUND, Permission, roles_with
from receiver.accounts.models import User, UserOffice, UserRole
from receiver.accounts.queries import caseworkers
from receiver.accounts.rules import UserState
from receiver.cases.models import Case
from receiver.i18n import fmt
from receiver.kit.errors import NotFound
from receiver.kit.words import Words, n_
from receiver.partners.models import Programme
from receiver.people.models import ContactWay, Household, HouseholdMember, Person
from receiver.people.queries import portions, visible_people
from receiver.people.rules import ContactKind
from receiver.web.slots import CLOSING_OBJECTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.web.slots import Objection


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with the names beside it."""

    case: Case
    programme: str
    caseworker: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """How somebody can be reached, and the reference and size of their household (None for who lives alone)."""

    ways: tuple[ContactKind, ...]
    household: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A caseworker who might take somebody on, and why; the first of several is the one proposed."""

    user_id: UUID
    name: str
    open_cases: int
    speaks: tuple[str, ...]
    reason: Words


def visible_cases(actor: Actor, permission: Permission) -> Select[Case]:
    """The cases of the people that this right of the actor reaches."""
    return select(Case).where(Case.person_id.in_(visible_people(actor, permission).with_only_columns(Person.id)))


def open_case(session: Session, person_id: UUID, programme_id: UUID | None = None) -> Case | None:
    """The open case of somebody under a programme; without one, the case that was opened last."""
    wanted = select(Case).where(Case.person_id == person_id, Case.closed_on.is_(None))
    if programme_id is not None:
        wanted = wanted.where(Case.programme_id == programme_id)
    return session.scalar(wanted.order_by(Case.opened_on.desc(), Case.id.desc()).limit(1))


def case_opened(session: Session, person_id: UUID, programme_id: UUID) -> Case:
    """The open case of somebody under a programme, where the database has just said that there is one."""
    opened = (Case.person_id == person_id, Case.programme_id == programme_id, Case.closed_on.is_(None))
    return session.scalars(select(Case).where(*opened)).one()


_CASES = (
    select(Case, Programme.name, User.name)
    .join(Programme, Programme.id == Case.programme_id)
    .outerjoin(User, User.id == Case.caseworker_id)
    .where(Case.person_id == bindparam("person"))
    .order_by(Case.closed_on.is_not(None), Case.opened_on.desc(), Case.id.desc())
)


def case_rows(session: Session, person_id: UUID) -> list[CaseRow]:
    """The cases of somebody: the open ones first, then the latest."""
    return [CaseRow(*row) for row in session.execute(_CASES, {"person": person_id})]


_WAYS = (
    select(literal("way").label("what"), type_coerce(ContactWay.kind, String).label("code"), func.count().label("n"))
    .where(ContactWay.person_id == bindparam("person"))
    .group_by(ContactWay.kind)
)
_HOUSEHOLD = (
    select(literal("household"), Household.reference, func.count())
    .join(HouseholdMember, HouseholdMember.household_id == Household.id)
    .where(
        HouseholdMember.until.is_(None),
        Household.id
        == select(HouseholdMember.household_id)
        .where(HouseholdMember.person_id == bindparam("person"), HouseholdMember.until.is_(None))
        .correlate(None)
        .scalar_subquery(),
    )
    .group_by(Household.reference)
)
_KNOWN = union_all(_WAYS, _HOUSEHOLD)


def known_of(session: Session, person_id: UUID) -> Known:
    """Which ways there are to reach somebody, and with whom they live, in one query."""
    rows = session.execute(_KNOWN, {"person": person_id}).all()
    kinds = {code for what, code, _n in rows if what == "way"}
    together = next(((code, n) for what, code, n in rows if what == "household"), None)
    return Known(tuple(kind for kind in ContactKind if kind.value in kinds), together)


def case_of(session: Session, person_id: UUID, case_id: UUID) -> Case:
    """One case of somebody.

    Raises:
        NotFound
    """
    case = session.get(Case, case_id)
    if case is None or case.person_id != person_id:
        raise NotFound
    return case


def open_cases_of(
    session: Session, person_ids: Collection[UUID], programme_id: UUID | None = None
) -> dict[UUID, list[Case]]:
    """The open cases of several people, under one programme or under all."""
    wanted = select(Case).where(Case.closed_on.is_(None))
    if programme_id is not None:
        wanted = wanted.where(Case.programme_id == programme_id)
    found: dict[UUID, list[Case]] = {}
    for some in portions(person_ids):
        for case in session.scalars(wanted.where(Case.person_id.in_(some)).order_by(Case.opened_on, Case.id)):
            found.setdefault(case.person_id, []).append(case)
    return found


def caseworker_ids(session: Session, person_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Who has the open case of each of these people; of several cases the one opened last counts."""
    found = open_cases_of(session, person_ids)
    return {
        person_id: case.caseworker_id
        for person_id, cases in found.items()
        for case in cases
        if case.caseworker_id is not None
    }


def caseloads(session: Session, user_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many open cases each of these users has."""
    wanted = (
        select(Case.caseworker_id, func.count())
        .where(Case.closed_on.is_(None), Case.caseworker_id.in_(set(user_ids)))
        .group_by(Case.caseworker_id)
    )
    counted = dict(session.execute(wanted).all())
    return {user_id: counted.get(user_id, 0) for user_id in user_ids}


def suggestions(session: Session, people: Sequence[Person], office_id: UUID | None = None) -> list[Suggestion]:
    """Who might take these people on: caseworkers of all their offices, those who speak with them first.

    Among those who share as many languages, the one with the fewest open cases comes first. With an office it is they
    of that one, to which the people are about to move.
    """
    offices = {office_id} if office_id is not None else {person.office_id for person in people}
    there = [{user.id: user for user in caseworkers(session, [office_id])} for office_id in offices]
    users = [user for user in there[0].values() if all(user.id in each for each in there)] if there else []
    loads = caseloads(session, [user.id for user in users])
    found = [_suggestion(user, loads[user.id], people) for user in users]
    return sorted(found, key=lambda each: (-len(each.speaks), each.open_cases, each.name, each.user_id))


def colleagues(session: Session, *offices: UUID) -> list[tuple[UUID, str]]:
    """Who works in one of these offices and may do tasks there, by name."""
    doing = [role for role in roles_with(Permission.TASK_EDIT) if role in OFFICE_BOUND]
    wanted = (
        select(User.id, User.name)
        .join(UserOffice, UserOffice.user_id == User.id)
        .where(UserOffice.office_id.in_(offices), User.state == UserState.ACTIVE)
        .where(User.id.in_(select(UserRole.user_id).where(UserRole.role.in_(doing))))
        .distinct()
        .order_by(User.name, User.id)
    )
    return [(user_id, name) for user_id, name in session.execute(wanted)]


def objections(session: Session, person_id: UUID) -> list[Objection]:
    """Why a case of somebody cannot be closed yet, as every room sees it."""
    return [each for answers in CLOSING_OBJECTIONS(session, person_id) for each in answers]


def _suggestion(user: User, open_cases: int, people: Sequence[Person]) -> Suggestion:
    spoken = {tag.partition("-")[0] for person in people for tag in person.languages}
    speaks = (user.language,) if user.language and user.language in spoken else ()
    if speaks:
        reason = n_(
            "speaks %(language)s, %(n)s open case",
            "speaks %(language)s, %(n)s open cases",
            open_cases,
            language=fmt.language(speaks[0]),
        )
    else:
        reason = n_("%(n)s open case", "%(n)s open cases", open_cases)
    return Suggestion(user.id, user.name, open_cases, speaks, reason)
