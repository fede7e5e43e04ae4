"""A small room that is not part of Receiver: notes with a version, a file and money, as every room writes them.

`docs/architecture.md` quotes from here, and the tests of the web room drive it.
"""

import uuid
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.ids import new_id
from receiver.kit.words import LabelledEnum, Words, _, n_, p_
from receiver.web import conflict
from receiver.web.answers import download, see_other
from receiver.web.deps import PUBLIC, Asked, Bound, ReadSession, Who, WriteSession, require
from receiver.web.forms import (
    Choice,
    File,
    FileKind,
    Flag,
    Form,
    Line,
    MoneyField,
    PartialDateField,
    Phone,
    Pick,
    Secret,
    Text,
    optional,
)
from receiver.web.render import form_page, page
from receiver.web.router import Router

metadata = sa.MetaData()
notes = sa.Table(
    "example_notes",
    metadata,
    sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("owner", sa.String(60), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("amount_minor", sa.BigInteger()),
    sa.Column("version", sa.Integer(), nullable=False),
)


class Kind(LabelledEnum):
    """What a note is about."""

    VISIT = "visit", p_("example", "Visit")
    CALL = "call", p_("example", "Call")


class Topic(LabelledEnum):
    """What came up."""

    HOME = "home", p_("example", "Home")
    WORK = "work", p_("example", "Work")


class NoteForm(Form):
    """A new note."""

    title = Line(_("Title"), length=40)
    kind = Choice(_("Kind"), Kind)
    topics = Pick(_("Topics"), Topic, optional=True)
    text = Text(_("What happened"), length=200)
    phone = optional(Phone(_("Phone")))
    born = PartialDateField(_("Born"))
    amount = optional(MoneyField(_("Amount"), currency="RWF"))
    urgent = Flag(_("Urgent"))


class EditForm(Form):
    """A change of a note that others may change too."""

    versioned = True
    title = Line(_("Title"), length=40)
    text = Text(_("What happened"), length=200)
    amount = optional(MoneyField(_("Amount"), currency="RWF"))


class UploadForm(Form):
    """A file with a word about it."""

    title = Line(_("Title"))
    scan = File(_("Scan"), [FileKind.PDF, FileKind.PNG], most=1024 * 1024)


class SecretForm(Form):
    """Something that must never be kept."""

    title = Line(_("Title"))
    password = Secret(_("Password"))


class Filter(Form):
    """What narrows the list."""

    word = Line(_("Word"), optional=True)


class TitleTaken(Refusal):
    """Two notes of one title."""

    sentence = _("There is a note called “%(title)s” already.")
    status = 409


router = Router(prefix="/notes")


@router.get("", dependencies=[require(Permission.NOTE_READ)])
def list_notes(request: Request, session: ReadSession, who: Who, filters: Asked[Filter]) -> Response:
    """The notes of this person."""
    rows = visible_notes(session, who, filters.word)
    return page(request, "example/list.html", {"rows": rows, "filters": filters}, block="results")


@router.get("/new", dependencies=[require(Permission.NOTE_WRITE)])
def new_note(request: Request) -> Response:
    """The form of a new note."""
    return form_page(request, "example/new.html", form=NoteForm.blank(kind=Kind.VISIT), block="formpart")


@router.post("", dependencies=[require(Permission.NOTE_WRITE)])
def add_note(request: Request, session: WriteSession, who: Who, form: Bound[NoteForm]) -> Response:
    """Keep a new note."""
    if not form.ok:
        return form_page(request, "example/new.html", form=form, block="formpart")
    keep_note(session, who, form.title, form.text)
    return see_other("/notes", done=n_("%(n)s note was kept.", "%(n)s notes were kept.", 1))


@router.get("/upload", dependencies=[require(Permission.NOTE_WRITE)])
def upload_page(request: Request) -> Response:
    """The form that takes a file."""
    return form_page(request, "example/upload.html", form=UploadForm.blank())


@router.post("/upload", dependencies=[require(Permission.NOTE_WRITE)])
def upload(request: Request, session: WriteSession, who: Who, form: Bound[UploadForm]) -> Response:
    """Keep a file."""
    if not form.ok:
        return form_page(request, "example/upload.html", form=form)
    keep_note(session, who, form.title, f"{form.scan.name} {form.scan.kind.value} {len(form.scan.data)}")
    return see_other("/notes")


@router.post("/secret", dependencies=[require(Permission.NOTE_WRITE)])
def secret(request: Request, session: WriteSession, who: Who, form: Bound[SecretForm]) -> Response:
    """Something with a password in it."""
    raise TitleTaken(title=form.title)


@router.get("/{note}", dependencies=[require(Permission.NOTE_READ)])
def show_note(request: Request, session: ReadSession, who: Who, note: uuid.UUID) -> Response:
    """One note."""
    return page(request, "example/note.html", {"note": visible_note(session, who, note)}, block="facts")


@router.get("/{note}/edit", dependencies=[require(Permission.NOTE_WRITE)])
def edit_note(request: Request, session: ReadSession, who: Who, note: uuid.UUID) -> Response:
    """The form of an existing note."""
    row = visible_note(session, who, note)
    return form_page(request, "example/edit.html", {"note": row}, form=filled(row))


@router.post("/{note}", dependencies=[require(Permission.NOTE_WRITE)])
def change_note(request: Request, session: WriteSession, who: Who, note: uuid.UUID, form: Bound[EditForm]) -> Response:
    """Change a note, unless somebody else did first."""
    row = visible_note(session, who, note)
    if not form.ok:
        return form_page(request, "example/edit.html", {"note": row}, form=form)
    if clash := conflict.clash(request, form, filled(row)):
        return clash
    minor = form.amount.minor if form.amount else None
    changed = {"title": form.title, "text": form.text, "amount_minor": minor, "version": row.version + 1}
    session.execute(sa.update(notes).where(notes.c.id == note).values(**changed))
    return see_other(f"/notes/{note}")


@router.post("/{note}/refusal", dependencies=[require(Permission.NOTE_WRITE)])
def refuse(session: WriteSession, who: Annotated[Actor, require(Permission.NOTE_WRITE)], note: str) -> Response:
    """Write, then refuse: nothing stays."""
    keep_note(session, who, note, "")
    raise TitleTaken(title=note)


@router.get("/files/{name}", dependencies=[PUBLIC])
def file(name: str) -> Response:
    """A file for everyone."""
    return download("=1+1,x\r\n", name, "text/csv")


def filled(row: Any) -> EditForm:
    """The form of a note as it is saved."""
    form = EditForm.blank(version=row.version, title=row.title, text=row.text)
    form.raw["amount"] = [] if row.amount_minor is None else [str(row.amount_minor)]
    return form


def visible_notes(session: Session, who: Actor, word: str) -> list[Any]:
    """The notes that somebody may see."""
    mine = sa.select(notes).where(notes.c.owner == who.name, notes.c.title.contains(word, autoescape=True))
    return list(session.execute(mine.order_by(notes.c.id)))


def visible_note(session: Session, who: Actor, note: uuid.UUID) -> Any:
    """One of them.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = session.execute(sa.select(notes).where(notes.c.id == note, notes.c.owner == who.name)).first()
    if row is None:
        raise NotFound
    return row


def keep_note(session: Session, who: Actor, title: str, text: str) -> uuid.UUID:
    """Write a note."""
    if session.scalar(sa.select(sa.func.count()).where(notes.c.title == title, notes.c.owner == who.name)):
        raise TitleTaken(title=title)
    note_id = new_id()
    values = {"id": note_id, "owner": who.name, "title": title, "text": text, "version": 1}
    session.execute(sa.insert(notes).values(**values))
    return note_id


NONE: Words = _("No note yet.")
