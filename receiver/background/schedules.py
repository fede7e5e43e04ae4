"""When scheduled work is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MOST = 500  # moments handed over at once after a long pause
_CLOCK_JUMPED = timedelta(hours=1)


def is_cron(text: str) -> bool:
    """Whether `text` is a schedule of five fields that can be understood."""
    from croniter import croniter  # noqa: PLC0415 - 60 ms that only an executing process needs

    return len(text.split()) == 5 and croniter.is_valid(text)  # noqa: PLR2004 - minute, hour, day, month, weekday


def due_moments(cron: str, since: datetime, until: datetime, zone: ZoneInfo, *, every_missed: bool) -> list[datetime]:
    """The moments of `cron` after `since` and not after `until`, in UTC: all of them, or the latest only.

    Where a zone changes its clocks, a time that it skips is due right after, and one that comes twice is due twice.
    """
    from croniter import croniter  # noqa: PLC0415 - see above

    moments: list[datetime] = []
    walk = croniter(cron, until.astimezone(zone) + timedelta(seconds=1))
    while len(moments) < (_MOST if every_missed else 1):
        moment = walk.get_prev(datetime).astimezone(UTC)
        if moment <= since:
            break
        if moment <= until:  # the walk began up to a second late, so that `until` itself counts
            moments.append(moment)
    return sorted(moments)


def sane_since(since: datetime, now: datetime) -> datetime:
    """The mark of a schedule, taken back when it lies in the future because the clock had jumped ahead.

    Moments that were handed over already stay so: each has an id of its own.
    """
    return now if since > now + _CLOCK_JUMPED else since
