"""Offices: new, renamed, retired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.accounts import queries, rules
from receiver.accounts.models import EarlierOfficeName, Office
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor


def add_office(session: Session, actor: Actor, *, code: str, name: str) -> Office:
    """Open an office.

    Raises:
        OfficeCodeTaken
    """
    if queries.office_code_taken(session, code):
        raise rules.OfficeCodeTaken
    office = Office(id=new_id(), code=code, name=name)
    session.add(office)
    session.flush()
    audit.record(session, Kind.OFFICE_ADDED, actor, code)
    return office


def change_office(session: Session, actor: Actor, office: Office, *, name: str, active: bool) -> None:
    """Rename an office, retire it or open it again.

    Raises:
        OfficeInUse: somebody who can sign in works there.
    """
    if office.active and not active and queries.works_there(session, office.id):
        raise rules.OfficeInUse
    if name != office.name:
        session.add(EarlierOfficeName(office_id=office.id, changed_at=clock.now(), name=office.name))
    office.name, office.active = name, active
    audit.record(session, Kind.OFFICE_CHANGED, actor, office.code, active=active)
