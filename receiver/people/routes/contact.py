"""How to reach a person (S15c): masked until somebody asks, which is recorded; added, changed, removed."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.words import _
from receiver.people import actions, queries
from receiver.people.forms.contact import NewWayForm, WayForm
from receiver.people.models import ContactWay, Person
from receiver.people.routes.people import Editor, Viewer, edited, person_page, viewed
from receiver.web.answers import see_other
from receiver.web.conflict import demand_version
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.router import Router

router = Router(prefix="/people/{reference}/contact")


@router.get("")
def contact(request: Request, session: ReadSession, actor: Viewer, reference: str) -> Response:
    """The ways to reach somebody, numbers and addresses masked."""
    person = viewed(session, actor, reference)
    return _contact_page(request, session, actor, person, {})


@router.post("/reveal")
def reveal(
    request: Request,
    session: WriteSession,
    actor: Annotated[Actor, require(Permission.CONTACT_REVEAL)],
    reference: str,
) -> Response:
    """Show them, once, on this page; it is recorded who saw them."""
    person = viewed(session, actor, reference)
    opened = actions.reveal_ways(session, actor, person)
    return _contact_page(request, session, actor, person, opened)


@router.get("/new")
def new_way(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page for another way to reach somebody."""
    person = edited(session, actor, reference)
    return person_page(request, session, actor, person, "people/contact_new.html", form=NewWayForm())


@router.post("")
def add_way(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[NewWayForm]
) -> Response:
    """Add a way to reach somebody."""
    person = edited(session, actor, reference)
    if form.ok:
        actions.add_way(session, actor, person, form.way(form.kind))
        return see_other(f"/people/{person.reference}/contact", done=_("The way to reach the person is added."))
    return person_page(request, session, actor, person, "people/contact_new.html", form=form)


@router.get("/{way_id}/edit")
def edit_way(request: Request, session: ReadSession, actor: Editor, reference: str, way_id: UUID) -> Response:
    """The page on which a way is changed or removed; what it holds is not shown."""
    person = edited(session, actor, reference)
    way = queries.way_of(session, person, way_id)
    form = WayForm.blank(
        version=way.version,
        safe_to_call=way.safe_to_call,
        safe_to_text=way.safe_to_text,
        shared=way.shared,
        main=way.main,
        note=queries.note_of(session, way),
    )
    return _way_page(request, session, actor, person, way, form)


@router.post("/{way_id}")
def change_way(
    request: Request, session: WriteSession, actor: Editor, reference: str, way_id: UUID, form: Bound[WayForm]
) -> Response:
    """Change a way to reach somebody."""
    person = edited(session, actor, reference)
    way = queries.way_of(session, person, way_id)
    if form.ok:
        demand_version(form, way.version)
        actions.change_way(session, actor, person, way, form.way(way.kind))
        return see_other(f"/people/{person.reference}/contact", done=_("The way to reach the person is changed."))
    return _way_page(request, session, actor, person, way, form)


@router.post("/{way_id}/removal")
def remove_way(session: WriteSession, actor: Editor, reference: str, way_id: UUID) -> Response:
    """Remove a way that reaches the person no longer."""
    person = edited(session, actor, reference)
    actions.remove_way(session, actor, person, queries.way_of(session, person, way_id))
    return see_other(f"/people/{person.reference}/contact", done=_("The way to reach the person is removed."))


def _contact_page(
    request: Request, session: Session, actor: Actor, person: Person, opened: dict[UUID, tuple[str, str]]
) -> Response:
    ctx = {"ways": queries.way_rows(session, actor, Permission.PERSON_VIEW, person), "opened": opened}
    return person_page(request, session, actor, person, "people/contact.html", ctx)


def _way_page(
    request: Request, session: Session, actor: Actor, person: Person, way: ContactWay, form: WayForm
) -> Response:
    return person_page(request, session, actor, person, "people/contact_edit.html", {"way": way}, form=form)
