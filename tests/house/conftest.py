"""One application over two offices for all tests that walk its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from receiver.db.installation import mark_installation
from receiver.settings import Settings
from receiver.vault import Vault, mark
from receiver.worker import System, wire
from tests.support import two_offices
from tests.support.walking import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.databases import Databases

RECORDED = {"/audit", "/audit/trail.csv"}
"""Looking at these is itself written down."""


@pytest.fixture(scope="package")
def world(databases: Databases, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    database = databases.migrated("sqlite")
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path_factory.mktemp("refusals"), database_url=url, practice=True)
    database.info.update(vault=Vault.load(keys), settings=settings)
    wire(settings)
    system = System(settings, database.info["vault"], database)
    with database.write() as session:
        mark(session)
        mark_installation(session, practice=True)
        offices = two_offices.build(session, system)
    database.truncate_log()
    made = World(system, offices)
    yield made
    made.close()
    databases.drop(database)


@pytest.fixture
def unchanged(world: World, request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever happens in the test, nothing is written."""
    before = world.changes()
    yield
    path = request.node.callspec.params["route"].path
    assert world.changes() == before or path in RECORDED, "something was written"
