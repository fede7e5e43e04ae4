"""DBOS, which no other module knows: it keeps the queue, and brings back what a killed process was doing.

It is told of a work's id and attempt only. Its database stands beside ours: a SQLite file, or a schema in PostgreSQL.
Importing this module takes most of a second, because of DBOS: only a process that executes does it, and only then.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dbos import DBOS, SetWorkflowID, WorkflowSerializationFormat
from sqlalchemy import create_engine, event, make_url

from receiver import log
from receiver.background.rules import Held

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Engine

SCHEMA = "background"
CONCURRENCY = 2  # works at once in one process: a long report does not hold up a release, and pages stay quick
_QUEUE = "works"
_POLLED_EVERY = 0.25  # seconds
_NEVER = 7 * 24 * 3600.0  # DBOS's own scheduler has nothing to do: scheduled work goes through the outbox too
_MOST_RECOVERIES = 100  # a work that takes its process down each time is given up
_ACTIVE = frozenset({"ENQUEUED", "PENDING", "DELAYED"})


_run: list[Callable[[UUID, int], None]] = []


@DBOS.workflow(
    name="receiver.work",
    max_recovery_attempts=_MOST_RECOVERIES,
    serialization_type=WorkflowSerializationFormat.PORTABLE,
)
def _work(work_id: str, attempt: int) -> None:
    """The one workflow that DBOS knows."""
    try:
        _run[0](UUID(work_id), attempt)
    except BaseException:  # noqa: BLE001 - nothing of ours may reach DBOS's records; the sweep sees the work unfinished
        log.get_logger(work_id=work_id, attempt=attempt).exception("work.left")


class Durable:
    """The one DBOS of this process, launched; `run(work_id, attempt)` does the work."""

    def __init__(self, url: str, *, executor: str, version: str, run: Callable[[UUID, int], None]) -> None:
        # With a handler in place DBOS brings none of its own, and what it says goes up to ours.
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
        self._version = version
        self._engine = engine_for(url)
        _run[:] = [run]
        DBOS(
            config={
                "name": "receiver",
                "system_database_engine": self._engine,
                "dbos_system_schema": SCHEMA,
                "application_version": version,
                "executor_id": executor,
                "use_listen_notify": False,
                "scheduler_polling_interval_sec": _NEVER,
                "log_level": "WARNING",
            }
        )
        try:
            DBOS.launch()
            DBOS.register_queue(_QUEUE, worker_concurrency=CONCURRENCY, polling_interval_sec=_POLLED_EVERY)
        except Exception:
            self._close()
            raise

    def enqueue(self, work_id: UUID, attempt: int) -> None:
        """Let some executor run this attempt; told twice, it is still run once."""
        with SetWorkflowID(_name(work_id, attempt)):
            DBOS.enqueue_workflow(_QUEUE, _work, str(work_id), attempt)

    def holds(self, works: Iterable[tuple[UUID, int]]) -> dict[UUID, Held]:
        """What has become of these attempts. What was started under another version never goes on by itself."""
        names = {_name(work_id, attempt): work_id for work_id, attempt in works}
        found = dict.fromkeys(names.values(), Held())
        if names:
            for status in DBOS.list_workflows(workflow_ids=list(names), load_input=False, load_output=False):
                found[names[status.workflow_id]] = Held(
                    active=status.status in _ACTIVE and status.app_version == self._version,
                    given_up=status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED",
                    executor=status.executor_id if status.status == "PENDING" else None,
                )
        return found

    def forget(self, before: datetime) -> int:
        """Drop DBOS's own records of what ended before this moment: how many."""
        ended = DBOS.list_workflows(
            completed_before=before.isoformat(), limit=10_000, load_input=False, load_output=False
        )
        if ended:
            DBOS.delete_workflows([status.workflow_id for status in ended])
        return len(ended)

    def stop(self, within: float) -> None:
        """Shut down, in so many seconds; what still runs is left to itself and seen to at the next start."""
        closing = threading.Thread(target=self._close, name="background-close", daemon=True)
        closing.start()
        closing.join(within)

    def _close(self) -> None:
        DBOS.destroy()
        self._engine.dispose()


def _name(work_id: UUID, attempt: int) -> str:
    return f"{work_id}.{attempt}"


def engine_for(url: str) -> Engine:
    """The engine of DBOS's database. Its transactions on SQLite begin IMMEDIATE, as on an engine that DBOS makes."""
    parsed = make_url(url)
    engine = create_engine(parsed, pool_size=8, max_overflow=8, pool_timeout=10, pool_pre_ping=True)
    if parsed.get_backend_name() == "sqlite":
        os.close(os.open(str(parsed.database), os.O_CREAT | os.O_CLOEXEC, 0o600))

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = "IMMEDIATE"
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 30000", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {pragma}")

    return engine
