"""The layers round every request, from the outside in: headers and log, compression, body, who and in which language.

All are plain ASGI: what they set (language, actor) reaches the threads in which routes run.
"""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette_compress import CompressMiddleware

from receiver import i18n
from receiver.kit import clock
from receiver.log import get_logger
from receiver.web import refusals
from receiver.web.assets import PREFIX as STATIC
from receiver.web.body import BODY_LIMIT, KIB, BodyTooLarge, BodyTooSlow
from receiver.web.done import done_cookies
from receiver.web.exchange import exchange_in
from receiver.web.security import DEFAULTS, HEADERS, STRICT_TRANSPORT, guard, header_items, read_cookie
from receiver.web.visit import LOADERS, set_visit, visit_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from receiver.settings import Settings
    from receiver.web.visit import Visit

log = get_logger()
LANGUAGE_COOKIE = "language"
IDLE_SECONDS = 20.0
"""How long a sender may pause in the middle of a body."""
GRACE_SECONDS = 30.0
LEAST_RATE = 500
"""Bytes a second that a body must come with, on average after the grace; the worst lines give 2,000."""

_ALWAYS = header_items(HEADERS)
_UNLESS_SAID = {name.lower().encode(): value.encode() for name, value in DEFAULTS.items() if name != "Vary"}
_VARIES = tuple(DEFAULTS["Vary"].split(", "))


def install(app: FastAPI) -> None:
    """Put the layers round an application whose state has `settings`, `database` and `vault`."""
    refusals.install(app)
    app.add_middleware(Visitor)
    app.add_middleware(Intake)
    # zstd is left out: browsers on old phones lack it, and brotli 5 is smaller at the same cost.
    app.add_middleware(CompressMiddleware, zstd=False, brotli_quality=5, gzip_level=6)
    app.add_middleware(Shell)


class Shell:
    """The outermost layer: the headers of every answer whatever it is, HEAD, the line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and dress its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        settings: Settings = scope["app"].state.settings
        head = scope["method"] == "HEAD"
        inner = {**scope, **_seen_through_proxies(scope, settings), "method": "GET" if head else scope["method"]}
        exchange = exchange_in(inner)
        started, told = time.perf_counter(), 0

        async def dressed(message: Message) -> None:
            nonlocal told
            if message["type"] == "http.response.start":
                told = message["status"]
                message = {**message, "headers": _dressed(inner, list(message.get("headers", ())))}
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self.app(inner, receive, dressed)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            route = getattr(inner.get("route"), "path", None)
            user_id = str(exchange.visit.actor.user_id) if exchange.visit else None
            facts = {"method": scope["method"], "route": route, "status": told, "ms": milliseconds}
            if route != f"{STATIC}{{file}}":
                log.info("request", **facts, reference=exchange.reference, user_id=user_id)


def _dressed(scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that all have."""
    exchange = exchange_in(scope)
    said = {name for name, _value in headers}
    immutable = any(name == b"cache-control" and b"immutable" in value for name, value in headers)
    varied = [value.decode("latin-1") for name, value in headers if name == b"vary"]
    names = dict.fromkeys(each.strip() for value in varied for each in value.split(",") if each.strip())
    if not immutable:
        names = dict.fromkeys((*_VARIES, *names))
    dressed = [(name, value) for name, value in headers if name not in {b"vary", b"server"}]
    dressed += [(name, value) for name, value in _UNLESS_SAID.items() if name not in said]
    dressed += [*_ALWAYS, (b"vary", ", ".join(names).encode("latin-1"))]
    dressed.append((b"x-request-id", exchange.reference.encode()))
    if scope["scheme"] == "https":
        dressed.append((b"strict-transport-security", STRICT_TRANSPORT.encode()))
    if exchange.done is not None or exchange.done_read:
        dressed += done_cookies(Request(scope))
    return dressed


def _seen_through_proxies(scope: Scope, settings: Settings) -> dict[str, Any]:
    """Scheme and client as a trusted proxy reports them; from anyone else such headers are only noise."""
    seen: dict[str, Any] = {"scheme": "https" if settings.secure else scope.get("scheme", "http")}
    client = scope.get("client")
    if not client or not _is_trusted(client[0], settings):
        return seen
    headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name.startswith(b"x-forwarded-")}
    if headers.get(b"x-forwarded-proto", "").strip().lower() == "https":
        seen["scheme"] = "https"
    for hop in reversed(headers.get(b"x-forwarded-for", "").split(",")):
        if not _is_address(hop.strip()):
            break
        seen["client"] = (hop.strip(), 0)
        if not _is_trusted(hop.strip(), settings):
            break
    return seen


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str, settings: Settings) -> bool:
    if not settings.trusted_proxies or not _is_address(address):
        return False
    own = ip_address(address)
    return any(own in network for network in settings.trusted_proxies)


class Intake:
    """Bounds what a body may weigh and how slowly it may come."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a watched body."""
        if scope["type"] == "http" and _has_body(scope["headers"]):
            receive = Paced(scope, receive)
        await self.app(scope, receive, send)


class Paced:
    """A body that raises when too much of it comes, or too slowly."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.exchange = exchange_in(scope)
        self.receive = receive
        self.length = _content_length(scope["headers"])
        self.total = 0
        self.started = time.monotonic()
        self.whole = False

    async def __call__(self) -> Message:
        """The next part."""
        if self.whole:
            return await self.receive()
        limit = BODY_LIMIT if self.exchange.limit is None else self.exchange.limit
        if self.length > limit:
            raise BodyTooLarge(limit=limit // KIB)
        message: Message | None = None
        with anyio.move_on_after(IDLE_SECONDS):
            message = await self.receive()
        if message is None:
            raise BodyTooSlow
        if message["type"] == "http.request":
            self.total += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self.total > limit:
                raise BodyTooLarge(limit=limit // KIB)
            seconds = time.monotonic() - self.started
            if not self.whole and seconds > GRACE_SECONDS and self.total < seconds * LEAST_RATE:
                raise BodyTooSlow
        return message


def _has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers)


def _content_length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    lengths = [value for name, value in headers if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


class Visitor:
    """Finds out who asks and in which language to answer; the last one to answer what goes wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, in the language of its sender."""
        if scope["type"] != "http" or scope["path"].startswith(STATIC):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        with i18n.use(_language(request, None)):
            try:
                guard(request, request.method)
                visit = await run_in_threadpool(_find_visit, request) if _may_be_known(request) else None
                set_visit(request, visit)
                with i18n.use(_language(request, visit)):
                    await self._serve(request, receive, noted)
            except Exception as error:
                if started:
                    raise
                response = await refusals.answer(request, error)
                await response(scope, receive, send)
        await _afterwards(request)

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        visit = visit_of(request)
        if visit is not None and visit.ends_at is not None and "hx-request" in request.headers:
            send = _telling_time_left(send, visit)
        await self.app(request.scope, receive, send)


def _telling_time_left(send: Send, visit: Visit) -> Send:
    """A page that only fetches fragments learns from each how long its session still lasts (U25)."""

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start" and visit.ends_at is not None:
            left = max(0, int((visit.ends_at - clock.now()).total_seconds()))
            message = {**message, "headers": [*message.get("headers", ()), (b"session-left", str(left).encode())]}
        await send(message)

    return telling


def _may_be_known(request: Request) -> bool:
    """Whether anything about the request could say who sends it."""
    return "cookie" in request.headers or "authorization" in request.headers


def _find_visit(request: Request) -> Visit | None:
    return next((visit for loader in LOADERS if (visit := loader(request)) is not None), None)


def _language(request: Request, visit: Visit | None) -> str:
    """The language chosen in the profile, else the one chosen in this browser, else the one it asks for."""
    offered = {language.code for language in i18n.offered()}
    for code in (visit.actor.language if visit else None, read_cookie(request, LANGUAGE_COOKIE)):
        if code in offered and code is not None:
            return code
    return i18n.negotiate(request.headers.get("accept-language"))


async def _afterwards(request: Request) -> None:
    """The short write that a visit leaves for when its answer has gone."""
    visit = visit_of(request)
    if visit is None or visit.afterwards is None:
        return
    try:
        await run_in_threadpool(visit.afterwards)
    except Exception as error:  # the answer has left; the operator is told what could not be noted
        log.warning("visit.afterwards_failed", exc_info=error)
