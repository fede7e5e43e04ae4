"""One system whose processes are killed, seen from outside: its database, and the process that works in it."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
from sqlalchemy import func, select

from receiver.accounts import queries as accounts
from receiver.accounts.visits import COOKIE
from receiver.background import Background, WorkState
from receiver.background.models import WorkRecord
from receiver.kit.ids import new_id
from receiver.settings import variable
from tests.factories.accounts import session_cookie
from tests.kills import child
from tests.support.pages import FilledForm, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from receiver.db.engine import Database
    from receiver.settings import Settings
    from tests.kills.child import Trap
    from tests.kills.world import Request, World

PATIENCE = 120.0
"""Seconds in which killed work must have come to its end by itself."""
LOOKS_EVERY = 0.02
SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Moment:
    """When a process is killed from outside: so long after its start, or after it was seen to begin its work."""

    seconds: float
    at_work: bool = False


SETTINGS = ("port", "data_dir", "database_url", "background_database_url", "key_file", "payee_cooling_off_hours")


class Place:
    """A system, and the process that works in it; `names` are those it has in turn, where there may be several."""

    def __init__(self, database: Database, settings: Settings, world: World) -> None:
        self.database, self.settings, self.world = database, settings, world
        self.names: Sequence[str] = ()
        self.deaths = 0
        self.process: ForkServerProcess | None = None
        self._fate: Trap | Moment | None = None
        self._since: float | None = None
        self._told = settings.data_dir / "told"

    @property
    def told(self) -> str:
        """What the processes have logged."""
        return self._told.read_text() if self._told.exists() else ""

    def start(
        self, fate: Trap | Moment | None = None, *, words: Sequence[str] = ("worker",), marks: Path | None = None
    ) -> None:
        """Start a process that comes to this end, or to none."""
        named = ("--id", self.names[self.deaths % len(self.names)]) if self.names and words == ("worker",) else ()
        environment = {variable(name): str(getattr(self.settings, name)) for name in SETTINGS}
        environment |= {variable("practice"): "1", variable("log_format"): "json"}
        trap = fate if isinstance(fate, child.Trap) else None
        self.process = child.start([*words, *named], environment, self._told, trap=trap, marks=marks)
        self._fate = fate
        self._since = None if isinstance(fate, Moment) and fate.at_work else time.monotonic()

    def carry_out(self, pieces: Iterable[Callable[..., UUID]], fates: Iterable[Trap | Moment]) -> None:
        """Have pieces of work done, each after the other, by processes that meet these fates in turn, and one more."""
        ends = iter(fates)
        self.start(next(ends, None))
        for piece in pieces:
            with self.database.write() as session:
                work_id = piece(session, self.world)
            self._until(lambda work_id=work_id: self.state(work_id).over, work_id, lambda: self.start(next(ends, None)))
        self.die()

    def _until(self, over: Callable[[], bool], work_id: UUID, again: Callable[[], None]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not over():
            assert time.monotonic() < deadline, f"the work stands still\n{self.told}"
            self._kill_in_time(work_id)
            assert self.process is not None
            if not self.process.is_alive():
                self._bury()
                again()
            time.sleep(LOOKS_EVERY)

    def _kill_in_time(self, work_id: UUID) -> None:
        if not isinstance(self._fate, Moment) or self.process is None:
            return
        if self._since is None and self.state(work_id) is not WorkState.QUEUED:
            self._since = time.monotonic()
        if self._since is not None and time.monotonic() >= self._since + self._fate.seconds:
            self.process.kill()
            self.process.join(5)

    def type_until_done(self, words: Sequence[str], fate: Trap | Moment | None, *, refused: bool) -> None:
        """Type a command, and once more after its process was killed, which may be `refused` as done already."""
        answers = [self._type(words, fate)]
        if answers == [-signal.SIGKILL]:
            answers.append(self._type(words))
        allowed = ([0], [-signal.SIGKILL, 0], *([[-signal.SIGKILL, 1]] if refused else []))
        assert answers in allowed, f"it ended with {answers}\n{self.told}"
        assert answers[0] != 0 or not _is_sure(fate), "it never came to its trap"

    def _type(self, words: Sequence[str], fate: Trap | Moment | None = None) -> int:
        self.start(fate, words=words)
        assert self.process is not None
        self.process.join(fate.seconds if isinstance(fate, Moment) else PATIENCE)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        answer, self.process = self.process.exitcode, None
        return answer or 0

    def send(self, request: Request, fate: Trap | Moment | None = None, *, marks: Path | None = None) -> None:
        """Send the form of a page until there is an answer, and wait until the background has done what it asks for."""
        self.start(fate, words=("serve",), marks=marks)
        location = self._answered(self._signed_in(), request)
        if location.startswith("/progress/"):
            work_id = UUID(location.rpartition("/")[2])
            if self.database.dialect == "postgresql":  # where pages are served, nothing else is done
                self.kill()
                self.start()
            self._until(lambda: self.state(work_id).over, work_id, self.start)
        self.kill()

    def _signed_in(self) -> httpx.Client:
        base = self.settings.base_url
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": base}
        with self.database.write() as session:
            user = accounts.user(session, self.world.finance.user_id or new_id())
            cookie = session_cookie(session, user, self.settings)
        return httpx.Client(base_url=base, headers=headers, cookies={COOKIE: cookie}, timeout=PATIENCE, trust_env=False)

    def _answered(self, client: httpx.Client, request: Request) -> str:
        """Where the answer of the form leads."""
        form: FilledForm | None = None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if form is None:
                    form = Page(client.get(request.page(self.world)), whole=True).form()
                answer = client.post(form.action, data=form.values)
            except httpx.TransportError:  # it is not up yet, or was killed
                assert self.process is not None
                if not self.process.is_alive():
                    self._bury()
                    self.start(words=("serve",))
                time.sleep(LOOKS_EVERY)
            else:
                assert answer.status_code == SEE_OTHER, f"{answer.status_code}: {answer.text}\n{self.told}"
                return answer.headers["location"]
        raise AssertionError(f"no answer\n{self.told}")

    def state(self, work_id: UUID) -> WorkState:
        """How a piece of work stands."""
        with self.database.read() as session:
            return session.get_one(WorkRecord, work_id).state

    def die(self) -> None:
        """The end of the process once the work is over: in its trap, or because it is killed now."""
        assert self.process is not None
        if not isinstance(self._fate, child.Trap):
            self.process.kill()
        self.process.join(10)
        self._bury()

    def _bury(self) -> None:
        assert self.process is not None
        assert self.process.exitcode == -signal.SIGKILL, f"it ended by itself: {self.process.exitcode}\n{self.told}"
        self.process.close()
        self.process, self._fate = None, None
        self.deaths += 1

    def stop(self) -> None:
        """End the process as an operator does."""
        assert self.process is not None
        self.process.terminate()
        self.process.join(10)
        assert self.process.exitcode == 0, f"it did not end well: {self.process.exitcode}\n{self.told}"
        self.process.close()
        self.process = None

    def kill(self) -> None:
        """No process is left."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process.close()
            self.process = None

    def look_once_more(self) -> None:
        """Start again after all was done: whatever the executor still believes to be open must change nothing."""
        started = self.told.count("background.started")
        self.start()
        deadline = time.monotonic() + PATIENCE
        while self.told.count("background.started") == started:
            assert time.monotonic() < deadline, self.told
            time.sleep(LOOKS_EVERY)
        time.sleep(0.5)  # a few looks of its queue
        self.stop()

    def left(self) -> int:
        """How many works that somebody asked for have not ended."""
        unfinished = (WorkRecord.finished_at.is_(None), WorkRecord.requested_by.is_not(None))
        with self.database.read() as session:
            return session.scalar(select(func.count()).where(*unfinished)) or 0

    def take_seat(self) -> None:
        """Execute here once: nobody may sit there any more, and the schedules are known from then on."""
        Background(self.database, self.settings).run_once()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


def _is_sure(fate: Trap | Moment | None) -> bool:
    """Whether a process meets this fate before it can come to its end."""
    return isinstance(fate, child.Trap) and fate.delay is None
