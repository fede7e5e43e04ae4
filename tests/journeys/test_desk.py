"""A window in which somebody works tells everything that goes wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from receiver.web.security import HEADERS
from tests.support.chromium import launched, needed
from tests.support.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Route

pytestmark = needed

ORIGIN = "http://localhost"
GOOD = '<!doctype html><html lang="{}" dir="{}"><title>Lake – Receiver</title><main><h1>Lake</h1>{}</main>'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


def faults(browser: Browser, html: str, *, language: str = "en", script: bool = True, status: int = 200) -> list[str]:
    """What is told of one page."""
    desk = Desk(browser, ORIGIN, language, script=script)

    def answer(route: Route) -> None:
        there = route.request.url == f"{ORIGIN}/lake"
        headers = {**HEADERS, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(status=status if there else 204, body=html if there else "", headers=headers)

    desk.page.route("**/*", answer)
    desk.open("/lake")
    desk.page.wait_for_timeout(50)
    desk.close()
    return desk.faults


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_a_good_page_has_none(browser: Browser, language: str, direction: str) -> None:
    assert faults(browser, GOOD.format(language, direction, ""), language=language) == []


@pytest.mark.parametrize(
    ("html", "told"),
    [
        (GOOD.format("en", "rtl", ""), "is <!DOCTYPE html>"),
        (GOOD.format("ar", "rtl", ""), "is <!DOCTYPE html>"),
        (GOOD.format("en", "ltr", "<h1>Paper</h1>"), "has no name"),
        (GOOD.format("en", "ltr", "").replace("Lake – Receiver", ""), "has no name"),
        (GOOD.format("en", "ltr", "<script>alert(1)</script>"), "Content Security Policy"),
        (GOOD.format("en", "ltr", '<p style="color: red">'), "Content Security Policy"),
        (GOOD.format("en", "ltr", '<img src="https://elsewhere.test/lake.png" alt="">'), "Content Security Policy"),
    ],
)
def test_a_bad_page_is_told(browser: Browser, html: str, told: str) -> None:
    found = faults(browser, html)
    assert found
    assert told in " ".join(found)


def test_a_fault_of_the_server_is_told(browser: Browser) -> None:
    assert "GET /lake: 500" in faults(browser, GOOD.format("en", "ltr", ""), status=500)


def test_what_only_a_script_can_do_is_told_where_there_is_none(browser: Browser) -> None:
    page = GOOD.format("en", "ltr", "<p data-js>Print</p><p data-js hidden>Choose</p>")
    assert faults(browser, page) == []
    [told] = faults(browser, page, script=False)
    assert told.endswith('<p data-js="">')
