"""Opening accounts: for people under a pseudonym, once; all others at their first entry."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver import vault
from receiver.db.inserts import insert_for
from receiver.ledger.actions.book import plan_anew
from receiver.ledger.models import ACCOUNTS, LedgerAccount
from receiver.ledger.queries.balances import AT_ONCE
from receiver.ledger.rules import PERSONAL, Account, AccountKind, OtherCurrency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

_LETTERS = 12


def open_people(session: Session, people: Iterable[UUID], currency: str) -> dict[UUID, str]:
    """Open the `owed` account of each person who has none; returns everyone's pseudonym.

    The pseudonym is a keyed hash of the person's id, made once and kept: it stays the same for ever, also when keys
    are rotated, and tells nothing without the key.

    Raises:
        OtherCurrency: somebody's account is kept in another currency.
    """
    plan_anew(session)
    wanted = list(dict.fromkeys(people))
    if not wanted:
        return {}
    rows = [_owed_row(session, person, currency) for person in wanted]
    insert = insert_for(session, ACCOUNTS).on_conflict_do_nothing(
        index_elements=[ACCOUNTS.c.person_id, ACCOUNTS.c.kind]
    )
    made = session.execute(insert.returning(ACCOUNTS.c.person_id, ACCOUNTS.c.owner), rows).all()
    found: dict[UUID, str] = dict(made)
    for some in _portions([person for person in wanted if person not in found]):
        for person, (owner, kept) in _owed(session, some).items():
            if kept != currency:
                raise OtherCurrency(account=f"{AccountKind.OWED.value}:{owner}", currency=kept)
            found[person] = owner
    return {person: found[person] for person in wanted}


def resolve(session: Session, wanted: Iterable[Account], currency: str) -> dict[Account, int]:
    """The ids of accounts, which are opened where they are missing.

    Raises:
        OtherCurrency: one of them is kept in another currency.
        ValueError: the `owed` account of a person is missing: only `open_people` knows whose it is.
    """
    accounts = list(dict.fromkeys(wanted))
    known = _known(session, accounts)
    missing = [account for account in accounts if account not in known]
    if missing:
        rows = [_row(session, account, currency) for account in missing]
        session.execute(insert_for(session, ACCOUNTS).on_conflict_do_nothing(), rows)
        known |= _known(session, missing)
    for account, (_id, kept) in known.items():
        if kept != currency:
            raise OtherCurrency(account=str(account), currency=kept)
    return {account: known[account][0] for account in accounts}


def _owed(session: Session, people: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    account = LedgerAccount
    statement = select(account.person_id, account.owner, account.currency).where(
        account.kind == AccountKind.OWED, account.person_id.in_(people)
    )
    return {person: (owner, currency) for person, owner, currency in session.execute(statement) if person}


def _known(session: Session, accounts: Sequence[Account]) -> dict[Account, tuple[int, str]]:
    found: dict[Account, tuple[int, str]] = {}
    columns = (LedgerAccount.owner, LedgerAccount.id, LedgerAccount.currency)
    for kind in {account.kind for account in accounts}:
        for some in _portions([account.owner for account in accounts if account.kind is kind]):
            statement = select(*columns).where(LedgerAccount.kind == kind, LedgerAccount.owner.in_(some))
            for owner, number, currency in session.execute(statement):
                found[Account(kind, owner)] = (number, currency)
    return found


def _owed_row(session: Session, person: UUID, currency: str) -> dict[str, Any]:
    digest = base64.b32encode(vault.blind(session, "ledger.person", person.hex)).decode().lower()
    return _fresh(Account(AccountKind.OWED, f"p-{digest[:_LETTERS]}"), currency, person)


def _row(session: Session, account: Account, currency: str) -> dict[str, Any]:
    """A new account; one to recover from a person takes the person from the `owed` account of the same pseudonym."""
    if account.kind not in PERSONAL:
        return _fresh(account, currency, None)
    owed = select(LedgerAccount.person_id).where(
        LedgerAccount.kind == AccountKind.OWED, LedgerAccount.owner == account.owner
    )
    row = session.execute(owed).first()
    if row is None:
        raise ValueError(f"{account} belongs to nobody yet: open_people first")
    return _fresh(account, currency, row[0])


def _fresh(account: Account, currency: str, person: UUID | None) -> dict[str, Any]:
    return {
        "kind": account.kind,
        "owner": account.owner,
        "currency": currency,
        "person_id": person,
        "debit_minor": 0,
        "credit_minor": 0,
    }


def _portions(whole: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(whole), AT_ONCE):
        yield whole[start : start + AT_ONCE]
