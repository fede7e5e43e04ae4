"""A practice system stays one, and a real one never becomes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from receiver.db.installation import PracticeMismatch, is_practice, mark_installation

if TYPE_CHECKING:
    from receiver.db.engine import Database


def test_a_new_database_has_no_mark(database: Database):
    with database.read() as session:
        assert is_practice(session) is None


@pytest.mark.parametrize("practice", [True, False])
def test_the_mark_is_written_once_and_then_compared(database: Database, practice: bool):
    for _start in range(2):
        with database.write() as session:
            mark_installation(session, practice=practice)
    with pytest.raises(PracticeMismatch), database.write() as session:
        mark_installation(session, practice=not practice)

    with database.read() as session:
        assert is_practice(session) is practice


@pytest.mark.parametrize(
    "statement",
    ["UPDATE installations SET practice = NOT practice", "DELETE FROM installations"],
)
def test_the_database_keeps_the_mark(database: Database, statement: str):
    with database.write() as session:
        mark_installation(session, practice=True)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(statement))


def test_there_is_no_second_mark(database: Database):
    with pytest.raises(IntegrityError, match="one_row"), database.write() as session:
        session.execute(text("INSERT INTO installations (id, practice, created_at) VALUES (2, true, '2026-11-01')"))
