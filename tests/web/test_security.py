"""What browsers are told on every answer, and which changing requests are refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from starlette.requests import HTTPConnection

from receiver.settings import Settings
from receiver.web import assets
from receiver.web.security import HEADERS, FromElsewhere, guard, local_path
from tests.support.pages import ORIGIN, Browser, check_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

HERE = {"sec-fetch-site": "same-origin", "origin": ORIGIN}


def connection(settings: Settings | None = None, **headers: str) -> HTTPConnection:
    sent = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in sent.items()]
    app = SimpleNamespace(state=SimpleNamespace(settings=settings or Settings()))
    return HTTPConnection({"type": "http", "scheme": "http", "path": "/", "headers": raw, "app": app})


class TestGuard:
    @pytest.mark.parametrize(
        "headers",
        [
            {"sec_fetch_site": "same-origin"},
            {"sec_fetch_site": "same-origin", "origin": ORIGIN, "cookie": "a=b"},
            {"origin": ORIGIN, "cookie": "a=b"},
            {"origin": "HTTP://LOCALHOST"},
            {"origin": "http://10.0.0.5:8000", "host": "10.0.0.5:8000"},
            {"origin": "http://[::1]:8000", "host": "[::1]:8000"},
            {},
            {"authorization": "Bearer x"},
        ],
    )
    def test_our_own_pages_and_programs_without_cookies_may_change(self, headers: dict[str, str]) -> None:
        guard(connection(**headers), "POST")

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec_fetch_site": "cross-site"},
            {"sec_fetch_site": "same-site"},
            {"sec_fetch_site": "none"},
            {"sec_fetch_site": ""},
            {"sec_fetch_site": "same-origin", "origin": "null"},
            {"sec_fetch_site": "same-origin", "origin": "http://evil.example"},
            {"origin": "null"},
            {"origin": ""},
            {"origin": "https://localhost"},
            {"origin": "http://localhost:81"},
            {"origin": "http://localhost.evil.example"},
            {"origin": "http://["},
            {"origin": "http://evil.example", "host": "evil.example"},
            {"sec_fetch_site": "same-origin", "origin": "http://evil.example:8000", "host": "evil.example:8000"},
            {"origin": "http://localhost.evil.example", "host": "localhost.evil.example"},
            {"cookie": "session=x"},
            {"content_type": "text/plain"},
            {"content_type": "Text/Plain; charset=utf-8", "sec_fetch_site": "same-origin"},
        ],
    )
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_others_may_not(self, headers: dict[str, str], method: str) -> None:
        with pytest.raises(FromElsewhere):
            guard(connection(**headers), method)

    @pytest.mark.parametrize(
        ("more", "host", "ours"),
        [
            ({"public_url": "http://receiver.example"}, "receiver.example", True),
            ({"public_url": "http://receiver.example"}, "10.0.0.5:8000", True),  # what a proxy asked us for
            ({"public_url": "http://other.example", "host": "0.0.0.0"}, "receiver.example", False),  # noqa: S104
            ({"host": "0.0.0.0"}, "receiver.example", True),  # noqa: S104
            ({"host": "::"}, "receiver.example", True),
            ({"host": "receiver.example"}, "receiver.example", True),
            ({}, "receiver.example", False),
        ],
    )
    def test_which_names_are_ours(self, more: dict[str, str], host: str, ours: bool) -> None:
        sent = connection(Settings(**more), host=host, origin="http://receiver.example")
        if ours:
            guard(sent, "POST")
        else:
            with pytest.raises(FromElsewhere):
                guard(sent, "POST")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_looking_is_free(self, method: str) -> None:
        guard(connection(sec_fetch_site="cross-site", origin="null", cookie="a=b"), method)

    @pytest.mark.parametrize(
        "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "null"}, {}, {**HERE, "content-type": "text/plain"}]
    )
    def test_what_is_refused_changes_nothing(self, amina: Browser, headers: dict[str, str]) -> None:
        body = b"title=Forged&kind=visit&text=x"
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        answer = amina.send("POST", "/notes", content=body, headers=sent)
        assert answer.status_code == 403
        assert "did not come from a page of Receiver" in answer.text
        check_headers(answer)
        assert "Forged" not in amina.get("/notes").html


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/people/R-1?x=1&y=%2F", "/people/R-1?x=1&y=%2F"),
        ("/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/ /evil", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("people", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ('/"><script>', "/"),
        ("/" + "x" * 2_000, "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_only_paths_of_ours_are_gone_on_to(target: str | None, path: str) -> None:
    assert local_path(target) == path
    assert local_path("", "/home") == "/home"


class TestHeaders:
    @pytest.mark.parametrize(
        ("method", "url", "status"),
        [
            ("GET", "/notes", 200),
            ("HEAD", "/notes", 200),
            ("OPTIONS", "/notes", 405),
            ("DELETE", "/notes/files/x", 405),
            ("GET", "/nix", 404),
            ("HEAD", "/nix", 404),
            ("GET", "/notes/not-an-id", 404),
            ("GET", "/notes?word=a&word=b", 422),
            ("GET", "/notes/files/x.csv", 200),
            ("GET", "/static/nix.css", 404),
            ("POST", "/notes", 422),
        ],
    )
    def test_they_are_on_every_answer(self, amina: Browser, method: str, url: str, status: int) -> None:
        answer = amina.send(method, url, headers=HERE)
        assert answer.status_code == status
        check_headers(answer)
        assert "strict-transport-security" not in answer.headers

    def test_on_files_of_ours_too(self, nobody: Browser) -> None:
        answer = nobody.send("GET", assets.asset("receiver.css"), headers={"accept-encoding": "identity"})
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"

    def test_the_policy_allows_nothing_inline(self) -> None:
        assert "unsafe" not in HEADERS["Content-Security-Policy"]
        assert "default-src 'none'" in HEADERS["Content-Security-Policy"]

    def test_our_own_forms_keep_their_origin(self) -> None:
        assert HEADERS["Referrer-Policy"] == "same-origin"

    def test_head_has_no_body(self, amina: Browser) -> None:
        answer = amina.send("HEAD", "/notes")
        assert answer.content == b""
        assert answer.headers["content-type"] == "text/html; charset=utf-8"

    def test_an_address_that_takes_no_such_method_says_which(self, amina: Browser) -> None:
        answer = amina.send("DELETE", "/notes", headers=HERE)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST"}


class TestTls:
    def test_behind_a_trusted_proxy_cookies_are_bound_to_the_host(self, make_app: Callable[..., FastAPI]) -> None:
        browser = Browser(make_app(trusted_proxies="127.0.0.0/8"), cookies={"session": "amina"})
        secure = {"x-forwarded-proto": "https", "Origin": "https://localhost"}
        page = browser.get("/notes/new", headers=secure)
        assert page.response.headers["strict-transport-security"].startswith("max-age=")
        sent = browser.post("/notes", page.form().with_(title="A", text="B"), headers=secure)
        cookie = sent.response.headers["set-cookie"]
        assert cookie.startswith("__Host-done=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))

    def test_a_public_address_says_it_too(self, make_app: Callable[..., FastAPI]) -> None:
        browser = Browser(make_app(public_url="https://receiver.example"), cookies={"session": "amina"})
        assert "strict-transport-security" in browser.get("/notes").response.headers

    def test_from_anyone_else_such_headers_are_noise(self, make_app: Callable[..., FastAPI]) -> None:
        forged = {"x-forwarded-proto": "https", "x-forwarded-for": "10.0.0.1", "x-forwarded-host": "evil.example"}
        for app in (make_app(), make_app(trusted_proxies="10.0.0.0/8")):
            answer = Browser(app, cookies={"session": "amina"}).send("GET", "/notes", headers=forged)
            assert "strict-transport-security" not in answer.headers
            assert "evil.example" not in answer.text

    def test_a_foreign_host_is_never_built_upon(self, amina: Browser) -> None:
        answer = amina.send("GET", "/notes", headers={"host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)
