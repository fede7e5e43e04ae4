"""Dates, months, times and how long ago, by tables of our own.

CLDR puts the year first in Kinyarwanda and has no relative times for it, its Arabic dates carry marks of direction, and
Babel mixes up the stand-alone month names of one language with another's: a table of sixty names is simpler.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from receiver.i18n.catalogue import say
from receiver.i18n.fmt.calendars import MONTHS, SHORT_MONTHS, WEEKDAYS
from receiver.i18n.fmt.lists import comma
from receiver.i18n.fmt.numbers import number
from receiver.i18n.locales import language, zone
from receiver.kit import clock
from receiver.kit.dates import Precision
from receiver.kit.words import _, n_, p_

if TYPE_CHECKING:
    from collections.abc import Callable

    from receiver.kit.dates import PartialDate
    from receiver.kit.months import Month
    from receiver.kit.words import Words

_LONG_ONLY = frozenset({"rw", "ar"})  # Kinyarwanda's short names are little known, Arabic has none
_NOT_KNOWN = p_("date", "Not known")

_MINUTE, _HOUR, _DAY, _WEEK, _MONTH, _YEAR = 60, 3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400
# (shorter than so many seconds, unit in seconds, words for the past, words for the future)
_SPANS: tuple[tuple[int, int, Callable[[int], Words], Callable[[int], Words]], ...] = (
    (
        _HOUR,
        _MINUTE,
        lambda n: n_("%(n)s minute ago", "%(n)s minutes ago", n),
        lambda n: n_("in %(n)s minute", "in %(n)s minutes", n),
    ),
    (
        _DAY,
        _HOUR,
        lambda n: n_("%(n)s hour ago", "%(n)s hours ago", n),
        lambda n: n_("in %(n)s hour", "in %(n)s hours", n),
    ),
    (
        2 * _WEEK,
        _DAY,
        lambda n: n_("%(n)s day ago", "%(n)s days ago", n),
        lambda n: n_("in %(n)s day", "in %(n)s days", n),
    ),
    (
        2 * _MONTH,
        _WEEK,
        lambda n: n_("%(n)s week ago", "%(n)s weeks ago", n),
        lambda n: n_("in %(n)s week", "in %(n)s weeks", n),
    ),
    (
        2 * _YEAR,
        _MONTH,
        lambda n: n_("%(n)s month ago", "%(n)s months ago", n),
        lambda n: n_("in %(n)s month", "in %(n)s months", n),
    ),
    (
        0,
        _YEAR,
        lambda n: n_("%(n)s year ago", "%(n)s years ago", n),
        lambda n: n_("in %(n)s year", "in %(n)s years", n),
    ),
)


def date(day: dt.date, locale: str | None = None, *, long: bool = False) -> str:
    """A day, `5 Mar 2026`, or with the full name of the month; a moment is shown by its day in the house's zone."""
    base = language(locale).base
    if isinstance(day, dt.datetime):
        day = clock.day_of(day, zone())
    names = MONTHS if long or base in _LONG_ONLY else SHORT_MONTHS
    first = "1er" if day.day == 1 and base == "fr" else str(day.day)
    return f"{first} {names[base][day.month - 1]} {day.year}"


def month(period: Month | dt.date, locale: str | None = None) -> str:
    """A month and its year: `November 2026`."""
    return f"{MONTHS[language(locale).base][period.month - 1]} {period.year}"


def weekday(day: dt.date, locale: str | None = None) -> str:
    """The name of the day of the week."""
    return WEEKDAYS[language(locale).base][day.weekday()]


def time(moment: dt.datetime | dt.time, locale: str | None = None) -> str:  # noqa: ARG001 - all five write 14:02
    """Hours and minutes, `14:02`; a moment in the house's zone."""
    return f"{_here(moment) if isinstance(moment, dt.datetime) else moment:%H:%M}"


def moment(when: dt.datetime, locale: str | None = None) -> str:
    """A day and a time in the house's zone: `5 Mar 2026, 14:02`."""
    return f"{date(when, locale)}{comma(locale)} {time(when, locale)}"


def _here(when: dt.datetime) -> dt.datetime:
    if when.tzinfo is None:
        raise ValueError("a time without a zone cannot be shown")
    return when.astimezone(zone())


def partial_date(partial: PartialDate | None, locale: str | None = None) -> str:
    """As much of a date as is known: `5 Mar 1998`, `March 1998`, `1998`, `about 1998` or `Not known`."""
    if partial is None or partial.year is None:
        return say(_NOT_KNOWN, locale)
    if partial.month is None:
        text = str(partial.year)
    elif partial.day is None:
        text = f"{MONTHS[language(locale).base][partial.month - 1]} {partial.year}"
    else:
        text = date(dt.date(partial.year, partial.month, partial.day), locale)
    return say(p_("date", "about %(date)s", date=text), locale) if partial.precision is Precision.ESTIMATED else text


def ago(when: dt.date, locale: str | None = None, *, now: dt.datetime | None = None) -> str:
    """How long ago, or in how long: `3 hours ago`, `in 2 days`, `just now`; a bare day is `today` or so many days away.

    Whole units, rounded down; months have thirty days here.
    """
    now = now or clock.now()
    if not isinstance(when, dt.datetime):
        days = (when - clock.day_of(now, zone())).days
        near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get(days)
        return say(near or _span(days * _DAY), locale, lambda value: _shown(value, locale))
    seconds = int((when - now).total_seconds())
    words = _("just now") if abs(seconds) < _MINUTE else _span(seconds)
    return say(words, locale, lambda value: _shown(value, locale))


def _span(seconds: int) -> Words:
    size = abs(seconds)
    _below, unit, past, future = next(span for span in _SPANS if size < span[0] or not span[0])
    return (past if seconds < 0 else future)(size // unit)


def _shown(value: object, locale: str | None) -> str:
    return number(value, locale) if isinstance(value, int) else str(value)
