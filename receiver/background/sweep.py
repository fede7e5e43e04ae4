"""What an executor does on its rounds: hand over what is due, and see to work whose process has died."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from receiver import log
from receiver.access import SYSTEM
from receiver.background import actions, queries
from receiver.background.registry import SCHEDULES, Schedule
from receiver.background.rules import WorkState
from receiver.background.schedules import due_moments, sane_since

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from receiver.background.rules import Held
    from receiver.background.seat import Seat
    from receiver.db.engine import Database


class Holder(Protocol):
    """Whoever was told of the works that left the outbox."""

    def holds(self, works: Iterable[tuple[UUID, int]]) -> Mapping[UUID, Held]:
        """What has become of these attempts."""


def hand_over_due(database: Database, zone: ZoneInfo, now: datetime) -> int:
    """Hand over scheduled work for each moment that has come since the last round: how many.

    A schedule seen for the first time begins now. The moment is part of the work's id and the mark moves in the same
    transaction, so a crash or a second executor changes nothing.
    """
    if not SCHEDULES:
        return 0
    with database.read() as session:
        marks = queries.schedule_marks(session)
    return sum(_hand_over(database, schedule, marks.get(schedule.name), zone, now) for schedule in SCHEDULES.values())


def _hand_over(database: Database, schedule: Schedule, mark: datetime | None, zone: ZoneInfo, now: datetime) -> int:
    since = now if mark is None else sane_since(mark, now)
    moments = due_moments(schedule.cron, since, now, zone, every_missed=schedule.every_missed)
    if not moments and since == mark:
        return 0
    with database.write() as session:
        for moment in moments:
            workflow_id = f"{schedule.name}/{moment:%Y%m%dT%H%MZ}"
            actions.hand_over(session, schedule.name, workflow_id, actor=SYSTEM, due=moment)
        actions.mark_schedule(session, schedule.name, moments[-1] if moments else since)
    return len(moments)


def left_behind(database: Database, seat: Seat, holder: Holder) -> int:
    """Put back in the outbox what was started and will not go on by itself: how many.

    That is work of an executor that is dead for good, work started before the schema changed, work that DBOS has lost
    with its database, and work whose end could not be written down. What took its process down again and again fails.
    """
    with database.read() as session:
        works = [work for work in queries.open_works(session) if work.enqueued_at is not None]
    holds = holder.holds((work.id, work.attempt) for work in works)
    count = 0
    for work in works:
        held = holds[work.id]
        executor = work.executor or held.executor
        if held.given_up:
            with database.write() as session:
                actions.fail(session, work.id, work.attempt, "stopped-too-often")
        elif not _goes_on(executor, seat, active=held.active):
            with database.write() as session:
                actions.put_back(session, work.id, work.attempt)
            log.get_logger(work_id=str(work.id), attempt=work.attempt).warning("work.put_back")
            count += 1
    return count


def _goes_on(executor: str | None, seat: Seat, *, active: bool) -> bool:
    """Whether a started work is in living hands: its executor's, or DBOS's, which gives it to us."""
    if executor is None or executor == seat.executor:
        return active
    return not seat.is_empty(executor)


def left_for(database: Database, seat: Seat) -> list[tuple[UUID, int]]:
    """All unfinished work that no living executor is running: id and attempt."""
    with database.read() as session:
        works = queries.open_works(session)
    return [
        (work.id, work.attempt)
        for work in works
        if work.state is WorkState.QUEUED or seat.is_empty(work.executor or seat.executor)
    ]
