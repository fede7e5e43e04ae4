"""Redirects, their twins for htmx, and files with harmless names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from receiver.kit.words import _
from receiver.web.answers import disposition, fitted, pushed, see_other, stream
from receiver.web.exchange import exchange_of

if TYPE_CHECKING:
    from tests.support.pages import Browser


def asking(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]})


def test_on_to_another_page() -> None:
    answer = see_other("/people/R-1?x=é y&z=%2F")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/people/R-1?x=%C3%A9%20y&z=%2F"


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "people", ""])
def test_never_elsewhere(url: str) -> None:
    with pytest.raises(ValueError, match="stay within"):
        see_other(url)


def test_htmx_follows_by_its_own_header() -> None:
    task = BackgroundTask(lambda: None)
    answer = see_other("/x", done=_("Done."))
    answer.set_cookie("a", "b")
    answer.background = task
    request = asking(**{"hx-request": "true"})
    twin = fitted(request, answer)
    assert (twin.status_code, twin.headers["hx-redirect"], twin.body) == (200, "/x", b"")
    assert twin.headers["set-cookie"].startswith("a=b")
    assert twin.background is task
    assert exchange_of(request).done == _("Done.")


def test_a_browser_gets_it_as_it_is() -> None:
    answer, other = see_other("/x"), Response("x")
    assert fitted(asking(), answer) is answer
    assert fitted(asking(**{"hx-request": "true"}), other) is other


def test_a_fragment_can_have_an_address() -> None:
    assert pushed(Response("x"), "/notes?word=x").headers["hx-push-url"] == "/notes?word=x"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("run 2026-11.csv", "attachment; filename=\"run_2026-11.csv\"; filename*=UTF-8''run%202026-11.csv"),
        ("reçu.pdf", "attachment; filename=\"rec_u.pdf\"; filename*=UTF-8''re%C3%A7u.pdf"),
        ("كشف.pdf", "attachment; filename=\"pdf\"; filename*=UTF-8''%D9%83%D8%B4%D9%81.pdf"),
        ('a"b\r\nX: y.csv', "attachment; filename=\"a_b__X__y.csv\"; filename*=UTF-8''a_b__X_%20y.csv"),
        ("../../etc/passwd", "attachment; filename=\"etc_passwd\"; filename*=UTF-8''_.._etc_passwd"),
        ("", "attachment; filename=\"file\"; filename*=UTF-8''file"),
        ("\u202e", "attachment; filename=\"file\"; filename*=UTF-8''_"),
    ],
)
def test_names_of_files(name: str, header: str) -> None:
    assert disposition(name) == header


def test_a_download_is_never_shown_in_place(nobody: Browser) -> None:
    answer = nobody.send("GET", "/notes/files/x.csv")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_a_stream_is_a_file_too() -> None:
    answer = stream(iter([b"x"]), "x.csv", "text/csv")
    assert answer.headers["content-disposition"].startswith("attachment; ")
