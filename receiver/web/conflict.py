"""Somebody else saved first: show both sides of each field that differs, and let the sender choose (U27).

The page is an ordinary form for the same address; it works without a script, and nothing typed is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from receiver.kit.errors import StaleVersion
from receiver.web.forms.binding import PICK, SAVED, YOURS
from receiver.web.forms.files import File
from receiver.web.forms.form import VersionMissing
from receiver.web.render import page
from receiver.web.stamps import digest_of, unchanged

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from receiver.kit.words import Words
    from receiver.web.forms.form import Form

CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Difference:
    """A field with two sides: what each says in words, and the inputs that carry it."""

    name: str
    pick: str
    label: Words
    yours: Any
    saved: Any
    inputs: list[tuple[str, str]]
    keep_saved: bool


@dataclass(frozen=True, slots=True)
class SavedBy:
    """Who saved the version that is in force, and when."""

    name: str
    at: datetime


def clash(request: Request, form: Form, saved: Form, *, by: SavedBy | None = None) -> Response | None:
    """The page that compares, if the record is no longer the version that the form began from; else None.

    `saved` is the same form filled with what is saved now, with its version: `ContactForm.blank(version=..., ...)`.
    Where both sides say the same, the form goes on as if it had begun from the newer version.
    """
    if form.version == saved.version:
        return None
    rows = differences(form, saved)
    if not rows:
        form.version = saved.version
        return None
    return compare(request, form, saved, rows, by=by)


def demand_version(form: Form, version: int) -> None:
    """Refuse a form that began from another version, where there is nothing to compare field by field.

    Raises:
        StaleVersion: it did.
        VersionMissing: it does not say from which.
    """
    if form.unversioned:
        raise VersionMissing
    if form.version != version:
        raise StaleVersion


def differences(form: Form, saved: Form) -> list[Difference]:
    """The fields whose two sides differ; files are not compared.

    What the sender did not touch, and what is marked careful (money, consent), stays as it is saved unless chosen.
    """
    rows = []
    for name, field in form.fields.items():
        if isinstance(field, File) or field.secret or digest_of(field, form.raw) == digest_of(field, saved.raw):
            continue
        sides = ((YOURS, form), (SAVED, saved))
        inputs = [
            (side + part, text) for side, which in sides for part in field.parts for text in which.raw.get(part, ())
        ]
        keep_saved = field.careful or unchanged(form, name)
        yours, now_saved = field.show(form.raw), field.show(saved.raw)
        rows.append(Difference(name, PICK + name, field.label, yours, now_saved, inputs, keep_saved))
    return rows


def compare(
    request: Request, form: Form, saved: Form, rows: list[Difference], *, by: SavedBy | None = None
) -> Response:
    """The page with a choice for each difference; everything else travels along unseen."""
    differing = {row.name for row in rows}
    same = [
        (part, text)
        for name, field in form.fields.items()
        if name not in differing and not field.secret
        for part in field.parts
        for text in form.raw.get(part, ())
    ]
    fresh = type(form)(version=saved.version)  # its key is new: this is another act than the one that was refused
    fresh.raw = saved.raw
    return page(
        request,
        "web/conflict.html",
        {"rows": rows, "same": same, "by": by, "action": request.url.path, "fresh": fresh},
        block="conflict",
        status=CONFLICT,
    )
