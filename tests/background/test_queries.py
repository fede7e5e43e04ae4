from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from receiver.access import SYSTEM, Permission, roles_with
from receiver.background import (
    WorkState,
    actions,
    hand_over,
    my_works,
    progress,
    queries,
    request_cancel,
    troubled_works,
)
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from tests.background.conftest import actor_of
from tests.background.sample import TooFewChairs

if TYPE_CHECKING:
    from receiver.access import Actor
    from receiver.db.engine import Database

PUBLIC_ACTOR = replace(SYSTEM, channel="web")


def test_the_page_of_a_work(database: Database, actor: Actor) -> None:
    with database.write() as session:
        work_id = hand_over(session, "sample.count", "count-1", actor=actor, parts=3)
        actions.claim(session, work_id, 1, "one")
        actions.record_progress(actions.current(session, work_id, 1), 2, 3, 1, "/runs/1")
    with database.read() as session:
        seen = progress(session, actor, work_id)
    assert (seen.state, seen.done, seen.total, seen.errors, seen.url) == (WorkState.RUNNING, 2, 3, 1, "/runs/1")
    assert (str(seen.title), seen.may_cancel, seen.cancel_asked, seen.reason) == ("Counting to 3", True, False, None)
    with database.write() as session:
        request_cancel(session, actor, work_id)
    with database.read() as session:
        seen = progress(session, actor, work_id)
    assert (seen.may_cancel, seen.cancel_asked) == (False, True)


def test_a_refusal_is_told_in_words_without_what_may_be_personal(database: Database, actor: Actor) -> None:
    with database.write() as session:
        work_id = hand_over(session, "sample.refuse", "refuse-1", actor=actor, chairs=2)
        actions.fail(session, work_id, 1, TooFewChairs(chairs=2, who="Amina Uwase"))
    with database.read() as session:
        seen = progress(session, actor, work_id)
    assert (seen.state, seen.failure, seen.may_cancel) == (WorkState.FAILED, "too-few-chairs", False)
    assert str(seen.reason) == "There are 2 chairs for …."


def test_the_work_of_others_is_unknown(database: Database, actor: Actor) -> None:
    with database.write() as session:
        mine = hand_over(session, "sample.count", "count-1", actor=actor, parts=3)
        nobodys = hand_over(session, "sample.count", "count-2", actor=SYSTEM, parts=3)
    for who, work_id in ((actor_of(new_id()), mine), (actor, nobodys), (PUBLIC_ACTOR, nobodys), (actor, new_id())):
        with database.read() as session, pytest.raises(NotFound):
            progress(session, who, work_id)
    administrator = replace(actor_of(new_id()), roles=frozenset(roles_with(Permission.BACKGROUND_VIEW)))
    with database.read() as session:
        assert [progress(session, administrator, work_id).id for work_id in (mine, nobodys)] == [mine, nobodys]


def test_my_works_are_mine_newest_first(database: Database, actor: Actor) -> None:
    with database.write() as session:
        for who, name in ((actor, "a-1"), (actor_of(new_id()), "b-1"), (actor, "a-2"), (SYSTEM, "c-1")):
            hand_over(session, "sample.count", name, actor=who, parts=1)
    with database.read() as session:
        assert len(my_works(session, actor)) == 2
        assert len(my_works(session, actor, limit=1)) == 1
        assert my_works(session, SYSTEM) == []


def test_trouble_is_listed_for_whoever_runs_the_system(database: Database, actor: Actor) -> None:
    before = clock.now() - timedelta(minutes=1)
    with database.write() as session:
        fine, broken = (hand_over(session, "sample.break", f"break-{number}", actor=actor) for number in (1, 2))
        actions.fail(session, broken, 1, "ZeroDivisionError")
    with database.read() as session:
        assert [one.id for one in troubled_works(session, since=before)] == [broken]
        assert troubled_works(session, since=clock.now() + timedelta(minutes=1)) == []
        assert [row.id for row in queries.open_works(session)] == [fine]
        assert [one.id for one in queries.ended_since(session, before)] == [broken]


def test_the_outbox_is_emptied_in_order_and_in_parts(database: Database, actor: Actor) -> None:
    with database.write() as session:
        ids = [
            hand_over(session, "sample.count", f"count-{number}", actor=actor, parts=1)
            for number in range(queries.BATCH + 5)
        ]
    with database.read() as session:
        assert queries.outbox(session) == [(work_id, 1) for work_id in ids[: queries.BATCH]]
        assert queries.waiting_since(session) is not None
