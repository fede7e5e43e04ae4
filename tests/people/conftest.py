"""A day on which the people of these tests arrive, an office that receives them and somebody who works there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

from receiver.access import Actor, Role
from receiver.people import hooks
from tests.factories.accounts import make_actor, make_office
from tests.factories.partners import make_programme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from receiver.accounts.models import Office
    from receiver.partners.models import Programme

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today() -> Iterator[date]:
    """It is 20 November 2026, noon in Kigali."""
    with time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=UTC)):
        yield TODAY


@pytest.fixture
def office(session) -> Office:
    return make_office(session)


@pytest.fixture
def programme(session) -> Programme:
    return make_programme(session)


@pytest.fixture
def actor(session, office) -> Actor:
    """A caseworker of the office."""
    return make_actor(session, Role.CASEWORKER, offices=[office])


@pytest.fixture
def supervisor(session, office) -> Actor:
    """A supervisor of the office."""
    return make_actor(session, Role.SUPERVISOR, offices=[office], name="Eric Habimana")


@pytest.fixture
def alone() -> Iterator[None]:
    """No other room is connected, whatever was wired before."""
    connected = (
        hooks.PERSON_ARRIVED,
        hooks.PERSON_LEFT,
        hooks.ARRIVAL_CORRECTED,
        hooks.ARRIVAL_MARKED,
        hooks.CASEWORKER_CHOSEN,
    )
    for hook in connected:
        hook.clear()
    yield
    for hook in connected:
        hook.clear()
