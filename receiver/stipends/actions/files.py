"""Pay files, handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import Instruction


@dataclass(frozen=True, slots=True)
class PayFile:
    """A pay file with what lies beside it: its hash and its manifest."""

    name: str
    content: bytes
    sha256: str
    manifest: dict[str, Any]


def download_file(session: Session, actor: Actor, instruction: Instruction, *, reason: str = "") -> PayFile:
    """Hand out a pay file, and write down to whom; from the second time on with a reason."""
    raise NotImplementedError
