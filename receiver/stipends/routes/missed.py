"""Months that were not paid: for whom, why, and who can be paid by a follow-up now."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit import clock
from receiver.partners.queries import programmes
from receiver.stipends.forms.missed import MissedForm
from receiver.stipends.queries.missed import missed_page
from receiver.stipends.rules.checklist import MISSED_ADVICE, WHY_MISSED, Flag
from receiver.stipends.rules.listing import MissedFilter
from receiver.web.deps import Asked, ReadSession, require
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/stipends/missed")
Viewer = Annotated[Actor, require(Permission.PAYMENT_VIEW)]


@router.get("")
def missed(request: Request, session: ReadSession, actor: Viewer, filters: Asked[MissedForm]) -> Response:
    """The months that somebody was owed and did not get, those noted last on top."""
    filters.offer("why", [(flag.value, flag.label) for flag in WHY_MISSED])
    filters.offer("programme", [(one.code, one.name) for one in programmes(session, ended=True)])
    why = filters.values.get("why")
    listed = missed_page(
        session,
        actor,
        clock.now(),
        filters.value_of("after"),
        why=Flag(why) if why else None,
        programme=filters.values.get("programme"),
        month=filters.values.get("month"),
        which=filters.values.get("show") or MissedFilter.ALL,
    )
    asked = {name: filters.value_of(name) for name in ("why", "programme", "month", "show")}
    ctx = {
        "page": listed,
        "advice": MISSED_ADVICE,
        "filtered": any(asked.values()),
        "url": url("/stipends/missed", **asked),
    }
    return page(request, "stipends/missed.html", ctx, block="rows", form=filters)
