"""What is known about one request and its answer, in one place that every layer shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from receiver.kit.ids import new_reference

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response
    from starlette.types import Scope

    from receiver.kit.words import Words
    from receiver.web.body import Sent
    from receiver.web.visit import Visit

_PLACE = "receiver"


def _reference() -> str:
    return new_reference("E")


@dataclass(slots=True)
class Exchange:
    """One request and its answer.

    `reference` is what people name when they ask about it, and what the log has. `limit` is how many bytes the body
    may have. `here` is the address that the page stands at, if not the one asked for. `answer` is what the route gave,
    before it was fitted to htmx. `done` is what the next page is to say; `done_read` that this page says the last.
    """

    reference: str = field(default_factory=_reference)
    visit: Visit | None = None
    sent: Sent | None = None
    limit: int | None = None
    here: str | None = None
    answer: Response | None = None
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
