"""A drafted step is nearly right: it runs, and only the guards are missing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from receiver.db import schema
from receiver.db.engine import Database
from receiver.kit.resources import resource
from tests.db.tables import Local
from tests.support import catalogue, draft_migration

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations that stand at their beginning, and models that are the tables of these tests."""
    made = tmp_path / "migrations"
    (made / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        shutil.copy(resource("migrations") / name, made)
    (made / "head").write_text("0000\n")
    for module in (schema, draft_migration):
        monkeypatch.setattr(module, "resource", lambda _name: made)
    monkeypatch.setattr(schema, "load_models", lambda: Local.metadata)
    return made


@pytest.mark.only("sqlite")
def test_a_draft_makes_the_tables_of_the_models(local: Database, folder: Path, tmp_path: Path):
    (folder / "head").write_text("0001\n")
    first = folder / "versions" / "0001_first.py"
    first.write_text('revision = "0001"\ndown_revision = None\n\n\ndef upgrade():\n    pass\n')

    made = draft_migration.draft("all_tables")
    again = Database(f"sqlite:///{tmp_path}/again.db")
    schema.migrate(again)

    assert (made.name, schema.head(), schema.current(again)) == ("0002_all_tables.py", "0002", "0002")
    assert made.read_text().startswith('"""all tables.\n\nRules: types and words are written out here')
    with again.read_engine.connect() as one, local.read_engine.connect() as other:
        found = catalogue.differences(catalogue.read(one), catalogue.read(other))
    assert {line.split()[0] for line in found} == {"trigger"}


def test_a_name_is_a_slug(folder: Path):
    with pytest.raises(ValueError, match="small letters"):
        draft_migration.draft("../Evil")
