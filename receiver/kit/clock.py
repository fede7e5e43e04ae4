"""The time now, and the days on which offices and banks work."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_SATURDAY = 5


_pretended: ContextVar[datetime | None] = ContextVar("pretended", default=None)


def now() -> datetime:
    """This moment, aware, in UTC. Called in actions and tasks only; rules are given the time."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def pretend(moment: datetime) -> Iterator[None]:
    """Let it be `moment` in this thread: for the months that a practice system has behind it, and nothing else.

    Raises:
        ValueError: `moment` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone is no moment")
    token = _pretended.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)


def today(zone: str | ZoneInfo) -> date:
    """The calendar day it is in `zone` now, wherever the server stands."""
    return day_of(now(), zone)


def day_of(moment: datetime, zone: str | ZoneInfo) -> date:
    """The calendar day on which an aware `moment` falls in `zone`.

    Raises:
        ValueError: `moment` is naive, so that its day cannot be known.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no day")
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


def is_business_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Whether offices work on this day: not on a weekend, not on one of `holidays`."""
    return day.weekday() < _SATURDAY and day not in holidays


def business_day_from(day: date, holidays: Collection[date] = ()) -> date:
    """The day itself if it is a business day, else the next one."""
    while not is_business_day(day, holidays):
        day += timedelta(days=1)
    return day


def business_day_until(day: date, holidays: Collection[date] = ()) -> date:
    """The day itself if it is a business day, else the one before."""
    while not is_business_day(day, holidays):
        day -= timedelta(days=1)
    return day


def add_business_days(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The business day that lies `count` business days after `day` (before it, if negative)."""
    step = timedelta(days=1 if count >= 0 else -1)
    for _each in range(abs(count)):
        day += step
        while not is_business_day(day, holidays):
            day += step
    return day
