"""Draft the next migration from what the models say and the steps so far do not: `make migration NAME=slug`.

The draft is a beginning. Guards of the tables (receiver.db.ddl) are not drafted, and moving rows is nobody's guess;
tests/house/test_migrations.py says what is still missing.
"""

from __future__ import annotations

import re
import sys
import tempfile
from typing import TYPE_CHECKING

from alembic import command

from receiver.db import schema
from receiver.db.engine import Database
from receiver.kit.resources import resource

if TYPE_CHECKING:
    from pathlib import Path


def draft(name: str) -> Path:
    """Write the file of the next step, and its number into the head file; returns the file.

    Raises:
        ValueError: `name` is not a slug.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"a name of small letters, digits and underscores: {name}")
    number = f"{int(schema.head()) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/draft.db")
        schema.migrate(database)
        engine = schema.plain_engine(database)
        with engine.connect() as connection:
            config = schema.configuration(connection)
            command.revision(config, message=name.replace("_", " "), autogenerate=True, rev_id=number)
    (resource("migrations") / "head").write_text(f"{number}\n", "utf-8")
    return resource("migrations") / "versions" / f"{number}_{name}.py"


if __name__ == "__main__":
    print(draft(sys.argv[1]))
