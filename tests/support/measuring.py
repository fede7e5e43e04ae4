"""Which tests coverage watches: those that can add to what is known, because watching costs half as much again.

A rule that ran on SQLite runs on PostgreSQL line by line alike, outside the rooms that speak to the database
themselves; and tests of the whole house, of screens and of long runs are about other things than lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

NEVER = frozenset({"house", "journeys", "kills", "look", "soak"})
"""Folders of tests that are not watched at all."""
BOTH = frozenset({"audit", "background", "db", "ledger", "vault"})
"""Folders of tests of code that differs between the databases."""


LONG = frozenset({"journeys", "kills", "soak"})
"""Folders of tests that take longest, each."""


def is_long(item: pytest.Item) -> bool:
    """Whether to begin with this test."""
    return _folder(item) in LONG


def is_watched(item: pytest.Item) -> bool:
    """Whether a line that this test alone runs counts as covered."""
    folder = _folder(item)
    if folder in NEVER or item.get_closest_marker("browser"):
        return False
    params = getattr(getattr(item, "callspec", None), "params", {})
    is_twin = params.get("kind") == "postgresql" and item.get_closest_marker("only") is None
    return folder in BOTH or not is_twin or item.config.getoption("--database") == "postgresql"


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(item.config.rootpath / "tests").parts[0]
