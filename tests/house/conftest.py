"""One application over two offices for all tests that walk its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.walking import World, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.databases import Databases

RECORDED = {"/audit", "/audit/trail.csv", "/people/list", "/arrivals/{slug}/list"}
"""Looking at these is itself written down."""


@pytest.fixture(scope="package")
def world(databases: Databases, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(databases, keys, tmp_path_factory.mktemp("refusals")) as made:
        yield made


@pytest.fixture
def unchanged(world: World, request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever happens in the test, nothing is written."""
    before = world.changes()
    yield
    path = request.node.callspec.params["route"].path
    assert world.changes() == before or path in RECORDED, "something was written"
