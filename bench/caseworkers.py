"""Caseworkers at work: people who look, search, read and write with pauses as people make them.

A closed loop: each waits for a page, thinks, and clicks again. So at most as many requests are under way as there are
caseworkers, and a slow answer makes fewer clicks, not a queue.
"""

from __future__ import annotations

import asyncio
import html
import re
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from receiver.practice.names import TRADITIONS
from tests.support.pages import Page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from httpx import Response

    from tests.support.pages import FilledForm

THINKS = (3.0, 8.0)
"""Seconds between an answer and the next click, evenly spread: long enough to read a line, not to read a page."""
LANGUAGES = ("en", "fr", "rw", "sw", "ar")
TABS = ("history", "contact", "household", "documents", "tasks", "stipend")
STAGES = ("intake", "assessment", "planning", "active")
OK, SEE_OTHER = 200, 303
_PATIENCE = 30.0
_REST = 70.0  # seconds that a connection rests open, as browsers let it
_PERSON = re.compile(r'href="(/people/R-[0-9A-Z-]+)"')
_TASK = re.compile(r'href="(/tasks/[0-9a-f-]{36})"')
_NEXT = re.compile(r'href="(/people\?[^"]*\bafter=[^"]*)"')
_WORDS = (
    "Visited at home. Everyone is well, and the rent is paid until the end of the month.",
    "Came to the office. وصل مع زوجته وطفلين. Asked about the language course.",
    "Called: the younger son has a place at the school from Monday. Nakuru road, second house after the bridge.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: of which kind of click, how long it took, and what was wrong with it."""

    kind: str
    writes: bool
    seconds: float
    fault: str = ""


@dataclass
class Notebook:
    """What is measured, once everybody is at work."""

    open: bool = False
    answers: list[Answer] = field(default_factory=list)

    def note(self, answer: Answer) -> None:
        """Keep it; a fault counts also before the time is taken."""
        if self.open or answer.fault:
            self.answers.append(answer)


class StuckError(Exception):
    """The answer was not what a person could go on with; it ends an errand, and another one begins."""


class Caseworker:
    """Somebody with an account, a browser and errands."""

    def __init__(
        self, origin: str, email: str, password: str, random: Random, notebook: Notebook, thinks: tuple[float, float]
    ) -> None:
        self.origin, self.email, self.password = origin, email, password
        self.random, self.notebook, self.thinks = random, notebook, thinks
        self.people: list[str] = []
        self.client = httpx.AsyncClient(
            base_url=origin,
            timeout=_PATIENCE,
            limits=httpx.Limits(max_connections=6, keepalive_expiry=_REST),
            headers={
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
                "Accept-Encoding": "gzip, br",
                "Accept-Language": random.choice(LANGUAGES),
                "User-Agent": "Mozilla/5.0 (Linux; Android 13) Receiver-bench",
                "Sec-Fetch-Site": "same-origin",
            },
        )

    async def arrive(self) -> None:
        """Sign in as people do: the page, the form, the first page."""
        form = self._form(await self._get("sign in", "/sign-in"), "/sign-in")
        await self._post("sign in", form, email=self.email, password=self.password)

    async def work(self, until: Callable[[], bool]) -> None:
        """Do one errand after another: each once in some order, then as often as it comes up in a day."""
        errands = list(self._errands)
        self.random.shuffle(errands)
        try:
            while not until():
                if errands:
                    errand = errands.pop()
                else:
                    errand = self.random.choices(list(self._errands), list(self._errands.values()))[0]
                try:
                    await errand(self)
                except StuckError:
                    await self._think()
        finally:
            await self.client.aclose()

    # errands: each is a way through several pages, with a pause after each

    async def _look_at_today(self) -> None:
        await self._get("today", "/today")
        await self._think()

    async def _look_through_the_register(self) -> None:
        mine = await self._get("register", "/people")
        self._remember(mine)
        await self._think()
        narrowed: dict[str, str] = {"whose": self.random.choice(("office", "all", "mine"))}
        which = self.random.choice(("stage", "language", "presence", "sort"))
        narrowed[which] = {
            "stage": self.random.choice(STAGES),
            "language": self.random.choice(TRADITIONS).languages[0],
            "presence": "here",
            "sort": self.random.choice(("-arrived", "arrived", "-name")),
        }[which]
        listed = await self._get("register, filtered", "/people", fragment=True, params=narrowed)
        self._remember(listed)
        await self._think()
        if found := _NEXT.search(listed.text):
            self._remember(await self._get("register, next page", html.unescape(found[1]), fragment=True))
            await self._think()

    async def _search(self) -> None:
        form = self._form(await self._get("register", "/people"), "/people/search")
        await self._think()
        listed = await self._post("search", form, q=self._name())
        await self._think()
        if found := _PERSON.findall(listed.text):
            await self._read(self.random.choice(found))

    async def _read_about_somebody(self) -> None:
        await self._read(await self._somebody())

    async def _do_a_task(self) -> None:
        listed = await self._get("tasks", "/tasks")
        await self._think()
        if not (found := _TASK.findall(listed.text)):
            return
        task = self.random.choice(found)
        form = self._form(await self._get("task", task), f"{task}/done")
        await self._think()
        await self._post("finish a task", form, result="Done, and told the family.")
        await self._think()

    async def _write_a_note(self) -> None:
        person = await self._somebody()
        form = self._form(await self._get("new note", f"{person}/notes/new"), f"{person}/notes")
        await self._think()
        more: dict[str, str] = {}
        if self.random.random() < 0.6:
            more = {"next_step": "Ask how it went", "next_on": _day(self.random.randrange(1, 20))}
        await self._post("write a note", form, kind="visit", text=self.random.choice(_WORDS), **more)
        await self._think()

    async def _add_a_contact(self) -> None:
        person = await self._somebody()
        form = self._form(await self._get("new contact", f"{person}/contact/new"), f"{person}/contact")
        await self._think()
        phone = f"+25078{self.random.randrange(8_000_000, 10_000_000):07d}"
        await self._post("add a contact", form, kind="phone", phone=phone, safe_to_call="on")
        await self._think()

    async def _add_a_task(self) -> None:
        person = await self._somebody()
        form = self._form(await self._get("new task", f"{person}/tasks/new"), f"{person}/tasks")
        await self._think()
        await self._post("add a task", form, kind="follow_up", due_on=_day(self.random.randrange(10)))
        await self._think()

    _errands: dict[Callable[[Caseworker], Awaitable[None]], int] = {  # noqa: RUF012 - never changed
        _look_at_today: 12,
        _look_through_the_register: 16,
        _search: 22,
        _read_about_somebody: 22,
        _do_a_task: 9,
        _write_a_note: 11,
        _add_a_contact: 4,
        _add_a_task: 4,
    }
    """How often each comes up beside the others."""

    async def _read(self, person: str) -> None:
        await self._get("person", person)
        await self._think()
        for tab in self.random.sample(TABS, self.random.randrange(3)):
            await self._get(f"person, {tab}", f"{person}/{tab}")
            await self._think()

    async def _somebody(self) -> str:
        """Somebody of one's own, of whom one has heard lately."""
        if not self.people:
            self._remember(await self._get("register", "/people"))
            await self._think()
        if not self.people:
            raise StuckError("nobody is with this caseworker")
        return self.random.choice(self.people)

    def _remember(self, listed: Response) -> None:
        self.people = (_PERSON.findall(listed.text) + self.people)[:60]

    def _name(self) -> str:
        """A name as somebody says it: one or two parts of it, in its own script or in Latin letters."""
        tradition = self.random.choice(TRADITIONS)
        own, latin = self.random.choice(tradition.women + tradition.men)
        word, word_latin = self.random.choice(tradition.words)
        script = self.random.random() < 0.5
        first, second = (own, word) if script else (latin, word_latin)
        return first if self.random.random() < 0.5 else f"{first} {second}"

    # requests

    async def _think(self) -> None:
        await asyncio.sleep(self.random.uniform(*self.thinks))

    async def _get(
        self, kind: str, url: str, *, fragment: bool = False, params: dict[str, str] | None = None
    ) -> Response:
        headers = {"HX-Request": "true", "Sec-Fetch-Mode": "cors"} if fragment else {"Sec-Fetch-Mode": "navigate"}
        answer = await self._send(kind, "GET", url, {OK, SEE_OTHER}, headers=headers, params=params)
        return await self._get(kind, answer.headers["location"]) if answer.status_code == SEE_OTHER else answer

    async def _post(self, kind: str, form: FilledForm, /, **changes: Any) -> Response:
        """Send a form, and go where its answer leads."""
        headers = {"Sec-Fetch-Mode": "navigate", "Origin": self.origin}
        sent = await self._send(kind, "POST", form.action, {SEE_OTHER}, headers=headers, data=form.with_(**changes))
        return await self._get(f"{kind}: the page after it", sent.headers["location"])

    async def _send(self, kind: str, method: str, url: str, right: set[int], **options: Any) -> Response:
        began, fault, answer = time.perf_counter(), "", None
        try:
            answer = await self.client.request(method, url, **options)
        except httpx.HTTPError as error:
            fault = f"{type(error).__name__} at {method} {url}"
        seconds = time.perf_counter() - began
        if answer is not None and answer.status_code not in right:
            fault = f"{answer.status_code} at {method} {url}: {' '.join(_problems(answer))}"
        self.notebook.note(Answer(kind, method == "POST", seconds, fault))
        if answer is None or fault:
            raise StuckError(fault)
        return answer

    def _form(self, answer: Response, action: str) -> FilledForm:
        """The form of a page as a browser would send it, with its hidden fields and its key."""
        return Page(answer, whole=True).form(action)


def _day(ahead: int) -> str:
    return str(date.today() + timedelta(days=ahead))  # noqa: DTZ011 - the day on the wall of the office


def _problems(answer: Response) -> list[str]:
    """What a page says went wrong."""
    found = re.findall(r'<div class="errs".*?</ul>|<main.*?</main>', answer.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in found]
