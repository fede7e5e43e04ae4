"""List, person and run pages beside their floor and Django over the same tables: `make bench`.

Processor time of a request in this process, without a network and without waiting: medians of interleaved rounds, so
that what else the machine does falls on all alike. Only the ratios mean something elsewhere. docs/speed.md says what
is compared; the targets stand below.

    python bench/pages.py [--people 100000] [--against 10000] [--million] [--rounds 7] [--quick]
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import crowd
from rich.console import Console
from rich.table import Table
from serving import Site, again
from sqlalchemy import select

from receiver import log
from receiver.accounts.models import UserOffice
from receiver.cases.models import Note, Task
from receiver.partners.models import Programme
from receiver.people.models import Person
from receiver.settings import Settings
from receiver.stipends.models import PayRun

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from receiver.worker import System

SLOT = 0.15
"""Seconds of processor time that one page gets in each round."""
ADMIN, WRITTEN, FLOOR, GROWTH = 8.0, 3.0, 1.6, 1.3
"""Targets 1 to 4: the list against Django's admin and a view by hand, each page against its floor, a hundredfold."""
LIST, MINE, EVERYBODY, FOUND, SEARCH, PERSON, RUN = (
    *("list of an office", "list of a caseworker", "list of the country"),
    *("what a search found", "search and what it found", "person", "pay run"),
)
OURS, IN_APP, BARE, BY_HAND, DJANGO_ADMIN = (
    *("Receiver", "floor in the application", "floor alone", "Django view by hand", "Django admin"),
)


def repeat(ask: Callable[[], object], times: int) -> None:
    """Ask so many times."""
    for _each in range(times):
        ask()


@dataclass
class Measured:
    """One page of one kind: how to ask for it so many times, and the milliseconds of each round."""

    page: str
    kind: str
    people: int
    ask: Callable[[int], object]
    queries: int
    html: int
    sent: int
    spent: list[float] = field(default_factory=list)
    times: int = 3

    @property
    def median(self) -> float:
        """Milliseconds of the processor for a request."""
        return statistics.median(self.spent)

    def warm(self) -> None:
        """Let caches fill, and find out how often it fits into a slot."""
        self.ask(3)
        self.times = max(3, math.ceil(SLOT * 1000 / max(self._once(3), 0.01)))

    def measure(self, times: int | None) -> None:
        """One round."""
        gc.collect()
        self.spent.append(self._once(times or self.times))

    def _once(self, times: int) -> float:
        started = time.process_time()
        self.ask(times)
        return (time.process_time() - started) * 1000 / times


class World:
    """A system of so many people, with the people who look at it."""

    def __init__(self, system: System, people: int) -> None:
        self.system, self.people = system, people
        self.caseworker = Site(system, "caseworker@practice.example")
        self.supervisor = Site(system, "supervisor@practice.example")
        self.finance = Site(system, "finance@practice.example")
        with system.database.read() as session:
            theirs = select(Person.reference).join(Note, Note.person_id == Person.id)
            self.reference = session.scalars(theirs.join(Task, Task.person_id == Person.id).limit(1)).one()
            wanted = select(PayRun, Programme.code).join(Programme, Programme.id == PayRun.programme_id)
            self.run, code = session.execute(wanted.order_by(PayRun.id.desc())).first()
            self.name = session.scalars(select(Person.full_name).order_by(Person.id.desc()).limit(1)).one()
            place = select(UserOffice.office_id).where(UserOffice.user_id == self.supervisor.user_id)
            self.office = session.scalars(place).one()
        self.run_path = f"/stipends/runs/{self.run.name}?programme={code}"

    def pages(self) -> dict[str, tuple[Site, str]]:
        """The pages by name: who opens them, and where they are."""
        return {
            LIST: (self.supervisor, "/people"),
            MINE: (self.caseworker, "/people"),
            EVERYBODY: (self.finance, "/people"),
            FOUND: (self.caseworker, self.caseworker.post("/people/search", {"q": self.name})),
            PERSON: (self.caseworker, f"/people/{self.reference}"),
            RUN: (self.finance, self.run_path),
        }

    async def search(self) -> None:
        """Send the form with a whole name, and open what it leads to."""
        await self.caseworker.page(await self.caseworker.form("/people/search", {"q": self.name}))

    def ours(self, pages: Sequence[str]) -> list[Measured]:
        """These pages of Receiver."""
        found = self.pages()
        return [self._page(page, *found[page]) for page in pages]

    def searching(self) -> Measured:
        """A search, both halves of it."""
        return Measured(SEARCH, OURS, self.people, partial(again, self.search), 0, 0, 0)

    def floors(self, pages: Sequence[str]) -> list[Measured]:
        """The floors under these pages, behind the layers of the application and without them."""
        measured, found = [], self.pages()
        for number, page in enumerate(pages):
            site, path = found[page]
            floor = site.floor(path)
            mounted = floor.mount(site, f"/floor/{number}")
            measured.append(self._page(page, site, mounted, kind=IN_APP, more=len(floor.statements)))
            html, asked = len(floor.html().encode()), len(floor.statements)
            measured.append(Measured(page, BARE, self.people, partial(repeat, floor.html), asked, html, html))
        return measured

    def _page(self, page: str, site: Site, path: str, *, kind: str = OURS, more: int = 0) -> Measured:
        plain = site.get(path, **{"accept-encoding": "identity"})
        asked = len(site.statements(path)) + more
        sent = len(site.get(path).body)
        return Measured(page, kind, self.people, partial(again, partial(site.page, path)), asked, len(plain.body), sent)


def django_pages(world: World, folder: Path) -> list[Measured]:
    """The list, a person and a run in Django's admin and by hand."""
    from django_side import DjangoSite

    site = DjangoSite(world.system.database.path, folder / "django.db")
    import django_pages as pages

    pages.OFFICE[:] = [world.office]
    person = pages.Person.objects.get(reference=world.reference)
    paths = {
        (LIST, BY_HAND): "/people",
        (LIST, DJANGO_ADMIN): "/admin/crowd/person/",
        (PERSON, BY_HAND): f"/people/{world.reference}",
        (PERSON, DJANGO_ADMIN): f"/admin/crowd/person/{person.pk}/change/",
        (RUN, BY_HAND): f"/runs/{world.run.id}",
        (RUN, DJANGO_ADMIN): f"/admin/crowd/line/?run__id__exact={world.run.id}",
    }
    measured = []
    for (page, kind), path in paths.items():
        html = len(site.get(path))
        ask = partial(repeat, partial(site.get, path))
        measured.append(Measured(page, kind, world.people, ask, site.queries(path), html, html))
    return measured


def measure(measured: list[Measured], rounds: int, times: int | None) -> None:
    """Rounds in which each page has its turn."""
    for each in measured:
        each.warm()
    for _round in range(rounds):
        for each in measured:
            each.measure(times)


def of(measured: list[Measured], page: str, kind: str, people: int) -> Measured | None:
    """One of the pages."""
    return next((each for each in measured if (each.page, each.kind, each.people) == (page, kind, people)), None)


def figures(measured: list[Measured], people: int) -> Table:
    """What each page costs."""
    table = Table(title=f"{people:,} people: milliseconds of the processor a request (median)", title_justify="left")
    for name in ("page", "of"):
        table.add_column(name)
    for name in ("ms", "from", "to", "× Receiver", "queries", "bytes of HTML", "bytes sent"):
        table.add_column(name, justify="right")
    for page in dict.fromkeys(each.page for each in measured if each.people == people):
        ours = of(measured, page, OURS, people)
        for each in (each for each in measured if (each.page, each.people) == (page, people)):
            times = f"{each.median / ours.median:.2f}" if ours and each is not ours else ""
            told = (f"{each.median:.2f}", f"{min(each.spent):.2f}", f"{max(each.spent):.2f}", times)
            counts = [f"{count:,}" if count else "" for count in (each.queries, each.html, each.sent)]
            table.add_row(page, each.kind, *told, *counts)
        table.add_section()
    return table


def targets(measured: list[Measured], people: int, against: Sequence[tuple[int, int]]) -> Table:
    """The targets, and whether they are met."""
    table = Table(title="Targets", title_justify="left")
    for name in ("", "what", "target", "measured", ""):
        table.add_column(name)

    def add(number: int, what: str, told: str, ratio: float | None, *, met: bool) -> None:
        said = ("[green]met[/]" if met else "[red]missed[/]") if ratio is not None else "not measured"
        table.add_row(str(number), what, told, "" if ratio is None else f"{ratio:.2f} ×", said)

    def ratio(page: str, kind: str, of_kind: str, size: int = people, of_size: int = people) -> float | None:
        one, other = of(measured, page, kind, size), of(measured, page, of_kind, of_size)
        return one.median / other.median if one and other else None

    for number, kind, least in ((1, DJANGO_ADMIN, ADMIN), (2, BY_HAND, WRITTEN)):
        found = ratio(LIST, kind, OURS)
        add(number, f"{LIST}: {kind} against Receiver", f"≥ {least:g} ×", found, met=(found or 0) >= least)
    for page in (LIST, PERSON, RUN):
        found = ratio(page, OURS, IN_APP)
        add(3, f"{page}: Receiver against its {IN_APP}", f"≤ {FLOOR:g} ×", found, met=(found or 99) <= FLOOR)
    for large, small in against:
        for page in (LIST, EVERYBODY, SEARCH, PERSON):
            found = ratio(page, OURS, OURS, large, small)
            what = f"{page}: {large:,} people against {small:,}"
            add(4, what, f"≤ {GROWTH:g} ×", found, met=(found or 99) <= GROWTH)
    return table


def main() -> None:
    """Measure, and print two tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--against", type=int, default=10_000, help="the smaller system of target 4")
    asked.add_argument("--million", action="store_true", help="one million people for target 4, made in minutes")
    asked.add_argument("--rounds", type=int, default=7)
    asked.add_argument("--quick", action="store_true", help="see that it runs: few people, few rounds, nothing to keep")
    asked.add_argument("--folder", type=Path, default=crowd.FOLDER)
    said = asked.parse_args()
    people, small, rounds, times = (80, 80, 2, 1) if said.quick else (said.people, said.against, said.rounds, None)
    log.configure(Settings(log_format="json", log_level="warning"))
    few = 30 if said.quick else crowd.FEW
    sizes = [people, small, *([1_000_000] if said.million else [])]
    worlds = {size: World(crowd.system_of(size, folder=said.folder, few=few), size) for size in dict.fromkeys(sizes)}
    largest = max(sizes)
    with tempfile.TemporaryDirectory() as folder:
        measured = worlds[people].ours((LIST, MINE, EVERYBODY, FOUND, PERSON, RUN))
        measured += worlds[people].floors((LIST, PERSON, RUN))
        if find_spec("django"):
            measured += django_pages(worlds[people], Path(folder))
        measured.append(worlds[people].searching())
        for size in (each for each in worlds if each != people):
            measured += worlds[size].ours((LIST, EVERYBODY, PERSON))
            measured.append(worlds[size].searching())
        measure(measured, rounds, times)
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {rounds} interleaved rounds\n")
    console.print(figures(measured, people))
    for size in (each for each in worlds if each != people):
        console.print(figures(measured, size))
    console.print(targets(measured, people, [(largest, small)]))


if __name__ == "__main__":
    main()
