"""Every SELECT on programmes and partner organisations. They hold nothing personal and belong to no office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver.access import Permission
from receiver.kit.errors import NotFound
from receiver.partners.models import EarlierProgrammeName, Organisation, Programme
from receiver.partners.rules import ProgrammeState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


def programmes(session: Session, *, ended: bool = False) -> Sequence[Programme]:
    """The programmes under which people can arrive, by name; those that have ended too if asked."""
    chosen = select(Programme).order_by(Programme.name, Programme.code)
    return session.scalars(chosen if ended else chosen.where(Programme.state == ProgrammeState.OPEN)).all()


def programme_by_code(session: Session, actor: Actor, code: str) -> Programme:
    """The programme of this code, however it is capitalised, also one that has ended.

    Raises:
        NotFound: there is none, or the actor sees no programmes.
    """
    found = session.scalar(select(Programme).where(Programme.code == code.strip().upper()))
    if found is None or not actor.may(Permission.PROGRAMME_VIEW):
        raise NotFound
    return found


def programme(session: Session, programme_id: UUID, *, lock: bool = False) -> Programme:
    """One programme, its row locked until the end of the transaction if asked.

    Raises:
        NotFound
    """
    found = session.get(Programme, programme_id, with_for_update=lock or None)
    if found is None:
        raise NotFound
    return found


def is_taken(session: Session, kind: type[Programme | Organisation], code: str) -> bool:
    """Whether a programme, or an organisation, has this code."""
    return session.scalar(select(kind.id).where(kind.code == code)) is not None


def programme_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of programmes; one query whatever the number."""
    return dict(session.execute(select(Programme.id, Programme.name).where(Programme.id.in_(set(ids)))).all())


def programme_name_at(session: Session, programme: Programme, as_of: datetime) -> str:
    """The name that a programme had at a moment."""
    one = EarlierProgrammeName
    had = select(one.name).where(one.programme_id == programme.id, one.changed_at > as_of)
    return session.scalar(had.order_by(one.changed_at, one.id).limit(1)) or programme.name


def organisations(session: Session, *, retired: bool = False) -> Sequence[Organisation]:
    """Partner organisations by name; the retired ones too if asked."""
    chosen = select(Organisation).order_by(Organisation.name, Organisation.code)
    return session.scalars(chosen if retired else chosen.where(Organisation.active)).all()


def organisation_by_code(session: Session, code: str) -> Organisation:
    """The organisation of this code.

    Raises:
        NotFound
    """
    found = session.scalar(select(Organisation).where(Organisation.code == code.strip().upper()))
    if found is None:
        raise NotFound
    return found
