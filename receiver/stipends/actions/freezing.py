"""Freezing the list of a run: every line a payment with a number and an end-to-end id of its own, and one hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, update

from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.stipends import queries
from receiver.stipends.models import Payment, RunLine
from receiver.stipends.rules.freezing import Frozen, FrozenLine, end_to_end_id, end_to_end_prefix, freeze
from receiver.stipends.rules.payments import Channel, PaymentState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun
    from receiver.stipends.queries import Worked

_P: Any = Payment.__table__
_L: Any = RunLine.__table__


def freeze_list(
    session: Session,
    run: PayRun,
    people: Sequence[Worked],
    pseudonyms: Mapping[UUID, str],
    entitlements: Mapping[UUID, UUID],
    now: datetime,
) -> Frozen:
    """Write the list as payments, and say how long it is, what it comes to and what its hash is."""
    programme = queries.programme_of(session, run)
    prefix = end_to_end_prefix(programme.code, run.run_name, run.attempt)
    marks = queries.payee_marks(session, run)
    lines = [
        FrozenLine(
            number=number,
            end_to_end_id=end_to_end_id(prefix, number),
            person=pseudonyms[one.who.person_id],
            purpose=run.purpose,
            month=run.month,
            amount=Money(one.amount_minor, run.currency),
            channel=one.channel or Channel.CASH_DESK,
            payee=marks[one.payee_id] if one.payee_id else Channel.CASH_DESK.value,
        )
        for number, one in enumerate(people, start=1)
    ]
    rows = [
        _payment(run, one, line, now) | {"entitlement_id": entitlements[one.who.person_id]}
        for one, line in zip(people, lines, strict=True)
    ]
    session.execute(insert(_P), rows)
    _link(session, run, rows)
    return freeze(programme.code, run.run_name, run.currency, lines)


def _payment(run: PayRun, one: Worked, line: FrozenLine, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "run_id": run.id,
        "person_id": one.who.person_id,
        "attempt": run.attempt,
        "number": line.number,
        "end_to_end_id": line.end_to_end_id,
        "pseudonym": line.person,
        "purpose": line.purpose,
        "month": line.month,
        "amount_minor": line.amount.minor,
        "currency": run.currency,
        "channel": line.channel,
        "payee_id": one.payee_id,
        "payee": line.payee,
        "reissue_of": one.who.owed_again,
        "state": PaymentState.PENDING,
        "provider_reference": "",
        "created_at": now,
    }


def _link(session: Session, run: PayRun, payments: Sequence[Mapping[str, object]]) -> None:
    """Let each line point to its payment; from here on it stays as it is.

    Row by row, because PostgreSQL would join tables of which it knows no size yet in the slowest way.
    """
    of_person = (_L.c.run_id == run.id, _L.c.person_id == bindparam("of_person"))
    statement = update(_L).where(*of_person).values(payment_id=bindparam("to_payment"))
    session.execute(statement, [{"of_person": one["person_id"], "to_payment": one["id"]} for one in payments])
    queries.forget(session, RunLine)
