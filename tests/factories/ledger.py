"""A programme with money, and people it owes: what most tests of the ledger begin with."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from receiver.access import SYSTEM
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.ledger.actions import open_people, receive_funds
from receiver.ledger.rules import Account, AccountKind, Cause, Entry, fund, in_transit, paid
from receiver.partners.models import Programme

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

NOVEMBER = Month(2026, 11)
PAYDAY = date(2026, 11, 25)
CHANNEL = "cash_desk"


def rwf(minor: int) -> Money:
    return Money(minor, "RWF")


def a_programme(session: Session, code: str = "GASHORA", currency: str = "RWF", bank: str = "BNR-1") -> Programme:
    made = Programme(
        code=code,
        name=code.title(),
        starts_on=date(2026, 1, 1),
        currency=currency,
        bank_account=bank,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def a_funded_programme(session: Session, minor: int = 1_000_000, code: str = "GASHORA") -> Programme:
    made = a_programme(session, code)
    receive_funds(session, SYSTEM, code, reference=f"{code} first", amount=rwf(minor), received_on=date(2026, 11, 2))
    return made


def someone(session: Session) -> tuple[UUID, str]:
    """A person's id and pseudonym."""
    person = new_id()
    return person, open_people(session, [person], "RWF")[person]


def an_entry(cause: Cause, person: str, minor: int = 50_000, **more: object) -> Entry:
    """A transfer along the arrow of its cause, for November of GASHORA."""
    owed, fundings = Account(AccountKind.OWED, person), fund("GASHORA")
    recoverable = Account(AccountKind.RECOVERABLE, person)
    transit, out = in_transit(CHANNEL), paid("GASHORA")
    sides = {
        Cause.ENTITLE: (fundings, owed),
        Cause.INSTRUCT: (owed, transit),
        Cause.SETTLE: (transit, out),
        Cause.FAIL: (transit, owed),
        Cause.RETURN: (out, owed),
        Cause.CORRECT: (fundings, owed),
        Cause.OVERPAID: (recoverable, fundings),
        Cause.RECOVER: (owed, recoverable),
    }
    debit, credit = sides[cause]
    known = {
        "cause": cause,
        "cause_id": new_id(),
        "debit": debit,
        "credit": credit,
        "amount": rwf(minor),
        "programme": "GASHORA",
        "purpose": "stipend",
        "month": NOVEMBER,
        "business_date": PAYDAY,
        "person": person,
    }
    return Entry(**(known | more))  # type: ignore[arg-type] # the fields are those of Entry
