"""Addresses with names in braces, filled in with what is there or with what is nowhere."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from receiver.kit.ids import is_reference, new_id, new_reference
from receiver.kit.months import Month


def names_in(path: str) -> list[str]:
    """The beginnings of an address that end with a name: `/people/{reference}/contact/{way_id}` has two."""
    return [path[: found.end()] for found in re.finditer(r"\{\w+\}", path)]


def unknown(value: Any) -> Any:
    """Something that reads like this, and is nowhere."""
    if isinstance(value, UUID):
        return new_id()
    if isinstance(value, int):
        return 987_654
    if isinstance(value, Month):
        return Month(1987, 6)
    prefix = str(value).partition("-")[0]
    if is_reference(str(value), prefix):
        return new_reference(prefix)
    return "none-such"


def fill(path: str, values: dict[str, Any]) -> str:
    """An address with each of its names filled in, by the beginning that ends with it."""
    for stem in names_in(path):
        name = stem.rpartition("/")[2]
        path = path.replace(name, str(values[stem]), 1)
    return path
