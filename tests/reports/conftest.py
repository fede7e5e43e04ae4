"""A day in the month that these tests report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """It is 24 November 2026, noon in Kigali: reports of months to come are refused."""
    with time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC)):
        yield
