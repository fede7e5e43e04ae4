"""Paging by place instead of by number, so that the last page costs as much as the first.

A cursor stands in a URL, so it holds ids, dates and counts only, never a name: a query that sorts by name looks
the name up by the id (`WHERE (name, id) > (SELECT name, id FROM people WHERE id = :place)`).
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar
from uuid import UUID

from receiver.kit.errors import Invalid
from receiver.kit.months import Month
from receiver.kit.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
Place: TypeAlias = int | UUID | date | datetime | Month | None

DEFAULT_SIZE = 25
_LONGEST = 400  # characters; far above any cursor we make
_MOST = 10**12
_BIGGEST = 2**63
_SIZE = re.compile(r"[1-9][0-9]{0,6}")


class BadCursor(Invalid):
    """A place in a list that we did not give out."""

    sentence = _("This part of the list cannot be shown. Please open the list again from its beginning.")


class BadPageSize(Invalid):
    """A number of rows that is none."""

    sentence = _("The number of rows on a page must be a whole number from 1 to %(most)s.")


def page_size(text: str | None, most: int = 100) -> int:
    """How many rows were asked for, at most `most`; 25 if nothing was said.

    Raises:
        BadPageSize: not a whole number above zero.
    """
    if not text:
        return DEFAULT_SIZE
    if not _SIZE.fullmatch(text):
        raise BadPageSize(most=most)
    return min(int(text), most)


def _write(value: Place) -> str:
    match value:
        case None:
            return "n"
        case bool():
            raise TypeError("a truth value is not a place")
        case int():
            return f"i{value}"
        case UUID():
            return f"u{value.hex}"
        case datetime():
            return f"t{value.isoformat()}"
        case date():
            return f"d{value.isoformat()}"
        case _:  # a month
            return f"m{value}"


def _read_int(text: str) -> int:
    number = int(text)
    if not -_BIGGEST <= number < _BIGGEST:  # a database could not hold it
        raise ValueError(text)
    return number


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


_READ: dict[str, tuple[type | None, Callable[[str], Place]]] = {
    "n": (None, lambda _text: None),
    "i": (int, _read_int),
    "u": (UUID, UUID),
    "t": (datetime, _read_moment),
    "d": (date, date.fromisoformat),
    "m": (Month, Month.parse),
}


def _read(text: object, wanted: type) -> Place:
    if not isinstance(text, str):
        raise TypeError(text)
    kind, parse = _READ[text[:1]]
    if kind not in {None, wanted}:
        raise TypeError(text)
    return parse(text[1:])


def _unpack(text: str, shape: tuple[type, ...]) -> tuple[tuple[Place, ...], bool, int]:
    """What a cursor says; any of several errors if it says nothing."""
    if len(text) > _LONGEST:
        raise ValueError(text)
    packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    back, number, *place = json.loads(packed)
    if type(back) is not int or back not in {0, 1} or type(number) is not int or not 1 <= number <= _MOST:
        raise ValueError(text)
    return tuple(_read(value, wanted) for value, wanted in zip(place, shape, strict=True)), bool(back), number


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: the sort key of the row beside it, whether to go back, the row number it borders on.

    Going forward, `number` is that of the first row to come; going back, that of the row at the place.
    """

    place: tuple[Place, ...]
    back: bool = False
    number: int = 1

    def __str__(self) -> str:
        """Opaque and safe in a URL."""
        packed = json.dumps([int(self.back), self.number, *map(_write, self.place)], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str | None, *shape: type) -> Cursor | None:
        """Read what `str` wrote, with one type of `shape` for each value (which may also be None).

        Raises:
            BadCursor: anything else, junk and places of another list alike.
        """
        if not text:
            return None
        try:
            return cls(*_unpack(text, shape))
        except (ValueError, TypeError, KeyError, RecursionError, Invalid):
            raise BadCursor from None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, with the cursors beside them as they stand in URLs; `total` is None if not counted."""

    rows: Sequence[T]
    next: str | None = None
    previous: str | None = None
    first_number: int = 1
    total: int | None = None

    @property
    def last_number(self) -> int:
        """The number of the last row shown; one less than the first if there is none."""
        return self.first_number + len(self.rows) - 1

    @classmethod
    def build(
        cls,
        found: Sequence[T],
        size: int,
        place: Callable[[T], tuple[Place, ...]],
        *,
        cursor: Cursor | None = None,
        total: int | None = None,
    ) -> Page[T]:
        """A page out of up to `size + 1` rows found from `cursor` on, in the direction in which it goes.

        The extra row only shows that there are more. Rows found going back come last first and are turned round.
        """
        back, more = cursor is not None and cursor.back, len(found) > size
        rows = list(found[:size])
        if back:
            rows.reverse()
        before, after = (more, bool(rows)) if back else (cursor is not None, more)
        start = 1 if cursor is None else cursor.number
        first = max(1, start - len(rows)) if back else start
        if back and not more:
            first = 1
        return cls(
            rows=rows,
            next=str(Cursor(place(rows[-1]), number=first + len(rows))) if rows and after else None,
            previous=str(Cursor(place(rows[0]), back=True, number=first)) if rows and before else None,
            first_number=first,
            total=total,
        )
