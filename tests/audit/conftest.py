from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from receiver import audit
from receiver.audit import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from receiver.db.engine import Database


SEVEN = UUID(int=7)


@dataclass(frozen=True)
class Someone:
    user_id: UUID | None = SEVEN
    channel: str = "web"
    os_user: str | None = None
    label: str = "someone"


@pytest.fixture
def someone() -> Someone:
    return Someone()


@pytest.fixture
def many(database: Database, someone: Someone) -> Callable[[int], None]:
    """Write so many records of all shapes, one transaction each."""

    def write(count: int) -> None:
        for number in range(count):
            with database.write() as session:
                audit.record(
                    session,
                    list(Kind)[number % len(Kind)],
                    Someone(None, "cli", "root") if number % 3 else someone,
                    f"thing:{number}",
                    person=UUID(int=100 + number) if number % 2 else None,
                    reason=f"Because {number}." if number % 4 else None,
                    number=number,
                )

    return write
