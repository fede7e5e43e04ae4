"""What stands over every page of a pay run: name, state, steps, figures, and which page comes next for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import Query

from receiver.access import Permission
from receiver.accounts.visits import is_stepped_up
from receiver.kit.money import Money
from receiver.kit.words import Words, p_
from receiver.stipends import queries
from receiver.stipends.queries.comments import Comment, comments
from receiver.stipends.queries.run_pages import reasons_of_steps, told_history
from receiver.stipends.rules.listing import LineFilter
from receiver.stipends.rules.runs import FROZEN, UNDER_REVIEW, RunState
from receiver.web.render import page
from receiver.web.visit import actor_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request
    from sqlalchemy.orm import Session
    from starlette.responses import Response

    from receiver.access import Actor
    from receiver.partners.models import Programme
    from receiver.stipends.models import PayRun
    from receiver.web.forms import Form

Code = Annotated[str | None, Query(max_length=40)]
"""The programme, where several have a run of this name."""

STEPS = (
    p_("step of a pay run", "Draft"),
    p_("step of a pay run", "Review"),
    p_("step of a pay run", "Approve"),
    p_("step of a pay run", "Instruct"),
    p_("step of a pay run", "Reconcile"),
    p_("step of a pay run", "Close"),
)
_AT = {
    RunState.DRAFT: 1,
    RunState.SUBMITTED: 2,
    RunState.APPROVED: 4,
    RunState.RELEASED: 5,
    RunState.RECONCILING: 5,
    RunState.CLOSED: 6,
}
_KINDS = {
    RunState.DRAFT: "warn",
    RunState.SUBMITTED: "warn",
    RunState.CLOSED: "ok",
    RunState.ABANDONED: "mute",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A run with its programme, on the way through a request."""

    run: PayRun
    programme: Programme

    def url(self, part: str = "") -> str:
        """The address of a page of the run; of its acts too."""
        path = f"/stipends/runs/{self.run.name}" + (f"/{part}" if part else "")
        return f"{path}?{urlencode({'programme': self.programme.code})}"

    @property
    def total(self) -> Money:
        """What it pays."""
        return Money(self.run.total_minor, self.run.currency)

    @property
    def paying(self) -> tuple[int, Money]:
        """How many it pays and what in all, without the lines that were held back after it was frozen."""
        held, minor = self.run.figures.get(LineFilter.HELD.value, (0, 0))
        return self.run.people - held, Money(self.run.total_minor - minor, self.run.currency)


def found(session: Session, actor: Actor, name: str, programme: str | None, permission: Permission) -> Run:
    """The run of an address.

    Raises:
        NotFound, SeveralRuns, NotARunName
    """
    return Run(*queries.run_by_name(session, actor, name, permission, programme))


def run_page(
    request: Request,
    session: Session,
    run: Run,
    template: str,
    ctx: Mapping[str, Any],
    *,
    form: Form | None = None,
    block: str | None = None,
    step: int = 0,
) -> Response:
    """A page in the frame of a run; `step` where it is not that of the run's state."""
    values = {**frame(request, session, run, step), **ctx}
    status = 422 if form is not None and form.sent and request.method == "POST" else 200
    return page(request, template, values, form=form, block=block, status=status)


def frame(request: Request, session: Session, run: Run, step: int = 0) -> dict[str, Any]:
    """The values that `stipends/_run.html` needs."""
    state, actor = run.run.state, actor_of(request)
    history, names = told_history(session, run.run)
    return {
        "at": run,
        "run": run.run,
        "programme": run.programme,
        "steps": STEPS,
        "step": step or _AT.get(state, 0),
        "finished": state is RunState.CLOSED,
        "state_kind": _KINDS.get(state, "info"),
        "frozen": state in FROZEN,
        "history": history,
        "reasons_told": reasons_of_steps(session, history),
        "people_names": names,
        "fresh": actor is not None and is_stepped_up(request, actor),
    }


def remarks(request: Request, session: Session, run: Run) -> dict[str, Any]:
    """What approvers wrote beside lines: `remarks` of every submission, and those of the present one by reference.

    What they say is about people, and told to those only who see the stipends of people.
    """
    actor = actor_of(request)
    tells = actor is not None and actor.may(Permission.STIPEND_VIEW)
    written = comments(session, run.run, told=tells)
    beside: dict[str, list[Comment]] = {}
    for one in written:
        if one.attempt == run.run.attempt:
            beside.setdefault(one.reference, []).append(one)
    may = actor is not None and actor.may(Permission.PAY_RUN_APPROVE) and run.run.state in UNDER_REVIEW
    return {"remarks": written, "beside": beside, "may_remark": may}


def told(refusal: Exception | None) -> Words | None:
    """What a refusal says, for the page on which its act is missing."""
    words: Words | None = getattr(refusal, "words", None)
    return words
