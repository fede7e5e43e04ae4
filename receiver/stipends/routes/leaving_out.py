"""Leaving somebody out of a draft (S33): why, and the way back."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.words import _
from receiver.stipends import actions
from receiver.stipends.forms.runs import LeaveOutForm
from receiver.stipends.queries.leaving_out import omissions
from receiver.stipends.queries.run_pages import line_of
from receiver.stipends.routes.framing import Code, Run, found, run_page
from receiver.stipends.rules.runs import RunState
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}/lines/{reference}")
Preparer = Annotated[Actor, require(Permission.PAY_RUN_PREPARE)]


@router.get("/left-out")
def show_left_out(
    request: Request, session: ReadSession, actor: Preparer, name: str, reference: str, programme: Code = None
) -> Response:
    """The page on which somebody is left out of a draft, or taken back."""
    run, _person = _line(session, actor, name, reference, programme)
    return _page(request, session, actor, run, reference, LeaveOutForm())


@router.post("/left-out")
def leave_out(
    request: Request,
    session: WriteSession,
    actor: Preparer,
    name: str,
    reference: str,
    form: Bound[LeaveOutForm],
    programme: Code = None,
) -> Response:
    """Leave somebody out of a draft, with a reason."""
    run, person = _line(session, actor, name, reference, programme)
    if form.ok:
        actions.leave_out(session, actor, run.run, person, reason=form.reason, text=form.text)
        return see_other(f"{run.url()}&show=missed", done=_("The person is left out of this run."))
    return _page(request, session, actor, run, reference, form)


@router.post("/taken-back")
def take_back(session: WriteSession, actor: Preparer, name: str, reference: str, programme: Code = None) -> Response:
    """List somebody again who was left out."""
    run, person = _line(session, actor, name, reference, programme)
    actions.take_back(session, actor, run.run, person)
    return see_other(run.url(), done=_("The person is on the list of this run again."))


def _line(session: Session, actor: Actor, name: str, reference: str, programme: str | None) -> tuple[Run, UUID]:
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    return run, line_of(session, run.run, reference)[0]


def _page(request: Request, session: Session, actor: Actor, run: Run, reference: str, form: LeaveOutForm) -> Response:
    row = line_of(session, run.run, reference)[1]
    known = omissions(session, run.run, [row.reference], told=actor.may(Permission.STIPEND_VIEW))
    ctx = {"row": row, "omission": known.get(row.reference), "draft": run.run.state is RunState.DRAFT}
    return run_page(request, session, run, "stipends/run_left_out.html", ctx, form=form)
