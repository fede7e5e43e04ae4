"""The lists of people that somebody keeps for themselves; only they themselves get them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver.accounts.models import User
from receiver.cases.models import SavedList
from receiver.kit.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


def saved_lists(session: Session, actor: Actor) -> Sequence[SavedList]:
    """The actor's own lists, by name."""
    wanted = select(SavedList).where(SavedList.user_id == actor.user_id)
    return session.scalars(wanted.order_by(SavedList.name, SavedList.id)).all()


def lock_lists(session: Session, actor: Actor) -> None:
    """Let two tabs of one user, who change these lists, wait for one another."""
    session.execute(select(User.id).where(User.id == actor.user_id).with_for_update())


def saved_list(session: Session, actor: Actor, list_id: UUID) -> SavedList:
    """One of the actor's own lists.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    found = session.scalar(select(SavedList).where(SavedList.id == list_id, SavedList.user_id == actor.user_id))
    if found is None:
        raise NotFound
    return found
