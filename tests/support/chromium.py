"""A real browser for tests, which is shown pages of our choice under the policy that real pages have."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from receiver.web import static_build
from receiver.web.security import HEADERS
from tests.support.system import chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

ORIGIN = "http://localhost"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

needed = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium() is None, reason="Chromium is not installed"),
]
"""The marks of tests that need a browser."""


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser; a module should close it, because asyncio cannot be used beside it in the same thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, "--no-first-run"])
        yield browser
        browser.close()


class Stage:
    """One window: `show` opens a page, `answers` says what addresses answer, `asked` and `faults` are what happened."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(5_000)
        self.answers: dict[str, str | Callable[[Route], Any]] = {}
        self.asked: list[Request] = []
        self.faults: list[str] = []
        self.page.route("**/*", self._answer)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda told: self.faults.append(told.text) if "Content Security" in told.text else None)

    def show(self, html: str, path: str = "/shown") -> Page:
        """Open a page."""
        self.answers[path] = html
        self.page.goto(ORIGIN + path)
        return self.page

    def until(self, condition: str, seconds: float = 5) -> None:
        """Wait until JavaScript says so; the page's policy forbids the browser's own way of waiting."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < deadline, f"never true: {condition}"
            self.page.wait_for_timeout(20)

    def requests(self, path: str) -> list[Request]:
        """What was asked of an address."""
        return [request for request in self.asked if request.url.removeprefix(ORIGIN).partition("?")[0] == path]

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        if path.startswith("/static/"):
            file = static_build.BUILD / path.removeprefix("/static/")
            kinds = {asset["file"]: asset["type"] for asset in static_build.ensure().values()}
            route.fulfill(body=file.read_bytes(), content_type=kinds[file.name])
            return
        self.asked.append(route.request)
        answer = self.answers.get(path)
        if callable(answer):
            answer(route)
        elif answer is None:
            route.fulfill(status=404, body="")
        else:
            route.fulfill(body=answer, content_type="text/html; charset=utf-8", headers=HEADERS)
