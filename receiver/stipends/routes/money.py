"""Payments across runs (S40), funds and what was received for them."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.visits import demand_stepped_up, is_stepped_up
from receiver.cases.queries import colleagues
from receiver.cases.rules import NobodyThere, TaskNotOpen
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
from receiver.people.models import Person
from receiver.stipends.actions.failed_tasks import give_failed
from receiver.stipends.forms.amounts import amount_of
from receiver.stipends.forms.money import InstalmentForm, ReversalForm
from receiver.stipends.forms.runs import FailedForm, PaymentsFilter
from receiver.stipends.queries.failures import looked_into
from receiver.stipends.queries.payment_pages import failed_by_id, payment_page, reasons_of
from receiver.stipends.rules.listing import PaymentFilter
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router()
Viewer = Annotated[Actor, require(Permission.PAYMENT_VIEW)]
FundViewer = Annotated[Actor, require(Permission.FUND_VIEW)]
Assigner = Annotated[Actor, require(Permission.TASK_ADD)]
Recorder = Annotated[Actor, require(Permission.FUND_RECORD)]


@router.get("/payments")
def payments(request: Request, session: ReadSession, actor: Viewer, filters: Asked[PaymentsFilter]) -> Response:
    """Payments of all runs, those that failed and were not paid anew first."""
    which = filters.values.get("state") or PaymentFilter.FAILED
    return _payments_page(request, session, actor, which, filters)


@router.post("/payments/assignments")
def assign(request: Request, session: WriteSession, actor: Assigner, form: Bound[FailedForm]) -> Response:
    """Let somebody look into the failed payments that were ticked, all of them or none."""
    form.offer("payment", [(each, each) for each in form.values_of("payment")])
    chosen = failed_by_id(session, actor, _uuids(form.values_of("payment")))
    people = [person for _payment, person in chosen]
    form.offer("user", _lookers(session, people or _listed(session, actor)))
    if form.ok:
        try:
            give_failed(session, actor, chosen, UUID(form.user))
        except (NobodyThere, TaskNotOpen) as refusal:
            form.add_error("user", refusal)
        else:
            return see_other(
                url("/payments", state=PaymentFilter.FAILED.value), done=_("It is noted who looks into it.")
            )
    return _payments_page(request, session, actor, PaymentFilter.FAILED, PaymentsFilter.blank(), form)


def _uuids(texts: Iterable[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise NotFound from None


def _listed(session: Session, actor: Actor) -> list[Person]:
    return [row.person for row in payment_page(session, actor, PaymentFilter.FAILED, None).rows]


def _lookers(session: Session, people: Iterable[Person]) -> list[tuple[str, str]]:
    """Who may look into payments of these people: all of their offices together."""
    return [(str(user_id), name) for user_id, name in colleagues(session, *{one.office_id for one in people})]


def _payments_page(
    request: Request,
    session: Session,
    actor: Actor,
    which: PaymentFilter,
    filters: PaymentsFilter,
    sent: FailedForm | None = None,
) -> Response:
    listed = payment_page(session, actor, which, filters.value_of("after"))
    tells = actor.may(Permission.STIPEND_VIEW)
    failed = which is PaymentFilter.FAILED and bool(listed.rows)
    give = failed and actor.may(Permission.TASK_ADD)
    bulk = sent or FailedForm.blank(prefix="b")
    if give and not bulk.sent:
        bulk.offer("user", _lookers(session, [row.person for row in listed.rows]))
    ctx = {
        "page": listed,
        "reasons": reasons_of(session, [row.payment for row in listed.rows]) if tells else {},
        "looked": looked_into(session, [row.payment.id for row in listed.rows]) if failed else {},
        "which": which,
        "give": give,
        "bulk": bulk,
        "url": url("/payments", state=which.value),
        "chips": [
            {"url": url("/payments", state=one.value), "label": one.label, "current": one is which}
            for one in PaymentFilter
        ],
    }
    status = 422 if bulk.sent else 200
    return page(request, "stipends/payments.html", ctx, block="rows", form=filters, status=status)


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
