"""One page of each kind in a real browser: narrow and wide, in each language, light and dark."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from receiver.access import Role
from receiver.accounts.visits import COOKIE
from tests.support.chromium import launched, needed
from tests.support.look import crawl, serving, speak, speaks
from tests.support.looking import by_axe, by_colour, by_measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.support.walking import World

pytestmark = needed

LANGUAGES = ("en", "ar", "fr", "rw", "sw")
NARROW, WIDE = 320, 1280
IN_SHORT = frozenset(
    {
        "/today",
        "/people",
        "/people/{reference}",
        "/people/{reference}/notes/new",
        "/people/{reference}/documents",
        "/arrivals/{slug}",
        "/stipends/runs/{name}",
        "/audit",
    }
)
"""What `make test` looks at; `make look` looks at everything."""
BEFORE_SIGN_IN = ("/sign-in", "/language", "/help", "/privacy", "/accessibility", "/sign-in/recovery", "/nowhere")


_AT_REST = """() => {
  document.activeElement.blur();
  for (const bar of document.querySelectorAll(".bulk")) bar.style.position = "static";
}"""
"""Nothing has the focus, and the bar that sticks to the edge does not lie on the row which happens to be there."""


class Window:
    """A window in which somebody is signed in; `faults` is what the browser said against a page."""

    def __init__(self, browser: Browser, origin: str, cookie: str | None, width: int, scheme: str) -> None:
        self.origin = origin
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        if cookie:
            self.context.add_cookies([{"name": COOKIE, "value": cookie, "url": origin}])
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda told: self.faults.append(told.text) if "Content Security" in told.text else None)
        self.page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.origin, "data:")):
            self.faults.append(f"it asked {request.url}")

    def look_at(self, url: str, *, whole: bool) -> list[str]:
        """What is wrong with a page; `whole` also asks axe."""
        self.page.goto(self.origin + url)
        self.page.evaluate(_AT_REST)
        found = [*self.faults, *by_measure(self.page), *by_colour(self.page), *(by_axe(self.page) if whole else [])]
        self.faults.clear()
        return found


@pytest.fixture(scope="module")
def origin(world: World) -> Iterator[str]:
    with serving(world.app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@lru_cache(maxsize=1)
def one_of_each(world: World) -> dict[str, tuple[Role, str]]:
    """Of each route that links lead to an address, and somebody who may open it."""
    found: dict[str, tuple[Role, str]] = {}
    for role in Role:
        for route, url, _page in crawl(world.browser(world.here, role), "/", "/menu"):
            found.setdefault(route, (role, url))
    return found


def looks(
    world: World, browser: Browser, origin: str, code: str, width: int, *, only: Any = None, dark: bool = False
) -> list[str]:
    """What is wrong with the pages of a language at a width; in the dark axe has nothing more to say."""
    speak(world.system, code)
    faults, windows = [], dict[Role, Window]()
    for route, (role, url) in one_of_each(world).items():
        if only is not None and route not in only:
            continue
        if role not in windows:
            scheme = "dark" if dark else "light"
            windows[role] = Window(browser, origin, world.here.cookies[role], width, scheme)
        window = windows[role]
        found = window.look_at(url, whole=not dark)
        tag, direction = window.page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        assert speaks(code, route, url, tag, direction), url
        faults += [f"{url} ({role.value}): {fault}" for fault in found]
    for window in windows.values():
        window.context.close()
    return faults


@pytest.mark.parametrize(("code", "width"), [("en", NARROW), ("ar", WIDE)])
def test_some_pages(world: World, browser: Browser, origin: str, code: str, width: int) -> None:
    assert looks(world, browser, origin, code, width, only=IN_SHORT) == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page(world: World, browser: Browser, origin: str, code: str, width: int) -> None:
    assert looks(world, browser, origin, code, width) == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_every_page_in_the_dark(world: World, browser: Browser, origin: str, width: int) -> None:
    assert looks(world, browser, origin, "en", width, dark=True) == []


def _before_sign_in(code: str, width: int) -> object:
    is_short = (code, width) in {("en", WIDE), ("ar", NARROW), ("rw", NARROW)}
    return pytest.param(code, width, marks=() if is_short else pytest.mark.slow)


@pytest.mark.parametrize(
    ("code", "width"), [_before_sign_in(code, width) for code in LANGUAGES for width in (NARROW, WIDE)]
)
def test_before_somebody_signs_in(browser: Browser, origin: str, code: str, width: int) -> None:
    window = Window(browser, origin, None, width, "light")
    window.context.add_cookies([{"name": "language", "value": code, "url": origin}])
    faults = [f"{url}: {fault}" for url in BEFORE_SIGN_IN for fault in window.look_at(url, whole=True)]
    window.context.close()
    assert faults == []
