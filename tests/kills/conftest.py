from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from receiver.background import Background
from receiver.settings import Settings
from tests.kills import child
from tests.kills.place import PATIENCE, Place, free_port
from tests.kills.world import COMMANDS, JOBS, REQUESTS, World, build, counted, receive
from tests.support.run_folder import this_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from receiver.db.engine import Database
    from tests.support.databases import Databases, Kind


@dataclass(frozen=True)
class Rehearsal:
    """How a job goes when nobody kills it: its moments, what there is then, how long it takes."""

    marks: tuple[str, ...]
    left: dict[str, object]
    seconds: float


class Ground:
    """A system on one kind of database in which the jobs wait, to be copied; and how each of them goes."""

    def __init__(self, databases: Databases, kind: Kind, keys: Path) -> None:
        self.databases, self.keys = databases, keys
        self.database = databases.migrated(kind)
        self.world: World = build(self.database, self._settings(self.database, keys.parent))
        self._rehearsed: dict[tuple[str, Callable[[Place, str], Rehearsal]], Rehearsal] = {}

    @contextmanager
    def place(self) -> Iterator[Place]:
        """The system once more, with a data folder of its own, thrown away at the end."""
        database = self.databases.copy(self.database)
        folder = Path(tempfile.mkdtemp(prefix="data-", dir=this_folder()))
        settings = self._settings(database, folder)
        database.info.update(self.database.info, settings=settings, database=database)
        place = Place(database, settings, self.world)
        try:
            yield place
        finally:
            place.kill()
            self.databases.drop(database)
            shutil.rmtree(folder)

    def rehearsal(self, name: str) -> Rehearsal:
        """How a job goes in this process."""
        return self._rehearsed_by(name, _rehearse)

    def rehearsed_command(self, name: str) -> Rehearsal:
        """How the command of a job goes."""
        return self._rehearsed_by(name, _rehearse_command)

    def rehearsed_request(self, name: str) -> Rehearsal:
        """How the request of a job goes."""
        return self._rehearsed_by(name, _rehearse_request)

    def _rehearsed_by(self, name: str, rehearse: Callable[[Place, str], Rehearsal]) -> Rehearsal:
        key = (name, rehearse)
        if key not in self._rehearsed:
            with self.place() as place:
                self._rehearsed[key] = rehearse(place, name)
        return self._rehearsed[key]

    def _settings(self, database: Database, folder: Path) -> Settings:
        url = database.url.render_as_string(hide_password=False)
        return Settings(
            data_dir=folder,
            port=free_port(),
            database_url=url,
            key_file=self.keys,
            practice=True,
            payee_cooling_off_hours=0,
        )


def _rehearse(place: Place, name: str) -> Rehearsal:
    marks: list[str] = []
    seconds = 0.0
    run = Background(place.database, place.settings)._runner.run  # what the executor calls
    for piece in JOBS[name].pieces:
        with place.database.write() as session:
            work_id = piece(session, place.world)
        began = time.monotonic()
        with child.followed(marks.append):
            run(work_id, 1)
        seconds += time.monotonic() - began
    return Rehearsal(tuple(marks), _received(place), seconds)


def _rehearse_command(place: Place, name: str) -> Rehearsal:
    """In a process of its own, because a command sets up its process."""
    folder = place.settings.data_dir
    child.warm()
    began = time.monotonic()
    place.start(words=COMMANDS[name].words(place.world, folder), marks=folder / "marks")
    assert place.process is not None
    place.process.join(PATIENCE)
    assert place.process.exitcode == 0, place.told
    seconds = time.monotonic() - began
    return Rehearsal(tuple((folder / "marks").read_text().splitlines()), _received(place), seconds)


def _rehearse_request(place: Place, name: str) -> Rehearsal:
    """As far as the answer of the request: what the background does then is killed elsewhere."""
    marks = place.settings.data_dir / "marks"
    place.send(REQUESTS[name], marks=marks)
    passed = marks.read_text().splitlines()
    return Rehearsal(tuple(passed[: passed.index("committed") + 1]), _received(place), 1.0)


def _received(place: Place) -> dict[str, object]:
    place.take_seat()
    with place.database.write() as session:
        receive(session, place.world)
    with place.database.read() as session:
        return counted(session)


@pytest.fixture(scope="session")
def grounds(databases: Databases, keys: Path | None) -> Iterator[Callable[[Kind], Ground]]:
    """The system of each kind of database, made when it is first asked for."""
    assert keys is not None
    made: dict[str, Ground] = {}

    def ground(kind: Kind) -> Ground:
        if kind not in made:
            made[kind] = Ground(databases, kind, keys)
        return made[kind]

    yield ground
    for one in made.values():
        databases.drop(one.database)


@pytest.fixture
def ground(kind: Kind, grounds: Callable[[Kind], Ground]) -> Ground:
    """The system on the database of this test."""
    return grounds(kind)
