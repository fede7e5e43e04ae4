"""Who looks into a row of results that did not fit (S40), and matching it with a payment by hand (S38)."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.errors import Refusal
from receiver.kit.money import Money
from receiver.kit.words import _
from receiver.stipends import actions, queries
from receiver.stipends.forms.runs import AssignmentForm, MatchForm
from receiver.stipends.models import ResultException
from receiver.stipends.queries.assignments import reconcilers
from receiver.stipends.routes.framing import Code, Run, found, run_page
from receiver.stipends.rules.exceptions import ExceptionState, NobodyChosen
from receiver.stipends.rules.matching import MATCHABLE
from receiver.stipends.rules.reasons import explained
from receiver.stipends.rules.results import EXPLAIN
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}")
Reconciler = Annotated[Actor, require(Permission.PAY_RUN_RECONCILE)]
RECONCILE = 5


@router.post("/exceptions/{exception_id}/assignment")
def assign(
    session: WriteSession,
    actor: Reconciler,
    name: str,
    exception_id: UUID,
    form: Bound[AssignmentForm],
    programme: Code = None,
) -> Response:
    """Give a row that waits to somebody."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    row = queries.exception_by_id(session, actor, exception_id, run.run)
    form.offer("user", [(str(one), who) for one, who in reconcilers(session).items()])
    if not form.ok:
        raise NobodyChosen
    actions.assign_exception(session, actor, row, UUID(form.user))
    return see_other(run.url("reconciliation"), done=_("It is noted who looks into it."))


@router.get("/exceptions/{exception_id}/match")
def show_match(
    request: Request, session: ReadSession, actor: Reconciler, name: str, exception_id: UUID, programme: Code = None
) -> Response:
    """The page on which a row is matched with a payment of the run."""
    run, row = _row(session, actor, name, exception_id, programme)
    return _match_page(request, session, run, row, MatchForm())


@router.post("/exceptions/{exception_id}/match")
def match(
    request: Request,
    session: WriteSession,
    actor: Reconciler,
    name: str,
    exception_id: UUID,
    form: Bound[MatchForm],
    programme: Code = None,
) -> Response:
    """Take a row as word on a payment of the run that its file came for."""
    run, row = _row(session, actor, name, exception_id, programme)
    if form.ok:
        try:
            actions.match_exception(session, actor, row, name=form.payment, reason=form.reason)
        except Refusal as refusal:
            form.add_error("payment", refusal)
        else:
            return see_other(run.url("reconciliation"), done=_("The row is matched with the payment."))
    return _match_page(request, session, run, row, form)


def _row(
    session: Session, actor: Actor, name: str, exception_id: UUID, programme: str | None
) -> tuple[Run, ResultException]:
    run = found(session, actor, name, programme, Permission.PAY_RUN_RECONCILE)
    return run, queries.exception_by_id(session, actor, exception_id, run.run)


def _match_page(request: Request, session: Session, run: Run, row: ResultException, form: MatchForm) -> Response:
    ctx = {
        "row": row,
        "amount": Money(row.amount_minor, row.currency),
        "reason": explained(queries.exception_reason(session, row)),
        "explain": EXPLAIN,
        "open": row.state is ExceptionState.OPEN and row.kind in MATCHABLE,
    }
    return run_page(request, session, run, "stipends/run_match.html", ctx, form=form, step=RECONCILE)
