"""Acts on everybody whom a list of a run finds, each with a page that first says how many that is (U13)."""

from typing import Annotated

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.words import n_
from receiver.stipends import actions
from receiver.stipends.forms.runs import EverybodyForm
from receiver.stipends.queries import GONE_OUT
from receiver.stipends.queries.everybody import Everybody, missed_for_payee, waiting_at_desk
from receiver.stipends.routes.framing import Code, Run, found, run_page
from receiver.stipends.rules.runs import ListMoved, RunState
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}")
Preparer = Annotated[Actor, require(Permission.PAY_RUN_PREPARE)]
Reconciler = Annotated[Actor, require(Permission.PAY_RUN_RECONCILE)]


@router.get("/cash-desk-lines/all")
def show_all_to_the_desk(
    request: Request, session: ReadSession, actor: Preparer, name: str, programme: Code = None
) -> Response:
    """How many people would be paid at the cash desk because there is no other way yet."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    return _to_desk_page(request, session, run)


@router.post("/cash-desk-lines/all")
def all_to_the_desk(
    request: Request,
    session: WriteSession,
    actor: Preparer,
    name: str,
    form: Bound[EverybodyForm],
    programme: Code = None,
) -> Response:
    """Pay all of them at the cash desk this once, if they are as many as the page said."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_PREPARE)
    everybody = missed_for_payee(session, run.run)
    try:
        everybody.demand_seen(form.value_of("seen"))
    except ListMoved as refusal:
        form.add_error(None, refusal)
        return _to_desk_page(request, session, run, form)
    count = actions.pay_at_desk(session, actor, run.run, everybody.ids)
    done = n_("%(n)s person will be paid at the cash desk.", "%(n)s people will be paid at the cash desk.", count)
    return see_other(run.url(), done=done)


@router.get("/cash-desk/all")
def show_all_paid(
    request: Request, session: ReadSession, actor: Reconciler, name: str, programme: Code = None
) -> Response:
    """How many people would be marked as paid at the cash desk."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    return _paid_page(request, session, run)


@router.post("/cash-desk/all")
def all_paid(
    request: Request,
    session: WriteSession,
    actor: Reconciler,
    name: str,
    form: Bound[EverybodyForm],
    programme: Code = None,
) -> Response:
    """Record that everybody who was still expected at the cash desk was paid, if they are as many as the page said."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    everybody = waiting_at_desk(session, run.run)
    try:
        everybody.demand_seen(form.value_of("seen"))
    except ListMoved as refusal:
        form.add_error(None, refusal)
        return _paid_page(request, session, run, form)
    count = actions.mark_paid(session, actor, run.run, everybody.ids)
    return see_other(run.url("cash-desk"), done=n_("%(n)s person was paid.", "%(n)s people were paid.", count))


def _to_desk_page(request: Request, session: Session, run: Run, sent: EverybodyForm | None = None) -> Response:
    everybody = missed_for_payee(session, run.run) if run.run.state is RunState.DRAFT else None
    return _page(request, session, run, "stipends/run_all_to_desk.html", everybody, sent)


def _paid_page(request: Request, session: Session, run: Run, sent: EverybodyForm | None = None) -> Response:
    everybody = waiting_at_desk(session, run.run) if run.run.state in GONE_OUT else None
    return _page(request, session, run, "stipends/run_all_paid.html", everybody, sent)


def _page(
    request: Request,
    session: Session,
    run: Run,
    template: str,
    everybody: Everybody | None,
    sent: EverybodyForm | None,
) -> Response:
    count = len(everybody.ids) if everybody else 0
    form = sent or EverybodyForm()
    form.raw["seen"] = [str(count)]
    ctx = {"count": count, "total": everybody.total if everybody else None, "form": form}
    return run_page(request, session, run, template, ctx, form=sent)
