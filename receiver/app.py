"""The web application: every room's pages on one FastAPI app, with the layers round them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from fastapi import FastAPI

from receiver.accounts import routes as accounts
from receiver.accounts.visits import load_visit, who_can
from receiver.admin import routes as admin
from receiver.background import Background
from receiver.cases import routes as cases
from receiver.db.engine import CAPACITY
from receiver.partners import routes as partners
from receiver.people import routes as people
from receiver.people.queries import name_of_reference
from receiver.reports import routes as reports
from receiver.stipends import routes as stipends
from receiver.web import middleware
from receiver.web import routes as web
from receiver.web.slots import NAME_OF, WHO_CAN
from receiver.web.visit import LOADERS, SIGN_IN_PAGE
from receiver.worker import System, open_system

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from receiver.settings import Settings
    from receiver.web.router import Router

ROUTERS: tuple[Router, ...] = (
    web.router,
    accounts.router,
    admin.router,
    partners.router,
    people.router,
    cases.router,
    stipends.router,
    reports.router,
)
"""The pages of every room."""


def create_app(settings: Settings | None = None, *, system: System | None = None, executes: bool = False) -> FastAPI:
    """The application over an installation that exists; with `executes` it also does background work.

    Raises:
        NotReady, OldSchema, KeyMismatch, PracticeMismatch: see `open_system`.
    """
    system = system or open_system(settings)
    background = Background(system.database, system.settings) if executes else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # as many threads as connections: nobody waits for one while holding the other
        anyio.to_thread.current_default_thread_limiter().total_tokens = CAPACITY[system.database.dialect]
        if background is not None:
            background.start()
        try:
            yield
        finally:
            if background is not None:
                background.stop(within=1.0)  # after requests had their eight seconds; a step cut short is done again

    app = FastAPI(
        title="Receiver", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, redirect_slashes=False
    )
    app.state.settings, app.state.vault, app.state.database = system.settings, system.vault, system.database
    app.state.background = background
    middleware.install(app)
    for router in ROUTERS:
        app.include_router(router)
    LOADERS.offer(load_visit, name="accounts")
    SIGN_IN_PAGE.offer(accounts.signin.sign_in_page, name="accounts")
    WHO_CAN.connect(who_can, name="accounts")
    NAME_OF.connect(name_of_reference, name="people")
    return app
