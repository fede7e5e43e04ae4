"""Changes of where money goes (S43): read back with the person and confirmed by a second human, or refused."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.accounts.visits import demand_stepped_up, is_stepped_up, who_can
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.people.models import ContactWay
from receiver.people.queries import people_cards
from receiver.stipends import actions, queries
from receiver.stipends.forms.people import ReadBackForm, RefuseForm
from receiver.stipends.models import Payee
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.payees import (
    ConfirmerAskedForIt,
    ReadBackDiffers,
    TooManyTries,
    demand_confirmer,
    masked,
    name_agreement,
)
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.exchange import exchange_of
from receiver.web.forms import Form
from receiver.web.render import page
from receiver.web.router import Router

router = Router(prefix="/stipends/payee-changes")
Viewer = Annotated[Actor, require(Permission.PAYEE_VIEW)]
Confirmer = Annotated[Actor, require(Permission.PAYEE_CONFIRM)]
LIST = "/stipends/payee-changes"


@router.get("")
def changes(request: Request, session: ReadSession, actor: Viewer) -> Response:
    """Details that wait for a second human, the oldest first."""
    waiting = queries.waiting_payees(session, actor)
    ctx = {
        "rows": [(payee, person, _agreement(payee)) for payee, person in waiting],
        "names": user_names(session, {payee.asked_by for payee, _person in waiting}),
    }
    return page(request, "stipends/payee_changes.html", ctx)


@router.get("/{payee_id}")
def show_change(request: Request, session: ReadSession, actor: Viewer, payee_id: UUID) -> Response:
    """One change: old and new, masked, and what to ask the person."""
    payee = queries.payee_by_id(session, actor, payee_id, Permission.PAYEE_VIEW)
    return _change_page(request, session, actor, payee)


@router.post("/{payee_id}/confirmation")
def confirm(
    request: Request, session: WriteSession, actor: Confirmer, payee_id: UUID, form: Bound[ReadBackForm]
) -> Response:
    """Confirm the details after the person read back the last digits."""
    demand_stepped_up(request, actor)
    payee = queries.payee_by_id(session, actor, payee_id, Permission.PAYEE_CONFIRM)
    if form.ok:
        try:
            actions.confirm_payee(session, actor, payee, read_back=form.read_back)
        except ReadBackDiffers as refusal:
            form.add_error("read_back", refusal)
            exchange_of(request).stays = True  # the try counts although it is refused
            return _change_page(request, session, actor, payee, form, tried_now=1)
        else:
            return see_other(LIST, done=_("The payment details are confirmed."))
    return _change_page(request, session, actor, payee, form)


@router.post("/{payee_id}/earlier-numbers")
def reveal_earlier(request: Request, session: WriteSession, actor: Confirmer, payee_id: UUID) -> Response:
    """Show on which number to call the person, once, on this page; it is recorded who saw it."""
    demand_stepped_up(request, actor)
    payee = queries.payee_by_id(session, actor, payee_id, Permission.PAYEE_CONFIRM)
    opened = actions.reveal_earlier_numbers(session, actor, payee)
    return _change_page(request, session, actor, payee, opened=opened)


@router.post("/{payee_id}/refusal")
def refuse(
    request: Request, session: WriteSession, actor: Confirmer, payee_id: UUID, form: Bound[RefuseForm]
) -> Response:
    """Do not confirm the details; those before them count again."""
    payee = queries.payee_by_id(session, actor, payee_id, Permission.PAYEE_CONFIRM)
    if form.ok:
        actions.refuse_payee(session, actor, payee, reason=form.reason)
        return see_other(LIST, done=_("The payment details are not confirmed. Those before them count again."))
    return _change_page(request, session, actor, payee, form)


def _change_page(
    request: Request,
    session: Session,
    actor: Actor,
    payee: Payee,
    sent: Form | None = None,
    *,
    tried_now: int = 0,
    opened: dict[str, Payee | ContactWay] | None = None,
) -> Response:
    wrong = _why_not(session, actor, payee, tried_now)
    known: list[tuple[bool, str]] = []
    if wrong is None and actor.may(Permission.PAYEE_CONFIRM):
        earlier = queries.earlier_numbers(session, payee) if opened is None else opened
        known = [(isinstance(source, Payee), number) for number, source in earlier.items()]
    ctx = {
        "payee": payee,
        "before": queries.replaced_by(session, payee),
        "earlier": [(ours, number if opened is not None else masked(number)) for ours, number in known],
        "opened": opened is not None,
        "card": people_cards(session, [payee.person_id])[payee.person_id],
        "account_name": queries.account_name_of(session, payee) if actor.may(Permission.PAYEE_REVEAL) else "",
        "agreement": _agreement(payee),
        "names": user_names(session, {payee.asked_by}),
        "wrong": wrong,
        "who_can": who_can(session, actor, Permission.PAYEE_CONFIRM)
        if isinstance(wrong, ConfirmerAskedForIt | TooManyTries)
        else [],
        "fresh": is_stepped_up(request, actor),
        "confirmation": sent if isinstance(sent, ReadBackForm) else ReadBackForm(prefix="c"),
        "refusal": sent if isinstance(sent, RefuseForm) else RefuseForm(prefix="r"),
    }
    return page(request, "stipends/payee_change.html", ctx, form=sent, status=422 if sent else 200)


def _why_not(session: Session, actor: Actor, payee: Payee, tried_now: int) -> Refusal | None:
    """Why this actor cannot confirm; a try of this moment is in the chain only when all is written."""
    human = demand_human(actor)
    try:
        demand_confirmer(payee.plain, human, queries.wrong_tries(session, payee, human) + tried_now)
    except Refusal as refusal:
        return refusal
    return None


def _agreement(payee: Payee) -> object:
    return None if payee.likeness is None else name_agreement(payee.likeness)
