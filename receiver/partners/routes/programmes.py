"""Programmes: the list, a new one, a change."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.partners import actions, queries
from receiver.partners.actions import Terms
from receiver.partners.forms import NewProgrammeForm, ProgrammeFields, ProgrammeForm
from receiver.partners.models import Programme
from receiver.partners.rules import NotACode, ProgrammeCodeTaken
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/admin/programmes")
Manager = Annotated[Actor, require(Permission.PROGRAMME_MANAGE)]


@router.get("")
def programmes(
    request: Request, session: ReadSession, _actor: Annotated[Actor, require(Permission.PROGRAMME_VIEW)]
) -> Response:
    """Every programme, also those that have ended."""
    return page(request, "partners/programmes.html", {"programmes": queries.programmes(session, ended=True)})


@router.get("/new")
def new_programme(request: Request, _actor: Manager) -> Response:
    """The page for a new programme."""
    return form_page(request, "partners/programme_new.html", form=NewProgrammeForm.blank(currency="RWF"))


@router.post("")
def add_programme(request: Request, session: WriteSession, actor: Manager, form: Bound[NewProgrammeForm]) -> Response:
    """Open a programme."""
    if form.ok:
        try:
            actions.add_programme(session, actor, code=form.code, currency=form.currency, terms=_terms(form))
        except Refusal as refusal:
            form.add_error("code" if isinstance(refusal, NotACode | ProgrammeCodeTaken) else "ends_on", refusal)
        else:
            return see_other("/admin/programmes", done=_("The programme is added."))
    return form_page(request, "partners/programme_new.html", form=form)


@router.get("/{code}")
def edit_programme(request: Request, session: ReadSession, actor: Manager, code: str) -> Response:
    """The page on which a programme is changed or ended."""
    programme = queries.programme_by_code(session, actor, code)
    return form_page(request, "partners/programme_edit.html", {"programme": programme}, form=_saved(programme))


@router.post("/{code}")
def change_programme(
    request: Request, session: WriteSession, actor: Manager, code: str, form: Bound[ProgrammeForm]
) -> Response:
    """Change a programme, end it or open it again."""
    programme = queries.programme_by_code(session, actor, code)
    if form.ok and (answer := clash(request, form, _saved(programme))) is not None:
        return answer
    if form.ok:
        try:
            actions.change_programme(session, actor, programme, terms=_terms(form), state=form.state)
        except Refusal as refusal:
            form.add_error("ends_on", refusal)
        else:
            return see_other("/admin/programmes", done=_("The programme is changed."))
    return form_page(request, "partners/programme_edit.html", {"programme": programme}, form=form)


def _terms(form: ProgrammeFields) -> Terms:
    return Terms(
        name=form.name,
        sending_country=form.sending_country,
        legal_instrument=form.legal_instrument,
        payer=form.payer,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        people_cap=form.people_cap,
        bank_account=form.bank_account,
    )


def _saved(programme: Programme) -> ProgrammeForm:
    known = {name: getattr(programme, name) for name in ProgrammeForm.fields}
    return ProgrammeForm.blank(version=programme.version, **known)
