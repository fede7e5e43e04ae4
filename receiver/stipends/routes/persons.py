"""A person's stipend: the months that explain themselves (S31), how they are paid (S41), the end of an enrolment."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.words import _
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.stipends import actions, queries
from receiver.stipends.forms.people import EndForm, HoldForm, PayeeForm, PayWay, YearFilter
from receiver.stipends.queries.missed import expected_months
from receiver.stipends.queries.overview import balance_of, month_rows, years_of
from receiver.stipends.rules.checklist import MISSED_ADVICE
from receiver.stipends.rules.enrolments import NoticeInFuture, ReviewDateWrong
from receiver.stipends.rules.payees import AlreadyAsked, NameAgreement, NumberNotUsable, name_agreement
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/people/{reference}")
Viewer = Annotated[Actor, require(Permission.STIPEND_VIEW)]
PayeeViewer = Annotated[Actor, require(Permission.PAYEE_VIEW)]
PayeeSetter = Annotated[Actor, require(Permission.PAYEE_SET)]
Revealer = Annotated[Actor, require(Permission.PAYEE_REVEAL)]
Enroller = Annotated[Actor, require(Permission.ENROL)]
Holder = Annotated[Actor, require(Permission.HOLD_PLACE)]


@router.get("/stipend")
def stipend(
    request: Request, session: ReadSession, actor: Viewer, reference: str, asked: Asked[YearFilter]
) -> Response:
    """The months of somebody's stipend, each amount with its reasons; the payee, the enrolments and the holds."""
    person = person_by_reference(session, actor, reference, Permission.STIPEND_VIEW)
    enrolments = queries.enrolments_of(session, person.id)
    years = years_of(session, person.id)
    year = next((one for one in years if str(one) == asked.value_of("year")), next(iter(years), None))
    ctx = {
        **person_frame(session, actor, person),
        "months": month_rows(session, person.id, year) if year else [],
        "year": year,
        "years": [
            {"url": f"/people/{person.reference}/stipend?year={one}", "label": str(one), "current": one == year}
            for one in years
        ],
        "expected": expected_months(session, person),
        "advice": MISSED_ADVICE,
        "balance": balance_of(session, person.id),
        "enrolments": enrolments,
        "live": next((one for one, _policy in enrolments if one.until is None), None),
        "holds": queries.holds_of(session, person.id),
        "payees": queries.payees_now(session, person.id),
        "today": clock.today(i18n.zone()),
    }
    return page(request, "stipends/stipend.html", ctx, block="ledger", form=asked)


@router.get("/payee")
def payee(request: Request, session: ReadSession, actor: PayeeViewer, reference: str) -> Response:
    """How somebody is paid, numbers masked, and the page on which that is changed."""
    person = person_by_reference(session, actor, reference, Permission.PAYEE_VIEW)
    return _payee_page(request, session, actor, person, PayeeForm())


@router.post("/payee")
def ask(
    request: Request, session: WriteSession, actor: PayeeSetter, reference: str, form: Bound[PayeeForm]
) -> Response:
    """Ask that somebody be paid in another way; a number waits for a second human."""
    person = person_by_reference(session, actor, reference, Permission.PAYEE_SET)
    back = f"/people/{person.reference}/payee"
    if form.ok and form.way is PayWay.CASH_DESK:
        actions.ask_cash_desk(session, actor, person)
        return see_other(back, done=_("From now on the money is collected at the cash desk."))
    if form.ok:
        try:
            actions.ask_mobile_money(session, actor, person, number=form.number, name=form.name)
        except (NumberNotUsable, AlreadyAsked) as refusal:
            form.add_error("number", refusal)
        else:
            return see_other(back, done=_("The number is noted. Someone else has to confirm it with the person."))
    return _payee_page(request, session, actor, person, form)


@router.post("/payee/{payee_id}/number")
def reveal(request: Request, session: WriteSession, actor: Revealer, reference: str, payee_id: UUID) -> Response:
    """Show the whole number, once, on this page; it is recorded who saw it."""
    person = person_by_reference(session, actor, reference, Permission.PAYEE_REVEAL)
    found = queries.payee_by_id(session, actor, payee_id, Permission.PAYEE_REVEAL)
    if found.person_id != person.id:
        raise NotFound
    number = actions.reveal_payee(session, actor, found)
    return _payee_page(request, session, actor, person, PayeeForm(), {found.id: number})


@router.get("/stipend/end")
def show_end(request: Request, session: ReadSession, actor: Enroller, reference: str) -> Response:
    """The page on which somebody's enrolment is ended."""
    person = person_by_reference(session, actor, reference, Permission.ENROL)
    return _end_page(request, session, actor, person, EndForm())


@router.post("/stipend/end")
def end(request: Request, session: WriteSession, actor: Enroller, reference: str, form: Bound[EndForm]) -> Response:
    """End somebody's enrolment."""
    person = person_by_reference(session, actor, reference, Permission.ENROL)
    enrolment = queries.live_enrolment(session, person.id)
    if enrolment is None:
        raise NotFound
    if form.ok:
        try:
            actions.end_enrolment(session, actor, enrolment, last_day=form.last_day, reason=form.reason)
        except Refusal as refusal:
            form.add_error("last_day", refusal)
        else:
            to = f"/people/{person.reference}/stipend" if actor.may(Permission.STIPEND_VIEW) else "/menu"
            return see_other(to, done=_("The enrolment is ended."))
    return _end_page(request, session, actor, person, form)


@router.get("/stipend/hold")
def show_hold(request: Request, session: ReadSession, actor: Holder, reference: str) -> Response:
    """The page on which somebody's stipend is stopped, with reason, review and notice."""
    person = person_by_reference(session, actor, reference, Permission.HOLD_PLACE)
    form = HoldForm.blank(notice_language=person.languages[0] if person.languages else None)
    return form_page(request, "stipends/hold_new.html", person_frame(session, actor, person), form=form)


@router.post("/stipend/hold")
def place_hold(
    request: Request, session: WriteSession, actor: Holder, reference: str, form: Bound[HoldForm]
) -> Response:
    """Stop somebody's stipend from now on."""
    person = person_by_reference(session, actor, reference, Permission.HOLD_PLACE)
    if form.ok:
        try:
            actions.place_hold(
                session,
                actor,
                person,
                reason=form.reason,
                review_on=form.review_on,
                notice_language=form.notice_language,
                notice_on=form.notice_on,
            )
        except ReviewDateWrong as refusal:
            form.add_error("review_on", refusal)
        except NoticeInFuture as refusal:
            form.add_error("notice_on", refusal)
        else:
            return see_other(f"/people/{person.reference}/stipend", done=_("The stipend is on hold."))
    return form_page(request, "stipends/hold_new.html", person_frame(session, actor, person), form=form)


def _payee_page(
    request: Request,
    session: Session,
    actor: Actor,
    person: Person,
    form: PayeeForm,
    opened: dict[UUID, str] | None = None,
) -> Response:
    earlier = queries.payees_of(session, person.id)
    agrees: dict[UUID, NameAgreement] = {
        one.id: name_agreement(one.likeness) for one in earlier if one.likeness is not None
    }
    names: dict[UUID, str] = {}
    if actor.may(Permission.PAYEE_REVEAL):
        names = {one.id: queries.account_name_of(session, one) for one in earlier[:2] if one.number}
    ctx: dict[str, Any] = {
        **person_frame(session, actor, person),
        "payees": earlier,
        "agrees": agrees,
        "account_names": names,
        "askers": user_names(session, {one.asked_by for one in earlier}),
        "opened": opened or {},
        "heard": queries.must_be_heard(session, actor, earlier),
        "now": clock.now(),
    }
    return form_page(request, "stipends/payee.html", ctx, form=form)


def _end_page(request: Request, session: Session, actor: Actor, person: Person, form: EndForm) -> Response:
    enrolment = queries.live_enrolment(session, person.id)
    if enrolment is None:
        raise NotFound
    ctx = {**person_frame(session, actor, person), "enrolment": enrolment}
    return form_page(request, "stipends/enrolment_end.html", ctx, form=form)
