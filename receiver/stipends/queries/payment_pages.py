"""What the pages on payments list, across runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from receiver import vault
from receiver.access import Permission
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.ledger.models import LedgerAccount
from receiver.ledger.rules import AccountKind
from receiver.partners.models import Programme
from receiver.people.models import Person
from receiver.people.queries import visible
from receiver.stipends import queries
from receiver.stipends.models import Payment, PayRun
from receiver.stipends.queries.run_pages import from_place
from receiver.stipends.rules.listing import PAYMENT_STATES, PaymentFilter
from receiver.stipends.rules.payments import LIVE, OWED_AGAIN
from receiver.stipends.rules.reasons import explained

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.months import Month
    from receiver.kit.words import Words


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment with its person and run."""

    payment: Payment
    person: Person
    run: PayRun
    programme: str

    @property
    def amount(self) -> Money:
        """What it pays."""
        return Money(self.payment.amount_minor, self.payment.currency)

    @property
    def run_url(self) -> str:
        """The page of its run."""
        return f"/stipends/runs/{self.run.name}?programme={self.programme}"


def _payments(actor: Actor, which: PaymentFilter) -> Select[Any]:
    wanted = queries.visible_payments(actor).where(Payment.state.in_(PAYMENT_STATES[which]))
    if which is PaymentFilter.FAILED:
        again = aliased(Payment)
        # The money is on its way again, or a later payment of it failed too: then that one is to be looked at.
        later = select(again.id).where(again.entitlement_id == Payment.entitlement_id, again.id > Payment.id)
        wanted = wanted.where(~later.where(again.state.in_(LIVE | OWED_AGAIN)).exists())
    return (
        wanted.join(PayRun, PayRun.id == Payment.run_id)
        .join(Programme, Programme.id == PayRun.programme_id)
        .add_columns(PayRun, Programme.code)
    )


def payment_page(session: Session, actor: Actor, which: PaymentFilter, cursor: str | None) -> Page[PaymentRow]:
    """Payments across runs, the newest first: one query.

    Raises:
        RoleNeeded
    """
    place = Cursor.decode(cursor, UUID)
    found = [
        PaymentRow(*row) for row in session.execute(from_place(_payments(actor, which), Payment.id, place, down=True))
    ]
    return Page.build(found, DEFAULT_SIZE, lambda row: (row.payment.id,), cursor=place)


def failed_by_id(session: Session, actor: Actor, ids: Collection[UUID]) -> list[tuple[Payment, Person]]:
    """All of these failed payments with their people, for somebody who adds tasks about them.

    Raises:
        RoleNeeded
        NotFound: one of them may not be seen, or is no longer in the list; then it is done for none.
    """
    wanted = _payments(actor, PaymentFilter.FAILED).where(*visible(actor, Permission.TASK_ADD))
    found = session.execute(wanted.where(Payment.id.in_(set(ids))).order_by(Payment.id)).all()
    if len(found) < len(set(ids)):
        raise NotFound
    return [(payment, person) for payment, person, *_run in found]


def failed_payments(session: Session, actor: Actor, limit: int) -> tuple[list[PaymentRow], int]:
    """The failed payments that nobody has paid anew, the oldest first, and how many there are: one query."""
    wanted = _payments(actor, PaymentFilter.FAILED).add_columns(func.count().over())
    found = session.execute(wanted.order_by(Payment.id).limit(limit)).all()
    return [PaymentRow(*row) for *row, _count in found], found[0][-1] if found else 0


def paid_in(session: Session, person_id: UUID, month: Month) -> Sequence[Payment]:
    """The payments of somebody for a month, the newest first."""
    wanted = select(Payment).where(Payment.person_id == person_id, Payment.month == month)
    return session.scalars(wanted.order_by(Payment.id.desc())).all()


def reasons_of(session: Session, payments: Sequence[Payment]) -> dict[UUID, Words | str]:
    """What providers said about payments, explained; the keys of the people are fetched at once."""
    told = [one for one in payments if one.reason is not None]
    vault.warm(session, {one.person_id for one in told})
    return {one.id: explained(queries.reason_of(session, one)) for one in told}


def references_by_pseudonym(session: Session, pseudonyms: Iterable[str]) -> dict[str, str]:
    """The references of people by what the ledger calls them; who was erased has none."""
    wanted = (
        select(LedgerAccount.owner, Person.reference)
        .join(Person, Person.id == LedgerAccount.person_id)
        .where(LedgerAccount.kind == AccountKind.OWED, LedgerAccount.owner.in_(set(pseudonyms)))
    )
    return dict(session.execute(wanted).all())
