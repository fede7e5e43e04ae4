"""A browser in which somebody is signed in, without the cost of checking a password in every test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from receiver.accounts import actions, queries
from receiver.accounts.visits import COOKIE
from tests.factories import accounts
from tests.support.pages import Browser

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from fastapi import FastAPI

    from receiver.access import Role
    from receiver.accounts.models import Office, User
    from receiver.worker import System


class SignedIn(Browser):
    """A browser with the cookie of an open session."""

    user_id: UUID
    session_id: UUID

    @classmethod
    def enter(
        cls, app: FastAPI, system: System, who: User | tuple[Role, ...], offices: Sequence[Office], language: str
    ) -> Self:
        """Open a session for a user, or for a new one with these roles."""
        with system.database.write() as session:
            user: Any = accounts.make_user(session, *who, offices=offices) if isinstance(who, tuple) else who
            actor = accounts.acting(session, queries.user(session, user.id))
            token = actions.start_session(
                session, actor, queries.user(session, user.id), system.settings, device="Chrome, Android"
            )
            session_id = token.row.id
        browser = cls(app, language=language)
        browser.client.cookies.set(COOKIE, token.secret, domain="localhost.local", path="/")
        browser.user_id, browser.session_id = user.id, session_id
        return browser
