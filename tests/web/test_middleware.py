"""The layers round a request: log, compression, proxies, what is done after the answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import anyio
import pytest
from starlette.requests import Request

from receiver.kit import clock
from receiver.settings import Settings
from receiver.web import visit
from receiver.web.middleware import _seen_through_proxies
from receiver.web.visit import LOADERS, Visit
from tests.support.pages import Browser
from tests.web.conftest import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import StringIO

    from fastapi import FastAPI


def lines(told: StringIO, event: str = "request") -> list[dict[str, object]]:
    return [line for text in told.getvalue().splitlines() if (line := json.loads(text))["event"] == event]


class TestLog:
    def test_a_request_is_one_line_without_its_address(self, amina: Browser, told: StringIO) -> None:
        amina.submit(amina.get("/notes/new").form(), title="A", text="x")
        amina.get("/notes?word=secretword")
        assert "secretword" not in told.getvalue()
        got = lines(told)
        assert [line["route"] for line in got[:2]] == ["/notes/new", "/notes"]
        assert {line["user_id"] for line in got} == {str(PEOPLE["amina"].user_id)}
        assert [line["status"] for line in got[:2]] == [200, 303]

    def test_denied_access_is_told(self, auditor: Browser, told: StringIO) -> None:
        auditor.get("/notes", status=403)
        (line,) = lines(told, "request.refused")
        assert (line["code"], line["status"]) == ("role-needed", 403)

    def test_files_of_ours_are_not_told(self, nobody: Browser, told: StringIO) -> None:
        nobody.send("GET", "/static/nix.css")
        assert lines(told) == []


class TestCompression:
    @pytest.mark.parametrize(("asked", "given"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)])
    def test_pages_are_compressed(self, amina: Browser, asked: str, given: str | None) -> None:
        answer = amina.send("GET", "/notes", headers={"accept-encoding": asked})
        assert answer.headers.get("content-encoding") == given
        assert {"Accept-Encoding", "Cookie"} <= set(answer.headers["vary"].split(", "))
        assert answer.text.startswith("<!doctype html>")


class TestProxies:
    @pytest.mark.parametrize(
        ("client", "forwarded", "seen"),
        [
            ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
            ("10.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
            ("10.0.0.1", "1.1.1.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
            ("10.0.0.1", "10.0.0.9", "10.0.0.9"),
            ("10.0.0.1", "nonsense", None),
            ("10.0.0.1", "203.0.113.7, nonsense", None),
            ("10.0.0.1", "", None),
            ("198.51.100.1", "203.0.113.7", None),
            ("unix:", "203.0.113.7", None),
        ],
    )
    def test_the_nearest_address_that_is_no_proxy_of_ours(
        self, tmp_path, client: str, forwarded: str, seen: str | None
    ) -> None:
        settings = Settings(data_dir=tmp_path, trusted_proxies="10.0.0.0/8, ::1/128")
        scope = {"client": (client, 1), "scheme": "http", "headers": [(b"x-forwarded-for", forwarded.encode())]}
        assert _seen_through_proxies(scope, settings).get("client", (None,))[0] == seen

    def test_without_a_client_nothing_is_believed(self, tmp_path) -> None:
        scope = {"client": None, "scheme": "http", "headers": [(b"x-forwarded-proto", b"https")]}
        assert _seen_through_proxies(scope, Settings(data_dir=tmp_path)) == {"scheme": "http"}


class TestVisit:
    @pytest.fixture
    def visited(self) -> Callable[[Visit], None]:
        def offer(found: Visit) -> None:
            LOADERS.clear()
            LOADERS.offer(lambda _connection: found, name="test")

        return offer

    def test_the_short_write_comes_after_the_answer(
        self, amina: Browser, visited: Callable[[Visit], None], told: StringIO
    ) -> None:
        done: list[str] = []
        visited(Visit(PEOPLE["amina"], afterwards=lambda: done.append("seen")))
        amina.get("/notes")
        assert done == ["seen"]

        def broken() -> None:
            raise RuntimeError("no")

        visited(Visit(PEOPLE["amina"], afterwards=broken))
        amina.get("/notes")
        assert len(lines(told, "visit.afterwards_failed")) == 1

    def test_the_page_knows_how_long_the_session_lasts(self, amina: Browser, visited: Callable[[Visit], None]) -> None:
        ends = clock.now() + timedelta(seconds=1_000)
        visited(Visit(PEOPLE["amina"], ends_at=ends, idle_seconds=1_800, look="auto large"))
        page = amina.get("/notes")
        body = page.one(".//body")
        assert 990 <= int(body.get("data-remaining", "0")) <= 1_000
        assert body.get("data-idle") == "1800"
        assert "auto large" in page.root.get("class", "")
        left = int(amina.get("/notes", hx=True).response.headers["session-left"])
        assert 990 <= left <= 1_000
        assert "session-left" not in page.response.headers

    def test_nobody_is_looked_for_without_a_cookie(self, nobody: Browser) -> None:
        asked: list[str] = []

        def loader(connection: Request) -> None:
            asked.append(connection.url.path)

        LOADERS.offer(loader, name="test")
        nobody.get("/notes", status=401)
        assert asked == []
        nobody.send("GET", "/notes", headers={"authorization": "Bearer x"})
        assert asked == ["/notes"]

    def test_a_visit_can_be_set_within_a_request(self) -> None:
        request = Request({"type": "http", "headers": []})
        assert (visit.actor_of(request), visit.owner_of(request)) == (None, "")
        visit.set_visit(request, Visit(PEOPLE["amina"]))
        assert visit.owner_of(request) == str(PEOPLE["amina"].user_id)


def test_what_is_no_request_passes_through(app: FastAPI) -> None:
    seen: list[str] = []

    async def start() -> None:
        async def receive() -> dict[str, str]:
            return {"type": "lifespan.shutdown" if seen else "lifespan.startup"}

        async def send(message: dict[str, str]) -> None:
            seen.append(message["type"])

        await app({"type": "lifespan", "app": app}, receive, send)

    anyio.run(start)
    assert seen == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_an_error_after_the_answer_has_begun_ends_the_connection(make_app: Callable[..., FastAPI]) -> None:
    from starlette.responses import StreamingResponse

    from receiver.web.deps import PUBLIC
    from receiver.web.router import Router

    router = Router()

    @router.get("/half", dependencies=[PUBLIC])
    def half() -> StreamingResponse:
        def chunks():
            yield "x" * 10_000
            raise RuntimeError("broken off")

        return StreamingResponse(chunks())

    app = make_app()
    app.include_router(router)
    with pytest.raises(RuntimeError, match="broken off"):
        Browser(app).send("GET", "/half")
