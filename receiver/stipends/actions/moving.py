"""Moving payments, many at once, and posting what each move means; for results, the cash desk and decisions by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from receiver import i18n, vault
from receiver.kit import clock
from receiver.ledger.actions import Movement, posting
from receiver.ledger.models import LedgerAccount
from receiver.ledger.rules import AccountKind, Cause
from receiver.stipends import queries
from receiver.stipends.actions.failed_tasks import tell_failures
from receiver.stipends.actions.steps import add_step
from receiver.stipends.models import EarlierReference, Payment, PayRun
from receiver.stipends.rules.payments import PaymentMove, PaymentState, move_payment
from receiver.stipends.rules.reasons import counted_as
from receiver.stipends.rules.runs import RunAct, RunMove, RunState, move_run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.ledger.actions import Posted, Posting

_P: Any = Payment.__table__
_MOMENT = {
    PaymentState.ACCEPTED: "accepted_at",
    PaymentState.SETTLED: "settled_at",
    PaymentState.FAILED: "failed_at",
    PaymentState.RETURNED: "returned_at",
}
_BECAUSE = {PaymentState.FAILED: "failed_because", PaymentState.RETURNED: "returned_because"}
_POSTS = (
    (Cause.SETTLE, _P.c.settled_at, True),
    (Cause.FAIL, _P.c.failed_at, True),
    (Cause.RETURN, _P.c.returned_at, False),
)
"""What each moment posts, in this order, and whether it leaves a channel."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one payment: its state so far, its moves in order, and what the provider said.

    `provider_reference` takes the place of `reference_so_far`, which is kept as an earlier one.
    """

    payment_id: UUID
    person_id: UUID
    end_to_end_id: str
    state: PaymentState
    moves: tuple[PaymentMove, ...]
    reason: str = ""
    provider_reference: str = ""
    reference_so_far: str = ""


def move_payments(
    session: Session,
    outcomes: Iterable[Outcome],
    now: datetime,
    *,
    file_id: UUID | None = None,
    by_hand: bool = False,
) -> list[Outcome]:
    """Move payments along their arrows; those that moved are returned. Their runs are locked.

    Raises:
        PaymentCannotMove: one of them cannot; then none has moved.
    """
    moved = [one for one in outcomes if one.moves]
    vault.warm(session, (one.person_id for one in moved if one.reason), create=True)
    rows: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    for one in moved:
        row = _row(session, one, now, file_id, by_hand=by_hand)
        rows[tuple(sorted(row))].append(row)
    for names, some in rows.items():
        values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names if name != "id"}
        statement = update(_P).where(_P.c.id == bindparam("of_id")).values(values)
        session.execute(statement, [_bound(row) for row in some])
    _keep_references(session, moved)
    queries.forget(session, Payment)
    return moved


def begin_reconciling(session: Session, actor: Actor, run: PayRun) -> None:
    """The first result of a released run."""
    if run.state is RunState.RELEASED:
        run.state = move_run(run.run_name, run.state, RunMove.RECONCILE)
        add_step(session, actor, run, RunAct.RECONCILE)


def post_moved(session: Session, actor: Actor, run: PayRun, now: datetime) -> Posted:
    """Post what payments of a run did at this moment, and tell caseworkers which of them failed."""
    with posting(session, actor) as opened:
        _add(session, opened, run, now)
    tell_failures(session, actor, run, now)
    return opened.posted


def _row(session: Session, one: Outcome, now: datetime, file_id: UUID | None, *, by_hand: bool) -> dict[str, object]:
    row: dict[str, object] = {"id": one.payment_id}
    state = one.state
    for move in one.moves:
        state = move_payment(one.end_to_end_id, state, move, by_hand=by_hand)
        row[_MOMENT[state]] = now
        if state in _BECAUSE:
            row[_BECAUSE[state]] = counted_as(one.reason)
    row["state"] = state
    if file_id is not None:
        row["result_file_id"] = file_id
    if one.provider_reference:
        row["provider_reference"] = one.provider_reference
    if one.reason:
        row["reason"] = vault.seal(session, one.person_id, queries.reason_place(one.payment_id), one.reason)
    return row


def _keep_references(session: Session, moved: list[Outcome]) -> None:
    """Keep the names of movements that were given others, so that none of them counts for anybody else."""
    replaced = [
        {"payment_id": one.payment_id, "reference": one.reference_so_far}
        for one in moved
        if one.reference_so_far and one.provider_reference not in {"", one.reference_so_far}
    ]
    if replaced:
        session.execute(insert(EarlierReference), replaced)


def _bound(row: dict[str, object]) -> dict[str, object]:
    return {"of_id" if name == "id" else f"to_{name}": value for name, value in row.items()}


def _add(session: Session, opened: Posting, run: PayRun, now: datetime) -> None:
    programme = queries.programme_of(session, run)
    channels = tuple(channel.value for channel in queries.channels_of(session, run))
    for cause, moment, leaves_channel in _POSTS:
        movement = Movement(
            cause=cause,
            programme=programme.code,
            currency=run.currency,
            purpose=run.purpose,
            month=run.month,
            business_date=clock.day_of(now, i18n.zone()),
            run_id=run.id,
            run=run.name,
            channels=channels if leaves_channel else (),
        )
        opened.add_many(movement, _moved_rows(run, moment, now))


def _moved_rows(run: PayRun, moment: Any, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _P.c.id.label("cause_id"),
            LedgerAccount.id.label("owed_account_id"),
            _P.c.amount_minor,
            _P.c.id.label("payment_id"),
            _P.c.end_to_end_id,
            _P.c.channel,
        )
        .join(LedgerAccount, LedgerAccount.owner == _P.c.pseudonym)
        .where(LedgerAccount.kind == AccountKind.OWED, _P.c.run_id == run.id, moment == now)
    )
