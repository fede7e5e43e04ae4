"""Lists inside sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.i18n.locales import language

if TYPE_CHECKING:
    from collections.abc import Iterable

# language: (between items, before the last); CLDR has none for Kinyarwanda
_JOINTS = {"en": (", ", " and "), "fr": (", ", " et "), "rw": (", ", " na "), "sw": (", ", " na "), "ar": (" و", " و")}


def listing(items: Iterable[str], locale: str | None = None) -> str:
    """`A, B and C` in the language; nothing for no items."""
    *first, last = list(items) or [""]
    between, before_last = _JOINTS[language(locale).base]
    return f"{between.join(first)}{before_last}{last}" if first else last


def comma(locale: str | None = None) -> str:
    """The comma of the language, for two short facts that stand side by side without a sentence round them."""
    return "\u060c" if language(locale).base == "ar" else ","
