"""The catalogue of work: which function a name stands for, what its title is, and when it runs by itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from receiver.kit.words import Words

Body = Callable[..., Mapping[str, object] | None]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A kind of work. `function(work, **ids)` calls steps and gives back ids and counts, or nothing."""

    name: str
    title: Words
    function: Body
    cancellable: bool
    takes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that hands itself over: at each moment of `cron` in the configured zone, once, with that moment as `due`."""

    workflow: Workflow
    cron: str
    every_missed: bool

    @property
    def name(self) -> str:
        """The name of the work."""
        return self.workflow.name


WORKFLOWS: dict[str, Workflow] = {}
SCHEDULES: dict[str, Schedule] = {}


def workflow(name: str, *, title: Words, cancellable: bool = False) -> Callable[[Body], Workflow]:
    """Register a function as the work called `name`: `@workflow("people.merge", title=_("Merging a manifest"))`.

    The title may name ids of the work: `_("Releasing pay run %(run)s")` with an argument `run`. The function must be
    repeatable: whatever it reads or writes belongs into steps, so that it takes the same way when it resumes.
    `cancellable` offers a way out until the first step marked `final`.

    Raises:
        ValueError: another function has that name.
    """

    def register(function: Body) -> Workflow:
        known = WORKFLOWS.get(name)
        if known is not None and known.function.__module__ != function.__module__:
            raise ValueError(f"two functions are called {name}: in {known.function.__module__}, {function.__module__}")
        takes = frozenset(list(inspect.signature(function).parameters)[1:])
        if not title.missing <= takes:
            raise ValueError(f"the title of {name} asks for {', '.join(sorted(title.missing - takes))}")
        WORKFLOWS[name] = Workflow(name, title, function, cancellable, takes)
        return WORKFLOWS[name]

    return register


def schedule(cron: str, *, every_missed: bool = False) -> Callable[[Workflow], Workflow]:
    """Run a workflow at each moment of `cron` (five fields): `@schedule("15 2 * * *")` above `@workflow(...)`.

    Each due moment is handed over once, by however many processes. After a pause only the latest missed moment is made
    up for, unless `every_missed`. The function takes `due`, the moment in UTC.

    Raises:
        ValueError: the function does not take `due` alone.
    """

    def register(work: Workflow) -> Workflow:
        if work.takes != {"due"}:
            raise ValueError(f"{work.name} runs by itself, so it takes `due` and nothing else")
        SCHEDULES[work.name] = Schedule(work, cron, every_missed)
        return work

    return register
