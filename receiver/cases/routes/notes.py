"""Notes: written, read with their versions, put right (S15d)."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.cases import actions, queries
from receiver.cases.actions import Contact
from receiver.cases.forms import CorrectionForm, NoteForm, OpeningFilter, OpeningForm
from receiver.cases.models import Note
from receiver.cases.rules import OpeningReason
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.words import _
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Asked, Bound, Db, ReadSession, WriteSession, require
from receiver.web.exchange import exchange_of
from receiver.web.render import form_page
from receiver.web.router import Router

router = Router()
Reader = Annotated[Actor, require(Permission.NOTE_READ)]
Writer = Annotated[Actor, require(Permission.NOTE_WRITE)]

GO_ON = "next"
"""What the button “Save and next person” sends."""


@router.get("/people/{reference}/notes/new")
def new_note(request: Request, session: ReadSession, actor: Writer, reference: str) -> Response:
    """The page for a note about a contact."""
    person = person_by_reference(session, actor, reference, Permission.NOTE_WRITE)
    return _note_page(request, session, actor, person, NoteForm.blank(contact_on=clock.today(i18n.zone())))


@router.post("/people/{reference}/notes")
def add_note(request: Request, session: WriteSession, actor: Writer, reference: str, form: Bound[NoteForm]) -> Response:
    """Keep a note, and the next step as a task; then on to the history, or to the next person who is due."""
    person = person_by_reference(session, actor, reference, Permission.NOTE_WRITE)
    if form.ok:
        try:
            told = Contact(form.kind, form.contact_on, form.text, form.sensitive, form.next_step, form.next_on)
            actions.add_note(session, actor, person, told)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return see_other(_onwards(session, actor, person, form), done=_("The note is saved."))
    return _note_page(request, session, actor, person, form)


@router.get("/notes/{note_id}")
def show_note(request: Request, session: ReadSession, actor: Reader, note_id: UUID) -> Response:
    """A note with all its versions; of a sensitive one it asks first why somebody needs it (U52)."""
    note, person = queries.note_of(session, actor, note_id, Permission.NOTE_READ)
    return _reading_page(request, session, actor, person, note, OpeningForm())


@router.post("/notes/{note_id}/opening")
def open_note(
    request: Request, session: WriteSession, actor: Reader, note_id: UUID, form: Bound[OpeningForm]
) -> Response:
    """Show a sensitive note, once, on this page; it is recorded who opened it and why."""
    note, person = queries.note_of(session, actor, note_id, Permission.NOTE_READ)
    if not queries.readable(actor, note):
        raise NotFound
    if not form.ok:
        return _reading_page(request, session, actor, person, note, form)
    actions.note_opened(session, actor, person, note, form.why)
    return _reading_page(request, session, actor, person, note, OpeningForm(), why=form.why)


@router.get("/notes/{note_id}/correction")
def correct(
    request: Request, session: ReadSession, db: Db, actor: Writer, note_id: UUID, asked: Asked[OpeningFilter]
) -> Response:
    """The page on which a note is put right; it shows the text, so of a sensitive one it must be known why."""
    note, person = queries.note_of(session, actor, note_id, Permission.NOTE_WRITE)
    if not queries.readable(actor, note):
        raise NotFound
    why = asked.values.get("why")
    if note.sensitive:
        if why is None:
            return see_other(f"/notes/{note_id}")
        with db.write() as writing:  # before the text is shown: what cannot be recorded is not shown
            actions.note_opened(writing, actor, person, note, why)
    text = queries.text_of(session, note, queries.latest_version(session, note))
    form = CorrectionForm.blank(version=note.versions, text=text)
    ctx = {**person_frame(session, actor, person), "note": note}
    return form_page(request, "cases/note_correct.html", ctx, form=form)


@router.post("/notes/{note_id}/correction")
def add_correction(
    request: Request, session: WriteSession, actor: Writer, note_id: UUID, form: Bound[CorrectionForm]
) -> Response:
    """Keep a new version of a note; the old one stays readable."""
    note, person = queries.note_of(session, actor, note_id, Permission.NOTE_WRITE)
    if not queries.readable(actor, note):
        raise NotFound
    if form.ok and (answer := clash(request, form, _saved(session, note, form))) is not None:
        # the page shows what the note says now, so that is recorded of a sensitive one, although the form is refused
        actions.note_opened(session, actor, person, note)
        exchange_of(request).stays = True
        return answer
    if form.ok:
        try:
            began = form.version or 0
            actions.correct_note(session, actor, person, note, text=form.text, reason=form.reason, began_from=began)
        except Refusal as refusal:
            form.add_error("text", refusal)
        else:
            return see_other(f"/notes/{note_id}", done=_("The note is corrected. What stood before can still be read."))
    ctx = {**person_frame(session, actor, person), "note": note}
    return form_page(request, "cases/note_correct.html", ctx, form=form)


def _saved(session: Session, note: Note, form: CorrectionForm) -> CorrectionForm:
    """The note as it stands; the reason is that of the correction alone, so there is no other side to it."""
    text = queries.text_of(session, note, queries.latest_version(session, note))
    return CorrectionForm.blank(version=note.versions, text=text, reason=form.reason)


def _reading_page(
    request: Request,
    session: Session,
    actor: Actor,
    person: Person,
    note: Note,
    form: OpeningForm,
    *,
    why: OpeningReason | None = None,
) -> Response:
    """A note as far as it is open: of a sensitive one the texts stay sealed until it is said why."""
    may_read = queries.readable(actor, note)
    opened = not note.sensitive or why is not None
    ctx = {
        **person_frame(session, actor, person),
        "note": note,
        "versions": queries.versions_of(session, actor, note, opened=opened),
        "may_read": may_read,
        "asks": may_read and not opened,
        "why": why,
    }
    return form_page(request, "cases/note.html", ctx, form=form)


def _onwards(session: Session, actor: Actor, person: Person, form: NoteForm) -> str:
    following = queries.next_reference(session, actor, person) if form.then == GO_ON else None
    return f"/people/{following}" if following else f"/people/{person.reference}/history"


def _note_page(request: Request, session: Session, actor: Actor, person: Person, form: NoteForm) -> Response:
    return form_page(request, "cases/note_new.html", person_frame(session, actor, person), form=form)
