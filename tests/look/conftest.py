"""One application over two offices with many people for all tests that look at pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.look import fill_with_people
from tests.support.walking import World, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.databases import Databases


@pytest.fixture(scope="package")
def world(databases: Databases, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(databases, keys, tmp_path_factory.mktemp("look")) as made:
        fill_with_people(made.system, made.offices)
        yield made
