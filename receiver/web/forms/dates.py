"""Fields of dates: a day, a month, a time, and a birthday of which only a part is known (U17)."""

from __future__ import annotations

import re
from datetime import date, time
from typing import TYPE_CHECKING, Any, ClassVar

from receiver import i18n
from receiver.i18n.fmt.calendars import month_names
from receiver.kit import clock
from receiver.kit.dates import (
    UNKNOWN,
    BadDate,
    NoSuchDay,
    NoSuchMonth,
    OtherCalendar,
    PartialDate,
    Precision,
    ShortYear,
    fold_month_name,
    parse_date,
)
from receiver.kit.months import Month
from receiver.kit.text import clean_line, western_digits
from receiver.kit.words import Words, _
from receiver.web.forms.field import Field, FieldError, T_co, first

if TYPE_CHECKING:
    from receiver.web.forms.field import Raw

OLDEST = 120
_TIME = re.compile(r"(\d{1,2})\s*[:.hH]\s*(\d{2})|(\d{2})(\d{2})|(\d{1,2})\s*[hH]?")
_PARTS: tuple[tuple[type[BadDate], str], ...] = (
    (NoSuchDay, "day"),
    (NoSuchMonth, "month"),
    (ShortYear, "year"),
    (OtherCalendar, "year"),
)
_NOT_FULL = _("Please write day, month and year.")


class _Dated(Field[T_co]):
    """Three boxes for day, month and year; one text under the field's own name is understood as well."""

    suffixes: ClassVar[tuple[str, ...]] = ("day", "month", "year")

    def __init__(self, label: Words, **more: Any) -> None:
        super().__init__(label, **{"dir": "ltr", "autocomplete": "off", **more})

    @property
    def parts(self) -> tuple[str, ...]:
        """The boxes, and the one text."""
        return (*(f"{self.name}-{suffix}" for suffix in self.suffixes), self.name)

    def date_of(self, raw: Raw) -> PartialDate:
        """What the boxes, or the one text, say.

        Raises:
            FieldError: at the box that is wrong.
        """
        text = first(raw, self.name).strip()
        try:
            if text:
                return parse_date(text, "dmy", month_names())
            return self._of_boxes(*(clean_line(first(raw, f"{self.name}-{each}")) for each in ("day", "month", "year")))
        except BadDate as error:
            part = next((suffix for kind, suffix in _PARTS if isinstance(error, kind)), None)
            raise FieldError(error.words, f"{self.name}-{part}" if part and not text else None) from None

    def _of_boxes(self, day: str, month: str, year: str) -> PartialDate:
        digits = western_digits(year)
        if not (digits.isascii() and digits.isdigit()):
            raise FieldError(_("Please write the year in digits."), f"{self.name}-year")
        if not month:
            if day:
                raise FieldError(_("Please write the month too, or leave the day out."), f"{self.name}-month")
            return parse_date(digits)
        number = month_names().get(fold_month_name(month)) or western_digits(month)
        if not str(number).isdigit():
            raise FieldError(
                _("“%(typed)s” is not a month that we know. You can write its number.", typed=month),
                f"{self.name}-month",
            )
        if not day:
            return parse_date(f"{digits}-{number}")
        if not re.fullmatch(r"\d{1,2}", western_digits(day)):
            raise FieldError(_("Please write the day in digits."), f"{self.name}-day")
        return parse_date(f"{digits}-{number}-{western_digits(day)}")

    def boxes(self, value: PartialDate | date | None) -> dict[str, list[str]]:
        """The texts of the boxes for a value."""
        if value is None:
            return {}
        known = {"day": value.day, "month": value.month, "year": value.year}
        return {f"{self.name}-{suffix}": [str(part)] for suffix, part in known.items() if part is not None}

    def show(self, raw: Raw) -> Words | str | list[Words | str]:
        """The date in the reader's way, or what was typed where it is none."""
        try:
            return i18n.fmt.partial_date(self.date_of(raw))
        except FieldError:
            return super().show(raw)


class DateField(_Dated[date]):
    """A day."""

    kind: ClassVar[str] = "date"

    def parse(self, raw: Raw) -> date:
        """The day.

        Raises:
            FieldError: it is not whole, or there is no such day.
        """
        found = self.date_of(raw)
        if found.precision is not Precision.DAY or found.earliest is None:
            raise FieldError(_NOT_FULL)
        return found.earliest

    def write(self, value: date | None) -> dict[str, list[str]]:
        """The boxes of the day."""
        return self.boxes(value)


class DayField(DateField):
    """A day in one box of the browser's own kind, for appointments and other days near today."""

    kind: ClassVar[str] = "day"

    @property
    def parts(self) -> tuple[str, ...]:
        """The one text."""
        return (self.name,)

    def write(self, value: date | None) -> dict[str, list[str]]:
        """The day as browsers want it."""
        return {self.name: [] if value is None else [value.isoformat()]}


class PartialDateField(_Dated[PartialDate]):
    """A date of which parts may be unknown or guessed; an age about right fills the year. Blank is not known."""

    kind: ClassVar[str] = "partial_date"
    suffixes: ClassVar[tuple[str, ...]] = ("day", "month", "year", "estimate", "age")

    def __init__(self, label: Words, *, required: bool = False, **more: Any) -> None:
        super().__init__(label, **more)
        self.required = required

    @property
    def empty(self) -> PartialDate:
        """A date that is not known."""
        return UNKNOWN

    def is_blank(self, raw: Raw) -> bool:
        """Whether no box has anything; the tick “estimate” alone says nothing."""
        return not any(first(raw, part).strip() for part in self.parts if not part.endswith("-estimate"))

    def parse(self, raw: Raw) -> PartialDate:
        """The date with how well it is known.

        Raises:
            FieldError: at the box that is wrong; also when both a year and an age are given.
        """
        age, estimate = first(raw, f"{self.name}-age").strip(), first(raw, f"{self.name}-estimate")
        dated = any(first(raw, f"{self.name}-{each}").strip() for each in ("day", "month", "year"))
        if age and (dated or first(raw, self.name).strip()):
            raise FieldError(_("Please give either the date or the age, not both."), f"{self.name}-age")
        if age:
            return self._of_age(age)
        found = self.date_of(raw)
        return PartialDate(found.year, found.month, found.day, Precision.ESTIMATED) if estimate else found

    def _of_age(self, text: str) -> PartialDate:
        digits = western_digits(clean_line(text))
        if not (digits.isascii() and digits.isdigit() and int(digits) <= OLDEST):
            raise FieldError(_("Please write the age in whole years."), f"{self.name}-age")
        return PartialDate(clock.today(i18n.zone()).year - int(digits), precision=Precision.ESTIMATED)

    def write(self, value: PartialDate | None) -> dict[str, list[str]]:
        """The boxes of what is known."""
        estimate = {f"{self.name}-estimate": ["1"]} if value and value.precision is Precision.ESTIMATED else {}
        return {**self.boxes(value), **estimate}


class MonthField(Field[Month]):
    """A month such as 2026-11, also written `11/2026` or with its name."""

    kind: ClassVar[str] = "month"

    def parse_text(self, text: str) -> Month:
        """The month.

        Raises:
            FieldError: there is none of this kind.
        """
        try:
            found = parse_date(text, "dmy", month_names())
        except BadDate as error:
            raise FieldError(error.words) from None
        if found.precision is not Precision.MONTH or found.year is None or found.month is None:
            raise FieldError(_("Please write a month and a year, such as 2026-11."))
        return Month(found.year, found.month)


class TimeField(Field[time]):
    """A time of day: `14:30`, `14h30`, `1430`, `14`."""

    kind: ClassVar[str] = "time"

    def __init__(self, label: Words, **more: Any) -> None:
        super().__init__(label, **{"dir": "ltr", "autocomplete": "off", **more})

    def parse_text(self, text: str) -> time:
        """The time.

        Raises:
            FieldError: a day has no such time.
        """
        found = _TIME.fullmatch(western_digits(clean_line(text)))
        numbers = [int(part) for part in found.groups() if part is not None] if found else []
        hour, minute = (*numbers, 0, 0)[:2] if numbers else (99, 0)
        try:
            return time(hour, minute)
        except ValueError:
            raise FieldError(_("Please write a time such as 14:30.")) from None

    def write(self, value: time | None) -> dict[str, list[str]]:
        """Hours and minutes."""
        return {self.name: [] if value is None else [f"{value:%H:%M}"]}
