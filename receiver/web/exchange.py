"""What is known about one request and its answer, in one place that every layer shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from receiver.kit.ids import new_reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import HTTPConnection
    from starlette.responses import Response
    from starlette.types import Scope

    from receiver.access import Actor
    from receiver.kit.words import Words
    from receiver.web.sent import Sent

_PLACE = "receiver"


def _reference() -> str:
    return new_reference("E")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of a signed-in person: the actor, and what the frame of the page needs to know about the session.

    `ends_at` is when the session ends if nothing more is asked. `look` are classes of the page's root ("auto",
    "large"). `afterwards` is a short write of its own, such as the session's last use, done when the answer has left.
    """

    actor: Actor
    ends_at: datetime | None = None
    idle_seconds: int = 0
    look: str = ""
    afterwards: Callable[[], None] | None = None


@dataclass(slots=True)
class Exchange:
    """One request and its answer.

    `reference` is what people name when they ask about it, and what the log has. `limit` is how many bytes the body
    may have. `here` is the address that the page stands at, if not the one asked for. `answer` is what the route gave,
    before it was fitted to htmx; `stays` that what was written stays even if that is a refusal. `done` is what the
    next page is to say; `done_read` that this page says the last.
    """

    reference: str = field(default_factory=_reference)
    visit: Visit | None = None
    sent: Sent | None = None
    limit: int | None = None
    here: str | None = None
    answer: Response | None = None
    stays: bool = False
    done: Words | None = None
    done_read: bool = False


def exchange_of(connection: HTTPConnection) -> Exchange:
    """What is known about this request."""
    return exchange_in(connection.scope)


def exchange_in(scope: Scope) -> Exchange:
    """The same, where only the scope is at hand; the first call makes it."""
    known = scope.get(_PLACE)
    if not isinstance(known, Exchange):
        known = scope[_PLACE] = Exchange()
    return known
