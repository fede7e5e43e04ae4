"""Tell on the next page what was done: a note in a signed cookie that lives a minute and says no names.

Where an act has a page of its own that confirms it, no note is needed. The note is read once: by the next whole page
of the same person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from receiver.web.exchange import exchange_of
from receiver.web.security import drop_cookie, read_cookie, set_cookie
from receiver.web.tickets import DONE_SECONDS, make_done, read_done
from receiver.web.visit import owner_of

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from receiver.kit.words import Words

COOKIE = "done"


def done_words(connection: HTTPConnection) -> Words | None:
    """What was just done, for the page that is drawn now."""
    text = read_cookie(connection, COOKIE)
    if not text:
        return None
    exchange_of(connection).done_read = True
    return read_done(connection.app.state.vault, owner_of(connection), text)


def done_cookies(connection: HTTPConnection) -> list[tuple[bytes, bytes]]:
    """The headers that give the note to the browser, or take it back when it was read."""
    exchange = exchange_of(connection)
    carrier = Response()
    if exchange.done is not None:
        note = make_done(connection.app.state.vault, owner_of(connection), exchange.done)
        set_cookie(connection, carrier, COOKIE, note, seconds=DONE_SECONDS)
    elif exchange.done_read:
        drop_cookie(connection, carrier, COOKIE)
    return [(name, value) for name, value in carrier.raw_headers if name == b"set-cookie"]
