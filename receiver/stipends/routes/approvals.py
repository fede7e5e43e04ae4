"""Review and approval of a run (S34, S35): what to look at, who may approve, the typed total, the way back."""

from typing import Annotated, Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.accounts.visits import demand_stepped_up, who_can
from receiver.kit import clock
from receiver.kit.words import _
from receiver.ledger.queries import fund_position
from receiver.stipends import actions, queries
from receiver.stipends.forms.amounts import amount_of
from receiver.stipends.forms.runs import ApprovalForm, ReasonForm
from receiver.stipends.queries.run_pages import MOST, changed_lines, changed_payees, checked, sampled_lines
from receiver.stipends.routes.framing import Code, Run, found, run_page, told
from receiver.stipends.rules.approval import TotalDiffers, why_not_approve
from receiver.stipends.rules.runs import RunState
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}")
Viewer = Annotated[Actor, require(Permission.PAY_RUN_VIEW)]
Approver = Annotated[Actor, require(Permission.PAY_RUN_APPROVE)]
REVIEW, APPROVE = 2, 3


@router.get("/approval")
def show_approval(request: Request, session: ReadSession, actor: Viewer, name: str, programme: Code = None) -> Response:
    """What an approver looks at, and for whoever may approve the run, the way to do so."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_VIEW)
    return _approval_page(request, session, actor, run)


@router.post("/approval")
def approve(
    request: Request,
    session: WriteSession,
    actor: Approver,
    name: str,
    form: Bound[ApprovalForm],
    programme: Code = None,
) -> Response:
    """Approve the run that the page showed, with the total typed."""
    demand_stepped_up(request, actor)
    run = found(session, actor, name, programme, Permission.PAY_RUN_APPROVE)
    total = amount_of(form, "total", run.run.currency)
    if form.ok and total is not None:
        try:
            approved = actions.approve_run(session, actor, run.run, total=total, digest=form.digest)
        except TotalDiffers as refusal:
            form.add_error("total", refusal)
        else:
            whole = approved.state is RunState.APPROVED
            done = _("The run is approved.") if whole else _("Your approval is noted. Another approver is needed.")
            return see_other(run.url(), done=done)
    return _approval_page(request, session, actor, run, form)


@router.post("/rejection")
def reject(
    request: Request, session: WriteSession, actor: Approver, name: str, form: Bound[ReasonForm], programme: Code = None
) -> Response:
    """Return the run to its draft, with a reason."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_APPROVE)
    if form.ok:
        actions.reject_run(session, actor, run.run, reason=form.reason)
        return see_other(run.url(), done=_("The run is a draft again. Those who prepared it read your reason."))
    return _approval_page(request, session, actor, run, form)


def _approval_page(request: Request, session: Session, actor: Actor, run: Run, sent: Form | None = None) -> Response:
    people = queries.humans(session, run.run)
    waits = run.run.state is RunState.SUBMITTED
    wrong = None
    if waits and actor.user_id is not None and actor.may(Permission.PAY_RUN_APPROVE):
        wrong = told(why_not_approve(run.run.run_name, people, actor.user_id))
    may = waits and wrong is None and actor.may(Permission.PAY_RUN_APPROVE)
    frozen = run.run.digest is not None and run.run.state is not RunState.ABANDONED
    payees = changed_payees(session, run.run, clock.now(), MOST) if frozen else []
    ctx: dict[str, Any] = {
        "people": people,
        "waits": waits,
        "wrong": wrong,
        "may_approve": may,
        "returns": actor.may(Permission.PAY_RUN_APPROVE) and run.run.state in {RunState.SUBMITTED, RunState.APPROVED},
        "who_can": who_can(session, actor, Permission.PAY_RUN_APPROVE) if waits and not may else [],
        "checked": checked(session, run.run) if frozen else None,
        "sample": sampled_lines(session, run.run) if frozen else [],
        "changes": changed_lines(session, run.run) if frozen else [],
        "payees": payees,
        "payee_names": user_names(session, {who for one in payees for who in (one.asked_by, one.decided_by) if who}),
        "reasons": queries.acceptances(session, run.run),
        "fund": fund_position(session, run.programme.code, run.programme.currency),
        "approval": sent if isinstance(sent, ApprovalForm) else ApprovalForm.blank(prefix="a", digest=run.run.digest),
        "rejection": sent if isinstance(sent, ReasonForm) else ReasonForm(prefix="r"),
    }
    step = (APPROVE if may else REVIEW) if waits else 0
    return run_page(request, session, run, "stipends/run_approval.html", ctx, form=sent, step=step)
