"""Answers that are no pages: on to another page, and files to keep."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from receiver.web.exchange import exchange_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from starlette.requests import Request

    from receiver.kit.words import Words

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_SAFE_URL = "/?&=#%:@!$'()*+,;~"


class SeeOther(Response):
    """On to another page after something was done (303); for htmx the same by its own header (U4)."""

    STATUS: ClassVar[int] = 303

    def __init__(self, url: str, *, done: Words | None = None) -> None:
        super().__init__(status_code=self.STATUS, headers={"Location": quote(url, safe=_SAFE_URL)})
        self.done = done


def see_other(url: str, *, done: Words | None = None) -> SeeOther:
    """Answer a POST that succeeded; the next page says `done`, whose values are counts, amounts and references only.

    Raises:
        ValueError: `url` is not an address of ours.
    """
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError("redirects stay within Receiver; clean what came from outside with security.local_path")
    return SeeOther(url, done=done)


def fitted(request: Request, response: Response) -> Response:
    """The answer as the asker understands it: htmx follows a redirect only by its own header."""
    exchange = exchange_of(request)
    if isinstance(response, SeeOther):
        exchange.done = response.done
        if request.headers.get("hx-request") == "true":
            twin = Response(headers={"HX-Redirect": response.headers["Location"]}, background=response.background)
            twin.raw_headers += [pair for pair in response.raw_headers if pair[0] == b"set-cookie"]
            return twin
    return response


def pushed(response: Response, url: str) -> Response:
    """The fragment that shows the state of another address, which the browser is to show too (U4)."""
    response.headers["HX-Push-Url"] = url
    return response


def download(content: bytes | str, name: str, media_type: str) -> Response:
    """A whole file to keep; never shown in place, never cached."""
    response = Response(content, media_type=media_type)
    response.headers["Content-Disposition"] = disposition(name)
    return response


def stream(chunks: Iterable[bytes | str] | AsyncIterable[bytes | str], name: str, media_type: str) -> StreamingResponse:
    """A file made while it is sent. What makes it needs a session of its own: that of the request is closed by then."""
    response = StreamingResponse(chunks, media_type=media_type)
    response.headers["Content-Disposition"] = disposition(name)
    return response


def disposition(name: str) -> str:
    """The header that saves a file under a safe name (RFC 6266): plain letters for old browsers, then the name."""
    clean = "".join("_" if sign in '/\\:*?"<>|' or unicodedata.category(sign)[0] == "C" else sign for sign in name)
    clean = clean.strip(" .")[:150] or "file"
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFKD", clean)).strip("_.") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
