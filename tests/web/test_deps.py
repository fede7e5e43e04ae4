"""One writer round each route, readers that cannot write, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import pytest
import sqlalchemy as sa
from fastapi import Depends, Request
from sqlalchemy import event
from starlette.responses import Response

from receiver.access import PUBLIC, SIGNED_IN, Actor, Permission
from receiver.db.engine import WriteSession as DatabaseWriteSession
from receiver.web import deps
from receiver.web.answers import see_other
from receiver.web.deps import Bound, Db, MaybeWho, ReadSession, Who, WriteSession, require
from receiver.web.router import Route, Router, permissions_of
from tests.support import example
from tests.support.example import UploadForm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI

    from receiver.db.engine import Database
    from tests.support.pages import Browser


def routes_of_the_test() -> Router:
    router = Router()

    @router.post("/late", dependencies=[deps.PUBLIC])
    def late(session: WriteSession) -> Response:
        example.keep_note(session, Actor(None, "x"), "late", "")
        return see_other("/")

    @router.post("/error-page", dependencies=[deps.PUBLIC])
    def error_page(session: WriteSession) -> Response:
        example.keep_note(session, Actor(None, "x"), "error", "")
        return Response("no", status_code=409)

    @router.post("/plain", dependencies=[deps.PUBLIC])
    def plain(session: WriteSession) -> dict[str, str]:
        example.keep_note(session, Actor(None, "x"), "plain", "")
        return {"kept": "plain"}

    @router.get("/reader", dependencies=[deps.PUBLIC])
    def reader(session: ReadSession) -> Response:
        session.execute(sa.delete(example.notes))
        return Response("never")

    @router.get("/whoever", dependencies=[deps.PUBLIC])
    def whoever(who: MaybeWho, database: Db) -> dict[str, str | None]:
        return {"who": who.name if who else None, "dialect": database.dialect}

    @router.get("/signature")
    def signature(who: Annotated[Actor, require(Permission.NOTE_READ)]) -> dict[str, str]:
        return {"who": who.name}

    @router.get("/mine")
    def mine(who: Who) -> dict[str, str]:
        return {"who": who.name}

    @router.post("/upload", dependencies=[deps.PUBLIC])
    def upload(request: Request, form: Bound[UploadForm]) -> Response:
        return Response("ok" if form.ok else "wrong")

    return router


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    made = make_app()
    made.include_router(routes_of_the_test())
    return made


def waiting(form: Bound[UploadForm]) -> bool:
    return form.ok


def test_the_database_comes_last_whatever_the_signature_says() -> None:
    router = Router()

    @router.post("/ordered")
    def ordered(
        session: WriteSession,
        form: Bound[UploadForm],
        ready: Annotated[bool, Depends(waiting)],
        who: Annotated[Actor, require(Permission.NOTE_READ)],
    ) -> Response:
        return Response("ok")

    (route,) = router.routes
    calls = [each.call for each in route.dependant.dependencies]
    assert calls == [calls[0], deps.binder(UploadForm).dependency, waiting, deps.write_session]
    assert calls[0].permission is Permission.NOTE_READ


def titles(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(sa.select(example.notes.c.title)))


@pytest.fixture
def failing_commit() -> Iterator[None]:
    def fail(_session: object) -> None:
        raise RuntimeError("the disk says no")

    event.listen(DatabaseWriteSession, "before_commit", fail)
    yield
    event.remove(DatabaseWriteSession, "before_commit", fail)


class TestWriting:
    def test_it_is_committed_before_the_answer_leaves(self, nobody: Browser, database: Database) -> None:
        nobody.post("/late")
        assert titles(database) == ["late"]

    @pytest.mark.usefixtures("failing_commit")
    def test_a_commit_that_fails_is_not_answered_as_success(self, nobody: Browser, database: Database) -> None:
        assert nobody.post("/late", status=500).h1 == "Something went wrong"
        assert titles(database) == []

    def test_an_answer_that_refuses_undoes(self, nobody: Browser, database: Database) -> None:
        assert nobody.send("POST", "/error-page").status_code == 409
        assert titles(database) == []

    def test_a_plain_value_is_an_answer_too(self, amina: Browser, database: Database) -> None:
        sent = {"headers": {"idempotency-key": "k", "sec-fetch-site": "same-origin"}}
        assert amina.send("POST", "/plain", **sent).json() == {"kept": "plain"}
        again = amina.send("POST", "/plain", **sent)
        assert (again.json(), again.headers["idempotency-replayed"]) == ({"kept": "plain"}, "true")
        assert titles(database) == ["plain"]

    def test_other_json_under_the_same_key_is_another_act(self, amina: Browser, database: Database) -> None:
        sent = {"headers": {"idempotency-key": "k", "sec-fetch-site": "same-origin"}}
        assert [amina.send("POST", "/plain", json={"a": n}, **sent).status_code for n in (1, 2, 1)] == [200, 422, 200]
        assert titles(database) == ["plain"]


class TestReading:
    def test_a_reader_cannot_write(self, nobody: Browser, database: Database) -> None:
        nobody.post("/late")
        assert nobody.get("/reader", status=500).h1 == "Something went wrong"
        assert titles(database) == ["late"]


class TestWho:
    def test_may_be_nobody(self, nobody: Browser, amina: Browser, database: Database) -> None:
        assert nobody.send("GET", "/whoever").json() == {"who": None, "dialect": database.dialect}
        assert amina.send("GET", "/whoever").json()["who"] == "Amina"

    def test_a_permission_in_the_signature_gives_the_actor(self, amina: Browser, auditor: Browser) -> None:
        assert amina.send("GET", "/signature").json() == {"who": "Amina"}
        assert auditor.send("GET", "/signature").status_code == 403

    def test_whoever_is_signed_in(self, auditor: Browser, nobody: Browser) -> None:
        assert auditor.send("GET", "/mine").json() == {"who": "Odile"}
        assert nobody.send("GET", "/mine").status_code == 401

    def test_every_route_says_who_may(self) -> None:
        declared = {route.path: permissions_of(route.dependant) for route in routes_of_the_test().routes}
        assert declared["/late"] == [PUBLIC]
        assert declared["/signature"] == [Permission.NOTE_READ]
        assert declared["/mine"] == [SIGNED_IN]


def test_a_route_takes_as_much_as_its_form() -> None:
    limits = {route.path: route.body_limit for route in routes_of_the_test().routes if isinstance(route, Route)}
    assert limits["/upload"] == UploadForm.body_limit()
    assert limits["/late"] == 256 * 1024


def test_an_overloaded_database_says_when_to_come_back(
    nobody: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.read_engine.pool, "_timeout", 0.05)
    held = [database.read_engine.connect() for _each in range(database.capacity)]
    try:
        page = nobody.get("/reader", status=503)
    finally:
        for connection in held:
            connection.close()
    assert page.response.headers["retry-after"] == "5"
