"""Who is asking: the signed-in actor of a request, found by the room that knows sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from receiver.kit.errors import Refusal
from receiver.kit.wiring import Slot
from receiver.kit.words import Words, _
from receiver.web.exchange import Visit, exchange_of

if TYPE_CHECKING:
    from typing import ClassVar

    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from receiver.access import Actor


class Loader(Protocol):
    """Finds the visit of a request, or None; runs in a thread and may ask the database."""

    def __call__(self, connection: HTTPConnection, /) -> Visit | None:
        """The visit, if it is one that this loader knows."""
        ...


class SignInPage(Protocol):
    """Draws the sign-in page in place of the page that was asked for, with status 401.

    `next_path` is where to go on afterwards; `parked` says that what was sent is kept (U26).
    """

    def __call__(self, request: Request, /, *, next_path: str, parked: bool) -> Response:
        """The page, with status 401."""
        ...


LOADERS: Slot[Loader] = Slot("loaders")
"""Asked one after the other until one knows the visitor; the accounts room fills it."""

SIGN_IN_PAGE: Slot[SignInPage] = Slot("sign-in page")
"""The last one offered draws the page; without any there is a plain refusal with a link."""


class SignInNeeded(Refusal):
    """Nobody is signed in, or the session has ended."""

    sentence: ClassVar[Words] = _("Please sign in to go on.")
    status: ClassVar[int] = 401


def visit_of(connection: HTTPConnection) -> Visit | None:
    """The visit of this request, or None when nobody is signed in."""
    return exchange_of(connection).visit


def actor_of(connection: HTTPConnection) -> Actor | None:
    """Who is signed in, or None."""
    visit = visit_of(connection)
    return visit.actor if visit else None


def set_visit(connection: HTTPConnection, visit: Visit | None) -> None:
    """Say who is asking: the middleware does, and sign-in itself for the page that follows within the same request."""
    exchange_of(connection).visit = visit


def owner_of(connection: HTTPConnection) -> str:
    """The text by which this person's keys and notes are kept apart from those of others; empty for nobody."""
    actor = actor_of(connection)
    return str(actor.user_id) if actor is not None and actor.user_id is not None else ""


__all__ = [
    "LOADERS",
    "SIGN_IN_PAGE",
    "Loader",
    "SignInNeeded",
    "SignInPage",
    "Visit",
    "actor_of",
    "owner_of",
    "set_visit",
    "visit_of",
]
