"""Durable work on stipends: building a run, releasing it, taking in a large file of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import i18n
from receiver.background import Work, schedule, step, workflow
from receiver.kit import clock
from receiver.kit.words import _
from receiver.stipends import actions, queries
from receiver.stipends.actions.missed import look_again
from receiver.stipends.models import PayRun
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.stipends.queries import Composed

# Files composed by this process and not released yet. It only saves time: what is missing is composed again.
_COMPOSED: dict[UUID, dict[Channel, Composed]] = {}


@step(final=True)
def fill(work: Work, session: Session, *, run_id: UUID) -> dict[str, object]:
    """Work out the list of a draft, in one transaction."""
    run = actions.fill_run(session, work.actor, session.get_one(PayRun, run_id))
    return {"people": run.people, "missed": run.missed, "odd": run.odd}


@workflow("stipends.build", title=_("Building pay run %(run)s"), cancellable=True)
def build(work: Work, run_id: UUID, run: str) -> dict[str, object]:  # noqa: ARG001 - the title names the run
    """Fill a run that was started, or fill it again."""
    return fill(work, run_id=run_id)


@step(reads=True)
def compose(work: Work, session: Session, *, run_id: UUID, channels: list[str], template: str) -> int:
    """Make the files before anything is locked: unsealing many numbers takes a while."""
    run = session.get_one(PayRun, run_id)
    programme, today = queries.programme_of(session, run), clock.today(i18n.zone())
    files: dict[Channel, Composed] = {}
    for channel in queries.waiting_channels(session, run):
        if not channels or channel.value in channels:
            chosen = queries.template_for(channel, template)
            files[channel] = queries.compose(session, run, programme, channel, chosen, today)
    _COMPOSED[work.id] = files
    return sum(file.count for file in files.values())


@step(final=True)
def send(work: Work, session: Session, *, run_id: UUID, channels: list[str], template: str) -> dict[str, int]:
    """Instruct the payments and post them, in one transaction."""
    made = actions.release_run(
        session,
        work.actor,
        session.get_one(PayRun, run_id),
        channels=[Channel(channel) for channel in channels],
        template=template,
        composed=_COMPOSED.get(work.id),
    )
    return {"files": len(made), "payments": sum(one.count for one in made)}


@workflow("stipends.release", title=_("Releasing pay run %(run)s"))
def release(
    work: Work,
    run_id: UUID,
    run: str,  # noqa: ARG001 - the title names the run
    channels: list[str],
    template: str,
) -> dict[str, object]:
    """Release a run by these channels, or by all that are left."""
    try:
        work.progress(0, compose(work, run_id=run_id, channels=channels, template=template))
        sent = send(work, run_id=run_id, channels=channels, template=template)
        work.progress(sent["payments"], sent["payments"])  # less than was composed, where somebody is on hold since
    finally:
        _COMPOSED.pop(work.id, None)
    return dict(sent)


@step
def look_at_missed(work: Work, session: Session, *, before: datetime) -> int:  # noqa: ARG001 - every step is given it
    """What people would be owed for missed months, as of now."""
    return look_again(session)


@schedule("40 3 * * *")
@workflow("stipends.missed", title=_("Working out missed months anew"))
def missed(work: Work, due: datetime) -> dict[str, object]:
    """Once a night: arrivals, households and policies are corrected without a word to this room."""
    return {"months": look_at_missed(work, before=due)}


@step(final=True)
def take(work: Work, session: Session, *, run_id: UUID, file_id: UUID) -> dict[str, object]:
    """Take in a kept file, in one transaction."""
    run, file = session.get_one(PayRun, run_id), queries.result_file(session, file_id)
    return dict(actions.take_stored(session, work.actor, run, file).counts)


@workflow("stipends.reconcile", title=_("Taking in results"))
def reconcile(work: Work, run_id: UUID, file_id: UUID) -> dict[str, object]:
    """Take in a file of results that was kept for a run."""
    return take(work, run_id=run_id, file_id=file_id)
