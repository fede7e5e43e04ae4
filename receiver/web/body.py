"""Read what a request carries, once, whole and within limits; everything else works on the result."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from receiver.kit.errors import Refusal
from receiver.kit.words import Words, _
from receiver.web.exchange import exchange_of
from receiver.web.sent import Sent, SentFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

KIB = 1024
MIB = 1024 * KIB
BODY_LIMIT = 256 * KIB
"""What a form without files may weigh: many times the longest note."""

FIELDS_AT_MOST = 2_000
FILES_AT_MOST = 20
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

KEY = "_key"
TICKET = "_ticket"
PARKED = "_parked"
_NOT_OF_THE_ACT = frozenset({KEY, TICKET, PARKED})  # they differ between two sendings of the same act
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class BodyTooLarge(Refusal):
    """More was sent than this page takes; `limit` is in whole kilobytes."""

    sentence: ClassVar[Words] = _("What was sent is too large: this page takes up to %(limit)s kB.")
    status: ClassVar[int] = 413


class BodyTooSlow(Refusal):
    """The sender stopped, or sends less than a bad line could."""

    sentence: ClassVar[Words] = _("The connection was too slow, and nothing has been changed. Please send it again.")
    status: ClassVar[int] = 408


class NotAForm(Refusal):
    """A page's address was sent something else than a form."""

    sentence: ClassVar[Words] = _("This page takes forms only.")
    status: ClassVar[int] = 415


class Unreadable(Refusal):
    """The form came broken: cut off, or in another encoding than UTF-8."""

    sentence: ClassVar[Words] = _("What was sent came in broken and cannot be read. Nothing has been changed.")
    status: ClassVar[int] = 400


def body_limit(request: Request) -> int:
    """How many bytes the body of this request may have: what its route says, which knows its form."""
    return int(getattr(request.scope.get("route"), "body_limit", BODY_LIMIT))


def media_type(request: Request) -> str:
    """The content type without its parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_json(kind: str) -> bool:
    """Whether a content type is what programs send."""
    return kind == "application/json" or kind.endswith("+json")


async def read_sent(request: Request) -> Sent:
    """The body of this request; read at the first call, remembered for the others.

    Raises:
        BodyTooLarge, NotAForm, Unreadable: what the sender did wrong.
    """
    exchange = exchange_of(request)
    if exchange.sent is None:
        exchange.limit = body_limit(request)
        exchange.sent = await _read(request)
    return exchange.sent


async def _read(request: Request) -> Sent:
    kind = media_type(request)
    if is_json(kind):
        return Sent(digest=_digest(request, {}, {}, await request.body()))
    if kind == "multipart/form-data":
        fields, files = await _multipart(request)
    elif kind == "application/x-www-form-urlencoded":
        fields, files = _urlencoded(await request.body()), {}
    elif await request.body():
        raise NotAForm
    else:
        fields, files = {}, {}
    return Sent(fields, files, _digest(request, fields, files))


def _urlencoded(body: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=FIELDS_AT_MOST,
        )
    except ValueError:  # not ASCII outside, not UTF-8 inside, or too many fields
        raise Unreadable from None
    fields: dict[str, list[str]] = {}
    for name, text in pairs:
        fields.setdefault(name, []).append(showable(text))
    return fields


async def _multipart(request: Request) -> tuple[dict[str, list[str]], dict[str, list[SentFile]]]:
    fields: dict[str, list[str]] = {}
    files: dict[str, list[SentFile]] = {}
    try:
        form = request.form(max_files=FILES_AT_MOST, max_fields=FIELDS_AT_MOST, max_part_size=BODY_LIMIT)
        async with form as parts:
            for name, part in parts.multi_items():
                if isinstance(part, str):
                    fields.setdefault(name, []).append(showable(part))
                elif part.filename:  # an empty file box is sent as a file without a name
                    sent = SentFile(part.filename, part.content_type or "", await part.read())
                    files.setdefault(name, []).append(sent)
    except (HTTPException, MultiPartException):  # the parts are malformed, or too many
        raise Unreadable from None
    return fields, files


def showable(text: str) -> str:
    """The text without the signs that no page can carry; everything else stays as typed."""
    return _UNSHOWABLE.sub("", text)


def _digest(
    request: Request,
    fields: Mapping[str, list[str]],
    files: Mapping[str, list[SentFile]],
    raw: bytes = b"",
) -> bytes:
    """SHA-256 over method, path and everything sent but for what differs between two sendings of the same act."""
    told = {
        "act": [request.method, request.url.path],
        "fields": sorted((name, texts) for name, texts in fields.items() if name not in _NOT_OF_THE_ACT),
        "files": sorted(
            (name, [[file.name, hashlib.sha256(file.data).hexdigest()] for file in sent])
            for name, sent in files.items()
        ),
        "raw": hashlib.sha256(raw).hexdigest(),
    }
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).digest()
