"""Receipts (S46): one page for paper in the language of the person, made on request and recorded."""

from typing import Annotated

import segno
from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.months import Month, NotAMonth
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.stipends import actions
from receiver.stipends.forms.money import ReceiptForm
from receiver.stipends.models import Payment
from receiver.stipends.queries.payment_pages import paid_in
from receiver.stipends.rules.payments import PAID
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.render import page
from receiver.web.router import Router

router = Router(prefix="/people/{reference}/receipts/{month}")
Printer = Annotated[Actor, require(Permission.RECEIPT_PRINT)]


@router.get("")
def receipts(request: Request, session: ReadSession, actor: Printer, reference: str, month: str) -> Response:
    """The payments of a month for which a receipt can be made."""
    person = person_by_reference(session, actor, reference, Permission.RECEIPT_PRINT)
    return _choice_page(request, session, actor, person, _month(month), None)


@router.post("")
def make(
    request: Request, session: WriteSession, actor: Printer, reference: str, month: str, form: Bound[ReceiptForm]
) -> Response:
    """The receipt itself, twice on a sheet; that it was made is recorded."""
    person = person_by_reference(session, actor, reference, Permission.RECEIPT_PRINT)
    form.offer("language", _languages())
    payment = next(
        (one for one in _paid(session, person, _month(month)) if str(one.id) == form.value_of("payment")), None
    )
    if payment is None:
        raise NotFound
    if not form.ok:
        return _choice_page(request, session, actor, person, _month(month), form)
    receipt = actions.make_receipt(session, actor, payment)
    code = segno.make_qr(receipt.end_to_end_id).svg_inline(scale=3, svgclass="qr", lineclass=None, omitsize=True)
    ctx = {
        "receipt": receipt,
        "qr": code,
        "now": clock.now(),
        "back": f"/people/{person.reference}/receipts/{month}",
    }
    return page(request, "stipends/receipt.html", ctx, locale=form.language)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except NotAMonth:
        raise NotFound from None


def _paid(session: Session, person: Person, month: Month) -> list[Payment]:
    return [one for one in paid_in(session, person.id, month) if one.state in PAID]


def _choice_page(
    request: Request, session: Session, actor: Actor, person: Person, month: Month, sent: ReceiptForm | None
) -> Response:
    rows = _paid(session, person, month)
    forms = {}
    for one in rows:
        mine = sent is not None and sent.value_of("payment") == str(one.id)
        form = (
            sent if mine and sent else ReceiptForm.blank(prefix=f"r{one.number}", payment=one.id, language=_of(person))
        )
        form.offer("language", _languages())
        forms[one.id] = form
    ctx = {
        **person_frame(session, actor, person),
        "month": month,
        "rows": rows,
        "forms": forms,
        "action": f"/people/{person.reference}/receipts/{month}",
    }
    return page(request, "stipends/receipts.html", ctx, form=sent, status=422 if sent else 200)


def _languages() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in i18n.offered()]


def _of(person: Person) -> str:
    """The first language of the person that Receiver speaks, else that of the reader."""
    spoken = {one.code for one in i18n.offered()}
    return next((code for each in person.languages if (code := each.partition("-")[0]) in spoken), i18n.current())
