"""Languages: which there are, what the reader's is, and every sentence, amount and date in it."""

from __future__ import annotations

from receiver.i18n import fmt
from receiver.i18n.catalogue import Found, find, forget, load
from receiver.i18n.locales import (
    LOCALES,
    REAL,
    SOURCE,
    Language,
    UnknownLanguage,
    configure,
    current,
    language,
    negotiate,
    offered,
    use,
    zone,
)
from receiver.i18n.resolve import show, text

__all__ = [
    "LOCALES",
    "REAL",
    "SOURCE",
    "Found",
    "Language",
    "UnknownLanguage",
    "configure",
    "current",
    "find",
    "fmt",
    "forget",
    "language",
    "load",
    "negotiate",
    "offered",
    "show",
    "text",
    "use",
    "zone",
]
