"""Finding the payment that somebody means who matches a row by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select, text

from receiver.kit.ids import clean_reference
from receiver.people.models import Person
from receiver.stipends.models import EarlierReference, Payment, ResultException, ResultFile
from receiver.stipends.models.payments import HAS_REFERENCE
from receiver.stipends.queries.results import formats_of
from receiver.stipends.rules.exceptions import ExceptionState
from receiver.stipends.rules.matching import Carriers, NoSuchPayment
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun


def payment_named(session: Session, run: PayRun, name: str) -> Payment:
    """The payment of a run's present submission that has this end-to-end id, or is for the person of this reference.

    Raises:
        NoSuchPayment
    """
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt)
    means = or_(Payment.end_to_end_id == name.strip().upper(), Person.reference == clean_reference(name))
    found = session.scalar(select(Payment).join(Person, Person.id == Payment.person_id).where(*mine, means))
    if found is None:
        raise NoSuchPayment(run=run.name)
    return found


def lock_same_movement(session: Session, exception: ResultException) -> None:
    """Let two people who match rows with one reference of a provider, of whichever runs, wait for each other."""
    if exception.provider_reference:
        same = select(ResultException.id).where(ResultException.provider_reference == exception.provider_reference)
        session.execute(same.order_by(ResultException.id).with_for_update(key_share=True)).all()


def carriers_of(
    session: Session, exception: ResultException, payment: Payment, channels: AbstractSet[Channel]
) -> Carriers:
    """What carries the provider's reference of a row, or did: payments and files of the channels of its format."""
    reference = exception.provider_reference
    # What the sheet of the cash desk has there is a signature, which may be the same for many people.
    if not reference or Channel.CASH_DESK in channels:
        return Carriers()
    by_these = Payment.channel.in_(channels)
    now = select(Payment.id).where(Payment.provider_reference == reference, text(HAS_REFERENCE), by_these)
    before = select(Payment.id).join(EarlierReference, EarlierReference.payment_id == Payment.id)
    same = now.union_all(before.where(EarlierReference.reference == reference, by_these)).subquery()
    meant, other = exists().where(same.c.id == payment.id), exists().where(same.c.id != payment.id)
    decided = exists().where(
        ResultException.provider_reference == reference,
        ResultException.id != exception.id,
        ResultException.state == ExceptionState.SETTLED,
        ResultFile.id == ResultException.file_id,
        ResultFile.format.in_([one.code for one in formats_of(channels)]),
    )
    return Carriers(*session.execute(select(meant, other, decided)).one())
