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
TOLD = timedelta(days=30)
"""So long approvers see that a file was asked for again, and as long as its run is open."""


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


def is_open(ends_at: datetime, taken_at: datetime | None, now: datetime, *, again: bool, downloads: int) -> bool:
    """Whether a file can be taken now by the one to whom this window was opened.

    Who said why while nobody had the file has not said why it is needed `again`: once somebody has taken it, only a
    window that was opened with that known counts, so that approvers are told.
    """
    return taken_at is None and now < ends_at and (again or downloads == 0)
