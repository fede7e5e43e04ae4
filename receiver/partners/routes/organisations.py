"""Partner organisations: the list, a new one, a change."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.partners import actions, queries
from receiver.partners.forms import NewOrganisationForm, OrganisationForm
from receiver.partners.models import Organisation
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/admin/partners")
Manager = Annotated[Actor, require(Permission.ORGANISATION_MANAGE)]


@router.get("")
def organisations(
    request: Request, session: ReadSession, _actor: Annotated[Actor, require(Permission.ORGANISATION_VIEW)]
) -> Response:
    """Every partner organisation."""
    found = queries.organisations(session, retired=True)
    return page(request, "partners/organisations.html", {"organisations": found})


@router.get("/new")
def new_organisation(request: Request, _actor: Manager) -> Response:
    """The page for a new organisation."""
    return form_page(request, "partners/organisation_new.html", form=NewOrganisationForm())


@router.post("")
def add_organisation(
    request: Request, session: WriteSession, actor: Manager, form: Bound[NewOrganisationForm]
) -> Response:
    """Add an organisation."""
    if form.ok:
        try:
            actions.add_organisation(session, actor, code=form.code, name=form.name)
        except Refusal as refusal:
            form.add_error("code", refusal)
        else:
            return see_other("/admin/partners", done=_("The organisation is added."))
    return form_page(request, "partners/organisation_new.html", form=form)


@router.get("/{code}")
def edit_organisation(request: Request, session: ReadSession, _actor: Manager, code: str) -> Response:
    """The page on which an organisation is renamed or retired."""
    organisation = queries.organisation_by_code(session, code)
    ctx = {"organisation": organisation}
    return form_page(request, "partners/organisation_edit.html", ctx, form=_saved(organisation))


@router.post("/{code}")
def change_organisation(
    request: Request, session: WriteSession, actor: Manager, code: str, form: Bound[OrganisationForm]
) -> Response:
    """Rename an organisation, retire it or take it up again."""
    organisation = queries.organisation_by_code(session, code)
    if form.ok and (answer := clash(request, form, _saved(organisation))) is not None:
        return answer
    if form.ok:
        actions.change_organisation(session, actor, organisation, name=form.name, active=form.active)
        return see_other("/admin/partners", done=_("The organisation is changed."))
    return form_page(request, "partners/organisation_edit.html", {"organisation": organisation}, form=form)


def _saved(organisation: Organisation) -> OrganisationForm:
    return OrganisationForm.blank(version=organisation.version, name=organisation.name, active=organisation.active)
