"""Records that look alike: the list, and two of them side by side for a human to decide."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.kit.errors import Refusal
from receiver.kit.paging import Cursor
from receiver.kit.words import _
from receiver.people import actions, queries
from receiver.people.forms.duplicates import DecisionForm, DuplicateFilter, Verdict
from receiver.people.forms.persons import put_error
from receiver.people.frame import born_of
from receiver.people.models import Person
from receiver.people.queries import Pair, person_by_reference
from receiver.people.routes.people import person_page
from receiver.people.rules import DuplicateReason, DuplicateState, SecondPairOfEyes
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/people")
Decider = Annotated[Actor, require(Permission.DUPLICATE_DECIDE)]
DONE = {
    Verdict.SAME: _("It is recorded that the two are one person. Both stay marked until they are merged."),
    Verdict.DIFFERENT: _("It is recorded that the two are two people."),
}


@router.get("/duplicates")
def duplicates(request: Request, session: ReadSession, actor: Decider, filters: Asked[DuplicateFilter]) -> Response:
    """The pairs both of whom this actor sees, those to decide unless another state is asked for."""
    state = filters.values.get("state") or DuplicateState.OPEN
    listed = queries.pair_list(session, actor, Cursor.decode(filters.value_of("after"), UUID), state=state)
    if not filters.value_of("state"):
        filters.raw["state"] = [state.value]
    ctx = {"page": listed, "url": url("/people/duplicates", state=state.value), "state": state, "reasons": reason_words}
    return page(request, "people/duplicates.html", ctx, block="rows", form=filters)


@router.get("/{reference}/duplicates/{duplicate_id}")
def compare(request: Request, session: ReadSession, actor: Decider, reference: str, duplicate_id: UUID) -> Response:
    """Two records side by side (C25)."""
    person = person_by_reference(session, actor, reference, Permission.DUPLICATE_DECIDE)
    pair = queries.pair_of(session, actor, person, duplicate_id)
    return _pair_page(request, session, actor, person, pair, DecisionForm())


@router.post("/{reference}/duplicates/{duplicate_id}")
def decide(
    request: Request,
    session: WriteSession,
    actor: Decider,
    reference: str,
    duplicate_id: UUID,
    form: Bound[DecisionForm],
) -> Response:
    """Say whether the two are one person."""
    person = person_by_reference(session, actor, reference, Permission.DUPLICATE_DECIDE)
    pair = queries.pair_of(session, actor, person, duplicate_id)
    if form.ok:
        try:
            same = form.verdict is Verdict.SAME
            actions.decide_duplicate(session, actor, person, pair.duplicate, same=same, reason=form.reason)
        except Refusal as refusal:
            put_error(form, refusal, {SecondPairOfEyes: "verdict"})
        else:
            return see_other("/people/duplicates", done=DONE[form.verdict])
    return _pair_page(request, session, actor, person, pair, form)


def reason_words(codes: list[str]) -> list[DuplicateReason]:
    """Why two records look alike, for a sentence."""
    return [DuplicateReason(code) for code in codes]


def _pair_page(
    request: Request, session: Session, actor: Actor, person: Person, pair: Pair, form: DecisionForm
) -> Response:
    sides = queries.sides_of(session, [pair.one, pair.other])
    decider = pair.duplicate.decided_by
    ctx = {
        "pair": pair,
        "sides": sides,
        "reasons": reason_words(pair.duplicate.reasons),
        "born_of": born_of,
        "open": pair.duplicate.state is DuplicateState.OPEN,
        "decider": user_names(session, [decider]).get(decider) if decider else None,
    }
    return person_page(request, session, actor, person, "people/duplicate.html", ctx, form=form)
