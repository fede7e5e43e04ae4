"""Everything that is refused or goes wrong, as a page, a fragment and for programs."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel
from sqlalchemy import exc
from starlette.exceptions import HTTPException

from receiver.access import Permission
from receiver.db.refusals import DatabaseBusy, DatabaseStopped
from receiver.kit.errors import Gone, Invalid, NotAllowed, NotFound, Refusal, StaleVersion, TooMany
from receiver.web import refusals
from receiver.web.body import BodyTooLarge, NotAForm
from receiver.web.deps import PUBLIC
from receiver.web.idempotency import StillUnderWay
from receiver.web.refusal_words import told_about
from receiver.web.router import Router
from receiver.web.slots import WHO_CAN
from tests.support.pages import Browser, said

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import StringIO

    from fastapi import FastAPI

    from receiver.access import Actor

RAISED: dict[str, Callable[[], Exception]] = {
    "not-found": NotFound,
    "not-allowed": NotAllowed,
    "stale": StaleVersion,
    "too-many": lambda: TooMany(retry_after=240),
    "invalid": Invalid,
    "gone": Gone,
    "large": lambda: BodyTooLarge(limit=256),
    "not-a-form": NotAForm,
    "under-way": StillUnderWay,
    "busy": DatabaseBusy,
    "stopped": DatabaseStopped,
    "teapot": lambda: HTTPException(418, headers={"X-Pot": "yes"}),
    "crash": lambda: ZeroDivisionError("a secret that nobody may read"),
    "broken-row": lambda: exc.IntegrityError("INSERT INTO people", {"name": "a secret"}, ValueError("a secret")),
}
STATUS = {
    "not-found": 404,
    "not-allowed": 403,
    "stale": 409,
    "too-many": 429,
    "invalid": 422,
    "gone": 410,
    "large": 413,
    "not-a-form": 415,
    "under-way": 409,
    "busy": 503,
    "stopped": 503,
    "teapot": 418,
    "crash": 500,
    "broken-row": 500,
}


class Body(BaseModel):
    number: int


def raising_router() -> Router:
    router = Router()

    @router.get("/raise/{what}", dependencies=[PUBLIC])
    @router.get("/api/v1/raise/{what}", dependencies=[PUBLIC])
    def raise_it(what: str) -> None:
        raise RAISED[what]()  # noqa: RSE102 - the table holds what makes an error

    @router.post("/api/v1/numbers", dependencies=[PUBLIC])
    def numbers(body: Body) -> dict[str, int]:
        return {"number": body.number}

    @router.get("/api/v1/pages", dependencies=[PUBLIC])
    def pages(size: int) -> dict[str, int]:
        return {"size": size}

    return router


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    made = make_app()
    made.include_router(raising_router())
    return made


@pytest.mark.parametrize("what", RAISED)
class TestEachRefusal:
    def test_as_a_page(self, nobody: Browser, what: str) -> None:
        page = nobody.get(f"/raise/{what}", status=STATUS[what])
        assert page.h1 == str(told_about(STATUS[what]).title)
        assert said(page.one(".//*[@data-refusal]"))
        assert page.one(".//main//span[@class='id']").text.startswith("E-")
        assert "secret" not in page.html
        assert "Traceback" not in page.html

    def test_as_a_fragment(self, nobody: Browser, what: str) -> None:
        fragment = nobody.get(f"/raise/{what}", status=STATUS[what], hx=True)
        assert not fragment.whole
        assert said(fragment.one(".//*[@data-refusal]"))
        assert fragment.title.startswith(str(told_about(STATUS[what]).title))

    @pytest.mark.parametrize("accept", ["application/json", "text/html"])
    def test_for_programs(self, nobody: Browser, what: str, accept: str) -> None:
        answer = nobody.send("GET", f"/api/v1/raise/{what}", headers={"accept": accept})
        assert answer.status_code == STATUS[what]
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert told["status"] == STATUS[what]
        assert told["type"] == f"urn:receiver:refusal:{told['code']}"
        assert told["title"]
        assert told["detail"]
        assert told["reference"].startswith("E-")
        assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("what", "seconds"), [("too-many", "240"), ("busy", "5"), ("stopped", "300"), ("under-way", "2")]
)
def test_who_should_wait_is_told_how_long(nobody: Browser, what: str, seconds: str) -> None:
    assert nobody.get(f"/raise/{what}", status=STATUS[what]).response.headers["retry-after"] == seconds
    assert "retry-after" not in nobody.get("/raise/gone", status=410).response.headers


def test_headers_of_the_server_are_kept(nobody: Browser) -> None:
    assert nobody.get("/raise/teapot", status=418).response.headers["x-pot"] == "yes"


def test_the_language_is_kept(app: FastAPI) -> None:
    page = Browser(app, language="ar").get("/raise/crash", status=500)
    assert (page.root.get("lang"), page.root.get("dir")) == ("ar", "rtl")


def test_the_reference_is_that_of_the_log(nobody: Browser, told: StringIO) -> None:
    page = nobody.get("/raise/crash", status=500)
    reference = page.response.headers["x-request-id"]
    assert reference in page.text()
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    assert [line["event"] for line in lines if line.get("reference") == reference] == ["request.failed", "request"]
    assert "ZeroDivisionError" in told.getvalue()
    assert "a secret" not in told.getvalue()


class TestUnknown:
    def test_unknown_and_invisible_are_the_same_bytes(self, amina: Browser, bosco: Browser) -> None:
        form = bosco.get("/notes/new").form()
        bosco.submit(form, title="Mine", text="x")
        theirs = next(url for name, url in bosco.get("/notes").links.items() if name == "Mine")
        bodies = [
            amina.get(url, status=404).html
            for url in (theirs, f"/notes/{uuid.uuid4()}", "/notes/not-an-id", f"{theirs}/edit", "/nix", "/notes/x/y/z")
        ]
        assert len(set(bodies)) == 1

    def test_for_htmx_and_programs_as_well(self, amina: Browser, bosco: Browser) -> None:
        bosco.submit(bosco.get("/notes/new").form(), title="Mine", text="x")
        theirs = bosco.get("/notes").links["Mine"]
        for headers in ({"hx-request": "true"}, {"accept": "application/json"}):
            answers = [amina.send("GET", url, headers=headers) for url in (theirs, f"/notes/{uuid.uuid4()}")]
            assert {answer.status_code for answer in answers} == {404}
            assert len({answer.content for answer in answers}) == 1

    def test_nothing_of_the_address_comes_back(self, amina: Browser) -> None:
        assert "nosuchword" not in amina.get("/nosuchword?x=nosuchword", status=404).html


class TestWrongInput:
    def test_a_query_that_cannot_be_read(self, nobody: Browser) -> None:
        answer = nobody.send("GET", "/api/v1/pages?size=many")
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"at": ["query", "size"], "kind": "int_parsing"}]
        assert answer.json()["code"] == "bad-query"
        assert "size" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("body", "status"), [("{", 422), ('{"number": "x"}', 422), ('{"number": 7}', 200), ("", 422)]
    )
    def test_json_that_does_not_fit(self, nobody: Browser, body: str, status: int) -> None:
        answer = nobody.send("POST", "/api/v1/numbers", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == status
        if status == 422:
            assert answer.json()["code"] == "bad-json"

    def test_json_that_is_too_large_is_told_its_limit(self, nobody: Browser) -> None:
        body = json.dumps({"number": 1, "more": "x" * 300_000})
        answer = nobody.send("POST", "/api/v1/numbers", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
        assert "256 kB" in answer.json()["detail"]

    def test_a_duplicate_filter_is_a_page(self, amina: Browser) -> None:
        assert amina.get("/notes?word=a&word=b", status=422).h1 == "Something is not right"


class TestWhoMay:
    def test_without_the_permission_the_page_says_who_has_it(self, auditor: Browser) -> None:
        page = auditor.get("/notes", status=403)
        assert "Caseworker" in page.text()
        assert auditor.post("/notes", {"title": "A"}, status=403).h1 == "This is not allowed"

    def test_and_whom_one_can_ask(self, auditor: Browser) -> None:
        asked: list[object] = []

        def near(_session: object, actor: Actor, permission: Permission) -> list[str]:
            asked.extend((actor.name, permission))
            return ["Amina", "Bosco", "Claire", "Didier"]

        WHO_CAN.connect(near, name="test")
        try:
            page = auditor.get("/notes", status=403)
        finally:
            WHO_CAN.clear()
        assert asked == ["Odile", Permission.NOTE_READ]
        assert "You can ask: Amina, Bosco and Claire." in page.text()

    def test_a_busy_database_costs_only_the_names(self, auditor: Browser) -> None:
        def busy(*_asked: object) -> list[str]:
            raise DatabaseBusy

        WHO_CAN.connect(busy, name="test")
        try:
            page = auditor.get("/notes", status=403)
        finally:
            WHO_CAN.clear()
        assert "ask your supervisor" in page.text()

    def test_nobody_is_asked_to_sign_in(self, nobody: Browser) -> None:
        page = nobody.get("/notes?word=x", status=401)
        assert page.links["Sign in"] == "/sign-in?next=%2Fnotes%3Fword%3Dx"

    def test_a_script_learns_where_to_sign_in(self, nobody: Browser) -> None:
        headers = {"HX-Current-URL": "http://localhost/notes?word=x"}
        fragment = nobody.get("/notes", status=401, hx=True, headers=headers)
        assert fragment.response.headers["hx-redirect"] == "/sign-in?next=/notes%3Fword%3Dx"

    def test_a_program_gets_a_problem(self, nobody: Browser) -> None:
        answer = nobody.send("GET", "/notes", headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")


def test_when_even_the_page_cannot_be_drawn(nobody: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_kw: object) -> None:
        raise RuntimeError("no template")

    monkeypatch.setattr(refusals, "page", broken)
    page = nobody.get("/raise/not-allowed", status=403)
    assert page.h1 == "This is not allowed"
    assert page.root.get("lang") == "en"


def busy_loader() -> None:
    from receiver.web.visit import LOADERS

    def busy(_connection: object) -> None:
        raise DatabaseBusy

    LOADERS.offer(busy)


def test_what_was_sent_to_a_busy_system_can_be_sent_again(amina: Browser) -> None:
    form = amina.get("/notes/new").form()
    busy_loader()
    amina.client.cookies["session"] = "x"
    page = amina.submit(form, title="Not lost", text="two\r\nlines", status=503)
    again = page.form()
    assert (again.action, again.values["title"], again.values["text"]) == ("/notes", "Not lost", "two\nlines")
    assert again.values["_key"] == form.values["_key"]


def test_what_began_from_an_older_version_cannot_be_sent_again(amina: Browser) -> None:
    from receiver.web.visit import LOADERS

    def stale(_connection: object) -> None:
        raise StaleVersion

    form = amina.get("/notes/new").form()
    LOADERS.offer(stale)
    amina.client.cookies["session"] = "x"
    page = amina.submit(form, title="Too late", text="x", status=409)
    assert page.all(".//form[@action='/notes']") == []


@pytest.mark.parametrize("files", [None, {"scan": ("a.png", b"x", "image/png")}])
def test_a_password_or_a_file_never_stands_in_the_page(nobody: Browser, files: dict[str, object] | None) -> None:
    busy_loader()
    nobody.client.cookies["session"] = "x"
    sent = {"title": "A"} if files else {"title": "A", "password": "hunter2"}
    page = nobody.post("/notes/secret", sent, files=files, status=503)
    assert "hunter2" not in page.html
    assert page.all(".//main//form") == []


def test_a_sender_that_goes_away_is_no_fault(nobody: Browser, told: StringIO) -> None:
    from starlette.requests import ClientDisconnect

    assert refusals.status_of(refusals.refusal_of(ClientDisconnect())) == 400


def test_an_error_while_asking_who_it_is_is_answered_too(nobody: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    busy_loader()
    nobody.client.cookies["session"] = "x"
    assert nobody.get("/notes", status=503).h1 == "Please try again soon"


def test_every_refusal_has_a_page_of_its_own() -> None:
    seen = {kind.status for kind in _kinds(Refusal) if kind.__module__.startswith(("receiver.kit", "receiver.web"))}
    assert {status for status in seen if told_about(status) is told_about(418)} <= {400, 409} - {400, 409}


def _kinds(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind, *(each for sub in kind.__subclasses__() for each in _kinds(sub))}
