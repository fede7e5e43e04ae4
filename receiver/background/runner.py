"""Run a claimed work to its end and write down how it ended: the one path, whoever started it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from receiver import log
from receiver.background import actions
from receiver.background.actions import Cancelled, Paused, Superseded
from receiver.background.registry import WORKFLOWS
from receiver.background.work import Work, patiently
from receiver.kit.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.background.actions import Claim
    from receiver.db.engine import Database

T = TypeVar("T")


class Runner:
    """Runs works in this process under the name of an executor until `stopping` is set."""

    def __init__(self, database: Database, executor: str) -> None:
        self.database = database
        self.executor = executor
        self.stopping = threading.Event()
        self._active: set[UUID] = set()
        self._lock = threading.Lock()

    @property
    def active(self) -> frozenset[UUID]:
        """The works that are being run at this moment."""
        with self._lock:
            return frozenset(self._active)

    def run(self, work_id: UUID, attempt: int) -> None:
        """Run this attempt of a work, unless it is over or another has taken its place."""
        self._run_claimed(work_id, lambda session: actions.claim(session, work_id, attempt, self.executor), attempt)

    def take_over(self, work_id: UUID, attempt: int) -> None:
        """Run a work in a new attempt, so that whoever still holds this one cannot write any more."""
        self._run_claimed(work_id, lambda session: actions.take_over(session, work_id, attempt, self.executor), attempt)

    def _run_claimed(self, work_id: UUID, claim: Callable[[Session], Claim | None], attempt: int) -> None:
        with self._counted(work_id):
            if self.stopping.is_set():
                self._put_back(work_id, attempt)
                return
            claimed = self._write(claim)
            if claimed is not None:
                self._run(claimed)

    @contextmanager
    def _counted(self, work_id: UUID) -> Iterator[None]:
        with self._lock:
            self._active.add(work_id)
        try:
            yield
        finally:
            with self._lock:
                self._active.discard(work_id)

    def _run(self, claim: Claim) -> None:
        told = log.get_logger(work_id=str(claim.id), work_name=claim.name, attempt=claim.attempt)
        told.info("work.started")
        try:
            self._call(claim)
        except Superseded:
            told.warning("work.superseded")
        except Paused:
            self._put_back(claim.id, claim.attempt)
            told.info("work.paused")
        except Cancelled:
            self._write(lambda session: actions.end_cancelled(session, claim.id, claim.attempt))
            told.info("work.cancelled")
        except Refusal as refusal:
            self._fail(claim, refusal)
            told.warning("work.refused", code=refusal.code)
        except Exception as error:  # noqa: BLE001 - any fault of a room's code ends its work, not the executor
            told.exception("work.failed")
            self._fail(claim, type(error).__name__)
        else:
            told.info("work.done")

    def _call(self, claim: Claim) -> None:
        kind = WORKFLOWS.get(claim.name)
        if kind is None:
            raise LookupError(f"no function is registered for {claim.name}")
        work = Work(self.database, claim, self.stopping)
        work.finish(kind.function(work, **claim.arguments) or {})

    def _fail(self, claim: Claim, failure: Refusal | str) -> None:
        self._write(lambda session: actions.fail(session, claim.id, claim.attempt, failure))

    def _put_back(self, work_id: UUID, attempt: int) -> None:
        with self.database.write() as session:  # no patience: the process is about to end, and the sweep finds it
            actions.put_back(session, work_id, attempt)

    def _write(self, change: Callable[[Session], T]) -> T:
        def transaction() -> T:
            with self.database.write() as session:
                return change(session)

        return patiently(transaction, self.stopping)
