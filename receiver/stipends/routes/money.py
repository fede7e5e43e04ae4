"""Payments across runs (S40), funds and what was received for them."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.visits import demand_stepped_up, is_stepped_up
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.money import Money
from receiver.kit.words import _
from receiver.ledger.actions import receive_funds, reverse_instalment
from receiver.ledger.models import Instalment
from receiver.ledger.queries import accounts, fund_position, instalments
from receiver.ledger.rules import Account, AccountKind, AmountNotAboveZero, FundOverdrawn, ReceivedInFuture
from receiver.partners.models import Programme
from receiver.partners.queries import programme_by_code, programmes
from receiver.stipends.forms.amounts import amount_of
from receiver.stipends.forms.money import InstalmentForm, ReversalForm
from receiver.stipends.forms.runs import PaymentsFilter
from receiver.stipends.queries.failures import looks_into
from receiver.stipends.queries.payment_pages import payment_page, reasons_of
from receiver.stipends.rules.listing import PaymentFilter
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router()
Viewer = Annotated[Actor, require(Permission.PAYMENT_VIEW)]
FundViewer = Annotated[Actor, require(Permission.FUND_VIEW)]
Recorder = Annotated[Actor, require(Permission.FUND_RECORD)]


@router.get("/payments")
def payments(request: Request, session: ReadSession, actor: Viewer, filters: Asked[PaymentsFilter]) -> Response:
    """Payments of all runs, those that failed and were not paid anew first."""
    which = filters.values.get("state") or PaymentFilter.FAILED
    listed = payment_page(session, actor, which, filters.value_of("after"))
    tells = actor.may(Permission.STIPEND_VIEW)
    ctx = {
        "page": listed,
        "reasons": reasons_of(session, [row.payment for row in listed.rows]) if tells else {},
        "owners": looks_into(session, [row.payment.id for row in listed.rows])
        if which is PaymentFilter.FAILED and listed.rows
        else {},
        "which": which,
        "url": url("/payments", state=which.value),
        "chips": [
            {"url": url("/payments", state=one.value), "label": one.label, "current": one is which}
            for one in PaymentFilter
        ],
    }
    return page(request, "stipends/payments.html", ctx, block="rows", form=filters)


@router.get("/stipends/funds")
def funds(request: Request, session: ReadSession, _actor: FundViewer) -> Response:
    """What is left of each programme's money, and what was paid out."""
    known = {row.account: row.balance for row in accounts(session, AccountKind.FUND, AccountKind.PAID)}
    rows = []
    for programme in programmes(session, ended=True):
        nothing = Money.zero(programme.currency)
        left, paid = (
            known.get(Account(kind, programme.code), nothing) for kind in (AccountKind.FUND, AccountKind.PAID)
        )
        rows.append({"programme": programme, "left": left, "paid": paid})
    return page(request, "stipends/funds.html", {"rows": rows})


@router.get("/stipends/funds/{code}")
def show_fund(request: Request, session: ReadSession, actor: FundViewer, code: str) -> Response:
    """Where a programme's money is, what was received, and the next instalment."""
    return _fund_page(request, session, programme_by_code(session, actor, code), InstalmentForm())


@router.post("/stipends/funds/{code}")
def receive(
    request: Request, session: WriteSession, actor: Recorder, code: str, form: Bound[InstalmentForm]
) -> Response:
    """Enter an instalment as the bank's statement shows it."""
    programme = programme_by_code(session, actor, code)
    amount = amount_of(form, "amount", programme.currency)
    if form.ok and amount is not None:
        try:
            receive_funds(
                session,
                actor,
                programme.code,
                reference=form.reference,
                amount=amount,
                received_on=form.received_on,
            )
        except Refusal as refusal:
            places: dict[type[Refusal], str] = {AmountNotAboveZero: "amount", ReceivedInFuture: "received_on"}
            form.add_error(places.get(type(refusal), "reference"), refusal)
        else:
            done = _("%(amount)s was entered for %(programme)s.", amount=amount, programme=programme.code)
            return see_other(f"/stipends/funds/{programme.code}", done=done)
    return _fund_page(request, session, programme, form)


@router.get("/stipends/funds/{code}/instalments/{instalment_id}/reversal")
def show_reversal(request: Request, session: ReadSession, actor: Recorder, code: str, instalment_id: UUID) -> Response:
    """What is written when an instalment that was entered wrongly is taken back, and the way to do so."""
    programme = programme_by_code(session, actor, code)
    return _reversal_page(request, session, actor, programme, instalment_id, ReversalForm())


@router.post("/stipends/funds/{code}/instalments/{instalment_id}/reversal")
def reverse(
    request: Request,
    session: WriteSession,
    actor: Recorder,
    code: str,
    instalment_id: UUID,
    form: Bound[ReversalForm],
) -> Response:
    """Take back what is left of an instalment, by a new entry."""
    programme = programme_by_code(session, actor, code)
    row, left = _instalment(session, programme, instalment_id)
    demand_stepped_up(request, actor)
    if form.ok:
        try:
            reverse_instalment(
                session,
                actor,
                row.id,
                on=clock.today(i18n.zone()),
                reason=form.reason,
                overdraw_because=form.overdraw_because or "",
            )
        except FundOverdrawn as refusal:
            form.add_error("overdraw_because", refusal)
        else:
            return see_other(f"/stipends/funds/{programme.code}", done=_("%(amount)s was taken back.", amount=left))
    return _reversal_page(request, session, actor, programme, instalment_id, form)


def _instalment(session: Session, programme: Programme, instalment_id: UUID) -> tuple[Instalment, Money]:
    """One instalment of a programme, and what of it was not taken back yet.

    Raises:
        NotFound
    """
    for row, taken in instalments(session, programme.code):
        if row.id == instalment_id:
            return row, Money(row.amount_minor, row.currency) - taken
    raise NotFound


def _reversal_page(
    request: Request,
    session: Session,
    actor: Actor,
    programme: Programme,
    instalment_id: UUID,
    form: ReversalForm,
) -> Response:
    row, left = _instalment(session, programme, instalment_id)
    after = fund_position(session, programme.code, programme.currency).left - left
    ctx = {
        "programme": programme,
        "row": row,
        "left": left,
        "after": after,
        "fresh": is_stepped_up(request, actor),
    }
    return form_page(request, "stipends/fund_reversal.html", ctx, form=form)


def _fund_page(request: Request, session: Session, programme: Programme, form: InstalmentForm) -> Response:
    ctx = {
        "programme": programme,
        "position": fund_position(session, programme.code, programme.currency),
        "received": [
            (row, Money(row.amount_minor, row.currency), taken) for row, taken in instalments(session, programme.code)
        ],
    }
    return page(request, "stipends/fund.html", ctx, form=form, status=422 if form.sent else 200)
