"""The executor: takes its seat, hands what waits in the outbox to DBOS, and sees to what a crash left behind."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from receiver import log
from receiver.background import actions, queries, sweep
from receiver.background.runner import Runner
from receiver.background.seat import SQLITE_NAME, Seat, seat_for
from receiver.kit import clock

if TYPE_CHECKING:
    from receiver.background.durable import Durable
    from receiver.db.engine import Database
    from receiver.settings import Settings

LOOKS_EVERY = 1.0  # seconds between two looks into the outbox; work handed over in this process is seen at once
DUE_EVERY = 5.0  # seconds between two looks at the schedules, which know minutes
SWEEPS_EVERY = 15.0  # seconds between two looks at what has been started and may have been left
FORGETS_EVERY = 6 * 3600.0  # seconds between two clearings of DBOS's own records
KEPT = timedelta(days=7)  # how long those are of use to somebody who looks for a fault
STOPS_WITHIN = 8.0  # seconds; whoever sent SIGTERM waits ten


class Background:
    """Background work in this process. Nothing but `hand_over` is needed in one that does not execute.

    `name` is the executor's own, the same at each start: what a killed executor was doing is brought back by the next
    one of that name. On SQLite one process executes, so the name is always the same.
    """

    def __init__(self, database: Database, settings: Settings, *, name: str | None = None) -> None:
        self.database = database
        self.settings = settings
        self.name = SQLITE_NAME if database.dialect == "sqlite" else name or socket.gethostname()
        self._runner = Runner(database, self.name)
        self._seat: Seat = seat_for(database, settings, self.name)
        self._durable: Durable | None = None
        self._keeper: threading.Thread | None = None
        self._wake = threading.Event()
        self._due_next = self._sweep_next = self._forget_next = float("-inf")

    @property
    def running(self) -> bool:
        """Whether this process executes: it has its seat, and DBOS is up."""
        return self._durable is not None

    def start(self) -> None:
        """Take the seat and begin to execute, in a thread of its own; returns at once.

        Raises:
            AnotherExecutes: another process executes under this name.
        """
        self._runner.stopping.clear()
        self._seat.take()
        actions.WAKE.add(self._wake)
        self._keeper = threading.Thread(target=self._keep, name="background", daemon=True)
        self._keeper.start()

    def stop(self, within: float = STOPS_WITHIN) -> bool:
        """Start nothing more, let the steps in hand come to their end, and shut down; False if one did not in time.

        Then the seat stays taken until the process ends, and it may be ended hard: the step is undone, and done again
        at the next start.
        """
        deadline = time.monotonic() + within
        self._runner.stopping.set()
        self._wake.set()
        actions.WAKE.discard(self._wake)
        if self._keeper is not None:
            self._keeper.join(within)
        while self._runner.active and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._durable is not None:
            self._durable.stop(max(0.5, deadline - time.monotonic()))
            self._durable = None
        clean = not self._runner.active
        if clean:
            self._seat.release()
        return clean

    def shut_down(self, within: float = STOPS_WITHIN) -> None:
        """Stop, as the last thing that this process does: it ends here and now if a step does not end in time."""
        if not self.stop(within):
            os._exit(0)  # the thread would hold the process up; its step is undone, and done again at the next start

    def run_once(self) -> int:
        """Do all there is to do, in this thread and without DBOS, and give how many works were run.

        Whatever another process left behind is taken over; what a living one is doing is left to it.

        Raises:
            AnotherExecutes: another process executes under this name.
        """
        self._runner.stopping.clear()
        self._seat.take()
        try:
            sweep.hand_over_due(self.database, self.settings.zone, clock.now())
            count = 0
            while works := sweep.left_for(self.database, self._seat):
                for work_id, attempt in works:
                    self._runner.take_over(work_id, attempt)
                    count += 1
            return count
        finally:
            self._seat.release()

    def run_forever(self, *, within: float = STOPS_WITHIN) -> None:
        """Execute until SIGTERM or SIGINT, then stop in so many seconds; for a process that does nothing else.

        Raises:
            AnotherExecutes: another process executes under this name.
        """
        asked = threading.Event()
        before = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self.start()
            asked.wait()
            self.shut_down(within)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _keep(self) -> None:
        """The thread: launch, then make rounds until told to stop. It never gives up."""
        while not self._runner.stopping.is_set():
            pause = LOOKS_EVERY
            try:
                self._make_round()
            except Exception:  # noqa: BLE001 - whatever it was, the next round is tried; the log has the reason
                log.get_logger(executor=self.name).exception("background.round_failed")
                pause = 5 * LOOKS_EVERY
            self._wake.wait(pause)
            self._wake.clear()

    def _make_round(self) -> None:
        if not self._seat.held():
            self._seat.take()
        if self._durable is None:
            self._durable = self._launch()
        now = time.monotonic()
        if now >= self._due_next:
            self._due_next = now + DUE_EVERY
            sweep.hand_over_due(self.database, self.settings.zone, clock.now())
        if now >= self._sweep_next:
            self._sweep_next = now + SWEEPS_EVERY
            sweep.left_behind(self.database, self._seat, self._durable)
        if now >= self._forget_next:
            self._forget_next = now + FORGETS_EVERY
            self._durable.forget(clock.now() - KEPT)
        self._empty_outbox(self._durable)

    def _launch(self) -> Durable:
        from receiver.background.durable import Durable  # noqa: PLC0415 - brings DBOS, which takes most of a second
        from receiver.db import schema  # noqa: PLC0415 - brings Alembic

        url = self.settings.background_database_url
        launched = Durable(url, executor=self.name, version=schema.head(), run=self._runner.run)
        log.get_logger(executor=self.name).info("background.started")
        return launched

    def _empty_outbox(self, durable: Durable) -> None:
        while not self._runner.stopping.is_set():
            with self.database.read() as session:
                works = queries.outbox(session)
            if not works:
                return
            for work_id, attempt in works:
                durable.enqueue(work_id, attempt)
            with self.database.write() as session:  # a crash before this hands them over again, to no effect
                actions.mark_enqueued(session, works)
