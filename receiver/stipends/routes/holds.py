"""Holds (S44): the list, one to look at again, its end."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.accounts.visits import who_can
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.people.queries import people_cards
from receiver.stipends import actions, queries
from receiver.stipends.forms.people import ExtendForm, HoldsFilter, ReleaseForm
from receiver.stipends.models import Hold
from receiver.stipends.queries.overview import hold_page
from receiver.stipends.rules import enrolments as rules
from receiver.stipends.rules.enrolments import HoldNeedsSecondPerson, ReviewDateWrong
from receiver.stipends.rules.listing import HoldFilter
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/stipends/holds")
Viewer = Annotated[Actor, require(Permission.HOLD_VIEW)]
Placer = Annotated[Actor, require(Permission.HOLD_PLACE)]
Releaser = Annotated[Actor, require(Permission.HOLD_RELEASE)]


@router.get("")
def holds(request: Request, session: ReadSession, actor: Viewer, filters: Asked[HoldsFilter]) -> Response:
    """The holds that stand, the one to be looked at first on top; or those that ended."""
    which = filters.values.get("state") or HoldFilter.STANDING
    listed = hold_page(session, actor, which, filters.value_of("after"))
    ctx = {
        "page": listed,
        "names": user_names(session, {hold.placed_by for hold, _person in listed.rows}),
        "today": clock.today(i18n.zone()),
        "which": which,
        "url": url("/stipends/holds", state=which.value),
        "chips": [
            {"url": url("/stipends/holds", state=one.value), "label": one.label, "current": one is which}
            for one in HoldFilter
        ],
    }
    return page(request, "stipends/holds.html", ctx, block="rows", form=filters)


@router.get("/{hold_id}")
def show_hold(request: Request, session: ReadSession, actor: Viewer, hold_id: UUID) -> Response:
    """One hold: why, since when, who was told what; and its review or end."""
    return _hold_page(request, session, actor, queries.hold_by_id(session, actor, hold_id))


@router.post("/{hold_id}/extension")
def extend(request: Request, session: WriteSession, actor: Placer, hold_id: UUID, form: Bound[ExtendForm]) -> Response:
    """Look at a hold again later."""
    hold = queries.hold_by_id(session, actor, hold_id)
    if form.ok:
        try:
            actions.extend_hold(session, actor, hold, review_on=form.review_on, reason=form.reason)
        except ReviewDateWrong as refusal:
            form.add_error("review_on", refusal)
        else:
            return see_other(f"/stipends/holds/{hold_id}", done=_("The hold goes on and will be looked at again."))
    return _hold_page(request, session, actor, hold, form)


@router.post("/{hold_id}/release")
def release(
    request: Request, session: WriteSession, actor: Releaser, hold_id: UUID, form: Bound[ReleaseForm]
) -> Response:
    """End a hold; the next run pays again."""
    hold = queries.hold_by_id(session, actor, hold_id)
    if form.ok:
        actions.release_hold(session, actor, hold, reason=form.reason)
        return see_other(f"/stipends/holds/{hold_id}", done=_("The hold has ended. The next run pays again."))
    return _hold_page(request, session, actor, hold, form)


def _hold_page(request: Request, session: Session, actor: Actor, hold: Hold, sent: Form | None = None) -> Response:
    wrong = _why_not(actor, hold)
    card = people_cards(session, [hold.person_id])[hold.person_id]
    ctx = {
        "hold": hold,
        "card": card,
        "names": user_names(session, {one for one in (hold.placed_by, hold.released_by) if one}),
        "today": clock.today(i18n.zone()),
        "wrong": wrong,
        "who_can": who_can(session, actor, Permission.HOLD_RELEASE) if wrong else [],
        "extension": sent if isinstance(sent, ExtendForm) else ExtendForm(prefix="x"),
        "release": sent if isinstance(sent, ReleaseForm) else ReleaseForm(prefix="r"),
    }
    return page(request, "stipends/hold.html", ctx, form=sent, status=422 if sent else 200)


def _why_not(actor: Actor, hold: Hold) -> Refusal | None:
    if actor.user_id is None or hold.released_at is not None:
        return None
    try:
        plain = rules.Hold(hold.reason, hold.since, hold.review_on, hold.placed_by)
        rules.demand_may_release(plain, actor.user_id, clock.today(i18n.zone()))
    except HoldNeedsSecondPerson as refusal:
        return refusal
    return None
