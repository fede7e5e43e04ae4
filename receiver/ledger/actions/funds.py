"""Money received for a programme, and taken back where it was entered wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver import audit, i18n
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.kit.months import Month
from receiver.kit.text import clean_line
from receiver.ledger.actions.book import lock
from receiver.ledger.actions.postings import Posted, post, reversal
from receiver.ledger.models import Instalment
from receiver.ledger.queries.listing import entry_of
from receiver.ledger.rules import (
    AmountNotAboveZero,
    BadReference,
    Cause,
    Entry,
    OtherCurrency,
    ReceivedInFuture,
    ReferenceTaken,
    bank,
    fund,
)
from receiver.partners.models import Programme

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.audit import Actor
    from receiver.kit.money import Money

FUNDING = "funding"
"""The purpose of money received."""

LONGEST_REFERENCE = 80


def receive_funds(
    session: Session,
    actor: Actor,
    programme: str,
    *,
    reference: str,
    amount: Money,
    received_on: date,
    bank_account: str | None = None,
) -> Instalment:
    """Enter an instalment as the bank's statement shows it; entered again with the same figures, nothing changes.

    `bank_account` is the code of the account; without it that of the programme.

    Raises:
        NotFound: there is no such programme.
        AmountNotAboveZero, BadReference, BadAccountCode, ReceivedInFuture: a value cannot be right.
        OtherCurrency: the programme is kept in another currency.
        ReferenceTaken: the reference stands there with other figures.
    """
    known = session.execute(select(Programme).where(Programme.code == programme)).scalar_one_or_none()
    if known is None:
        raise NotFound
    reference = clean_line(reference)
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise BadReference
    if amount.minor <= 0:
        raise AmountNotAboveZero
    if received_on > clock.today(i18n.zone()):
        raise ReceivedInFuture
    if amount.currency != known.currency:
        raise OtherCurrency(account=str(fund(programme)), currency=known.currency)
    account = bank(bank_account or known.bank_account)
    lock(session)
    figures = {"programme": programme, "amount_minor": amount.minor, "received_on": received_on}
    earlier = session.execute(
        select(Instalment).where(Instalment.bank_account == account.owner, Instalment.reference == reference)
    ).scalar_one_or_none()
    if earlier is not None:
        if any(getattr(earlier, name) != value for name, value in figures.items()):
            raise ReferenceTaken(reference=reference, account=account.owner)
        return earlier
    instalment = Instalment(
        id=new_id(),
        created_at=clock.now(),
        bank_account=account.owner,
        reference=reference,
        currency=amount.currency,
        **figures,
    )
    session.add(instalment)
    month = Month.of(received_on)
    entry = Entry(
        cause=Cause.RECEIVED,
        cause_id=instalment.id,
        debit=account,
        credit=fund(programme),
        amount=amount,
        programme=programme,
        purpose=FUNDING,
        month=month,
        business_date=received_on,
    )
    posted = post(session, actor, entry)
    audit.record(session, Kind.FUND_RECEIVED, actor, f"programme:{programme}", instalment=instalment.id, **posted.facts)
    return instalment


def reverse_instalment(
    session: Session, actor: Actor, instalment: UUID, *, on: date, reason: str, overdraw_because: str = ""
) -> Posted:
    """Take back what is left of an instalment that was entered wrongly; `reason` is kept in the audit record.

    Raises:
        NotFound: there is no such instalment.
        TooMuchReversed: it was taken back before.
        FundOverdrawn: the money has been promised to people, and nothing was stated.
    """
    lock(session)
    seq = entry_of(session, Cause.RECEIVED, instalment)
    entry = reversal(session, seq, cause_id=new_id(), business_date=on)
    posted = post(session, actor, entry, overdraw_because=overdraw_because)
    subject = f"programme:{entry.programme}"
    facts: dict[str, Any] = {"instalment": instalment, "reverses": seq, "overdrawn": bool(overdraw_because)}
    audit.record(session, Kind.LEDGER_REVERSED, actor, subject, reason=reason, **facts, **posted.facts)
    return posted
