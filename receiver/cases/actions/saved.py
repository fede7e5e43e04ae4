"""Lists of people that somebody keeps for themselves: saved, given another name, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.audit import Kind
from receiver.cases.models import SavedList
from receiver.cases.queries import lock_lists, saved_lists
from receiver.cases.rules import MOST_LISTS, ListNameTaken, TooManyLists
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor


def save_list(session: Session, actor: Actor, *, name: str, query: str) -> SavedList:
    """Keep filters of the register under a name; `query` is how they stand in an address.

    Raises:
        TooManyLists, ListNameTaken
        NotFound: the actor has no account to keep them with.
    """
    if actor.user_id is None:
        raise NotFound
    _check_name(session, actor, name)
    if len(saved_lists(session, actor)) >= MOST_LISTS:
        raise TooManyLists(most=MOST_LISTS)
    saved = SavedList(id=new_id(), user_id=actor.user_id, name=name, query=query)
    session.add(saved)
    session.flush()
    _record(session, actor, saved, "saved")
    return saved


def rename_list(session: Session, actor: Actor, saved: SavedList, *, name: str) -> None:
    """Give a list another name.

    Raises:
        ListNameTaken
    """
    _check_name(session, actor, name, but=saved)
    saved.name = name
    _record(session, actor, saved, "renamed")


def remove_list(session: Session, actor: Actor, saved: SavedList) -> None:
    """Remove a list; the people on it stay as they are."""
    session.delete(saved)
    _record(session, actor, saved, "removed")


def _check_name(session: Session, actor: Actor, name: str, *, but: SavedList | None = None) -> None:
    lock_lists(session, actor)
    if any(one.name == name and one is not but for one in saved_lists(session, actor)):
        raise ListNameTaken(name=name)


def _record(session: Session, actor: Actor, saved: SavedList, act: str) -> None:
    audit.record(session, Kind.PREFERENCES_CHANGED, actor, str(saved.user_id), list=saved.id, act=act)
