"""Who looks into a row of results that did not fit (S40)."""

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.words import _
from receiver.stipends import actions, queries
from receiver.stipends.forms.runs import AssignmentForm
from receiver.stipends.queries.assignments import reconcilers
from receiver.stipends.routes.framing import Code, found
from receiver.stipends.rules.exceptions import NobodyChosen
from receiver.web.answers import see_other
from receiver.web.deps import Bound, WriteSession, require
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}")
Reconciler = Annotated[Actor, require(Permission.PAY_RUN_RECONCILE)]


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
