"""Review and approval of a run (S34-S36): what to look at, who may approve, comments on lines, the way back."""

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
from receiver.stipends.forms.runs import ApprovalForm, CommentForm, ReasonForm
from receiver.stipends.queries.leaving_out import omissions
from receiver.stipends.queries.run_pages import MOST, changed_lines, changed_payees, checked, line_of, sampled_lines
from receiver.stipends.routes.framing import Code, Run, found, remarks, run_page, told
from receiver.stipends.rules.approval import TotalDiffers, why_not_approve
from receiver.stipends.rules.runs import FROZEN, RunState
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}")
Viewer = Annotated[Actor, require(Permission.PAY_RUN_VIEW)]
Approver = Annotated[Actor, require(Permission.PAY_RUN_APPROVE)]
REVIEW, APPROVE = 2, 3


@router.get("/approval")
@router.get("/review")
def show_approval(request: Request, session: ReadSession, actor: Viewer, name: str, programme: Code = None) -> Response:
    """What an approver looks at (S34), and for whoever may approve the run, the way to do so (S35)."""
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
            if whole:
                return see_other(run.url("approved"))
            return see_other(run.url(), done=_("Your approval is noted. Another approver is needed."))
    return _approval_page(request, session, actor, run, form)


@router.get("/approved")
def approved(request: Request, session: ReadSession, actor: Viewer, name: str, programme: Code = None) -> Response:
    """That a run is approved, and what comes next; it can be opened again as long as that is so."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_VIEW)
    if run.run.state not in FROZEN - {RunState.SUBMITTED}:
        return see_other(run.url("approval") if run.run.state in FROZEN else run.url())
    ctx = {
        "people": queries.humans(session, run.run),
        "waits": run.run.state is RunState.APPROVED,
        "who_can": who_can(session, actor, Permission.PAY_RUN_RELEASE),
    }
    return run_page(request, session, run, "stipends/run_approved.html", ctx)


@router.get("/lines/{reference}/comment")
def show_comment(
    request: Request, session: ReadSession, actor: Approver, name: str, reference: str, programme: Code = None
) -> Response:
    """The page on which a comment beside a line is written."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_APPROVE)
    return _comment_page(request, session, run, reference, CommentForm())


@router.post("/lines/{reference}/comment")
def comment(
    request: Request,
    session: WriteSession,
    actor: Approver,
    name: str,
    reference: str,
    form: Bound[CommentForm],
    programme: Code = None,
) -> Response:
    """Write a comment beside a line."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_APPROVE)
    person, _row = line_of(session, run.run, reference)
    if form.ok:
        actions.comment_line(session, actor, run.run, person, text=form.text)
        return see_other(run.url("approval"), done=_("The comment is noted."))
    return _comment_page(request, session, run, reference, form)


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


def _comment_page(request: Request, session: Session, run: Run, reference: str, form: CommentForm) -> Response:
    _person, row = line_of(session, run.run, reference)
    ctx = {"row": row, **remarks(request, session, run)}
    return run_page(request, session, run, "stipends/run_comment.html", ctx, form=form)


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
        "omitted": omissions(session, run.run, told=actor.may(Permission.STIPEND_VIEW)) if frozen else {},
        "reasons": queries.acceptances(session, run.run),
        **remarks(request, session, run),
        "fund": fund_position(session, run.programme.code, run.programme.currency),
        "approval": sent if isinstance(sent, ApprovalForm) else ApprovalForm.blank(prefix="a", digest=run.run.digest),
        "rejection": sent if isinstance(sent, ReasonForm) else ReasonForm(prefix="r"),
    }
    step = (APPROVE if may else REVIEW) if waits else 0
    return run_page(request, session, run, "stipends/run_approval.html", ctx, form=sent, step=step)
