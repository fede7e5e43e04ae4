from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from receiver.kit import clock

MONDAY, FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 2), date(2026, 11, 6), date(2026, 11, 7), date(2026, 11, 8)


@time_machine.travel(datetime(2026, 11, 30, 22, 30, tzinfo=UTC), tick=False)
def test_now_is_utc_and_today_is_the_zones():
    assert clock.now() == datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.today("Africa/Kigali") == date(2026, 12, 1)
    assert clock.today(ZoneInfo("America/New_York")) == date(2026, 11, 30)


def test_a_time_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="zone"):
        clock.day_of(datetime(2026, 11, 30, 22, 30), "Africa/Kigali")  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("day", "holidays", "works"),
    [(MONDAY, (), True), (FRIDAY, (), True), (SATURDAY, (), False), (SUNDAY, (), False), (MONDAY, {MONDAY}, False)],
)
def test_business_days(day, holidays, works):
    assert clock.is_business_day(day, holidays) is works


@pytest.mark.parametrize(
    ("day", "holidays", "following", "before"),
    [
        (MONDAY, (), MONDAY, MONDAY),
        (SATURDAY, (), date(2026, 11, 9), FRIDAY),
        (SUNDAY, {date(2026, 11, 9)}, date(2026, 11, 10), FRIDAY),
        (SUNDAY, {FRIDAY}, date(2026, 11, 9), date(2026, 11, 5)),
    ],
)
def test_the_nearest_business_day(day, holidays, following, before):
    assert clock.business_day_from(day, holidays) == following
    assert clock.business_day_until(day, holidays) == before


@pytest.mark.parametrize(
    ("day", "count", "holidays", "result"),
    [
        (MONDAY, 0, (), MONDAY),
        (SATURDAY, 0, (), SATURDAY),
        (MONDAY, 1, (), date(2026, 11, 3)),
        (FRIDAY, 1, (), date(2026, 11, 9)),
        (FRIDAY, 1, {date(2026, 11, 9)}, date(2026, 11, 10)),
        (SATURDAY, 2, (), date(2026, 11, 10)),
        (MONDAY, -1, (), date(2026, 10, 30)),
        (MONDAY, 10, (), date(2026, 11, 16)),
        (date(2028, 2, 28), 1, (), date(2028, 2, 29)),
    ],
)
def test_counting_business_days(day, count, holidays, result):
    assert clock.add_business_days(day, count, holidays) == result


def test_a_practice_system_lives_in_another_time():
    moment = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    with clock.pretend(moment):
        assert clock.now() == moment
        assert clock.today("Africa/Kigali") == date(2026, 3, 1)
    assert clock.now() > moment
    with pytest.raises(ValueError, match="no moment"), clock.pretend(datetime(2026, 3, 1)):  # noqa: DTZ001 - the point
        pass
