"""The offices of a practice system and who works there: somebody for each role, humans enough for four eyes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from receiver.access import SYSTEM, Role
from receiver.accounts import actions, passwords, queries
from receiver.accounts.models import User, UserOffice, UserRole
from receiver.accounts.rules import OFFICE_ROLES, UserState
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.partners.actions import add_organisation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.accounts.models import Office

PASSWORD = "lake and paper and rain"  # noqa: S105 - everybody may know it: nothing in a practice system is real
OFFICES = (("KGL", "Kigali (practice)"), ("HUY", "Huye (practice)"), ("RBV", "Rubavu (practice)"))
PEOPLE_EACH = 1_250
"""People for whom one more caseworker works; the first four share up to `MANY_PEOPLE`."""
MANY_PEOPLE = 5 * PEOPLE_EACH
PARTNERS = (("CLINIC", "Lakeside Clinic (practice)"), ("LAW", "Paper Street Legal Aid (practice)"))


@dataclass(frozen=True, slots=True)
class Account:
    """Who can sign in, as `practice seed` and `demo` tell it."""

    email: str
    password: str
    roles: tuple[Role, ...]
    office: str | None
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Those whom the months need, as actors, the caseworkers of each office, and the accounts to tell."""

    offices: tuple[Office, ...]
    accounts: tuple[Account, ...]
    actors: dict[str, Actor]
    caseworkers: dict[int, list[str]]

    def __getitem__(self, name: str) -> Actor:
        """The actor whose e-mail begins with this."""
        return replace(self.actors[name], stepped_up_at=clock.now())


_Person = tuple[str, str, Role, "int | None"]
_PLACES = (0, 1, 0, 2, 0, 1)
"""Where one after another is sent, as people are spread over the offices."""
_PEOPLE: tuple[_Person, ...] = (
    ("caseworker", "Amina Practice", Role.CASEWORKER, 0),
    ("caseworker2", "Eric Practice", Role.CASEWORKER, 0),
    ("caseworker.huye", "Chantal Practice", Role.CASEWORKER, 1),
    ("caseworker.rubavu", "Jean Bosco Practice", Role.CASEWORKER, 2),
    ("reception", "Solange Practice", Role.RECEPTION_OFFICER, 0),
    ("supervisor", "Odette Practice", Role.SUPERVISOR, 0),
    ("supervisor.huye", "Paul Practice", Role.SUPERVISOR, 1),
    ("finance", "Aline Practice", Role.FINANCE_OFFICER, None),
    ("finance2", "Bosco Practice", Role.FINANCE_OFFICER, None),
    ("approver", "Claire Practice", Role.APPROVER, None),
    ("approver2", "David Practice", Role.APPROVER, None),
    ("jobs", "Esther Practice", Role.JOB_OFFICER, 0),
    ("privacy", "Félix Practice", Role.DATA_PROTECTION_OFFICER, None),
    ("auditor", "Grace Practice", Role.AUDITOR, None),
    ("admin", "Henri Practice", Role.ADMINISTRATOR, None),
    ("admin2", "Immaculée Practice", Role.ADMINISTRATOR, None),
)


def hire(session: Session, *, people: int = 0) -> Staff:
    """Open the offices, and give everybody an account with the practice password and no second factor.

    For very many people there are more caseworkers, most of them in the largest office.
    """
    offices = tuple(actions.add_office(session, SYSTEM, code=code, name=name) for code, name in OFFICES)
    password_hash = passwords.hash_password(PASSWORD)
    accounts, ids = [], {}
    hired = [*_PEOPLE, *_more_caseworkers(people)]
    for name, full_name, role, place in hired:
        office = None if place is None else offices[place]
        user = _account(session, f"{name}@practice.example", full_name, role, office, password_hash)
        ids[name] = user.id
        accounts.append(Account(user.email, PASSWORD, (role,), office.code if office else None))
    for code, full_name in PARTNERS:
        organisation = add_organisation(session, SYSTEM, code=code, name=full_name)
        email = f"{code.lower()}@practice.example"
        user = _account(session, email, full_name, Role.PARTNER_USER, None, password_hash)
        user.partner_id = organisation.id
        accounts.append(Account(email, PASSWORD, (Role.PARTNER_USER,), None, code))
    session.flush()
    actors = {name: actor for name, key in ids.items() if (actor := queries.actor_of(session, key, "cli")) is not None}
    at_work: dict[int, list[str]] = {place: [] for place in range(len(offices))}
    for name, _full_name, role, place in hired:
        if role is Role.CASEWORKER and place is not None:
            at_work[place].append(name)
    return Staff(offices, tuple(accounts), actors, at_work)


def _more_caseworkers(people: int) -> list[_Person]:
    known = sum(role is Role.CASEWORKER for _name, _full_name, role, _place in _PEOPLE)
    return [
        (f"caseworker{number}", f"Caseworker {number} Practice", Role.CASEWORKER, _PLACES[number % len(_PLACES)])
        for number in range(known + 1, people // PEOPLE_EACH + 1)
    ]


def _account(session: Session, email: str, name: str, role: Role, office: Office | None, password_hash: str) -> User:
    """An account whose role counts at once: in a practice system nobody waits for a second administrator."""
    if role in OFFICE_ROLES and office is None:
        raise ValueError(f"{role} works in an office")
    user = User(id=new_id(), email=email, name=name, state=UserState.ACTIVE, password_hash=password_hash)
    session.add(user)
    session.flush()
    session.add(UserRole(user_id=user.id, role=role, confirmed_at=clock.now()))
    if office is not None:
        session.add(UserOffice(user_id=user.id, office_id=office.id))
    session.flush()
    return user
