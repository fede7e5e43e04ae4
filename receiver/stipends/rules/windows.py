"""For how long a pay file can be taken by whoever said why, and that each time needs a reason of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.stipends.rules.approval import DownloadNeedsReason
from receiver.stipends.rules.runs import ReasonMissing

if TYPE_CHECKING:
    from datetime import datetime

LASTS = timedelta(minutes=15)
"""So long after somebody said why, they can take the file, once."""


class WindowClosed(Refusal):
    """Nobody takes a file on the word of somebody else, or of yesterday."""

    sentence = _(
        "This file can be taken once within 15 minutes, by whoever said why it is needed. "
        "Please say again why you need it."
    )


def demand_reason(downloads: int, reason: str) -> None:
    """Raise unless somebody said why they need a file that was taken so often.

    Raises:
        ReasonMissing, DownloadNeedsReason
    """
    if reason.strip():
        return
    if downloads:
        raise DownloadNeedsReason(n=downloads)
    raise ReasonMissing


def is_open(ends_at: datetime, taken_at: datetime | None, now: datetime) -> bool:
    """Whether a file can be taken now by the one to whom this window was opened."""
    return taken_at is None and now < ends_at
