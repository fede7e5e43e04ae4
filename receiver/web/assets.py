"""Serve the files that browsers keep for ever: named by their content, compressed when they were built, from memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.responses import Response

from receiver.kit.errors import NotFound, Refusal
from receiver.kit.words import _
from receiver.web import static_build

if TYPE_CHECKING:
    from starlette.requests import Request

PREFIX = "/static/"
FOREVER = "public, max-age=31536000, immutable"
_FORMS = (("br", ".br"), ("gzip", ".gz"))  # the smaller first


@dataclass(frozen=True, slots=True)
class Served:
    """A file in memory: its type, and its bytes as they are and in each compressed form."""

    media_type: str
    plain: bytes
    forms: dict[str, bytes]


@lru_cache
def _names() -> dict[str, str]:
    """The address of each asset by the name that templates use."""
    return {name: PREFIX + entry["file"] for name, entry in static_build.ensure().items()}


@lru_cache
def _files() -> dict[str, Served]:
    """Every file by the name in its address; read once."""
    found: dict[str, Served] = {}
    for entry in static_build.ensure().values():
        path = static_build.BUILD / entry["file"]
        forms = {coding: path.with_name(path.name + ending).read_bytes() for coding, ending in _FORMS}
        found[entry["file"]] = Served(entry["type"], path.read_bytes(), forms)
    return found


class AssetsMissing(Refusal):
    """The files that every page needs were never made, and cannot be made here."""

    sentence = _("The files for browsers are missing and cannot be made here (%(why)s). Please run “make install”.")
    status = 503


def load() -> None:
    """Read the files now, building them first where there are none or a source has changed.

    Raises:
        AssetsMissing: there are none, and what they are made of is not installed.
    """
    try:
        _names()
        _files()
    except (OSError, ValueError) as error:
        raise AssetsMissing(why=str(error)) from error


def forget() -> None:
    """Read them again when they are next needed: after a build while the program runs, and in tests."""
    _names.cache_clear()
    _files.cache_clear()


def asset(name: str) -> str:
    """The address of an asset such as `receiver.css`.

    Raises:
        KeyError: there is no such asset.
    """
    return _names()[name]


def serve(request: Request, file: str) -> Response:
    """The file of this name, in the smallest form that the browser reads.

    Raises:
        NotFound: there is none, or no longer.
    """
    served = _files().get(file)
    if served is None:
        raise NotFound
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    coding = next((coding for coding, _ending in _FORMS if coding in accepted), None)
    response = Response(served.forms[coding] if coding else served.plain, media_type=served.media_type)
    response.headers["Cache-Control"] = FOREVER
    response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    return response
