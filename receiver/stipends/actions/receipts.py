"""Receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.stipends import queries

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import Payment
    from receiver.stipends.queries import Receipt


def make_receipt(session: Session, actor: Actor, payment: Payment) -> Receipt:
    """The facts of a receipt for a payment; that it was made is recorded.

    Raises:
        NotFound
        NotPaidYet: nobody has said that the money arrived.
    """
    person = queries.person_in_reach(session, actor, Permission.RECEIPT_PRINT, payment.person_id)
    receipt = queries.receipt(session, payment, person)
    audit.record(session, Kind.RECEIPT_MADE, actor, person.reference, person=person.id, payment=payment.id)
    return receipt
