from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from receiver.access import Actor
from receiver.background import REQUESTER, Background, Progress, hand_over, progress, seat
from receiver.background.registry import SCHEDULES, schedule
from receiver.kit.ids import new_id
from tests.background import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.db.engine import Database
    from receiver.settings import Settings


def actor_of(user_id: UUID) -> Actor:
    return Actor(user_id=user_id, name="Amina Uwase", email="amina@example.org", roles=frozenset())


@pytest.fixture
def locked() -> set[UUID]:
    """Users that may not do anything any more."""
    return set()


@pytest.fixture
def actor(locked: set[UUID]) -> Iterator[Actor]:
    """Somebody who asks for work, loaded anew for each step."""

    def load(_session: Session, user_id: UUID) -> Actor | None:
        return None if user_id in locked else actor_of(user_id)

    REQUESTER.clear()
    REQUESTER.connect(load, name="test")
    yield actor_of(new_id())
    REQUESTER.clear()


@pytest.fixture
def effects(database: Database) -> Callable[[], list[int]]:
    """The parts that steps have written, in order; doubled ones twice."""
    with database.write() as session:
        session.execute(text(sample.TABLE))

    def parts() -> list[int]:
        with database.read() as session:
            return list(session.scalars(text("SELECT part FROM sample_effects ORDER BY part")))

    return parts


@pytest.fixture
def ask(database: Database, actor: Actor) -> Callable[..., UUID]:
    """Hand over work."""

    def hand(name: str, **ids: object) -> UUID:
        with database.write() as session:
            return hand_over(session, name, f"{name}-{new_id()}", actor=actor, **ids)

    return hand


@pytest.fixture
def see(database: Database, actor: Actor) -> Callable[[UUID], Progress]:
    """How a work stands."""

    def look(work_id: UUID) -> Progress:
        with database.read() as session:
            return progress(session, actor, work_id)

    return look


@pytest.fixture
def background(database: Database, settings: Settings, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Background:
    monkeypatch.setattr(seat, "PATIENCE", ())
    return Background(database, settings, name="one")


@pytest.fixture
def ticking() -> Iterator[None]:
    """The sample schedule is in force, and none of those that another test has wired."""
    others = dict(SCHEDULES)
    SCHEDULES.clear()
    schedule("*/10 * * * *")(sample.tick)
    yield
    SCHEDULES.clear()
    SCHEDULES.update(others)
