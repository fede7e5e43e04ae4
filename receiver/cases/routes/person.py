"""The pages about a person that this room has: the summary (S15) and the history (S15b)."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.cases import queries
from receiver.cases.forms import HistoryFilter
from receiver.cases.queries import Story
from receiver.cases.rules import PLAN_WITHIN, Stage, steps
from receiver.cases.slots import summary_of
from receiver.kit import clock
from receiver.kit.paging import Cursor
from receiver.kit.words import p_
from receiver.people.frame import person_frame
from receiver.people.queries import person_by_reference
from receiver.web.deps import Asked, ReadSession, require
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/people/{reference}")
Opener = Annotated[Actor, require(Permission.PERSON_LIST)]
CaseReader = Annotated[Actor, require(Permission.CASE_VIEW)]

NEXT_STEPS = 3
_ALL = p_("history", "All")
_BEFORE_PLAN = frozenset({Stage.ARRIVED, Stage.INTAKE, Stage.ASSESSMENT, Stage.PLANNING})


@router.get("")
def summary(request: Request, session: ReadSession, actor: Opener, reference: str) -> Response:
    """What one must know of a person at a glance: next steps, last events, case, contact, household, pay state.

    Who may only list people sees here what the list says of one, and the way to what else they may open.
    """
    person = person_by_reference(session, actor, reference, Permission.PERSON_LIST)
    today = clock.today(i18n.zone())
    cases = queries.case_rows(session, person.id) if actor.may(Permission.CASE_VIEW) else []
    ctx = {
        **person_frame(session, actor, person),
        "today": today,
        "tasks": queries.tasks_of(session, actor, person, limit=NEXT_STEPS) if actor.may(Permission.TASK_VIEW) else [],
        "events": queries.last_events(session, person) if actor.may(Permission.CASE_VIEW) else [],
        "cases": cases,
        "late_plan": {
            row.case.id: (today - row.case.opened_on - PLAN_WITHIN).days
            for row in cases
            if row.case.stage in _BEFORE_PLAN
        },
        "next_stages": {row.case.id: steps(row.case.stage) for row in cases},
        "known": queries.known_of(session, person.id) if actor.may(Permission.PERSON_VIEW) else None,
        "lines": summary_of(session, actor, person.id),
    }
    return page(request, "cases/summary.html", ctx)


@router.get("/history")
def history(
    request: Request, session: ReadSession, actor: CaseReader, reference: str, filters: Asked[HistoryFilter]
) -> Response:
    """Everything that happened to a person, newest first, one kind of it or all."""
    person = person_by_reference(session, actor, reference, Permission.CASE_VIEW)
    filters.offer("kind", [(story.value, story.label) for story in Story])
    story = Story(filters.values["kind"]) if filters.values.get("kind") else None
    base = url("/people/{reference}/history", reference=person.reference)
    stories: list[Story | None] = [None, *Story]
    ctx = {
        **person_frame(session, actor, person),
        "page": queries.history(
            session, actor, person, story=story, cursor=Cursor.decode(filters.value_of("after"), int)
        ),
        "chips": [
            {"url": url(base, kind=each or ""), "label": each.label if each else _ALL, "current": each is story}
            for each in stories
        ],
        "reference": person.reference,
        "url": url(base, kind=story or ""),
    }
    return page(request, "cases/history.html", ctx, block="events", form=filters)
