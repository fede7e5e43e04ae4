"""What people are owed when a run is submitted: entitlements written, those that changed corrected, both posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from receiver import i18n
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.ledger.actions import Movement, posting
from receiver.ledger.models import LedgerAccount
from receiver.ledger.rules import Account, AccountKind, Cause, Entry, fund
from receiver.stipends import queries
from receiver.stipends.models import Entitlement, EntitlementChange

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.ledger.actions import Posted
    from receiver.stipends.models import PayRun
    from receiver.stipends.queries import Worked

_E: Any = Entitlement.__table__


@dataclass(frozen=True, slots=True)
class Correction:
    """An entitlement that no longer stands to reason: its new figures, and the difference for the ledger."""

    id: UUID
    entitlement_id: UUID
    person_id: UUID
    pseudonym: str
    difference: Money


def entitle(
    session: Session, run: PayRun, people: Sequence[Worked], pseudonyms: dict[UUID, str], now: datetime
) -> dict[UUID, UUID]:
    """Write the entitlement of everyone on the list who has none yet; each person's, new or standing, is returned."""
    ids = {one.who.person_id: one.who.standing_id or new_id() for one in people}
    rows = [
        {
            "id": ids[one.who.person_id],
            "person_id": one.who.person_id,
            "programme_id": run.programme_id,
            "purpose": run.purpose,
            "month": run.month,
            "pseudonym": pseudonyms[one.who.person_id],
            "run_id": run.id,
            "currency": run.currency,
            "revision": 1,
            "created_at": now,
            **_figures(one),
        }
        for one in people
        if one.who.standing_id is None
    ]
    if rows:
        session.execute(insert(_E), rows)
    return ids


def correct(session: Session, run: PayRun, found: Sequence[Worked], now: datetime) -> list[Correction]:
    """Correct entitlements of which nothing was sent yet, where other figures stand to reason now."""
    standing = {one.who.standing_id: one for one in found if one.who.standing_id and not one.final}
    corrections = []
    for old in queries.entitlements_by_id(session, standing):
        one = standing[old.id]
        figures = _figures(one)
        if (old.amount_minor, old.lines) == (figures["amount_minor"], figures["lines"]):
            continue
        becomes = one.figures.amount_minor
        change = {
            "id": new_id(),
            "entitlement_id": old.id,
            "revision": old.revision,
            "run_id": run.id,
            "was_minor": old.amount_minor,
            "becomes_minor": becomes,
            "lines": old.lines,
            "created_at": now,
        }
        session.execute(insert(EntitlementChange), change)
        figures["policy_version_id"] = figures["policy_version_id"] or old.policy_version_id
        session.execute(update(_E).where(_E.c.id == old.id).values(revision=old.revision + 1, **figures))
        difference = Money(becomes - old.amount_minor, run.currency)
        corrections.append(Correction(change["id"], old.id, one.who.person_id, old.pseudonym, difference))
    queries.forget(session, Entitlement)
    return corrections


def post_owed(
    session: Session, actor: Actor, run: PayRun, corrections: Sequence[Correction], overdraw_because: str
) -> Posted:
    """Owe people the money: `fund -> owed` for each new entitlement, and the differences of corrected ones."""
    programme, today = queries.programme_of(session, run), clock.today(i18n.zone())
    movement = Movement(
        cause=Cause.ENTITLE,
        programme=programme.code,
        currency=run.currency,
        purpose=run.purpose,
        month=run.month,
        business_date=today,
        run_id=run.id,
        run=run.name,
    )
    rows = (
        select(
            _E.c.id.label("cause_id"),
            LedgerAccount.id.label("owed_account_id"),
            _E.c.amount_minor.label("amount_minor"),
        )
        .join(LedgerAccount, LedgerAccount.owner == _E.c.pseudonym)
        .where(LedgerAccount.kind == AccountKind.OWED, _E.c.run_id == run.id, _E.c.revision == 1)
    )
    with posting(session, actor, overdraw_because=overdraw_because) as opened:
        opened.add_many(movement, rows)
        opened.add(_entry(programme.code, run, one, today) for one in corrections if one.difference)
    return opened.posted


def _entry(programme: str, run: PayRun, one: Correction, today: date) -> Entry:
    owed, money = Account(AccountKind.OWED, one.pseudonym), fund(programme)
    up = one.difference.minor > 0
    return Entry(
        cause=Cause.CORRECT,
        cause_id=one.id,
        debit=money if up else owed,
        credit=owed if up else money,
        amount=one.difference if up else -one.difference,
        programme=programme,
        purpose=run.purpose,
        month=run.month,
        business_date=today,
        run_id=run.id,
        run=run.name,
        person=one.pseudonym,
    )


def _figures(one: Worked) -> dict[str, object]:
    figures = one.figures
    return {
        "policy_version_id": figures.version_id,
        "amount_minor": figures.amount_minor,
        "full_minor": figures.full_minor,
        "days": figures.days,
        "covered_from": figures.covered_from,
        "covered_to": figures.covered_to,
        "arrived_on": one.who.arrived_on,
        "left_on": one.who.left_on,
        "lines": list(figures.lines),
    }
