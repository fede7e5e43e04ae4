"""A team in a system, and browsers in which its members are signed in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from receiver import audit
from tests.factories.stipends import make_team

if TYPE_CHECKING:
    from collections.abc import Callable

    from receiver.access import Actor
    from receiver.audit import Kind
    from receiver.worker import System
    from tests.factories.stipends import Team
    from tests.support.pages import Browser


@pytest.fixture
def team(system: System) -> Team:
    """Humans with each duty, a programme with money, a policy in force."""
    with system.database.write() as session:
        return make_team(session)


@pytest.fixture
def enter(sign_in: Callable[..., Browser]) -> Callable[[Actor], Browser]:
    """A browser of one of the team."""

    def sign(actor: Actor) -> Browser:
        known: Any = SimpleNamespace(id=actor.user_id)
        return sign_in(known)

    return sign


@pytest.fixture
def kinds(system: System) -> Callable[[], list[Kind]]:
    """What was recorded, the newest first."""

    def read() -> list[Kind]:
        with system.database.read() as session:
            return [entry.kind for entry in audit.trail(session, limit=200)]

    return read
