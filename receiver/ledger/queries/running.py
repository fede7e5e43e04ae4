"""The balance of an account after each of the entries that a list shows, added up by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, func, select, true

from receiver.kit.money import Money
from receiver.ledger.models import LedgerEntry
from receiver.ledger.queries.listing import EntryFilter, running_balance
from receiver.ledger.rules import AccountKind, natural

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.ledger.queries.balances import AccountRow


def balances_after(
    session: Session,
    account: AccountRow,
    wanted: EntryFilter,
    first: int,
    last: int,
    *,
    known: tuple[int, Money] | None = None,
) -> dict[int, Money]:
    """The account's balance after each entry that fits, from the number `first` to `last`, by their numbers.

    Entries of the account that do not fit count all the same. With a person's account all entries about the person may
    be asked for: those that leave the account alone leave its balance as it was. `known` is the balance after an
    earlier entry, from which is counted on instead of from the beginning.
    """
    entry, kind = LedgerEntry, account.account.kind
    start, opening = (known[0] + 1, known[1]) if known else (first, running_balance(session, account, first))
    mine = EntryFilter(person=account.account.owner) if kind is AccountKind.OWED else EntryFilter(account_id=account.id)
    moved = case(
        (entry.credit_account_id == account.id, natural(kind, 0, 1) * entry.amount_minor),
        (entry.debit_account_id == account.id, natural(kind, 1, 0) * entry.amount_minor),
        else_=0,
    )
    fits = case((and_(true(), *wanted.conditions()), 1), else_=0)
    whole = (
        select(entry.seq, fits.label("fits"), func.sum(moved).over(order_by=entry.seq).label("balance"))
        .where(*mine.conditions(), entry.seq.between(start, last))
        .subquery()
    )
    found = session.execute(select(whole.c.seq, whole.c.balance).where(whole.c.fits == 1, whole.c.seq >= first))
    return {seq: opening + Money(int(balance), account.currency) for seq, balance in found}
