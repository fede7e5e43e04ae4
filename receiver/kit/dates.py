"""Dates as people know them: whole, or only a month or a year, or a guess, or not at all."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from receiver.kit.errors import Invalid
from receiver.kit.months import Month
from receiver.kit.text import strip_hidden, western_digits
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Mapping

Order = Literal["dmy", "mdy", "ymd"]

_YEARS = range(1850, 2200)  # outside of it the year belongs to another calendar, or to a mistake
_YEAR_DIGITS = 4
_SERIAL_DIGITS = (5, 6)  # days since 1900, as spreadsheets count
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|e|º|ª)$", re.IGNORECASE)
_MONTHS = range(1, 13)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:00)?", re.ASCII)
_SEPARATORS = re.compile(r"[\s./,\u060c\-\u2010-\u2014]+")
_TWO_DIGITS = 2
_LONGEST = 60  # characters


class Precision(LabelledEnum):
    """How well a date is known."""

    DAY = "day", p_("date precision", "Exact day")
    MONTH = "month", p_("date precision", "Month and year")
    YEAR = "year", p_("date precision", "Year only")
    ESTIMATED = "estimated", p_("date precision", "Estimated")
    UNKNOWN = "unknown", p_("date precision", "Not known")


class BadDate(Invalid):
    """A text in which we cannot see a date; its kinds say why."""

    sentence = _("We cannot read this as a date. Please write it like 2026-11-05 or 5/11/2026.")


class NoSuchDay(BadDate):
    """A day that its month does not have."""

    sentence = _("%(month)s has %(days)s days; there is no day %(day)s in it.")


class NoSuchMonth(BadDate):
    """A month above 12, often because day and month are the other way round."""

    sentence = _("There is no month %(month)s. Please check which number is the day and which is the month.")


class SpreadsheetNumber(BadDate):
    """A date as a spreadsheet keeps it inside, which means different days in different programs."""

    sentence = _(
        "%(number)s looks like a date in the inner form of a spreadsheet. "
        "Please format the column as a date, year first, and save it again."
    )


class ShortYear(BadDate):
    """A year in two digits."""

    sentence = _("Please write the year with four digits.")


class OtherCalendar(BadDate):
    """A year that is none of ours."""

    sentence = _("The year %(year)s does not look like a year of the common calendar. Please convert it first.")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the year, the month or the day may be unknown.

    Raises:
        ValueError: parts that do not go together, or no such day.
    """

    year: int | None
    month: int | None = None
    day: int | None = None
    precision: Precision = Precision.DAY

    def __post_init__(self) -> None:
        known = (self.year is not None, self.month is not None, self.day is not None)
        if known not in _PARTS[self.precision]:
            raise ValueError(f"these parts do not make a date of precision {self.precision.value}")
        if self.year is not None:
            date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A day that is known."""
        return cls(day.year, day.month, day.day, Precision.DAY)

    @classmethod
    def known(cls, year: int | None, month: int | None = None, day: int | None = None) -> PartialDate:
        """A date of the precision that its parts have."""
        if year is None:
            return UNKNOWN if month is None and day is None else cls(year, month, day)
        precision = Precision.YEAR if month is None else Precision.MONTH if day is None else Precision.DAY
        return cls(year, month, day, precision)

    @property
    def earliest(self) -> date | None:
        """The first day that it can be; None if not known."""
        return None if self.year is None else date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date | None:
        """The last day that it can be; None if not known."""
        if self.year is None:
            return None
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def middle(self) -> date | None:
        """The day in the middle of what it can be, from which an age is counted; None if not known."""
        earliest, latest = self.earliest, self.latest
        return None if earliest is None or latest is None else earliest + (latest - earliest) / 2

    @property
    def is_conventional(self) -> bool:
        """Whether it is a first of January, the day that offices write for people who do not know theirs."""
        return (self.month, self.day) == (1, 1) and self.precision is Precision.DAY

    def __str__(self) -> str:
        """ISO 8601 as far as it is known: `1990-05-17`, `1990-05`, `1990`, or nothing."""
        if self.year is None:
            return ""
        return f"{self.year:04d}" + "".join(f"-{part:02d}" for part in (self.month, self.day) if part is not None)


# Which of year, month and day each precision has.
_PARTS = {
    Precision.DAY: {(True, True, True)},
    Precision.MONTH: {(True, True, False)},
    Precision.YEAR: {(True, False, False)},
    Precision.ESTIMATED: {(True, False, False), (True, True, False), (True, True, True)},
    Precision.UNKNOWN: {(False, False, False)},
}
UNKNOWN = PartialDate(None, precision=Precision.UNKNOWN)


def age(born: PartialDate, on: date) -> int | None:
    """Whole years on a day, counted from the middle of what the birthday can be; None if not known or not yet born.

    Who is born on 29 February is a year older on 1 March where there is no 29th.
    """
    middle, earliest = born.middle, born.earliest
    if middle is None or earliest is None or earliest > on:
        return None
    return max(0, on.year - middle.year - ((on.month, on.day) < (middle.month, middle.day)))


def fold_month_name(name: str) -> str:
    """A month's name as `parse_date` compares it: no case, accents, vowel marks or dots."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFKD", name.casefold()) if unicodedata.category(sign)[0] != "M"
    )
    return plain.replace(".", "").replace("\u2019", "'").strip()


def parse_date(text: str, order: Order = "dmy", month_names: Mapping[str, int] | None = None) -> PartialDate:
    """Read a date that somebody typed or exported; empty text is an unknown date.

    Digits may be of any script. A year that comes first is always read as year, month, day; else `order` decides.
    The day, or the day and the month, may be missing or zero.

    Args:
        text: such as `2026-11-05`, `5/11/2026`, `5 mars 2026`, `11/2026`, `2026`.
        order: how the people who wrote it order day and month.
        month_names: names and short names of months, folded by `fold_month_name`, to 1 to 12.

    Raises:
        BadDate: or one of its kinds, with the reason.
    """
    plain = western_digits(strip_hidden(text, keep="\t\n")).strip()
    if not plain:
        return UNKNOWN
    if len(plain) > _LONGEST:
        raise BadDate
    moment = _MOMENT.fullmatch(plain)
    parts = [part for part in _SEPARATORS.split(moment[1] if moment else plain) if part]
    numbers = [_ORDINAL.sub("", part) for part in parts if part[0].isdecimal()]
    words = " ".join(part for part in parts if not part[0].isdecimal())
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise BadDate
    if words:
        named = (month_names or {}).get(fold_month_name(words))
        if named is None:
            raise BadDate
        return _beside_month(named, numbers)
    return _of_numbers(numbers, order)


def _beside_month(month: int, numbers: list[str]) -> PartialDate:
    """The day, if any, and the year beside a month's name."""
    years = [number for number in numbers if len(number) == _YEAR_DIGITS]
    days = [number for number in numbers if len(number) <= _TWO_DIGITS]
    if len(days) == _TWO_DIGITS and not years:
        raise ShortYear
    if len(years) != 1 or len(days) > 1 or len(numbers) != len(years) + len(days):
        raise BadDate
    return _checked(int(years[0]), month, int(days[0]) if days else 0)


def _of_numbers(numbers: list[str], order: Order) -> PartialDate:
    if any(len(number) in _SERIAL_DIGITS for number in numbers):
        raise SpreadsheetNumber(number=".".join(numbers))
    match [len(number) for number in numbers], [int(number) for number in numbers]:
        case [4], [year]:
            return _checked(year, 0, 0)
        case [8], [whole]:  # 20261105; read day first it would have a month above 12
            return _checked(whole // 10_000, whole // 100 % 100, whole % 100)
        case ([4, 1 | 2], [year, month]) | ([1 | 2, 4], [month, year]):
            return _checked(year, month, 0)
        case [4, 1 | 2, 1 | 2], [year, month, day]:
            return _checked(year, month, day)
        case [1 | 2, 1 | 2, 4], [first, second, year]:
            month, day = (first, second) if order == "mdy" else (second, first)
            return _checked(year, month, day)
        case [1 | 2, 1 | 2, 1 | 2], _digits:
            raise ShortYear
        case _:
            raise BadDate


def _checked(year: int, month: int, day: int) -> PartialDate:
    """The date of these numbers; 0 stands for a month or day that is not known."""
    if year not in _YEARS:
        raise OtherCalendar(year=str(year))
    if month == 0:
        if day:
            raise BadDate
        return PartialDate.known(year)
    if month not in _MONTHS:
        raise NoSuchMonth(month=month)
    whole = Month(year, month)
    if day > whole.days:
        raise NoSuchDay(day=day, month=whole, days=whole.days)
    return PartialDate.known(year, month, day or None)
