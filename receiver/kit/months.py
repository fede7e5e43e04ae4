"""Calendar months, the periods in which people are paid."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, overload

from receiver.kit.errors import Invalid
from receiver.kit.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_YEAR = 12


class NotAMonth(Invalid):
    """A text that does not name a month."""

    sentence = _("This is not a month. Please write it as year and month, for example 2026-11.")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the Gregorian calendar, years 1 to 9999."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (date.min.year <= self.year <= date.max.year and 1 <= self.month <= _YEAR):
            raise ValueError(f"not a month: {self.year}-{self.month}")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `2026-11`.

        Raises:
            NotAMonth: anything else.
        """
        match = _TEXT.fullmatch(text)
        if match is None or match[1] == "0000":
            raise NotAMonth
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month in which `day` lies."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        """How many days it has."""
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def _number(self) -> int:
        return self.year * _YEAR + self.month - 1

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)

    def __add__(self, months: int) -> Month:
        year, month = divmod(self._number + months, _YEAR)
        return Month(year, month + 1)

    @overload
    def __sub__(self, other: int) -> Month: ...
    @overload
    def __sub__(self, other: Month) -> int: ...
    def __sub__(self, other: int | Month) -> Month | int:
        """So many months earlier; or how many months lie between two."""
        return self._number - other._number if isinstance(other, Month) else self + -other

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months(first: Month, last: Month) -> Iterator[Month]:
    """Every month from `first` to `last`, both included; none if `last` is earlier."""
    for step in range(last - first + 1):
        yield first + step
