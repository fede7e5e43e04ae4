"""One place that answers when something is refused or goes wrong: a page, a fragment, or problem+json (RFC 9457).

Every answer says what happened, what is kept, what to do next, and a number to name when asking. What is unknown and
what this person may not see get the same bytes.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from receiver import i18n
from receiver.access import RoleNeeded
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal, StaleVersion
from receiver.kit.ids import ALPHABET, is_reference
from receiver.kit.words import Words, _
from receiver.log import get_logger
from receiver.web import parking
from receiver.web.answers import fitted
from receiver.web.body import Unreadable, read_sent
from receiver.web.exchange import exchange_of
from receiver.web.forms.form import secret_parts
from receiver.web.frame import here, stand_at
from receiver.web.idempotency import Replay
from receiver.web.refusal_words import GENERAL, Told, told_about
from receiver.web.render import DASH, PRODUCT, is_fragment, page
from receiver.web.security import SAFE_METHODS, local_path
from receiver.web.slots import WHO_CAN
from receiver.web.visit import SIGN_IN_PAGE, SignInNeeded, actor_of, owner_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from starlette.requests import Request

log = get_logger()
PROBLEM = "application/problem+json"
PROGRAM_PATHS = ("/api/", "/hsds/")
NAMED_AT_MOST = 3
_AGAIN = frozenset({409, 429, 503})  # the same thing sent again may be taken
_BROKEN = 500
_NOT_ALLOWED_METHOD = 405


class BadQuery(Refusal):
    """A part of the address after the question mark cannot be read."""

    sentence = _("This address has a part that cannot be read: %(names)s.")
    status = 422


class BadJson(Refusal):
    """What a program sent does not fit."""

    sentence = _("What was sent does not fit: %(names)s.")
    status = 422


class Unexpected(Refusal):
    """A fault of the program; whatever was being done has been undone."""

    sentence = _("Something went wrong on our side. Nothing has been changed.")
    status = 500


class HttpRefusal(Refusal):
    """A refusal of the server itself: no such address, no such method."""

    sentence = _("This cannot be done.")

    def __init__(self, status: int, words: Words | None = None) -> None:
        super().__init__()
        self.http_status = status
        self.words = words or GENERAL.get(status, self.sentence)


def install(app: FastAPI) -> None:
    """Let every refusal, and every error that is none, be answered here."""
    app.add_exception_handler(Refusal, answer)
    app.add_exception_handler(HTTPException, answer)
    app.add_exception_handler(RequestValidationError, answer)
    app.add_exception_handler(Replay, answer)


async def answer(request: Request, error: Exception) -> Response:
    """The answer to an error of any kind; never a trace of the program's inside."""
    if isinstance(error, Replay):
        return fitted(request, error.response)
    if isinstance(error, HTTPException) and isinstance(error.__cause__, Refusal):
        error = error.__cause__  # FastAPI wraps what is raised while it reads a body
    refusal = refusal_of(error)
    status = status_of(refusal)
    if status == NotFound.status:
        exchange_of(request).reference = _shared_reference(request)
    _tell(request, refusal, error, status)
    if isinstance(refusal, SignInNeeded):
        return await _sign_in(request, refusal)
    if status in _AGAIN and request.method not in SAFE_METHODS:
        await _have_sent(request)
    if wants_problem(request):
        response: Response = _problem(request, refusal, status, error)
    else:
        response = _page(request, refusal, status, await _who_can(request, refusal))
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _shared_reference(request: Request) -> str:
    """One number for everything that one person does not find in a day.

    With a number of its own, the answer for an unknown id and that for a hidden one would not be the same bytes.
    """
    day = clock.now().date().isoformat()
    digest = request.app.state.vault.mac("not-found", owner_of(request), day)
    body = "".join(ALPHABET[octet % 32] for octet in digest[:6])
    return next(known for check in ALPHABET if is_reference(known := f"E-{body}{check}", "E"))


def refusal_of(error: Exception) -> Refusal:
    """The refusal that an error means."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return NotFound() if error.status_code == NotFound.status else HttpRefusal(error.status_code)
    if isinstance(error, ClientDisconnect):
        return Unreadable()  # nobody reads the answer, and nothing is wrong with the program
    return Unexpected()


def _invalid(error: RequestValidationError) -> Refusal:
    places = [issue["loc"] for issue in error.errors()]
    if any(place[0] == "path" for place in places):
        return NotFound()  # no id reads like this, so there is nothing of that id
    names = sorted({str(place[-1])[:40] for place in places})
    kind = BadJson if any(place[0] == "body" for place in places) else BadQuery
    return kind(names=names)


def status_of(refusal: Refusal) -> int:
    """The status that the answer has."""
    return refusal.http_status if isinstance(refusal, HttpRefusal) else refusal.status


def _tell(request: Request, refusal: Refusal, error: Exception, status: int) -> None:
    """What the log has: the code and who, never what was sent."""
    facts = {"code": refusal.code, "status": status, "reference": exchange_of(request).reference}
    facts |= {"user_id": owner_of(request) or None, "method": request.method}
    if status == _BROKEN:
        log.error("request.failed", **facts, exc_info=error)
    elif status not in {401, 404}:
        log.warning("request.refused", **facts)


def wants_problem(request: Request) -> bool:
    """Whether a program asks: by the address, or because it reads JSON and no HTML."""
    if request.url.path.startswith(PROGRAM_PATHS):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "html" not in accept


async def _sign_in(request: Request, refusal: SignInNeeded) -> Response:
    """The sign-in page in place of the one that was asked for, and what was sent kept (U26)."""
    parked = request.method not in SAFE_METHODS and await parking.park(request)
    if wants_problem(request):
        return _problem(request, refusal, refusal.status, refusal)
    next_path = _way_back(request)
    stand_at(request, next_path)
    pages = list(SIGN_IN_PAGE)
    if pages and not _by_script(request):
        return await run_in_threadpool(pages[-1], request, next_path=next_path, parked=parked)
    # A script must learn that nobody is signed in, and not take a page for its answer.
    response = _page(request, refusal, refusal.status)
    response.headers["HX-Redirect"] = f"/sign-in?next={quote(next_path, safe='/')}"
    return response


def _by_script(request: Request) -> bool:
    return is_fragment(request) or request.headers.get("sec-fetch-mode", "navigate") != "navigate"


def _way_back(request: Request) -> str:
    """Where to go on after signing in: a POST has no page, so its sender goes home, where what was kept is offered."""
    if is_fragment(request):  # the address of a fragment is not that of its page
        current = urlsplit(request.headers.get("hx-current-url", ""))
        return local_path(f"{current.path}?{current.query}" if current.query else current.path)
    return local_path(here(request)) if request.method in SAFE_METHODS else "/"


async def _who_can(request: Request, refusal: Refusal) -> list[str]:
    """Some people who may do what was refused, so that it is clear whom to ask."""
    actor = actor_of(request)
    if actor is None or not isinstance(refusal, RoleNeeded) or not len(WHO_CAN):
        return []
    permission = refusal.permission

    def ask() -> list[str]:
        with request.app.state.database.read() as session:
            return [name for names in WHO_CAN(session, actor, permission) for name in names]

    with suppress(Refusal):  # the page must come, also when the database is busy
        return (await run_in_threadpool(ask))[:NAMED_AT_MOST]
    return []


def _page(request: Request, refusal: Refusal, status: int, names: Sequence[str] = ()) -> Response:
    """The page, or the fragment that htmx shows in place of what it asked for."""
    told = told_about(status, refusal.code)
    exchange = exchange_of(request)
    if exchange.here is None:
        stand_at(request, "/")
    ctx = {
        "title": told.title,
        "words": refusal.words,
        "kept": told.kept if request.method not in SAFE_METHODS else None,
        "todo": told.todo,
        "reference": exchange.reference,
        "resend": _resend(request, refusal, status),
        "names": list(names),
    }
    try:
        return page(request, "_layout/error.html", ctx, block="refusal", status=status)
    except Exception as fault:  # whatever is wrong with the templates, people get an answer
        log.exception("refusal.undrawn", status=status, exc_info=fault)
        return _bare_page(refusal, told, status)


def _bare_page(refusal: Refusal, told: Told, status: int) -> Response:
    """The page without templates."""
    language, title, words = i18n.language(), i18n.text(told.title), i18n.text(refusal.words)
    html = (
        f'<!doctype html>\n<html lang="{language.tag}" dir="{language.dir}"><head><meta charset="utf-8">'
        f"<title>{title} {DASH} {PRODUCT}</title></head>"
        f"<body><main><h1>{title}</h1><p>{_escaped(words)}</p></main></body></html>\n"
    )
    return Response(html, status_code=status, media_type="text/html")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


async def _have_sent(request: Request) -> None:
    """Read the body, if nobody has yet, so that it can be offered for sending again."""
    with suppress(Refusal, ClientDisconnect):
        await read_sent(request)


def _resend(request: Request, refusal: Refusal, status: int) -> dict[str, Any] | None:
    """The form as it was sent, to send it again from the page that refused it; nothing typed is lost by waiting.

    What began from an older version never is: sent again, it is refused again.
    """
    sent = exchange_of(request).sent
    if status not in _AGAIN or isinstance(refusal, StaleVersion) or sent is None or sent.files or not sent.fields:
        return None
    if sent.fields.keys() & secret_parts():
        return None  # a password never stands in a page
    inputs = [(name, text) for name, texts in sent.fields.items() for text in texts]
    return {"action": request.url.path, "inputs": inputs}


def _problem(request: Request, refusal: Refusal, status: int, error: Exception) -> Response:
    """The refusal for a program."""
    told: dict[str, Any] = {
        "type": f"urn:receiver:refusal:{refusal.code}",
        "title": i18n.text(told_about(status, refusal.code).title),
        "status": status,
        "detail": i18n.text(refusal.words),
        "code": refusal.code,
        "reference": exchange_of(request).reference,
    }
    if isinstance(error, RequestValidationError):
        told["errors"] = [{"at": list(issue["loc"]), "kind": issue["type"]} for issue in error.errors()]
    return Response(json.dumps(told, ensure_ascii=False), status_code=status, media_type=PROBLEM)
