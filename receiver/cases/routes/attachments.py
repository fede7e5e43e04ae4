"""Attachments of a person: listed, added, opened on record, removed with a reason."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.cases import actions, queries
from receiver.cases.forms import AttachmentForm, ReasonForm
from receiver.cases.models import Attachment
from receiver.cases.rules import Harmless, judged
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.web.answers import download, see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page
from receiver.web.router import Router

router = Router(prefix="/people/{reference}/attachments")
Reader = Annotated[Actor, require(Permission.ATTACHMENT_VIEW)]
Adder = Annotated[Actor, require(Permission.ATTACHMENT_ADD)]


def _judge_first(form: Bound[AttachmentForm]) -> Harmless | None:
    """The file as it is kept, judged before the database is asked for; None where it is not taken."""
    try:
        return judged(form.file.data) if form.ok else None
    except Refusal as refusal:
        form.add_error("file", refusal)
        return None


@router.get("")
def attachments(request: Request, session: ReadSession, actor: Reader, reference: str) -> Response:
    """The files about a person."""
    person = person_by_reference(session, actor, reference, Permission.ATTACHMENT_VIEW)
    return _list_page(request, session, actor, person, AttachmentForm())


@router.post("")
def add(
    request: Request,
    session: WriteSession,
    actor: Adder,
    reference: str,
    form: Bound[AttachmentForm],
    file: Annotated[Harmless | None, Depends(_judge_first)],
) -> Response:
    """Keep a file about a person."""
    person = person_by_reference(session, actor, reference, Permission.ATTACHMENT_ADD)
    if form.ok and file is not None:
        actions.add_attachment(session, actor, person, name=form.file.name, file=file)
        return see_other(f"/people/{person.reference}/attachments", done=_("The file is kept."))
    return _list_page(request, session, actor, person, form)


@router.post("/{attachment_id}/opening")
def open_file(session: WriteSession, actor: Reader, reference: str, attachment_id: UUID) -> Response:
    """The file itself, to be kept by the reader; that it was opened is recorded."""
    person = person_by_reference(session, actor, reference, Permission.ATTACHMENT_VIEW)
    attachment = queries.attachment_of(session, person, attachment_id)
    content = actions.open_attachment(session, actor, person, attachment)
    return download(content, queries.name_of(session, attachment), attachment.media_type.value)


@router.get("/{attachment_id}/removal")
def ask_to_remove(
    request: Request, session: ReadSession, actor: Adder, reference: str, attachment_id: UUID
) -> Response:
    """The page that asks why a file is to be removed for good."""
    person = person_by_reference(session, actor, reference, Permission.ATTACHMENT_ADD)
    attachment = queries.attachment_of(session, person, attachment_id)
    return _removal_page(request, session, actor, person, attachment, ReasonForm())


@router.post("/{attachment_id}/removal")
def remove(
    request: Request,
    session: WriteSession,
    actor: Adder,
    reference: str,
    attachment_id: UUID,
    form: Bound[ReasonForm],
) -> Response:
    """Remove a file for good."""
    person = person_by_reference(session, actor, reference, Permission.ATTACHMENT_ADD)
    attachment = queries.attachment_of(session, person, attachment_id)
    if not form.ok:
        return _removal_page(request, session, actor, person, attachment, form)
    actions.remove_attachment(session, actor, person, attachment, reason=form.reason)
    return see_other(f"/people/{person.reference}/attachments", done=_("The file is removed for good."))


def _list_page(request: Request, session: Session, actor: Actor, person: Person, form: AttachmentForm) -> Response:
    ctx = {**person_frame(session, actor, person), "rows": queries.attachment_rows(session, person)}
    return form_page(request, "cases/attachments.html", ctx, form=form)


def _removal_page(
    request: Request, session: Session, actor: Actor, person: Person, attachment: Attachment, form: ReasonForm
) -> Response:
    ctx = {
        **person_frame(session, actor, person),
        "attachment": attachment,
        "name": queries.name_of(session, attachment),
    }
    return form_page(request, "cases/attachment_removal.html", ctx, form=form)
