"""What somebody looked for a moment ago; only they themselves get it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import vault
from receiver.cases.models import Search
from receiver.cases.rules import SearchExpired

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


def search_by_token(session: Session, actor: Actor, token: str, now: datetime) -> Search:
    """The search that an address stands for.

    Raises:
        SearchExpired: it is too long ago, was never made, or is somebody else's.
    """
    wanted = select(Search).where(Search.token == token, Search.user_id == actor.user_id, Search.expires_at > now)
    found = session.scalar(wanted)
    if found is None:
        raise SearchExpired
    return found


def searched_text(session: Session, search: Search) -> str:
    """What was typed."""
    return vault.unseal(session, search.user_id, search_place(search.id), search.text)


def search_place(search_id: UUID) -> str:
    """Where the text of a search is sealed."""
    return vault.place("searches.text", search_id)
