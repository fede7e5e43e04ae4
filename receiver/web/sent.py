"""What came with a request: fields, files, and a digest of the act."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it came: the name and type its sender claims, and its bytes."""

    name: str
    claimed_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """A body that was read: each name with its texts as typed, each name with its files, and a digest of the act."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, list[SentFile]] = field(default_factory=dict)
    digest: bytes = b""

    def text(self, name: str) -> str:
        """The first text of this name, empty if there is none."""
        texts = self.fields.get(name, ())
        return texts[0] if texts else ""
