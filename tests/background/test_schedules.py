from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from receiver.background import tasks  # noqa: F401 - its schedule is among those looked at
from receiver.background.registry import SCHEDULES
from receiver.background.schedules import due_moments, is_cron, sane_since

KIGALI, PARIS = ZoneInfo("Africa/Kigali"), ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "since", "until", "zone", "moments"),
    [
        ("0 2 * * *", "2026-11-24T00:00:01", "2026-11-24T23:00", KIGALI, []),  # 02:00 in Kigali is 00:00 UTC
        ("0 2 * * *", "2026-11-23T23:00", "2026-11-24T00:00", KIGALI, ["2026-11-24T00:00"]),
        ("0 2 * * *", "2026-11-23T23:00", "2026-11-23T23:59:59.5", KIGALI, []),
        ("0 2 * * *", "2026-11-24T00:00", "2026-11-24T00:00:30", KIGALI, []),
        ("*/10 * * * *", "2026-11-24T10:00", "2026-11-24T10:25", KIGALI, ["2026-11-24T10:10", "2026-11-24T10:20"]),
        ("0 0 29 2 *", "2026-01-01T00:00", "2028-12-31T00:00", KIGALI, ["2028-02-28T22:00"]),
        ("30 2 * * *", "2026-03-28T12:00", "2026-03-29T12:00", PARIS, ["2026-03-29T01:00"]),  # no such time
        (
            "30 2 * * *",
            "2026-10-24T12:00",
            "2026-10-25T12:00",
            PARIS,
            ["2026-10-25T00:30", "2026-10-25T01:30"],
        ),  # twice
    ],
)
def test_due_moments(cron: str, since: str, until: str, zone: ZoneInfo, moments: list[str]) -> None:
    found = due_moments(cron, at(since), at(until), zone, every_missed=True)
    assert [moment.isoformat() for moment in found] == [at(text).isoformat() for text in moments]


def test_after_a_pause_the_latest_missed_moment_counts() -> None:
    since, until = at("2026-11-24T10:00"), at("2026-11-27T10:05")
    assert due_moments("0 * * * *", since, until, KIGALI, every_missed=False) == [at("2026-11-27T10:00")]
    assert len(due_moments("0 * * * *", since, until, KIGALI, every_missed=True)) == 72


@pytest.mark.parametrize(("ahead", "kept"), [(timedelta(days=365), False), (timedelta(minutes=30), True)])
def test_a_clock_that_jumped_ahead_does_not_stop_a_schedule(ahead: timedelta, kept: bool) -> None:
    now = at("2026-11-24T10:00")
    assert sane_since(now + ahead, now) == (now + ahead if kept else now)


@pytest.mark.parametrize(
    ("text", "known"), [("15 2 * * *", True), ("* * * * * *", False), ("61 * * * *", False), ("soon", False)]
)
def test_a_schedule_has_five_fields(text: str, known: bool) -> None:
    assert is_cron(text) is known


def test_every_schedule_can_be_understood() -> None:
    assert [one.name for one in SCHEDULES.values() if not is_cron(one.cron)] == []
