from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from receiver.stipends.rules.approval import DownloadNeedsReason
from receiver.stipends.rules.runs import ReasonMissing
from receiver.stipends.rules.windows import LASTS, demand_reason, is_open

NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("downloads", "reason", "refusal"),
    [
        (0, "It is paid out today.", None),
        (1, "They lost it.", None),
        (0, " ", ReasonMissing),
        (1, "", DownloadNeedsReason),
        (7, " ", DownloadNeedsReason),
    ],
)
def test_each_time_has_a_reason(downloads, reason, refusal):
    if refusal is None:
        demand_reason(downloads, reason)
    else:
        with pytest.raises(refusal):
            demand_reason(downloads, reason)


@pytest.mark.parametrize(
    ("taken_at", "after", "again", "downloads", "open_"),
    [
        (None, timedelta(0), False, 0, True),
        (None, LASTS - timedelta(seconds=1), False, 0, True),
        (None, LASTS, False, 0, False),
        (NOON, timedelta(0), False, 1, False),
        (None, timedelta(0), False, 1, False),  # somebody else took it since
        (None, timedelta(0), True, 1, True),
        (None, timedelta(0), True, 2, True),  # approvers know already
        (NOON, timedelta(0), True, 2, False),
    ],
)
def test_a_window_is_for_a_quarter_of_an_hour_and_one_taking(taken_at, after, again, downloads, open_):
    assert timedelta(minutes=15) == LASTS
    assert is_open(NOON + LASTS, taken_at, NOON + after, again=again, downloads=downloads) is open_
