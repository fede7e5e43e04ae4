"""An application of one small room, on both databases, with people who are signed in by a plain cookie."""

from __future__ import annotations

import logging
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import structlog
from fastapi import FastAPI
from starlette.responses import Response

from receiver import i18n, log
from receiver.access import Actor, Role
from receiver.settings import Settings
from receiver.web import middleware, render, slots, visit
from receiver.web.routes import router as web_router
from receiver.web.visit import Visit
from tests.support import example
from tests.support.pages import Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import HTTPConnection, Request

    from receiver.db.engine import Database

TEMPLATES = Path(__file__).resolve().parent.parent / "support" / "templates"
ROLES = frozenset({Role.CASEWORKER})
PEOPLE = {
    "amina": Actor(UUID(int=1), "Amina", "amina@example.org", ROLES, session_id=UUID(int=11)),
    "bosco": Actor(UUID(int=2), "Bosco", "bosco@example.org", ROLES, session_id=UUID(int=12)),
    "auditor": Actor(UUID(int=3), "Odile", "odile@example.org", frozenset({Role.AUDITOR})),
    "arabic": Actor(UUID(int=1), "Amina", "amina@example.org", ROLES, language="ar"),
}


def by_cookie(connection: HTTPConnection) -> Visit | None:
    """Whoever the cookie names."""
    actor = PEOPLE.get(connection.cookies.get("session", ""))
    return Visit(actor) if actor else None


def draw_sign_in(request: Request, /, *, next_path: str, parked: bool) -> Response:
    """A page in place of the one that accounts draws."""
    return Response(f"sign in, then {next_path}, kept: {parked}", status_code=401)


@pytest.fixture(scope="session", autouse=True)
def example_templates() -> Iterator[None]:
    """The templates of the example, compiled once."""
    render.SOURCES.append(TEMPLATES)
    render.forget()
    yield
    render.SOURCES.remove(TEMPLATES)
    render.forget()


@pytest.fixture(autouse=True)
def known_people() -> Iterator[None]:
    """People are known by a cookie, and nobody else's wiring is in the way."""
    loaders, sign_in = list(visit.LOADERS), list(visit.SIGN_IN_PAGE)
    visit.LOADERS.clear()
    visit.SIGN_IN_PAGE.clear()
    slots.NAME_OF.clear()
    visit.LOADERS.offer(by_cookie)
    i18n.configure()
    yield
    visit.LOADERS.clear()
    visit.SIGN_IN_PAGE.clear()
    slots.NAME_OF.clear()
    for loader in loaders:
        visit.LOADERS.offer(loader)
    for drawer in sign_in:
        visit.SIGN_IN_PAGE.offer(drawer)


@pytest.fixture(autouse=True)
def told(tmp_path: Path) -> Iterator[StringIO]:
    """What the log says."""
    stream = StringIO()
    log.configure(Settings(data_dir=tmp_path, log_format="json"), stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that touch nothing outside the test."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
def make_app(database: Database, settings: Settings) -> Callable[..., FastAPI]:
    """An application with the example room, on the test's database."""
    example.metadata.create_all(database.write_engine)

    def make(**changes: object) -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
        app.state.settings = Settings(data_dir=settings.data_dir, **changes)
        app.state.database, app.state.vault = database, database.info["vault"]
        middleware.install(app)
        app.include_router(web_router)
        app.include_router(example.router)
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    """The application."""
    return make_app()


@pytest.fixture
def amina(app: FastAPI) -> Browser:
    """Somebody who may write notes."""
    return Browser(app, cookies={"session": "amina"})


@pytest.fixture
def bosco(app: FastAPI) -> Browser:
    """Somebody else who may."""
    return Browser(app, cookies={"session": "bosco"})


@pytest.fixture
def auditor(app: FastAPI) -> Browser:
    """Somebody who may not."""
    return Browser(app, cookies={"session": "auditor"})


@pytest.fixture
def nobody(app: FastAPI) -> Browser:
    """Nobody signed in."""
    return Browser(app)
