"""The ledger in the words of Beancount, which checks it with none of our code: debits above zero, credits below."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import func, select, union_all

from receiver.db.engine import in_parts
from receiver.kit.money import Money
from receiver.ledger.models import LedgerAccount, LedgerEntry
from receiver.ledger.queries.lines import fields
from receiver.ledger.rules import Account, AccountKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import RowMapping, Select
    from sqlalchemy.orm import Session

_ROOTS = {
    AccountKind.BANK: "Assets:Bank",
    AccountKind.FUND: "Equity:Fund",
    AccountKind.OWED: "Liabilities:Owed",
    AccountKind.IN_TRANSIT: "Liabilities:InTransit",
    AccountKind.PAID: "Assets:Paid",
    AccountKind.RECOVERABLE: "Assets:Recoverable",
}
_FOREIGN = re.compile(r"[^A-Za-z0-9-]")


def beancount(session: Session) -> Iterator[str]:
    """The ledger as a Beancount file, in pieces."""
    yield 'option "title" "Receiver ledger"\n'
    currencies = select(LedgerAccount.currency).distinct().order_by(LedgerAccount.currency)
    for (currency,) in session.execute(currencies).all():
        yield f'option "operating_currency" "{currency}"\n'
    names: dict[str, str] = {}
    taken: set[str] = set()
    for kind, owner, currency, opened in session.execute(_opened()):
        account = Account(kind, owner)
        name = names[str(account)] = _free_name(account, taken)
        yield f"{opened} open {name} {currency}\n"
    for part in in_parts(session, fields(session.get_bind().dialect.name)):
        yield "".join(_transaction(row._mapping, names) for row in part)  # noqa: SLF001 - the way to the names


def component(owner: str) -> str:
    """An owner's code as Beancount allows it: a capital letter or digit first, then letters, digits and hyphens."""
    plain = _FOREIGN.sub("-", owner)
    return plain[:1].upper() + plain[1:]


def _free_name(account: Account, taken: set[str]) -> str:
    """The account's name; with a number where two codes read alike in Beancount's letters."""
    wanted = name = f"{_ROOTS[account.kind]}:{component(account.owner)}"
    number = 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name


def _opened() -> Select[AccountKind, str, str, date]:
    """Each account that an entry touches, with the earliest business date: an entry may be dated before others."""
    entry = LedgerEntry
    sides = union_all(
        select(entry.debit_account_id.label("account_id"), entry.business_date),
        select(entry.credit_account_id, entry.business_date),
    ).subquery()
    first = select(sides.c.account_id, func.min(sides.c.business_date).label("day")).group_by(sides.c.account_id)
    days = first.subquery()
    account = LedgerAccount
    return (
        select(account.kind, account.owner, account.currency, days.c.day)
        .join(days, days.c.account_id == account.id)
        .order_by(account.id)
    )


def _transaction(entry: RowMapping, names: dict[str, str]) -> str:
    amount = _decimal(int(entry["amount"]), entry["currency"])
    told = " ".join(filter(None, (entry["month"], entry["purpose"], entry["run"])))
    return (
        f'\n{entry["business_date"]} * "{entry["cause"]}" "{told}"\n'
        f'  entry: "{entry["entry_id"]}"\n'
        f"  {names[entry['debit']]}  {amount} {entry['currency']}\n"
        f"  {names[entry['credit']]}  -{amount} {entry['currency']}\n"
    )


def _decimal(minor: int, currency: str) -> str:
    return str(Money(minor, currency)).partition(" ")[2]
