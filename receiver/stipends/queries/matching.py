"""Finding the payment that somebody means who matches a row by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from receiver.kit.ids import clean_reference
from receiver.people.models import Person
from receiver.stipends.models import Payment
from receiver.stipends.rules.matching import NoSuchPayment

if TYPE_CHECKING:
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
