"""From what was sent to a form that was read: only what the form has, each once, nothing slipped in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from receiver.kit.errors import Invalid
from receiver.kit.words import Words, _
from receiver.web.body import KEY, PARKED, TICKET
from receiver.web.forms.files import File
from receiver.web.forms.form import VERSION, WAS, Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from receiver.web.forms.files import Upload
    from receiver.web.sent import Sent

F = TypeVar("F", bound=Form)
PICK, YOURS, SAVED = "_pick-", "_yours-", "_saved-"
_CARRIED = frozenset({KEY, TICKET, PARKED, VERSION, WAS})
_BIGGEST_VERSION = 2**31 - 1


class UnknownFields(Invalid):
    """The body has a field that the form has not; it might have been meant for something else than this page."""

    sentence: ClassVar[Words] = _("What was sent has a field that this form does not know. Nothing has been saved.")


class RepeatedFields(Invalid):
    """A field came twice, so that nobody knows which was meant."""

    sentence: ClassVar[Words] = _("What was sent has the same field twice. Nothing has been saved.")


def bind(form_class: type[F], sent: Sent, kept: Mapping[str, tuple[str, Upload]] | None = None) -> F:
    """The form with what was sent, read; `kept` are files that came before.

    Raises:
        UnknownFields, RepeatedFields, Invalid: it was not sent by a page of ours.
    """
    fields = _chosen(form_class, sent.fields)
    _refuse_foreign(form_class, fields, sent.files)
    form = form_class.sent_with(fields, sent.files, kept)
    form.version = _version(sent)
    form.unversioned = form.version is None and form_class.versioned
    form.was = sent.text(WAS)
    return form


def bind_query(form_class: type[F], pairs: Iterable[tuple[str, str]]) -> F:
    """The filters in a query: what the form does not know is another's, what comes twice is refused.

    Raises:
        RepeatedFields: a filter that takes one value came with several.
    """
    fields: dict[str, list[str]] = {}
    for name, text in pairs:
        fields.setdefault(name, []).append(text)
    known = {part for field in form_class.fields.values() for part in field.parts}
    _refuse_repeated(form_class, {name: texts for name, texts in fields.items() if name in known})
    return form_class.sent_with(fields)


def _refuse_foreign(form_class: type[Form], fields: Mapping[str, list[str]], files: Mapping[str, object]) -> None:
    uploads = {name: field for name, field in form_class.fields.items() if isinstance(field, File)}
    parts = {part for name, field in form_class.fields.items() if name not in uploads for part in field.parts}
    known = parts | _CARRIED | {field.kept_part for field in uploads.values()}
    if fields.keys() - known or files.keys() - uploads.keys():
        raise UnknownFields
    if any(isinstance(sent, list) and len(sent) > 1 for sent in files.values()):
        raise RepeatedFields
    _refuse_repeated(form_class, fields)


def _refuse_repeated(form_class: type[Form], fields: Mapping[str, list[str]]) -> None:
    several = {part for field in form_class.fields.values() for part in field.several}
    for name, texts in fields.items():
        if len(texts) > 1 and (name not in several or len(set(texts)) < len(texts)):
            raise RepeatedFields


def _version(sent: Sent) -> int | None:
    text = sent.text(VERSION)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= _BIGGEST_VERSION):
        raise Invalid
    return int(text)


def _chosen(form_class: type[Form], fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What a compare page sends, as the ordinary form: of each differing field the side that was picked (U27)."""
    chosen = {name: texts for name, texts in fields.items() if not name.startswith((PICK, YOURS, SAVED))}
    for name, texts in fields.items():
        if not name.startswith(PICK):
            continue
        field = form_class.fields.get(name.removeprefix(PICK))
        if field is None or texts not in (["yours"], ["saved"]) or chosen.keys() & set(field.parts):
            raise UnknownFields
        side = YOURS if texts == ["yours"] else SAVED
        chosen |= {part: fields[side + part] for part in field.parts if side + part in fields}
    return chosen
