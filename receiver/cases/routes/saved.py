"""Lists of people that a user keeps for themselves (S13): filters of the register under a name."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.cases import actions, queries
from receiver.cases.forms import ListNameForm, RegisterFilter, SavedListForm
from receiver.cases.routes.register import looking_of, offer, to_keep, told
from receiver.cases.rules import ListNameTaken, TooManyLists
from receiver.kit.errors import NotFound
from receiver.kit.words import _
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/people/lists")
Lister = Annotated[Actor, require(Permission.PERSON_LIST)]


@router.get("")
def own_lists(request: Request, session: ReadSession, actor: Lister) -> Response:
    """The lists that the actor keeps, to rename and to remove."""
    return page(request, "cases/saved_lists.html", {"rows": queries.saved_lists(session, actor)})


@router.get("/new")
def new_list(request: Request, session: ReadSession, actor: Lister, filters: Asked[RegisterFilter]) -> Response:
    """What is going to be saved, in words, and the name that it shall have."""
    return _new_page(request, session, actor, filters, SavedListForm.blank())


@router.post("")
def save_list(request: Request, session: WriteSession, actor: Lister, form: Bound[SavedListForm]) -> Response:
    """Keep filters under a name."""
    offer(form, queries.filter_choices(session, actor))
    if form.errors.keys() - {"name"}:
        raise NotFound  # the page offers no such filter
    if form.ok:
        query = urlencode(to_keep(form, looking_of(actor, form)))
        try:
            actions.save_list(session, actor, name=form.name, query=query)
        except (ListNameTaken, TooManyLists) as refusal:
            form.add_error("name", refusal)
        else:
            return see_other(f"/people?{query}", done=_("The list is saved."))
    return _new_page(request, session, actor, form, form)


@router.get("/{list_id}")
def show_list(request: Request, session: ReadSession, actor: Lister, list_id: UUID) -> Response:
    """The form for another name."""
    saved = queries.saved_list(session, actor, list_id)
    return form_page(request, "cases/saved_list.html", {"saved": saved}, form=ListNameForm.blank(name=saved.name))


@router.post("/{list_id}")
def rename_list(
    request: Request, session: WriteSession, actor: Lister, list_id: UUID, form: Bound[ListNameForm]
) -> Response:
    """Give a list another name."""
    saved = queries.saved_list(session, actor, list_id)
    if form.ok:
        try:
            actions.rename_list(session, actor, saved, name=form.name)
        except ListNameTaken as refusal:
            form.add_error("name", refusal)
        else:
            return see_other("/people/lists", done=_("The list has its new name."))
    return form_page(request, "cases/saved_list.html", {"saved": saved}, form=form)


@router.post("/{list_id}/removal")
def remove_list(session: WriteSession, actor: Lister, list_id: UUID) -> Response:
    """Remove a list; the people on it stay as they are."""
    actions.remove_list(session, actor, queries.saved_list(session, actor, list_id))
    return see_other("/people/lists", done=_("The list is removed."))


def _new_page(
    request: Request, session: Session, actor: Actor, filters: RegisterFilter, form: SavedListForm
) -> Response:
    offer(filters, queries.filter_choices(session, actor))
    looking = looking_of(actor, filters)
    ctx = {"told": told(filters, looking), "kept": to_keep(filters, looking)}
    return form_page(request, "cases/saved_list_new.html", ctx, form=form)
