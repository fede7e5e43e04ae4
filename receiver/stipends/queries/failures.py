"""Payments that failed, with what the provider said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from receiver import vault
from receiver.accounts.models import User
from receiver.cases.models import Task
from receiver.cases.rules import TaskKind, TaskState
from receiver.cases.rules.by_rule import rule_key
from receiver.people.models import Person
from receiver.stipends.models import Payment
from receiver.stipends.queries.payments import reason_place
from receiver.stipends.rules.payments import OWED_AGAIN, PAID, Channel, PaymentState

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun


@dataclass(frozen=True, slots=True)
class Failed:
    """A payment that failed or came back; `reason` are the provider's words, empty if it gave none."""

    payment_id: UUID
    person_id: UUID
    reference: str
    reason: str


def failed_at(session: Session, run: PayRun, moment: datetime) -> list[Failed]:
    """The payments of a run that failed or came back at this moment; who did not come to the cash desk is none."""
    wanted = (
        select(Payment.id, Payment.person_id, Person.reference, Payment.reason)
        .join(Person, Person.id == Payment.person_id)
        .where(Payment.run_id == run.id, Payment.state.in_(OWED_AGAIN), Payment.channel != Channel.CASH_DESK)
        .where(or_(Payment.failed_at == moment, Payment.returned_at == moment))
        .order_by(Payment.id)
    )
    rows = session.execute(wanted).all()
    vault.warm(session, {row.person_id for row in rows if row.reason is not None})
    return [
        Failed(row.id, row.person_id, row.reference, _told(session, row.id, row.person_id, row.reason)) for row in rows
    ]


def paid_after_all(session: Session, run: PayRun, moment: datetime) -> list[UUID]:
    """The payments of a run that had failed and were found at this moment to have arrived."""
    wanted = select(Payment.id).where(Payment.run_id == run.id, Payment.settled_at == moment)
    return list(session.scalars(wanted.where(Payment.failed_at.is_not(None), Payment.state.in_(PAID))))


def paid_anew(session: Session, run: PayRun) -> list[UUID]:
    """The payments that failed and whose money is on its way again by a run."""
    wanted = select(Payment.reissue_of).where(
        Payment.run_id == run.id,
        Payment.attempt == run.attempt,
        Payment.state == PaymentState.INSTRUCTED,
        Payment.reissue_of.is_not(None),
    )
    return [one for one in session.scalars(wanted) if one is not None]


@dataclass(frozen=True, slots=True)
class Looked:
    """The task about a failed payment: whether it is still open, and the name of who has it then."""

    open: bool = True
    owner: str | None = None


def looked_into(session: Session, payments: Collection[UUID]) -> dict[UUID, Looked]:
    """Who looks into each of these failed payments: one query."""
    keys = {rule_key(TaskKind.PAYMENT_FAILED, one): one for one in payments}
    wanted = select(Task.rule_key, Task.state, User.name).outerjoin(User, User.id == Task.assignee_id)
    found = dict.fromkeys(payments, Looked())
    for key, state, name in session.execute(wanted.where(Task.rule_key.in_(keys))):
        found[keys[str(key)]] = Looked(owner=name) if state is TaskState.OPEN else Looked(open=False)
    return found


def _told(session: Session, payment_id: UUID, person_id: UUID, reason: bytes | None) -> str:
    return "" if reason is None else vault.unseal(session, person_id, reason_place(payment_id), reason)
