from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import event

from receiver import audit
from receiver.audit import Kind
from receiver.kit import clock
from tests.audit.conftest import Someone

if TYPE_CHECKING:
    from receiver.db.engine import Database

ANN, BEN = Someone(UUID(int=1)), Someone(UUID(int=2), "cli", "root")
PERSON = UUID(int=9)


@pytest.fixture
def trail_of_five(database: Database) -> None:
    with database.write() as session:
        audit.record(session, Kind.SIGNED_IN, ANN, "a")
        audit.record(session, Kind.PERSON_CHANGED, ANN, "R-1", person=PERSON, field="phone")
        audit.record(session, Kind.HOLD_PLACED, BEN, "R-1", person=PERSON, reason="Why")
        audit.record(session, Kind.SIGNED_OUT, ANN, "a")
        audit.record(session, Kind.SIGNED_IN, BEN, "b")


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [5, 4, 3, 2, 1]),
    ({"limit": 2}, [5, 4]),
    ({"before": 4}, [3, 2, 1]),
    ({"before": 4, "limit": 1}, [3]),
    ({"kinds": {Kind.SIGNED_IN}}, [5, 1]),
    ({"kinds": [Kind.SIGNED_IN, Kind.SIGNED_OUT]}, [5, 4, 1]),
    ({"actor": ANN.user_id}, [4, 2, 1]),
    ({"person": PERSON}, [3, 2]),
    ({"subject": "a"}, [4, 1]),
    ({"person": PERSON, "actor": BEN.user_id}, [3]),
    ({"since": timedelta(hours=-1), "until": timedelta(hours=1)}, [5, 4, 3, 2, 1]),
    ({"since": timedelta(hours=1)}, []),
    ({"until": timedelta(hours=-1)}, []),
]


@pytest.mark.usefixtures("trail_of_five")
@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_the_trail_is_filtered_newest_first(database: Database, filters: dict[str, Any], expected: list[int]) -> None:
    given = {name: clock.now() + value if isinstance(value, timedelta) else value for name, value in filters.items()}
    with database.read() as session:
        assert [entry.seq for entry in audit.trail(session, **given)] == expected


@pytest.mark.usefixtures("trail_of_five")
def test_an_entry_tells_what_was_recorded(database: Database) -> None:
    with database.read() as session:
        entry = audit.trail(session, subject="R-1", kinds=[Kind.PERSON_CHANGED])[0]
    assert (entry.kind, entry.code, entry.actor, entry.person) == (
        Kind.PERSON_CHANGED,
        "person.changed",
        ANN.user_id,
        PERSON,
    )
    assert (entry.channel, entry.os_user, entry.has_reason, entry.facts) == ("web", None, False, {"field": "phone"})


@pytest.mark.usefixtures("trail_of_five")
def test_reasons_are_opened_one_by_one(database: Database) -> None:
    with database.read() as session:
        assert [entry.has_reason for entry in audit.trail(session, person=PERSON)] == [True, False]
        assert audit.reason_of(session, 3) == "Why"
        assert audit.reason_of(session, 2) is None
        assert audit.reason_of(session, 99) is None


def test_a_kind_that_is_not_known_any_more_is_shown_by_its_code(database: Database) -> None:
    class Gone:
        value = "thing.of_the_past"

    with database.write() as session:
        audit.record(session, Gone(), ANN, "a")  # type: ignore[arg-type]
    with database.read() as session:
        entry = audit.trail(session)[0]
    assert (entry.kind, entry.code) == (None, "thing.of_the_past")


@pytest.mark.usefixtures("trail_of_five")
def test_a_page_of_the_trail_is_one_query(database: Database) -> None:
    seen: list[str] = []
    event.listen(database.read_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with database.read() as session:
        audit.trail(session, person=PERSON)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1
