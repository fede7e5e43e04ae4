"""A day in the month that these tests pay, a team in a system, and browsers in which its members are signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from receiver import audit
from tests.factories.stipends import make_people, make_run, make_team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from receiver.access import Actor
    from receiver.audit import Kind
    from receiver.stipends.models import PayRun
    from receiver.worker import System
    from tests.factories.stipends import Team
    from tests.support.pages import Browser


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """It is 24 November 2026, noon in Kigali: runs of months far ahead are refused."""
    with time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC)):
        yield


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
def finance(enter: Callable[[Actor], Browser], team: Team) -> Browser:
    """Where the finance officer is signed in, who prepares."""
    return enter(team.finance)


@pytest.fixture
def approver(enter: Callable[[Actor], Browser], team: Team) -> Browser:
    """Where the approver is signed in."""
    return enter(team.approver)


@pytest.fixture
def releaser(enter: Callable[[Actor], Browser], team: Team) -> Browser:
    """Where the other finance officer is signed in, who releases."""
    return enter(team.releaser)


@pytest.fixture
def at(team: Team) -> Callable[..., str]:
    """The address of the run of November, or of a part of it."""

    def address(part: str = "") -> str:
        return f"/stipends/runs/2026-11{'/' + part if part else ''}?programme={team.programme.code}"

    return address


@pytest.fixture
def bring(system: System, team: Team) -> Callable[..., PayRun]:
    """Make the run of November at a step, with three people."""

    def make(until: str = "draft", number: int = 3) -> PayRun:
        with system.database.write() as session:
            make_people(session, team, number)
            return make_run(session, team, until)

    return make


@pytest.fixture
def kinds(system: System) -> Callable[[], list[Kind]]:
    """What was recorded, the newest first."""

    def read() -> list[Kind]:
        with system.database.read() as session:
            return [entry.kind for entry in audit.trail(session, limit=200)]

    return read
