"""Running the web application, background work, and a practice system."""

from __future__ import annotations

from typing import Annotated

import typer

from receiver import log
from receiver.background import Background
from receiver.cli import server
from receiver.cli.frame import say
from receiver.kit.words import n_
from receiver.settings import load_settings
from receiver.worker import main_background, open_system


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("serve")(serve)
    app.command("worker")(worker)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Web processes.")] = None,
) -> None:
    """Run the web application; on SQLite it does the background work too. SIGTERM ends it within ten seconds."""
    settings = load_settings(host=host, port=port, workers=workers)
    log.configure(settings)
    system = open_system(settings)
    on_sqlite = system.database.dialect == "sqlite"
    if settings.workers == 1:
        server.run_one(system, executes=on_sqlite)
        return
    # With several web processes the parent executes background work: on SQLite exactly one process may.
    background = Background(system.database, settings) if on_sqlite else None
    if background is not None:
        background.start()
    try:
        server.run_many(settings)
    finally:
        if background is not None:
            background.shut_down(within=1.0)


def worker(
    name: Annotated[str | None, typer.Option("--id", metavar="NAME", help="A stable name of its own.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do what waits, then end.")] = False,
) -> None:
    """Do background work: on PostgreSQL any number of these, each with its own stable name."""
    settings = load_settings()
    log.configure(settings)
    background = main_background(settings, name=name)
    if once:
        count = background.run_once()
        say(n_("%(n)s piece of work was done.", "%(n)s pieces of work were done.", count))
        return
    background.run_forever()
