"""A browser for tests that looks strictly at every page it is given, and fills in forms as people do."""

from __future__ import annotations

import atexit
import gzip
import re
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import anyio
import html5lib
import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from receiver import i18n
from receiver.kit.words import _
from receiver.web.security import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fastapi import FastAPI
    from httpx import Response

Values = dict[str, Any]
ORIGIN = "http://localhost"
HEAVIEST = 14 * 1024
"""Bytes of gzip -9 that no page may weigh more than (U56)."""

_VOID_TYPES = frozenset({"hidden", "submit", "button", "reset", "image"})
_LEAKS = re.compile(r"Words\(|Undefined|<receiver|<bound method|%\(\w+\)s|\{\{|\{%")


class Page:
    """An answer, parsed."""

    def __init__(self, response: Response, *, whole: bool) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.text
        self.whole = whole
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False)
        self.root: ET.Element = parser.parse(self.html) if whole else parser.parseFragment(self.html)

    def all(self, path: str) -> list[ET.Element]:
        """The elements of a path such as `.//input`."""
        return self.root.findall(path)

    def one(self, path: str) -> ET.Element:
        """The only element of a path."""
        found = self.all(path)
        assert len(found) == 1, f"{len(found)} elements for {path} in {self.html[:2000]}"
        return found[0]

    def by_id(self, name: str) -> ET.Element:
        """The element of this id."""
        return self.one(f".//*[@id='{name}']")

    def text(self, path: str = ".") -> str:
        """What an element says, with single spaces."""
        return said(self.one(path) if path != "." else self.root)

    @property
    def title(self) -> str:
        """The title of the page, or that of a fragment."""
        return self.text(".//title")

    @property
    def h1(self) -> str:
        """The heading of the page."""
        return self.text(".//h1")

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the links by what they say."""
        return {said(link): link.get("href", "") for link in self.all(".//a[@href]")}

    def form(self, action: str | None = None) -> FilledForm:
        """The form of this address, or the only one of the main part, with what it holds now."""
        main = self.all(".//main")
        forms = (main[0] if main else self.root).findall(".//form")
        wanted = [form for form in forms if action in {None, form.get("action")}]
        assert len(wanted) == 1, f"{len(wanted)} forms for {action}: {[form.get('action') for form in forms]}"
        return FilledForm(wanted[0], self.root)


def said(element: ET.Element) -> str:
    """The text of an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


@dataclass
class FilledForm:
    """A form with its values, to be changed and sent."""

    element: ET.Element
    root: ET.Element

    @property
    def action(self) -> str:
        """Where it goes."""
        return self.element.get("action", "")

    @property
    def values(self) -> Values:
        """What a browser would send: a text, or a list where a name stands several times."""
        found: dict[str, list[str]] = {}
        for name, value in self._pairs():
            found.setdefault(name, []).append(value)
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}

    def with_(self, **changes: Any) -> Values:
        """The same with changes; None leaves a value out, and `_` in a name may stand for `-`."""
        values = self.values
        for name, value in changes.items():
            key = name if name in values or name.startswith("_") else _spelled(name, self._names())
            values[key] = value
        return {name: value for name, value in values.items() if value is not None}

    def _controls(self) -> Iterator[ET.Element]:
        own = self.element.get("id")
        for control in self.element.iter():
            if control.get("form") in {None, own}:
                yield control
        if own:
            yield from (c for c in self.root.iter() if c.get("form") == own and c not in set(self.element.iter()))

    def _names(self) -> set[str]:
        return {control.get("name", "") for control in self._controls()}

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for control in self._controls():
            name, kind = control.get("name"), control.get("type", "text")
            if not name:
                continue
            if control.tag == "textarea":
                yield name, "".join(control.itertext())
            elif control.tag == "select":
                options = control.findall(".//option")
                chosen = [option for option in options if option.get("selected") is not None] or options[:1]
                yield from ((name, option.get("value", said(option))) for option in chosen)
            elif control.tag == "input" and kind in {"checkbox", "radio"}:
                if control.get("checked") is not None:
                    yield name, control.get("value", "on")
            elif control.tag == "input" and kind not in {"submit", "button", "file"}:
                yield name, control.get("value", "")


def _spelled(name: str, names: set[str]) -> str:
    dashed = name.replace("_", "-")
    return dashed if dashed in names and name not in names else name


@lru_cache
def _portal() -> BlockingPortal:
    """A thread with an event loop for all browsers of this process; a test's own thread may be running another."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(start_blocking_portal())


class Browser:
    """A client that sends what browsers send, and checks every page and fragment that comes back."""

    def __init__(
        self,
        app: FastAPI,
        *,
        language: str = "en",
        cookies: Mapping[str, str] | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        transport = httpx.ASGITransport(app=app, client=(address, 4321))
        self.client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=dict(cookies or {}))
        self.client.headers["Accept-Language"] = language
        self.client.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
        self.seen: list[str] = []

    def send(self, method: str, url: str, **options: Any) -> Response:
        """A request with nothing added and nothing looked at."""
        return _portal().call(lambda: self.client.request(method, url, **options))

    def get(self, url: str, *, status: int = 200, hx: bool = False, headers: Mapping[str, str] | None = None) -> Page:
        """Open an address."""
        more = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors" if hx else "navigate", **_hx(hx)}
        return self._looked_at(self.send("GET", url, headers={**more, **(headers or {})}), status, whole=not hx)

    def post(
        self,
        url: str,
        data: Values | None = None,
        *,
        files: Mapping[str, Any] | None = None,
        status: int = 303,
        hx: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send a form."""
        more = {**_from_here(hx), **(headers or {})}
        return self._looked_at(self.send("POST", url, data=data or {}, files=files, headers=more), status, whole=not hx)

    def submit(self, form: FilledForm, *, status: int = 303, hx: bool = False, **changes: Any) -> Page:
        """Send a form of a page with changes."""
        return self.post(form.action, form.with_(**changes), status=status, hx=hx)

    def follow(self, page: Page, *, status: int = 200) -> Page:
        """Go where an answer leads."""
        return self.get(page.response.headers["location"], status=status)

    def at_once(self, times: int, url: str, data: Values) -> list[Response]:
        """Send the same form many times at the same moment."""

        async def together() -> list[Response]:
            answers: list[Response] = []

            async def once() -> None:
                answers.append(await self.client.post(url, data=data, headers=_from_here(False)))

            async with anyio.create_task_group() as group:
                for _each in range(times):
                    group.start_soon(once)
            return answers

        return _portal().call(together)

    def _looked_at(self, response: Response, status: int, *, whole: bool) -> Page:
        self.seen.append(f"{response.request.method} {response.request.url.path}")
        assert response.status_code == status, f"{response.status_code}, not {status}: {response.text[:3000]}"
        check_headers(response)
        is_html = response.headers.get("content-type", "").startswith("text/html")
        whole = whole or "<html" in response.text
        page = Page(response, whole=whole and is_html and bool(response.text))
        if is_html and response.text:
            check_page(page)
        return page


def _from_here(hx: bool) -> dict[str, str]:
    mode = "cors" if hx else "navigate"
    return {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": mode, "Origin": ORIGIN, **_hx(hx)}


def _hx(hx: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if hx else {}


def check_headers(response: Response) -> None:
    """What every answer carries."""
    for name, value in HEADERS.items():
        assert response.headers.get(name) == value, f"{name}: {response.headers.get(name)}"
    kept = response.headers["cache-control"]
    assert kept == "no-store" or "immutable" in kept, kept
    if kept == "no-store":
        varies = {each.strip() for each in response.headers["vary"].split(",")}
        assert {"HX-Request", "Accept-Language", "Cookie"} <= varies, varies
    assert "server" not in response.headers
    assert response.headers["x-request-id"].startswith("E-")


def check_page(page: Page) -> None:
    """What every page and fragment is held to; the strict parser has read it already."""
    assert page.response.headers["content-type"] == "text/html; charset=utf-8"
    weight = len(gzip.compress(page.html.encode(), 9))
    assert weight <= HEAVIEST, f"{weight} bytes gzipped"
    if page.whole:
        _check_frame(page)
    else:
        assert "<html" not in page.html
        assert page.html.strip(), "an empty fragment"
    _check_ids(page)
    _check_labels(page)
    _check_nothing_inline(page)
    _check_controls(page)
    leak = _LEAKS.search(page.html)
    assert leak is None, page.html[max(0, leak.start() - 200) : leak.end() + 200] if leak else ""


def _check_frame(page: Page) -> None:
    assert page.html.startswith("<!doctype html>")
    assert page.html.count("<title>") == 1
    headings = page.all(".//h1")
    assert len(headings) == 1, f"{len(headings)} h1"
    language = next((each for each in i18n.LOCALES.values() if each.tag == page.root.get("lang")), None)
    assert language is not None, page.root.get("lang")
    error = " ".join(i18n.text(_("Error:"), language.code).split())
    title = i18n.fmt.plain(page.title).removeprefix(f"{error} ")
    assert title.startswith(i18n.fmt.plain(page.h1)), (page.title, page.h1)
    assert page.title.endswith("\u2013 Receiver"), page.title
    assert page.root.get("dir") == language.dir
    assert len(page.all(".//main")) == 1


def _check_ids(page: Page) -> None:
    ids = [element.get("id") for element in page.root.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids)), sorted({name for name in ids if ids.count(name) > 1})
    if not page.whole:
        return  # a fragment may speak of what stands round it
    for element in page.root.iter():
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list", "form"):
            for name in (element.get(attribute) or "").split():
                assert name in ids, f"{attribute}={name} leads nowhere"
        target = element.get("href", "")
        if target.startswith("#"):
            assert target[1:] in ids, f"a link to {target} leads nowhere"


def _check_labels(page: Page) -> None:
    labelled = {label.get("for") for label in page.all(".//label")}
    wrapped = {id(control) for label in page.all(".//label") for control in label.iter()}
    for control in page.root.iter():
        if control.tag not in {"input", "select", "textarea"} or control.get("type") in _VOID_TYPES:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby") or control.get("id") in labelled
        assert named or id(control) in wrapped, f"no label: {ET.tostring(control, 'unicode')[:300]}"


def _check_nothing_inline(page: Page) -> None:
    for element in page.root.iter():
        assert element.tag != "style", "an inline style sheet"
        assert element.tag != "script" or (element.get("src") and not said(element)), "an inline script"
        for name, value in element.attrib.items():
            assert name != "style", f"an inline style: {value}"
            assert not str(name).startswith("on"), f"an inline handler: {name}"
            if name in {"href", "src", "action", "hx-get", "hx-post", "formaction"}:
                parts = urlsplit(value)
                assert parts.scheme + parts.netloc == "", f"{name} leads out: {value}"


def _check_controls(page: Page) -> None:
    for form in page.all(".//form"):
        assert form.get("method") in {"get", "post"}, "a form without a method"
        assert (form.get("action") or "").startswith("/"), f"a form goes to {form.get('action')!r}"
    inside = {id(element) for form in page.all(".//form") for element in form.iter()}
    for button in page.all(".//button"):
        works = id(button) in inside or button.get("form") or button.get("type") == "button"
        assert works, f"a button that does nothing: {said(button)}"
    for link in page.all(".//a"):
        assert link.get("href") not in {None, "", "#"}, f"a link that leads nowhere: {said(link)}"


def region(page: Page, name: str) -> str:
    """What the region of this id says."""
    return said(page.by_id(name))


def same_region(browser: Browser, url: str, name: str) -> None:
    """The fragment of an address says in its region what the whole page says there (K10)."""
    whole, fragment = browser.get(url), browser.get(url, hx=True)
    assert not fragment.whole, "the whole page came where a fragment was asked for"
    assert region(whole, name) == region(fragment, name)


def texts(elements: Sequence[ET.Element]) -> list[str]:
    """What each of the elements says."""
    return [said(element) for element in elements]
