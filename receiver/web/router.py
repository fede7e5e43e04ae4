"""The router that rooms declare their routes on: it knows each answer before its transaction commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Match

from receiver.web.answers import fitted
from receiver.web.body import BODY_LIMIT
from receiver.web.exchange import exchange_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from fastapi.dependencies.models import Dependant
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope


class Route(APIRoute):
    """A route whose answer is at hand when its writing session ends, and whose body limit is that of its form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dependant.dependencies.sort(key=_turn)
        limits = [form.body_limit() for form in forms_of(self.dependant)]
        self.body_limit = max(limits, default=BODY_LIMIT)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, with the answer noted for the session and fitted to who asked."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            response = await inner(request)
            exchange_of(request).answer = response
            return fitted(request, response)

        return handler


class Router(APIRouter):
    """A router of a room: `router = Router(prefix="/stipends")`; its routes give pages and are in no API document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, **{"route_class": Route, "include_in_schema": False, "redirect_slashes": False, **kwargs}
        )
        self._shapes: tuple[int, frozenset[tuple[str, int]]] = (-1, frozenset())

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of its routes has this address.

        FastAPI tries every route of every room, twice. A look at the shape of the address spares most of that.
        """
        if _shape(scope["path"]) not in self.shapes:
            return Match.NONE, {}
        return super().matches(scope)

    @property
    def shapes(self) -> frozenset[tuple[str, int]]:
        """The shapes of its addresses: their first parts are literal, as a house test sees to."""
        if self._shapes[0] != len(self.routes):
            paths = [context.path or "" for context in iter_route_contexts(self.routes)]
            self._shapes = (len(self.routes), frozenset(map(_shape, paths)))
        return self._shapes[1]


def _turn(dependency: Dependant) -> int:
    """First who may, then what was sent and what is made of it, and only then the database.

    FastAPI takes them in the order of the signature; a file judged while the one write lock is held lets nobody write.
    """
    calls = [dependency.call, *calls_of(dependency)]
    if any(hasattr(call, "opens_session") for call in calls):
        return 2
    return 0 if hasattr(dependency.call, "permission") else 1


def _shape(path: str) -> tuple[str, int]:
    """The first part of an address and how many parts there are; a name in a path never stands for several."""
    return path[1:].partition("/")[0], path.count("/")


def calls_of(dependant: Dependant) -> Iterator[Any]:
    """Every dependency of a route, its own and theirs."""
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from calls_of(dependency)


def forms_of(dependant: Dependant) -> Iterator[Any]:
    """The forms that a route binds."""
    return (call.form_class for call in calls_of(dependant) if hasattr(call, "form_class"))


def permissions_of(dependant: Dependant) -> list[Any]:
    """What a route declares about who may use it: permissions, PUBLIC, or SIGNED_IN."""
    return [call.permission for call in calls_of(dependant) if hasattr(call, "permission")]
