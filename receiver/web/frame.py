"""What stands round the content of every page: language, navigation, session, what was just done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from receiver import i18n
from receiver.kit import clock
from receiver.web.done import done_words
from receiver.web.exchange import exchange_of
from receiver.web.security import local_path
from receiver.web.slots import main_navigation
from receiver.web.visit import visit_of

if TYPE_CHECKING:
    from starlette.requests import Request


def frame(request: Request) -> dict[str, Any]:
    """The values that the layout needs; a page may set any of them anew."""
    visit = visit_of(request)
    actor = visit.actor if visit else None
    path = request.url.path
    return {
        "request": request,
        "actor": actor,
        "language": i18n.language(),
        "languages": i18n.offered(),
        "look": visit.look if visit else "",
        "practice": request.app.state.settings.practice,
        "menu": [
            {"url": item.url, "label": item.label, "current": is_within(path, item.url)}
            for item in main_navigation(actor)
        ],
        "here": here(request),
        "session": _session(request),
        "done": done_words(request),
    }


def here(request: Request) -> str:
    """Path and query of the page that is shown, for the way back: a page that answers a POST names where it stands."""
    known = exchange_of(request).here
    if known is not None:
        return known
    if request.method != "GET":
        return local_path(page_of(request), request.url.path)
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def page_of(request: Request) -> str:
    """The page of ours from which something was sent, as the browser says; a POST's own address may show nothing."""
    came_from = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer") or "")
    if came_from.netloc.lower() != request.headers.get("host", "").lower():
        return ""
    return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path


def stand_at(request: Request, path: str) -> None:
    """Say that the page drawn belongs to this path: `/` for a refusal, which must not tell what was asked for."""
    exchange_of(request).here = path


def is_within(path: str, url: str) -> bool:
    """Whether a page belongs to a link of the navigation."""
    return path == url or path.startswith(url.rstrip("/") + "/")


def _session(request: Request) -> dict[str, int] | None:
    visit = visit_of(request)
    if visit is None or visit.ends_at is None:
        return None
    left = int((visit.ends_at - clock.now()).total_seconds())
    return {"remaining": max(left, 0), "idle": visit.idle_seconds}
