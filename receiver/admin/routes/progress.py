"""How long work is getting on (U29), and the works of this system for whoever looks after it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from receiver import background
from receiver.access import Actor, Permission
from receiver.admin.rules import told_results
from receiver.kit import clock
from receiver.kit.words import _
from receiver.web.answers import see_other
from receiver.web.deps import ReadSession, Who, WriteSession, require
from receiver.web.render import page
from receiver.web.router import Router

router = Router()


@router.get("/progress/{work_id}")
def progress(
    request: Request, session: ReadSession, actor: Who, work_id: UUID, waited: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """How far a piece of work is; the page asks again by itself, ever more rarely, until it is over."""
    state = background.progress(session, actor, work_id)
    again = None if state.state.over else background.next_look(waited)
    asked = waited + (again or 0)
    ctx = {"work": state, "again": again, "waited": asked, "results": told_results(state.result)}
    return page(request, "admin/progress.html", ctx, block="job")


@router.post("/progress/{work_id}/cancel")
def cancel(session: WriteSession, actor: Who, work_id: UUID) -> Response:
    """Ask a piece of work to stop before its last step."""
    background.request_cancel(session, actor, work_id)
    return see_other(f"/progress/{work_id}", done=_("It will stop before its last step."))


@router.get("/admin/background")
def works(
    request: Request, session: ReadSession, _actor: Annotated[Actor, require(Permission.BACKGROUND_VIEW)]
) -> Response:
    """Work that failed in the last month: ids, counts and reasons (S78)."""
    found = background.troubled_works(session, since=clock.now() - timedelta(days=31))
    return page(request, "admin/background.html", {"works": found})
