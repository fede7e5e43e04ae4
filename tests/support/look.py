"""Every page that somebody can reach by following links, over a real server where a browser is to look at them."""

from __future__ import annotations

import gzip
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

import uvicorn
from sqlalchemy import select, update

from receiver.access import Role
from receiver.accounts.models import User
from receiver.i18n import LOCALES
from receiver.kit import clock
from receiver.people.models import Person
from receiver.practice.names import TRADITIONS, invent
from receiver.stipends import actions as stipends
from receiver.stipends.actions.run_build import fill_run
from receiver.stipends.models import PayRun
from tests.factories.accounts import make_actor
from tests.factories.cases import make_case
from tests.factories.people import make_batch, make_household, make_person
from tests.house.test_routes import contexts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from sqlalchemy.orm import Session

    from receiver.worker import System
    from tests.support.pages import Browser, Page
    from tests.support.two_offices import TwoOffices

KIB = 1024
FRAGMENT, FRAGMENT_OF_REPORT, FRAGMENT_OF_TASKS = 2 * KIB, 5 * KIB, 2 * KIB + 256
"""Bytes of gzip -9 of a part of a page (K9); each of 25 tasks has 36 letters of its own in its address."""
LIST, DETAIL, FORM, WIZARD, REPORT = 5 * KIB, 6 * KIB, 4 * KIB, 6 * KIB, 8 * KIB
"""Bytes of gzip -9 that a page of each kind should weigh at most (U56)."""
LISTS = frozenset(
    {"/people", "/tasks", "/arrivals", "/arrivals/{slug}", "/audit", "/people/duplicates", "/stipends/holds"}
)
CHOOSE_A_COUNTRY = ("/people/new", "/people/{reference}/documents/")
"""Forms that carry the names of all countries: two kilobytes in any language."""
ALIKE_AT_MOST = 2
"""Pages of one address that are visited; the others are drawn by the same template."""
MANY = 60
IN_THEIR_LANGUAGE = {"/people/{reference}/intake/sheet"}
"""Pages for paper, in the language of the person whom they are about."""


def fill_with_people(system: System, offices: TwoOffices) -> None:
    """Many more people, their names in eight scripts, of one word, and very long."""
    random = Random(8)
    with system.database.write() as session:
        office = session.merge(offices.here.office)
        people = [
            make_person(session, office, name.full, name_latin=name.latin)
            for number in range(MANY)
            if (name := invent(random, TRADITIONS[number % len(TRADITIONS)], woman=number % 2 == 0))
        ]
        people.append(make_person(session, office, "Wolfeschlegelsteinhausen " * 2 + "Bergerdorff"))
        make_household(session, *people[:5])
        _pay(session, offices, people[:40])
        make_batch(session, office, None, *people[:40], arrives_on=clock.now().date() + timedelta(days=3))


def _pay(session: Session, offices: TwoOffices, people: list[Person]) -> None:
    """Let the run that is a draft have many lines, and the lists of tasks and of newcomers many rows."""
    team = offices.team
    worker = make_actor(session, Role.CASEWORKER, offices=[team.office])
    for person in people:
        make_case(session, person, team.programme, worker.user_id)
    stipends.enrol(session, team.finance, [person.id for person in people[:30]], team.policy)
    for person in people[:26]:
        stipends.ask_cash_desk(session, team.finance, person)
    fill_run(session, team.finance, session.get_one(PayRun, offices.here.runs["draft"].id))


def speak(system: System, code: str) -> None:
    """Let everybody read the interface in a language."""
    with system.database.write() as session:
        session.execute(update(User).values(language=code))


def names_of_people(system: System) -> set[str]:
    """What no address and no title may hold."""
    with system.database.read() as session:
        found = session.execute(select(Person.full_name, Person.name_latin)).all()
    return {name for pair in found for name in pair if name}


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application on a port of this machine; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, server_header=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


def pattern_of(url: str) -> tuple[str, tuple[str, ...]]:
    """The route that an address leads to, and the names in its query: by these pages are alike."""
    parts = urlsplit(url)
    for each in contexts():
        if "GET" in each.methods and each.original_route.path_regex.match(parts.path):
            return str(each.path), tuple(sorted({name for name, _value in parse_qsl(parts.query)}))
    return "", ()


def speaks(code: str, route: str, url: str, tag: str | None, direction: str | None) -> bool:
    """Whether a page has the language that it should, and the direction of that language.

    It is the reader's, but a page for paper may be asked for in another, or be in that of the person it is about.
    """
    asked = dict(parse_qsl(urlsplit(url).query)).get("language", code)
    spoken = {locale.tag: locale.dir for locale in LOCALES.values()}
    return (tag == LOCALES[asked].tag or route in IN_THEIR_LANGUAGE) and spoken.get(tag or "") == direction


def crawl(browser: Browser, *start: str) -> Iterator[tuple[str, str, Page]]:
    """Follow the links from some pages on; of each the route, the address and the page, strictly looked at."""
    waiting, seen, counts = list(start), set(start), dict[tuple[str, tuple[str, ...]], int]()
    while waiting:
        url = waiting.pop(0)
        pattern = pattern_of(url)
        assert pattern[0], f"{url} leads nowhere"
        counts[pattern] = counts.get(pattern, 0) + 1
        if counts[pattern] > ALIKE_AT_MOST or pattern[0].startswith("/static"):
            continue
        response = browser.send("GET", url)
        if response.status_code == 303:
            following = [response.headers["location"]]
        else:
            if not response.headers["content-type"].startswith("text/html"):
                continue
            page = browser.get(url)
            yield pattern[0], url, page
            following = [urljoin(url, link.get("href", "")).partition("#")[0] for link in page.all(".//a[@href]")]
        for each in following:
            if each and each not in seen:
                seen.add(each)
                waiting.append(each)


def budget_of(route: str) -> int:
    """What a page of this route should weigh at most, compressed."""
    if route.startswith("/reports"):
        return REPORT
    if route.startswith(("/arrivals/imports", "/stipends/runs/{name}", *CHOOSE_A_COUNTRY)):
        return WIZARD
    if route.endswith(("/new", "/edit", "/correction", "/removal", "/close", "/left", "/password", "/join", "/leave")):
        return FORM
    return LIST if route in LISTS else DETAIL


def fragment_budget_of(route: str) -> int:
    """What a part of a page of this route may weigh, compressed."""
    if route.startswith("/reports"):
        return FRAGMENT_OF_REPORT
    return FRAGMENT_OF_TASKS if route == "/tasks" else FRAGMENT


def weight(html: str) -> int:
    """Bytes over the line."""
    return len(gzip.compress(html.encode(), 9))


def told_in_public(page: Page, url: str) -> str:
    """What others than the reader may come to see of a page: its address and title."""
    return unquote(url) + " " + page.title
