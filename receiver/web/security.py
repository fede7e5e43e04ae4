"""What browsers are told and what they are refused: response headers, the guard of changing requests, cookies.

The policy is in three parts that depend on each other. The content security policy allows nothing but our own files,
without exceptions. A request that changes something must come from a page of ours, which browsers say themselves in
`Sec-Fetch-Site` and `Origin`; there is no token in forms, so old pages and forms kept on a device stay valid. Cookies
are host-bound over TLS and never read by scripts.

`Referrer-Policy` must not become `no-referrer`: browsers then send `Origin: null` with our own forms.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from receiver.kit.errors import Refusal
from receiver.kit.words import Words, _

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

    from receiver.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
YEAR = 365 * 24 * 60 * 60

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS: dict[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex, nofollow",
}
"""On every answer, whatever it is."""

DEFAULTS: dict[str, str] = {
    "Cache-Control": "no-store",
    "Vary": "HX-Request, Accept-Language, Cookie",
}
"""On every answer that does not say otherwise: only files named by their content do."""

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to
"""What an operator binds to who lets every network in."""

STRICT_TRANSPORT = f"max-age={2 * YEAR}; includeSubDomains"


class FromElsewhere(Refusal):
    """A page of another site, or something that is no page, tried to change something with this person's session."""

    sentence: ClassVar[Words] = _(
        "This was refused because it did not come from a page of Receiver. Nothing has been changed. "
        "Please open the page here and send it again."
    )
    status: ClassVar[int] = 403


def guard(connection: HTTPConnection, method: str) -> None:
    """Refuse a changing request that does not come from our own pages.

    Browsers name where a request comes from and scripts cannot alter it. Programs without cookies carry no session
    that others could abuse, so they need neither header.

    Raises:
        FromElsewhere: another site, an opaque origin, a cookie with neither header, or text/plain, which only forms
            of other sites send.
    """
    if method in SAFE_METHODS:
        return
    headers = connection.headers
    if headers.get("content-type", "").strip().lower().startswith("text/plain"):
        raise FromElsewhere
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        raise FromElsewhere
    if origin is not None and not _is_ours(origin, connection):
        raise FromElsewhere
    if site is None and origin is None and "cookie" in headers:
        raise FromElsewhere


def _is_ours(origin: str, connection: HTTPConnection) -> bool:
    """Whether the origin is our public address, or the host that was asked if that is this machine; `null` never is.

    `Host` alone proves nothing: who owns a name can let it lead here, and their page then asks for that very host.
    Nobody can do that with an address in figures or with `localhost`.
    """
    settings: Settings = connection.app.state.settings
    try:
        parts = urlsplit(origin)
        named, name = parts.netloc.lower(), parts.hostname
    except ValueError:
        return False
    if origin.lower() == settings.base_url.lower():
        return True
    asked = parts.scheme == connection.scope.get("scheme") and named == connection.headers.get("host", "").lower()
    return asked and name is not None and _is_this_machine(name, settings)


def _is_this_machine(name: str, settings: Settings) -> bool:
    """Whether a host is us: by number, by the name it is bound to, or by any where it serves all and was told none."""
    if name in {"localhost", settings.host.lower()} or (settings.host in EVERYWHERE and not settings.public_url):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the browser speaks TLS, to us or to a proxy that we trust."""
    return connection.scope.get("scheme") in {"https", "wss"}


def cookie_name(connection: HTTPConnection, name: str) -> str:
    """The name under which a cookie goes: bound to this very host where there is TLS."""
    return f"__Host-{name}" if is_secure(connection) else name


def read_cookie(connection: HTTPConnection, name: str) -> str | None:
    """The value of a cookie of ours; over TLS one without the host-bound name is not ours."""
    return connection.cookies.get(cookie_name(connection, name))


def set_cookie(
    connection: HTTPConnection, response: Response, name: str, value: str, *, seconds: int | None = None
) -> None:
    """Keep a cookie that scripts cannot read and other sites cannot send along; without `seconds` until it ends."""
    response.set_cookie(
        cookie_name(connection, name),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(connection),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(connection: HTTPConnection, response: Response, name: str) -> None:
    """Make the browser forget a cookie."""
    response.delete_cookie(
        cookie_name(connection, name), path="/", secure=is_secure(connection), httponly=True, samesite="lax"
    )


def local_path(target: str | None, fallback: str = "/") -> str:
    """A path of our own out of what somebody sent as `next`; anything else, `//evil` included, becomes `fallback`."""
    if not target or not target.startswith("/") or len(target) > 1_000:  # noqa: PLR2004 - longer than any of ours
        return fallback
    # Browsers read a backslash as a slash and pass over control characters.
    if target.startswith(("//", "/\\")) or any(sign < "\x21" or sign in '\\"<>\x7f' for sign in target):
        return fallback
    return target


def header_items(headers: Headers | dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI sends them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
