"""How healthy the system is, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from receiver.kit.words import Words

LEAST_FREE = 500 * 1024 * 1024
"""Bytes of free disk below which people are warned."""


class Health(LabelledEnum):
    """One thing about the system."""

    GOOD = "good", p_("health", "Good")
    LOOK = "look", p_("health", "Please look")
    BAD = "bad", p_("health", "Not working")


@dataclass(frozen=True)
class Check:
    """One line of the health page: what was looked at, how it is, and what was found."""

    name: str
    label: Words
    health: Health
    found: tuple[str, ...] = ()
    detail: Words | None = None


def of_findings(found: tuple[str, ...], *, bad: bool = False) -> Health:
    """Good when nothing was found; otherwise bad or worth a look."""
    if not found:
        return Health.GOOD
    return Health.BAD if bad else Health.LOOK


RESULTS: dict[str, Words] = {
    "records": _("Records"),
    "findings": _("Findings"),
    "new": _("New people"),
    "match": _("Already here"),
    "merged": _("Rows imported"),
    "people": _("People"),
    "lines": _("Lines"),
    "settled": _("Settled"),
    "failed": _("Failed"),
    "returned": _("Returned"),
    "pending": _("Pending"),
    "exceptions": _("To be decided"),
    "known": _("Known already"),
}
"""What the counts of a finished work are called; others are for programs only."""


def told_results(result: Mapping[str, object]) -> list[tuple[Words, int]]:
    """The counts of a finished work that people are told."""
    return [(RESULTS[name], value) for name, value in result.items() if name in RESULTS and type(value) is int]
