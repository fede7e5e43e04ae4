"""What a form carries unseen besides its key and version: whose it is, and what it began with."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from receiver.web.body import TICKET
from receiver.web.forms.form import WAS
from receiver.web.tickets import make_ticket
from receiver.web.visit import actor_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from starlette.requests import Request

    from receiver.web.forms.field import Field
    from receiver.web.forms.form import Form

_SHORT = 6  # bytes: enough to notice a change, too little to guess a value from


def stamp(request: Request, form: Form) -> dict[str, str]:
    """The hidden inputs of a form on a page of this request."""
    carried: dict[str, str] = {}
    actor = actor_of(request)
    if actor is not None and actor.user_id is not None:
        carried[TICKET] = make_ticket(request.app.state.vault, actor.user_id, form.form_name())
    if form.versioned and form.version is not None:
        carried[WAS] = form.was or was_of(form)
    return carried


def was_of(form: Form) -> str:
    """Short digests of what each field began with, so that a conflict tells what was changed here and what there."""
    return ".".join(digest_of(field, form.raw) for field in form.fields.values())


def digest_of(field: Field[Any], raw: Mapping[str, Sequence[str]]) -> str:
    """A short digest of what an input holds; line ends and order of sending do not count."""
    told = repr([sorted(text.replace("\r\n", "\n") for text in raw.get(part, ()) if text) for part in field.parts])
    return base64.urlsafe_b64encode(hashlib.blake2b(told.encode(), digest_size=_SHORT).digest()).decode()


def unchanged(form: Form, name: str) -> bool:
    """Whether a sent form holds in this field what its page began with; False where nobody knows."""
    known = (form.was or "").split(".")
    names = list(form.fields)
    if len(known) != len(names):
        return False
    return known[names.index(name)] == digest_of(form.fields[name], form.raw)
