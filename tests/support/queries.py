"""How many questions a page asks the database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from receiver.db.engine import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The SELECTs asked of a database meanwhile, those of the session of the visitor included."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(" ".join(statement.split()))

    engines = [each for each in vars(database).values() if isinstance(each, Engine)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
