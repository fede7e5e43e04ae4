"""What a receipt says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.money import Money
from receiver.partners.models import Programme
from receiver.stipends.models import Entitlement, Payee, PayRun
from receiver.stipends.rules.entitlements import Line
from receiver.stipends.rules.payments import PAID, NotPaidYet

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.kit.months import Month
    from receiver.people.models import Person
    from receiver.stipends.models import Payment
    from receiver.stipends.rules.payments import Channel, PaymentState


@dataclass(frozen=True, slots=True)
class Receipt:
    """One payment as the person is told of it; `tail` are the last two digits of the number, if there is one."""

    payment_id: UUID
    person_id: UUID
    reference: str
    name: str
    language: str | None
    programme: str
    run: str
    month: Month
    amount: Money
    channel: Channel
    tail: str
    end_to_end_id: str
    state: PaymentState
    paid_at: datetime | None
    lines: tuple[Line, ...]


def receipt(session: Session, payment: Payment, person: Person) -> Receipt:
    """The receipt of a payment that arrived.

    Raises:
        NotPaidYet
    """
    if payment.state not in PAID:
        raise NotPaidYet(payment=payment.end_to_end_id)
    run = session.get_one(PayRun, payment.run_id)
    entitlement = session.get_one(Entitlement, payment.entitlement_id)
    payee = session.get(Payee, payment.payee_id) if payment.payee_id else None
    return Receipt(
        payment_id=payment.id,
        person_id=person.id,
        reference=person.reference,
        name=person.full_name,
        language=person.languages[0] if person.languages else None,
        programme=session.get_one(Programme, run.programme_id).name,
        run=run.name,
        month=payment.month,
        amount=Money(payment.amount_minor, payment.currency),
        channel=payment.channel,
        tail=payee.tail if payee else "",
        end_to_end_id=payment.end_to_end_id,
        state=payment.state,
        paid_at=payment.settled_at,
        lines=tuple(Line.of(facts) for facts in entitlement.lines),
    )
