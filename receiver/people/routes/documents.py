"""Identity documents of a person (S15c): masked numbers, opened for a reason, added, changed."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.people import actions, queries
from receiver.people.forms.contact import DocumentForm, NewDocumentForm, RevealForm
from receiver.people.models import IdentityDocument, Person
from receiver.people.queries import person_by_reference
from receiver.people.routes.people import person_page
from receiver.web.answers import see_other
from receiver.web.conflict import demand_version
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.router import Router

router = Router(prefix="/people/{reference}/documents")
Viewer = Annotated[Actor, require(Permission.DOCUMENT_VIEW)]
Editor = Annotated[Actor, require(Permission.DOCUMENT_EDIT)]
Opener = Annotated[Actor, require(Permission.DOCUMENT_REVEAL)]


@router.get("")
def documents(request: Request, session: ReadSession, actor: Viewer, reference: str) -> Response:
    """The identity documents of somebody, their numbers masked."""
    person = person_by_reference(session, actor, reference, Permission.DOCUMENT_VIEW)
    ctx = {"documents": queries.documents_of(session, person), "today": clock.today(i18n.zone())}
    return person_page(request, session, actor, person, "people/documents.html", ctx)


@router.get("/new")
def new_document(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page for another document."""
    person = person_by_reference(session, actor, reference, Permission.DOCUMENT_EDIT)
    return person_page(request, session, actor, person, "people/document_new.html", form=NewDocumentForm())


@router.post("")
def add_document(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[NewDocumentForm]
) -> Response:
    """Add a document."""
    person = person_by_reference(session, actor, reference, Permission.DOCUMENT_EDIT)
    if form.ok:
        try:
            actions.add_document(session, actor, person, form.paper)
        except Refusal as refusal:
            form.add_error("number", refusal)
        else:
            return see_other(f"/people/{person.reference}/documents", done=_("The document is added."))
    return person_page(request, session, actor, person, "people/document_new.html", form=form)


@router.get("/{document_id}/edit")
def edit_document(request: Request, session: ReadSession, actor: Editor, reference: str, document_id: UUID) -> Response:
    """The page on which a document is changed; its number is not shown."""
    person = person_by_reference(session, actor, reference, Permission.DOCUMENT_EDIT)
    document = queries.document_of(session, person, document_id)
    form = DocumentForm.blank(
        version=document.version,
        kind=document.kind,
        country=document.country,
        expires_on=document.expires_on,
        seen=document.seen,
    )
    return _document_page(request, session, actor, person, document, form)


@router.post("/{document_id}")
def change_document(
    request: Request,
    session: WriteSession,
    actor: Editor,
    reference: str,
    document_id: UUID,
    form: Bound[DocumentForm],
) -> Response:
    """Change a document."""
    person = person_by_reference(session, actor, reference, Permission.DOCUMENT_EDIT)
    document = queries.document_of(session, person, document_id)
    if form.ok:
        demand_version(form, document.version)
        try:
            actions.change_document(session, actor, person, document, form.paper)
        except Refusal as refusal:
            form.add_error("number", refusal)
        else:
            return see_other(f"/people/{person.reference}/documents", done=_("The document is changed."))
    return _document_page(request, session, actor, person, document, form)


@router.get("/{document_id}/number")
def ask_number(request: Request, session: ReadSession, actor: Opener, reference: str, document_id: UUID) -> Response:
    """The page that asks why somebody has to see a number."""
    person = person_by_reference(session, actor, reference, Permission.DOCUMENT_REVEAL)
    document = queries.document_of(session, person, document_id)
    return _number_page(request, session, actor, person, document, RevealForm())


@router.post("/{document_id}/number")
def reveal_number(
    request: Request,
    session: WriteSession,
    actor: Opener,
    reference: str,
    document_id: UUID,
    form: Bound[RevealForm],
) -> Response:
    """Show the number, once, on this page; it is recorded who saw it and why."""
    person = person_by_reference(session, actor, reference, Permission.DOCUMENT_REVEAL)
    document = queries.document_of(session, person, document_id)
    if not form.ok:
        return _number_page(request, session, actor, person, document, form)
    number = actions.reveal_document(session, actor, person, document, reason=form.reason)
    ctx = {"document": document, "number": number}
    return person_page(request, session, actor, person, "people/document_number.html", ctx)


def _document_page(
    request: Request, session: Session, actor: Actor, person: Person, document: IdentityDocument, form: DocumentForm
) -> Response:
    ctx = {"document": document}
    return person_page(request, session, actor, person, "people/document_edit.html", ctx, form=form)


def _number_page(
    request: Request, session: Session, actor: Actor, person: Person, document: IdentityDocument, form: RevealForm
) -> Response:
    ctx = {"document": document, "number": None}
    return person_page(request, session, actor, person, "people/document_number.html", ctx, form=form)
