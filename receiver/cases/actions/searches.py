"""Searches, kept for half an hour so that no name stands in an address."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.cases.models import Search
from receiver.cases.queries import search_place
from receiver.cases.rules import SEARCH_KEPT
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.people.queries import search_ids

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


def people_list_opened(session: Session, actor: Actor, *, people: int) -> None:
    """Record that somebody opened a list of people that is made to be printed."""
    audit.record(session, Kind.PEOPLE_LIST_OPENED, actor, "people", people=people)


def keep_search(session: Session, actor: Actor, user_id: UUID, text: str) -> str:
    """Look for people and remember whom it may mean; gives what stands for the search in an address."""
    now = clock.now()
    session.execute(delete(Search).where(Search.expires_at <= now))
    found = search_ids(session, actor, Permission.PERSON_LIST, text)
    search = Search(id=new_id(), token=secrets.token_urlsafe(12), user_id=user_id, expires_at=now + SEARCH_KEPT)
    search.found = [str(person_id) for person_id in found]
    search.text = vault.seal(session, user_id, search_place(search.id), text)
    session.add(search)
    session.flush()
    return search.token
