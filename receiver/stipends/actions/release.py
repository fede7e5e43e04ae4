"""Releasing a run: payments instructed, their files frozen, the money on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from receiver import audit, i18n, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.background import hand_over
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.ledger.actions import Movement, posting
from receiver.ledger.models import LedgerAccount
from receiver.ledger.rules import AccountKind, Cause
from receiver.stipends import queries
from receiver.stipends.actions.failed_tasks import settle_paid_anew
from receiver.stipends.actions.missed import note_missed, settle_missed
from receiver.stipends.actions.run_moves import hold_back_stopped
from receiver.stipends.actions.steps import add_step
from receiver.stipends.models import Instruction, Payment
from receiver.stipends.rules import approval
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.payments import PaymentMove, PaymentState, move_payment
from receiver.stipends.rules.runs import NothingToSend, RunAct, RunMove, move_run
from receiver.stipends.rules.templates import file_name, manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.ledger.actions import Posted
    from receiver.stipends.models import PayRun
    from receiver.stipends.queries import Composed
    from receiver.stipends.rules.payments import Channel


def release_run(
    session: Session,
    actor: Actor,
    run: PayRun,
    *,
    channels: Collection[Channel] = (),
    template: str = "standard",
    composed: Mapping[Channel, Composed] | None = None,
) -> list[Instruction]:
    """Release an approved run by these channels, or by all that are left; the new instructions are returned.

    The run is released when every line is instructed or held back. If all of it was held back, it is closed at once.
    Whoever was put on hold, left or died since the run was frozen is held back here, whatever the channel.
    `composed` are files made before this transaction; one that no longer fits is made again.

    Raises:
        RunCannotMove, ReleaserApprovedRun
        NothingToSend: nothing waits for one of the channels.
        UnknownTemplate
    """
    actor.demand(Permission.PAY_RUN_RELEASE)
    user = demand_human(actor)
    run = queries.locked(session, run)
    released = approval.release(run.run_name, run.state, queries.humans(session, run), user)
    held_back = hold_back_stopped(session, actor, run)
    waiting = queries.waiting_channels(session, run)
    if not set(channels) <= set(waiting):
        raise NothingToSend(run=run.name)
    chosen = [channel for channel in waiting if not channels or channel in channels]
    now = clock.now()
    made = [_instruct(session, run, user, _file(session, run, channel, template, composed), now) for channel in chosen]
    posted = _post(session, actor, run, chosen, now)
    over = set(chosen) == set(waiting)
    settle_missed(session, run, now)
    settle_paid_anew(session, actor, run)
    if over:
        run.state = released
        session.flush()
        note_missed(session, run, now)
    add_step(session, actor, run, RunAct.RELEASE)
    if over and not queries.sent_anything(session, run):
        _close_empty(session, actor, run)
    facts = posted.facts if posted is not None else {}
    files = {one.channel.value: {"count": one.count, "sum_minor": one.sum_minor, "sha256": one.sha256} for one in made}
    audit.record(
        session,
        Kind.PAY_RUN_RELEASED,
        actor,
        queries.subject(session, run),
        run=run.id,
        digest=run.digest,
        state=run.state,
        files=files,
        held_back=held_back,
        **facts,
    )
    return made


def release_in_background(
    session: Session,
    actor: Actor,
    run: PayRun,
    *,
    channels: Collection[Channel] = (),
    template: str = "standard",
) -> UUID:
    """Hand the release over to the background; the id is that of `/progress/<id>`.

    What would refuse it now is told at once.

    Raises:
        RunCannotMove, ReleaserApprovedRun, NothingToSend, UnknownTemplate
    """
    actor.demand(Permission.PAY_RUN_RELEASE)
    run = queries.locked(session, run)
    approval.release(run.run_name, run.state, queries.humans(session, run), demand_human(actor))
    waiting = queries.waiting_channels(session, run)
    if not set(channels) <= set(waiting):
        raise NothingToSend(run=run.name)
    for channel in channels or waiting:
        queries.template_for(channel, template)
    programme = queries.programme_of(session, run)
    part = "-".join(sorted(channel.value.replace("_", "-") for channel in channels))
    return hand_over(
        session,
        "stipends.release",
        f"pay-run-{programme.code}-{run.name}-release" + (f"-{part}" if part else ""),
        actor=actor,
        url=queries.run_url(run, programme),
        run_id=run.id,
        run=run.name,
        channels=[channel.value for channel in channels],
        template=template,
    )


def _file(
    session: Session, run: PayRun, channel: Channel, template: str, composed: Mapping[Channel, Composed] | None
) -> Composed:
    ready = (composed or {}).get(channel)
    if ready is not None and ready.basis == queries.waiting_basis(session, run, channel):
        return ready
    programme, today = queries.programme_of(session, run), clock.today(i18n.zone())
    return queries.compose(session, run, programme, channel, queries.template_for(channel, template), today)


def _instruct(session: Session, run: PayRun, user: UUID, file: Composed, now: datetime) -> Instruction:
    """Freeze a file and mark its payments as sent."""
    programme = queries.programme_of(session, run)
    name = file_name(programme.code, run.name, file.channel)
    one = Instruction(
        id=new_id(),
        run_id=run.id,
        channel=file.channel,
        template=file.template.code,
        file_name=name,
        count=file.count,
        sum_minor=file.sum_minor,
        currency=run.currency,
        sha256=file.sha256,
        made_by=user,
        downloads=0,
        created_at=now,
    )
    one.content = vault.seal_bytes(session, one.id, queries.content_place(one.id), file.content)
    one.manifest = manifest(
        programme=programme.code,
        run=run.name,
        run_hash=run.digest or "",
        template=file.template,
        name=name,
        count=file.count,
        sum_minor=file.sum_minor,
        currency=run.currency,
        sha256=file.sha256,
        made_on=clock.day_of(now, i18n.zone()),
    )
    session.add(one)
    session.flush()
    target = move_payment(name, PaymentState.PENDING, PaymentMove.INSTRUCT)
    mine = (*_of(run), Payment.channel == file.channel, Payment.state == PaymentState.PENDING)
    statement = update(Payment).where(*mine).values(state=target, instructed_at=now)
    session.execute(statement, execution_options={"synchronize_session": False})
    queries.forget(session, Payment)
    return one


def _post(session: Session, actor: Actor, run: PayRun, channels: Sequence[Channel], now: datetime) -> Posted | None:
    """`owed -> in_transit` for what was sent just now."""
    if not channels:
        return None
    movement = Movement(
        cause=Cause.INSTRUCT,
        programme=queries.programme_of(session, run).code,
        currency=run.currency,
        purpose=run.purpose,
        month=run.month,
        business_date=clock.day_of(now, i18n.zone()),
        run_id=run.id,
        run=run.name,
        channels=tuple(channel.value for channel in channels),
    )
    rows: Any = (
        select(
            Payment.id.label("cause_id"),
            LedgerAccount.id.label("owed_account_id"),
            Payment.amount_minor,
            Payment.id.label("payment_id"),
            Payment.end_to_end_id,
            Payment.channel,
        )
        .join(LedgerAccount, LedgerAccount.owner == Payment.pseudonym)
        .where(LedgerAccount.kind == AccountKind.OWED, *_of(run), Payment.channel.in_(channels))
        .where(Payment.state == PaymentState.INSTRUCTED)
    )
    with posting(session, actor) as opened:
        opened.add_many(movement, rows)
    return opened.posted


def _of(run: PayRun) -> tuple[Any, ...]:
    return Payment.run_id == run.id, Payment.attempt == run.attempt


def _close_empty(session: Session, actor: Actor, run: PayRun) -> None:
    """A run of which every line was held back has nothing to wait for."""
    for move, act in ((RunMove.RECONCILE, RunAct.RECONCILE), (RunMove.CLOSE, RunAct.CLOSE)):
        run.state = move_run(run.run_name, run.state, move)
        add_step(session, actor, run, act)
