"""A database with the tables of these tests instead of the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from receiver.db import schema
from tests.db.tables import Local

if TYPE_CHECKING:
    from receiver.db.engine import Database


@pytest.fixture
def local(empty_database: Database) -> Database:
    if empty_database.path is not None:
        schema.create_file(empty_database.path)
    with empty_database.write_engine.begin() as connection:
        Local.metadata.create_all(connection)
    return empty_database
