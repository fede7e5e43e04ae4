"""Offices: the list, a new one, a change."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts import actions, queries
from receiver.accounts.forms import NewOfficeForm, OfficeForm
from receiver.accounts.models import Office
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/admin/offices")
Manager = Annotated[Actor, require(Permission.OFFICE_MANAGE)]


@router.get("")
def offices(request: Request, session: ReadSession, _actor: Manager) -> Response:
    """Every office (S76)."""
    return page(request, "accounts/offices.html", {"offices": queries.offices(session, retired=True)})


@router.get("/new")
def new_office(request: Request, _actor: Manager) -> Response:
    """The page for a new office."""
    return form_page(request, "accounts/office_new.html", form=NewOfficeForm())


@router.post("")
def add_office(request: Request, session: WriteSession, actor: Manager, form: Bound[NewOfficeForm]) -> Response:
    """Open an office."""
    if form.ok:
        try:
            actions.add_office(session, actor, code=form.code, name=form.name)
        except Refusal as refusal:
            form.add_error("code", refusal)
        else:
            return see_other("/admin/offices", done=_("The office is added."))
    return form_page(request, "accounts/office_new.html", form=form)


@router.get("/{code}")
def edit_office(request: Request, session: ReadSession, _actor: Manager, code: str) -> Response:
    """The page on which an office is renamed or retired."""
    office = queries.office_by_code(session, code)
    return form_page(request, "accounts/office_edit.html", {"office": office}, form=_saved(office))


@router.post("/{code}")
def change_office(
    request: Request, session: WriteSession, actor: Manager, code: str, form: Bound[OfficeForm]
) -> Response:
    """Rename an office, retire it or open it again."""
    office = queries.office_by_code(session, code)
    if form.ok and (answer := clash(request, form, _saved(office))) is not None:
        return answer
    if form.ok:
        try:
            actions.change_office(session, actor, office, name=form.name, active=form.active)
        except Refusal as refusal:
            form.add_error("active", refusal)
        else:
            return see_other("/admin/offices", done=_("The office is changed."))
    return form_page(request, "accounts/office_edit.html", {"office": office}, form=form)


def _saved(office: Office) -> OfficeForm:
    return OfficeForm.blank(version=office.version, name=office.name, active=office.active)
