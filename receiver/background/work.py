"""What the function of a work is given, and the steps it is made of.

DBOS remembers which work a killed process was doing and brings it back. What a step *did* is remembered here, by a
row in the same transaction as its effect, because two databases cannot commit together. So a step that is done is
never done again: when the work resumes, the function runs from the top and each finished step only gives its result.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, overload

from receiver.access import SYSTEM
from receiver.background import actions, queries
from receiver.background.actions import Cancelled, Paused
from receiver.background.facts import pack, pack_all, unpack
from receiver.background.rules import RequesterMayNotWork
from receiver.db.refusals import DatabaseBusy, DiskFull
from receiver.kit.wiring import Hook

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.background.actions import Claim
    from receiver.db.engine import Database

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# Connected by the roof: the actor of a user id with the rights it has now; None for a locked or unknown account.
REQUESTER: Hook[[Session, UUID], Actor | None] = Hook("background.requester")

PATIENCE = (0.1, 0.3, 1, 2, 5, 5, 10, 10, 15)  # seconds between tries while the database is busy or full
_OPEN_ENDED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_SHOWN_EVERY = 0.5  # seconds between two writes of progress


def patiently(run: Callable[[], T], stopping: threading.Event) -> T:
    """Run a whole transaction, and again for up to a minute while the database is busy or its disk is full.

    Raises:
        Paused: the process was told to stop while waiting.
    """
    for pause in PATIENCE:
        try:
            return run()
        except (DatabaseBusy, DiskFull):
            if stopping.wait(pause):
                raise Paused from None
    return run()


class Work:
    """One run of a piece of work: who asked for it, how far it has come, and whether it should go on."""

    def __init__(self, database: Database, claim: Claim, stopping: threading.Event) -> None:
        self.id = claim.id
        self.name = claim.name
        self.workflow_id = claim.workflow_id
        self._database = database
        self._claim = claim
        self._stopping = stopping
        self._actor: Actor | None = None
        self._calls: Counter[str] = Counter()
        self._inside = self._writing = False
        self._done, self._errors = claim.done, 0
        self._total: int | None = None
        self._url: str | None = None
        self._shown = float("-inf")

    @property
    def actor(self) -> Actor:
        """Who asked for this, with the rights as they are at the moment of the step; nobody's for scheduled work.

        Raises:
            RequesterMayNotWork: the account has been locked or removed since.
        """
        if self._actor is None:
            with self._database.read() as session:
                self._actor = self._as_now(session)
        return self._actor

    def progress(self, done: int, total: int | None = None, *, errors: int = 0) -> None:
        """Tell how much is done; call it as often as you like, and wherever the work could be broken off.

        People see it at most twice a second, and it never goes back. Inside a writing step it is seen when the step
        commits: divide long work into steps of some hundred rows.
        """
        self._done, self._errors = max(self._done, done), max(self._errors, errors)
        self._total = total if total is not None else self._total
        self._keep_going()
        now = time.monotonic()
        if now - self._shown < _SHOWN_EVERY and done != total:
            return
        self._shown = now
        if self._writing:  # the row is locked at the very end of the step, so that a request to cancel never waits
            with self._database.read() as session:
                if not queries.is_wanted(session, self.id, self._claim.attempt):
                    raise Cancelled
        else:
            patiently(self._show, self._stopping)

    def leads_to(self, url: str) -> None:
        """Where people find the result, once this step or the work is done."""
        self._url = url

    def run_step(self, key: str, function: Callable[[Session], object], *, reads: bool, final: bool) -> object:
        """Run one step, or give what it gave when it was done; `step` calls this.

        Raises:
            RuntimeError: it was called from within another step, which could not wait for it.
        """
        self._keep_going()
        if self._inside:
            raise RuntimeError(f"{key} was called inside another step")
        self._calls[key] += 1
        key = f"{key}#{self._calls[key]}"
        if key in self._claim.steps:
            return unpack(self._claim.steps[key])
        take = self._reading_step if reads else self._writing_step
        self._inside, self._writing = True, not reads
        try:
            return patiently(lambda: take(key, function, final=final), self._stopping)
        finally:
            self._inside = self._writing = False

    def finish(self, result: Mapping[str, object]) -> None:
        """The function has come to its end."""
        checked = pack_all(result) and result

        def write() -> None:
            with self._database.write() as session:
                row = actions.current(session, self.id, self._claim.attempt, ending=True)
                actions.record_progress(row, self._done, self._total, self._errors, self._url)
                actions.finish(session, row, checked)

        patiently(write, self._stopping)

    def _writing_step(self, key: str, function: Callable[[Session], object], *, final: bool) -> object:
        with self._database.write() as session:
            self._actor = self._as_now(session)
            return self._record(session, key, function(session), final=final)

    def _reading_step(self, key: str, function: Callable[[Session], object], *, final: bool) -> object:
        with self._database.read() as session:
            self._actor = self._as_now(session)
            result = function(session)
        with self._database.write() as session:
            return self._record(session, key, result, final=final)

    def _record(self, session: Session, key: str, result: object, *, final: bool) -> object:
        """Last before the commit: is this still wanted, and if so, the step is done."""
        row = actions.current(session, self.id, self._claim.attempt)
        actions.record_progress(row, self._done, self._total, self._errors, self._url)
        actions.record_step(session, row, key, result, final=final)
        return unpack(pack(result))

    def _show(self) -> None:
        with self._database.write() as session:
            row = actions.current(session, self.id, self._claim.attempt)
            actions.record_progress(row, self._done, self._total, self._errors, self._url)

    def _keep_going(self) -> None:
        if self._stopping.is_set():
            raise Paused

    def _as_now(self, session: Session) -> Actor:
        if self._claim.requested_by is None:
            return SYSTEM
        if not len(REQUESTER):
            raise RuntimeError("nothing is connected to background.requester: the roof has not wired the rooms")
        found = REQUESTER(session, self._claim.requested_by)[-1]
        if found is None:
            raise RequesterMayNotWork
        return found


@overload
def step(function: Callable[Concatenate[Work, Session, P], R], /) -> Callable[Concatenate[Work, P], R]: ...
@overload
def step(
    *, reads: bool = False, final: bool = False
) -> Callable[[Callable[Concatenate[Work, Session, P], R]], Callable[Concatenate[Work, P], R]]: ...
def step(function: Any = None, /, *, reads: bool = False, final: bool = False) -> Any:
    """Make `function(work, session, **ids)` a step, called as `function(work, **ids)`.

    A step has a writing transaction of its own: all of it is kept or nothing, and once in a work for each time it is
    called. Keep it under a second: on SQLite nobody else can write meanwhile. With `reads` the session cannot write,
    which is for slow looking and reckoning; such a step, and whatever a step does outside the database, may happen
    again when a process dies in it. `final` marks the step after which the work can no longer be cancelled. Arguments
    and result are facts (see `facts`).
    """

    def decorate(inner: Callable[..., Any]) -> Callable[..., Any]:
        name = f"{inner.__module__.removeprefix('receiver.')}.{inner.__qualname__}"[-100:]
        signature = inspect.signature(inner)
        if any(parameter.kind in _OPEN_ENDED for parameter in signature.parameters.values()):
            raise TypeError(f"{name}: a step names every argument it takes")

        @functools.wraps(inner)
        def run(work: Work, *args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(work, None, *args, **kwargs)
            bound.apply_defaults()
            ids = pack_all(dict(list(bound.arguments.items())[2:]))
            key = f"{name}:{hashlib.sha256(json.dumps(ids, sort_keys=True).encode()).hexdigest()[:32]}"
            return work.run_step(key, lambda session: inner(work, session, *args, **kwargs), reads=reads, final=final)

        return run

    return decorate if function is None else decorate(function)
