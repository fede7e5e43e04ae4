"""Accounts with their balances, the pseudonyms of people, and where a programme's fund stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from receiver.kit.money import Money
from receiver.ledger.models import ClosedReportMonth, LedgerAccount, LedgerEntry
from receiver.ledger.rules import Account, AccountKind, Cause, fund, natural, paid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.kit.months import Month

AT_ONCE = 500  # values in one IN, well below the parameter limits of both databases


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account and its two sides, in minor units of its currency."""

    id: int
    account: Account
    currency: str
    debit_minor: int
    credit_minor: int
    person_id: UUID | None = None

    @property
    def balance(self) -> Money:
        """What is there, above zero in good order."""
        return Money(natural(self.account.kind, self.debit_minor, self.credit_minor), self.currency)


@dataclass(frozen=True, slots=True)
class FundPosition:
    """Where a programme's money is: `received` = `left` + `outstanding` + `paid`.

    `outstanding` is what people are owed or is on its way to them, less what they were overpaid.
    """

    received: Money
    left: Money
    paid: Money

    @property
    def outstanding(self) -> Money:
        """Promised, and not in anybody's hand yet."""
        return self.received - self.left - self.paid


_COLUMNS = (
    LedgerAccount.id,
    LedgerAccount.kind,
    LedgerAccount.owner,
    LedgerAccount.currency,
    LedgerAccount.debit_minor,
    LedgerAccount.credit_minor,
    LedgerAccount.person_id,
)


def find_account(session: Session, account: Account) -> AccountRow | None:
    """One account, or None if nothing was ever posted to it."""
    statement = select(*_COLUMNS).where(LedgerAccount.kind == account.kind, LedgerAccount.owner == account.owner)
    row = session.execute(statement).first()
    return None if row is None else AccountRow(row[0], account, *row[3:])


def accounts(session: Session, *kinds: AccountKind) -> list[AccountRow]:
    """All accounts of these kinds, by kind and owner; of the few kinds that are not one for each person."""
    statement = select(*_COLUMNS).where(LedgerAccount.kind.in_(kinds)).order_by(LedgerAccount.kind, LedgerAccount.owner)
    return [AccountRow(row[0], Account(row[1], row[2]), *row[3:]) for row in session.execute(statement)]


def person_account(session: Session, person_id: UUID, kind: AccountKind = AccountKind.OWED) -> AccountRow | None:
    """A person's account, or None if it was never opened."""
    statement = select(*_COLUMNS).where(LedgerAccount.kind == kind, LedgerAccount.person_id == person_id)
    row = session.execute(statement).first()
    return None if row is None else AccountRow(row[0], Account(kind, row[2]), *row[3:])


def pseudonyms(session: Session, people: Iterable[UUID]) -> Mapping[UUID, str]:
    """What the ledger calls these people, for those that it knows."""
    wanted = list(people)
    found: dict[UUID, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        statement = select(LedgerAccount.person_id, LedgerAccount.owner).where(
            LedgerAccount.kind == AccountKind.OWED, LedgerAccount.person_id.in_(wanted[start : start + AT_ONCE])
        )
        found |= {person: owner for person, owner in session.execute(statement) if person is not None}
    return found


def fund_position(session: Session, programme: str, currency: str) -> FundPosition:
    """Where the programme's money is now."""
    nothing = Money.zero(currency)
    money, out = find_account(session, fund(programme)), find_account(session, paid(programme))
    if money is None:
        return FundPosition(nothing, nothing, nothing)
    received = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
        LedgerEntry.credit_account_id == money.id, LedgerEntry.cause == Cause.RECEIVED
    )
    taken_back = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
        LedgerEntry.debit_account_id == money.id, LedgerEntry.credit_kind == AccountKind.BANK
    )
    total = int(session.execute(received).scalar_one()) - int(session.execute(taken_back).scalar_one())
    return FundPosition(Money(total, currency), money.balance, nothing if out is None else out.balance)


def closed_until(session: Session, programme: str) -> Month | None:
    """The newest month of a programme whose stipend report is final."""
    statement = select(func.max(ClosedReportMonth.month)).where(ClosedReportMonth.programme == programme)
    return session.execute(statement).scalar_one()
