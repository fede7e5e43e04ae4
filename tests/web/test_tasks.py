"""What was kept for a while is forgotten by itself."""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa

from receiver.background.registry import SCHEDULES, WORKFLOWS
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.web import tasks
from receiver.web.models import IdempotencyKey, ParkedForm
from receiver.web.rules import ParkedKind

if TYPE_CHECKING:
    from receiver.background import Work
    from receiver.db.engine import Database


def test_it_runs_every_hour() -> None:
    assert SCHEDULES["web.tidy"].cron == "20 * * * *"
    assert "web.tidy" in WORKFLOWS


def test_old_forms_and_answers_go(database: Database) -> None:
    now = clock.now()
    with database.write() as session:
        for age in (timedelta(hours=1), timedelta(hours=30), timedelta(hours=60)):
            made = now - age
            parked = {"form": "", "path": "", "content": b"", "kind": ParkedKind.FORM, "user_id": new_id()}
            session.add(
                ParkedForm(key=str(age), created_at=made, expires_at=made + timedelta(hours=24), id=new_id(), **parked)
            )
            session.add(IdempotencyKey(id=new_id(), owner="", key=str(age), digest=b"", created_at=made))
    nobody = cast("Work", None)
    with database.write() as session:
        assert inspect.unwrap(tasks.forget_parked)(nobody, session, before=now) == 2
        assert inspect.unwrap(tasks.forget_answers)(nobody, session, before=now) == 1
    with database.read() as session:
        assert len(session.scalars(sa.select(ParkedForm.id)).all()) == 1
        assert len(session.scalars(sa.select(IdempotencyKey.id)).all()) == 2
