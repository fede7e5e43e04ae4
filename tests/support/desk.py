"""Somebody at work in a window of Chromium: links, buttons and boxes by what they say, every page looked at."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import html5lib

from receiver import i18n
from receiver.i18n import LOCALES
from receiver.kit.text import strip_hidden, western_digits
from receiver.kit.words import _
from tests.support.installation import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Download, Locator, Page, Request, Response

    from receiver.kit.words import LabelledEnum, Words

PATIENCE = 30_000
"""Milliseconds for anything that a page is to do."""
WORK_WITHIN = 60
"""Seconds for a piece of background work."""
_CHECK_AGAIN, _SHOW_RESULT = _("Check again"), _("Show the result")


class Desk:
    """One person's window. `faults` is everything that the browser or the pages did wrong; `looked_at` counts pages."""

    def __init__(self, browser: Browser, origin: str, language: str, *, script: bool) -> None:
        self.origin, self.language, self.script = origin, language, script
        self.context = browser.new_context(
            base_url=origin, java_script_enabled=script, accept_downloads=True, locale="en-GB"
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.looked_at = 0
        self._expected = 0
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._told)
        self.page.on("dialog", self._asked)
        self.page.on("request", self._requested)
        self.page.on("response", self._answered)

    # ---- What is said

    def say(self, words: Words | LabelledEnum | str) -> str:
        """A sentence in the language of the window, without the invisible signs that keep directions apart."""
        return plain(i18n.text(words, self.language))

    @property
    def says(self) -> str:
        """Everything that the page says."""
        return plain(self.page.locator("body").inner_text())

    def reads(self, *sentences: Words | LabelledEnum | str) -> Desk:
        """The page says this, now or in a moment."""
        deadline = time.monotonic() + PATIENCE / 1000
        for sentence in map(self.say, sentences):
            while sentence not in self.says:
                assert time.monotonic() < deadline, f"{self.page.url} does not say “{sentence}”: {self.says}"
                self.page.wait_for_timeout(20)
        return self

    def has(self, css: str) -> bool:
        """Whether something is in the main part."""
        return self.page.locator(f"main {css}").count() > 0

    def figures(self) -> list[int]:
        """How many people a run pays, and how many it leaves out."""
        return [
            int(western_digits(plain(self.page.locator(f"main .kpis {place} .num").inner_text())))
            for place in ("li:nth-child(1)", "li:nth-child(3)")
        ]

    def tree(self) -> ET.Element:
        """The page as it stands, to be taken apart."""
        return html5lib.parse(self.page.content(), treebuilder="etree", namespaceHTMLElements=False)

    # ---- What is done

    def sign_in(self, who: str) -> Desk:
        """Choose the language as a stranger does, above the form, then sign in."""
        self.page.goto("/sign-in")
        if self.language != "en":
            self._navigated(self.page.locator(f"button[name=language][value={self.language}]"))
        self._look()
        self.type(email=f"{who}@example.org", password=PASSWORD)
        self.press(_("Sign in"))
        return self

    def open(self, path: str) -> Desk:
        """Type an address, or use a bookmark."""
        self.page.goto(path)
        self._look()
        return self

    def click(self, words: Words | LabelledEnum | str, *, within: str = "body", about: bool = False) -> Desk:
        """Follow the link that says this; with `about` it says more than this."""
        return self._go(self._named("link", words, within, about=about))

    def press(self, words: Words | LabelledEnum | str, *, within: str = "body", about: bool = False) -> Desk:
        """Press the button that says this."""
        return self._go(self._named("button", words, within, about=about))

    def follow(self, css: str) -> Desk:
        """Follow the link, or press the button, at a place of the main part that has no words of its own."""
        return self._go(self.page.locator(f"main {css}").first)

    def submit(self, action: str) -> Desk:
        """Press the main button of the form that goes to an address which ends with this."""
        return self._go(self.form(action).locator("button:not([formaction])").first)

    def form(self, action: str) -> Locator:
        """The form that goes to an address which ends with this, its query left aside."""
        return self.page.locator(f'main form:is([action$="{action}"], [action*="{action}?"])')

    def type(self, **values: str) -> Desk:
        """Write into boxes by their names; those of a date are `name-day` and so on, here `name__day`."""
        for name, value in values.items():
            self.page.locator(f'main [name="{name.replace("__", "-")}"]').fill(value)
        return self

    def type_into(self, action: str, **values: str) -> Desk:
        """Write into boxes of the form that goes to an address which ends with this."""
        for name, value in values.items():
            self.form(action).locator(f'[name="{name}"]').fill(value)
        return self

    def choose(self, name: str, label: Words | LabelledEnum | str) -> Desk:
        """Take the option of a list that begins with this, or the radio button that says this."""
        box = self.page.locator(f'main select[name="{name}"]')
        if box.count():
            offered = [plain(text) for text in box.locator("option").all_inner_texts()]
            box.select_option(
                index=next(place for place, text in enumerate(offered) if text.startswith(self.say(label)))
            )
        else:
            self.page.get_by_role("radio", name=self.say(label), exact=True).check()
        return self

    def tick(self, name: str, value: str | None = None) -> Desk:
        """Tick a box."""
        self.page.locator(f'main input[name="{name}"]' + (f'[value="{value}"]' if value else "")).check()
        return self

    def tick_rows(self) -> int:
        """Choose every row of the list: by the box above them, or where there is no script one by one, by keyboard."""
        boxes = self.page.locator("main tbody input[type=checkbox]")
        if self.script:
            self.page.locator("main thead input[data-all]").check()
        else:
            for box in boxes.all():
                box.press("Space")
        chosen = self.page.locator("main tbody input[type=checkbox]:checked").count()
        assert chosen == boxes.count()
        return chosen

    def put(self, name: str, file: str, content: bytes) -> Desk:
        """Choose a file from the computer."""
        kind = (
            "text/csv" if file.endswith(".csv") else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
        self.page.locator(f'main input[type=file][name="{name}"]').set_input_files(
            {"name": file, "mimeType": kind, "buffer": content}
        )
        return self

    def take(self, css: str, folder: Path) -> tuple[str, bytes]:
        """Press something in the main part that hands over a file; gives its name and content."""
        with self.page.expect_download() as awaited:
            self.page.locator(f"main {css}").click()
        return self._saved(awaited.value, folder)

    def wait_for_work(self) -> Desk:
        """Wait on the page of a piece of work until it is over, as long as people do, and look at what came of it."""
        deadline = time.monotonic() + WORK_WITHIN
        done = self._named("link", _SHOW_RESULT, "main")
        if not self.script:
            refresh = self.page.locator("head meta[http-equiv=refresh]")
            assert done.count() or refresh.count() == 1, "without a script the page must go on by itself"
        while not done.count():
            assert time.monotonic() < deadline, f"{self.page.url} never ended: {self.says}"
            if self.script:
                self.page.wait_for_timeout(50)
            else:
                self.page.wait_for_timeout(250)
                self.click(_CHECK_AGAIN)
        return self.click(_SHOW_RESULT)

    def confirm_if_asked(self) -> Desk:
        """Type the password once more where a sensitive act asks for it."""
        if "/me/step-up" in self.page.url:
            self.type(password=PASSWORD).press(_("Go on"))
        return self

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """What follows is refused with this status, and that is right."""
        self._expected = status
        yield
        self._expected = 0

    def close(self) -> None:
        """Close the window."""
        self.context.close()

    # ---- How it is done and watched

    def _named(self, role: Any, words: Words | LabelledEnum | str, within: str, *, about: bool = False) -> Locator:
        said = re.escape(self.say(words)).replace(r"\ ", r"\s+")
        hidden = "[\u200e\u200f\u2066-\u2069]*"
        name = re.compile(said if about else f"^\\s*{hidden}{said}{hidden}\\s*$")
        found = self.page.locator(within).get_by_role(role, name=name)
        return found.first if role == "link" else found  # an empty list repeats the link that stands above it

    def _go(self, what: Locator) -> Desk:
        """Click, and wait for what follows: another page, or the region that htmx puts in the place of this one."""
        if self.script and self._swaps(what):
            with self.page.expect_response(lambda answer: "hx-request" in answer.request.headers):
                what.click()
            self.page.locator("[aria-busy=true]").wait_for(state="detached")
        else:
            self._navigated(what)
        self._look()
        return self

    def _swaps(self, what: Locator) -> bool:
        """Whether htmx answers a click there, and not the browser."""
        return what.get_attribute("hx-get") is not None or what.locator("xpath=ancestor::form[@hx-post]").count() > 0

    def _navigated(self, what: Locator) -> None:
        with self.page.expect_navigation():
            what.click()

    def _look(self) -> None:
        """Every page is in the language of the window, names itself, and has one heading."""
        self.looked_at += 1
        html, wanted = self.page.content(), LOCALES[self.language]
        if f'<html lang="{wanted.tag}" dir="{wanted.dir}"' not in html:
            self.faults.append(f"{self.page.url} is {html[:100]}")
        if html.count("<h1") != 1 or re.search(r"<title>\s*\S.* – Receiver</title>", html) is None:
            self.faults.append(f"{self.page.url} has no name")
        if not self.script:
            shown = [tag for tag in re.findall(r"<[^<>]*\bdata-js\b[^<>]*>", html) if " hidden" not in tag]
            self.faults += [f"{self.page.url} shows what only a script can do: {tag}" for tag in shown]

    def _saved(self, download: Download, folder: Path) -> tuple[str, bytes]:
        path = folder / download.suggested_filename
        download.save_as(path)
        return path.name, path.read_bytes()

    def _told(self, message: ConsoleMessage) -> None:
        refusal = self._expected and f"status of {self._expected}" in message.text
        if message.type in {"error", "warning"} and not refusal:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _asked(self, dialog: Dialog) -> None:
        self.faults.append(f"{self.page.url} asked: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.faults.append(f"{self.page.url} asked {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status != self._expected:
            self.faults.append(f"{response.request.method} {urlsplit(response.url).path}: {response.status}")


def plain(text: str) -> str:
    """What can be seen of a text, with single spaces."""
    return " ".join(strip_hidden(text, keep="\n\t").split())
