"""Programmes and partner organisations: added, changed, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver import audit
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.partners import queries
from receiver.partners.models import EarlierProgrammeName, Organisation, Programme
from receiver.partners.rules import (
    OrganisationCodeTaken,
    ProgrammeCodeTaken,
    ProgrammeState,
    check_dates,
    clean_code,
)

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from receiver.access import Actor


@dataclass(frozen=True)
class Terms:
    """What an arrangement says; an end or a cap that is not agreed yet is None."""

    name: str
    starts_on: date
    bank_account: str
    sending_country: str | None = None
    legal_instrument: str = ""
    payer: str = ""
    ends_on: date | None = None
    people_cap: int | None = None


def add_programme(session: Session, actor: Actor, *, code: str, currency: str, terms: Terms) -> Programme:
    """Open a programme; its code and currency stay, because the ledger is kept in them.

    Raises:
        NotACode, ProgrammeCodeTaken, ProgrammeEndsBeforeStart
    """
    code = clean_code(code)
    if queries.is_taken(session, Programme, code):
        raise ProgrammeCodeTaken
    check_dates(terms.starts_on, terms.ends_on)
    programme = Programme(id=new_id(), code=code, currency=currency, **vars(terms))
    session.add(programme)
    session.flush()
    audit.record(session, Kind.PROGRAMME_ADDED, actor, code, currency=currency, people_cap=terms.people_cap)
    return programme


def change_programme(
    session: Session, actor: Actor, programme: Programme, *, terms: Terms, state: ProgrammeState
) -> None:
    """Change what an arrangement says, end it or open it again. Who is here under it stays so.

    Raises:
        ProgrammeEndsBeforeStart
    """
    check_dates(terms.starts_on, terms.ends_on)
    now = {**vars(terms), "state": state}
    changed = sorted(name for name, value in now.items() if getattr(programme, name) != value)
    if terms.name != programme.name:
        session.add(EarlierProgrammeName(programme_id=programme.id, changed_at=clock.now(), name=programme.name))
    for name in changed:
        setattr(programme, name, now[name])
    audit.record(session, Kind.PROGRAMME_CHANGED, actor, programme.code, changed=changed, state=state)


def add_organisation(session: Session, actor: Actor, *, code: str, name: str) -> Organisation:
    """Add a partner organisation.

    Raises:
        NotACode, OrganisationCodeTaken
    """
    code = clean_code(code)
    if queries.is_taken(session, Organisation, code):
        raise OrganisationCodeTaken
    organisation = Organisation(id=new_id(), code=code, name=name)
    session.add(organisation)
    session.flush()
    audit.record(session, Kind.ORGANISATION_ADDED, actor, code)
    return organisation


def change_organisation(session: Session, actor: Actor, organisation: Organisation, *, name: str, active: bool) -> None:
    """Rename a partner organisation, retire it or take it up again."""
    organisation.name, organisation.active = name, active
    audit.record(session, Kind.ORGANISATION_CHANGED, actor, organisation.code, active=active)
