"""Words with everything in them, as text in the reader's language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from receiver.i18n import fmt
from receiver.i18n.catalogue import say
from receiver.kit.dates import PartialDate
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, Words

if TYPE_CHECKING:
    from collections.abc import Callable


def text(words: Words | LabelledEnum | str, locale: str | None = None) -> str:
    """What it says in the language, or in the current one; a plain text says itself.

    Raises:
        KeyError: a placeholder has no value.
        TypeError: a value is of a kind that nobody has said how to show.
    """
    if isinstance(words, LabelledEnum):
        words = words.label
    if not isinstance(words, Words):
        return words
    return say(words, locale, lambda value: show(value, locale))


def show(value: object, locale: str | None = None) -> str:
    """A value as it stands in a sentence of the language; several values as a list.

    Raises:
        TypeError: nobody has said how to show this kind.
    """
    if type(value) is str:  # by far the most
        return value
    if isinstance(value, (list, tuple)):
        return fmt.listing((show(item, locale) for item in value), locale)
    for kind, shown in _SHOWN:
        if isinstance(value, kind) and not isinstance(value, bool):
            return shown(value, locale)
    raise TypeError(f"nobody has said how to show a {type(value).__name__}")


def _as_it_is(value: object, _locale: str | None) -> str:
    return str(value)


# Each kind before the kinds that it is also one of: a label is a text, a moment is a date.
_SHOWN: tuple[tuple[type, Callable[..., str]], ...] = (
    (Words, text),
    (LabelledEnum, text),
    (str, _as_it_is),
    (int, fmt.number),
    (Decimal, fmt.number),
    (Money, fmt.money),
    (dt.datetime, fmt.moment),
    (dt.date, fmt.date),
    (dt.time, fmt.time),
    (Month, fmt.month),
    (PartialDate, fmt.partial_date),
    (UUID, _as_it_is),
)
