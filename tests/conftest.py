"""What every test can ask for: a database of either kind, keys, and a world without the network."""

from __future__ import annotations

import gc
import importlib.util
import logging
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import structlog

from tests.support import measuring, postgres, run_folder
from tests.support.databases import Databases, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from fastapi import FastAPI

    from receiver.accounts.models import Office, User
    from receiver.background import Progress
    from receiver.db.engine import Database, WriteSession
    from receiver.kit.wiring import Slot
    from receiver.ledger.queries import DumpPart
    from receiver.settings import Settings
    from receiver.worker import System
    from tests.support.pages import Browser

KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")

hypothesis.settings.register_profile("same", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=(*KINDS, "both"), default="both", help="run database tests on this one only")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only(kind): this test of the database is about `sqlite` or `postgresql` alone")
    config.pluginmanager.register(_LongestFirst())
    if not hasattr(config, "workerinput"):
        folder = run_folder.open_folder()
        config.add_cleanup(lambda: run_folder.close_folder(folder))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that uses a database once on each."""
    if "kind" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--database")
    only = metafunc.definition.get_closest_marker("only")
    wanted = [kind for kind in KINDS if chosen in {kind, "both"} and (only is None or kind in only.args)]
    metafunc.parametrize("kind", [_parameter(kind) for kind in wanted])


def _parameter(kind: Kind) -> object:
    if kind == "sqlite":
        return kind
    why = postgres.missing()
    marks = [pytest.mark.postgres, *([pytest.mark.skip(reason=why)] if why else [])]
    return pytest.param(kind, marks=marks)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what coverage has nothing to learn from, before `-m` chooses."""
    for item in items:
        if not measuring.is_watched(item):
            item.add_marker("unwatched")


class _LongestFirst:
    """Begin with the tests that take a minute, so that no process works on one alone when all others have ended."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: not measuring.is_long(item))


def pytest_collection_finish() -> None:
    """What was collected stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say aloud what was not tried."""
    why = postgres.missing()
    if why and config.getoption("--database") != "sqlite":
        terminalreporter.write_sep("!", f"no test ran on PostgreSQL: {why}", red=True)


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Where databases come from, for tests that need more than one."""
    made = Databases(run_folder.this_folder())
    yield made
    made.close()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A key file, one for all tests of this process."""
    if importlib.util.find_spec("receiver.vault") is None:
        return None
    from receiver.vault import Vault

    file = tmp_path_factory.mktemp("keys") / "keys"
    Vault.create(file)
    return file


@pytest.fixture
def database(kind: Kind, databases: Databases, keys: Path | None) -> Iterator[Database]:
    """A migrated database of its own for this test, on SQLite and again on PostgreSQL; its sessions have a vault."""
    made = databases.migrated(kind)
    if keys is not None:
        from receiver.vault import Vault

        made.info["vault"] = Vault.load(keys)
    yield made
    databases.drop(made)


@pytest.fixture
def empty_database(kind: Kind, databases: Databases) -> Iterator[Database]:
    """A database without tables."""
    made = databases.empty(kind)
    yield made
    databases.drop(made)


@pytest.fixture
def session(database: Database) -> Iterator[WriteSession]:
    """A write session of the test's database, rolled back at the end.

    On SQLite it holds the one write lock from its first statement on: use `database.write()` instead where the code
    under test opens sessions of its own.
    """
    with database.write_session() as opened:
        yield opened


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> dict[str, Any]:
    """The program's log as in operation: structlog's own default draws every local variable of an error, slowly."""
    from receiver import log
    from receiver.settings import Settings

    log.configure(Settings(log_format="json", log_level="warning"))
    return structlog.get_config()


@pytest.fixture(autouse=True)
def log_put_back(quiet_log: dict[str, Any]) -> Iterator[None]:
    """A test of a command points the log at a stream that ends with it."""
    handlers = logging.getLogger().handlers[:]
    yield
    if structlog.get_config()["logger_factory"] is not quiet_log["logger_factory"]:
        structlog.configure(**quiet_log)
        logging.getLogger().handlers[:] = handlers


@pytest.fixture
def dump_parts(monkeypatch: pytest.MonkeyPatch) -> Slot[DumpPart]:
    """What rooms add to the dump of the ledger: nothing, until the test offers something; for this test alone."""
    from receiver.ledger.queries import DUMP_PARTS

    monkeypatch.setattr(DUMP_PARTS, "_items", {})
    return DUMP_PARTS


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """The settings of a practice system over the test's database."""
    from receiver.settings import Settings

    url = database.url.render_as_string(hide_password=False)
    made = Settings(data_dir=tmp_path, database_url=url, practice=True)
    database.info["settings"] = made
    return made


@pytest.fixture
def system(database: Database, settings: Settings) -> System:
    """The test's database as an opened system, every room connected."""
    from receiver import vault
    from receiver.db.installation import mark_installation
    from receiver.worker import System, wire

    wire(settings)
    with database.write() as session:
        vault.mark(session)
        mark_installation(session, practice=True)
    return System(settings, database.info["vault"], database)


@pytest.fixture
def work_done(system: System) -> Callable[[], list[Progress]]:
    """Do all work that was handed over, here and now, as an executor would; gives how each ended, oldest first.

    A refusal is an answer that the test looks at; a fault of the program fails the test.
    """
    from receiver.background import Background, queries
    from receiver.kit import clock

    def do() -> list[Progress]:
        began = clock.now()
        Background(system.database, system.settings, name="tests").run_once()
        with system.database.read() as session:
            ended = queries.ended_since(session, began)
        faults = [work.failure for work in ended if work.failure and not work.failure.islower()]
        assert not faults, f"background work broke: {', '.join(faults)}"
        return ended

    return do


@pytest.fixture
def app(system: System) -> FastAPI:
    """The web application over the test's database."""
    from receiver.app import create_app

    return create_app(system=system)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    """A browser that is not signed in."""
    from tests.support.pages import Browser

    return Browser(app)


@pytest.fixture
def sign_in(app: FastAPI, system: System) -> Callable[..., Browser]:
    """Sign in: `sign_in(user)`, or `sign_in(Role.AUDITOR)` for a new user of that role; `.user_id` says who it is."""
    from receiver.access import Role
    from tests.support.signed_in import SignedIn

    def enter(who: User | Role, *more: Role, offices: Sequence[Office] = (), language: str = "en") -> Browser:
        return SignedIn.enter(app, system, who if not isinstance(who, Role) else (who, *more), offices, language)

    return enter
