"""Practice systems from the command line: seed one, or run one at once."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from receiver import i18n, log
from receiver.accounts import queries as accounts
from receiver.cli import server
from receiver.cli.frame import Json, emit, messages, say
from receiver.cli.house import bring_up_to_date
from receiver.kit.words import _, n_
from receiver.practice.seeding import NotAPracticeSystem, Summary, seed
from receiver.practice.staff import PASSWORD
from receiver.settings import load_settings, variable
from receiver.worker import create_system, open_system, practice_folder

if TYPE_CHECKING:
    from receiver.kit.words import Words
    from receiver.settings import Settings

commands = typer.Typer(help="Practice systems with invented people.", no_args_is_help=True)
PEOPLE, MONTHS, SEED = 240, 4, 1

People = Annotated[int, typer.Option("--people", min=0, max=1_000_000, help="How many people are invented.")]
Months = Annotated[int, typer.Option("--months", min=0, max=36, help="How many full months lie behind them.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(commands, name="practice")
    app.command("demo")(demo)


@commands.command("seed")
def seed_command(people: People = PEOPLE, months: Months = MONTHS, seed_: Seed = SEED, json: Json = False) -> None:
    """Create what is missing of a practice system and fill it with invented people and months."""
    settings = load_settings()
    log.configure(settings)
    summary = _fill(settings, people, months, seed_)
    lines: list[Words | str] = [
        n_("%(n)s person was invented.", "%(n)s people were invented.", summary.people),
        *(f"{told.programme}\t{told.run}\t{told.state}" for told in summary.months),
    ]
    emit(summary.as_json(), as_json=json, lines=lines)


def demo(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    folder: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="Folder of the practice system.")] = None,
    people: People = PEOPLE,
    months: Months = MONTHS,
    seed_: Seed = SEED,
) -> None:
    """Run a practice system: created if there is none, with accounts that everybody may know."""
    os.environ.setdefault(variable("data_dir"), str((folder or practice_folder()).absolute()))
    os.environ[variable("practice")] = "1"
    settings = load_settings(port=port)
    log.configure(settings)
    if not settings.key_file.exists():
        say(_("Creating a practice system in %(folder)s …", folder=str(settings.data_dir)))
        _fill(settings, people, months, seed_)
    bring_up_to_date(settings)  # a practice system of an earlier version of the program
    system = open_system(settings)
    with system.database.read() as session:
        rows = accounts.user_rows(session, session.scalars(accounts.users_page().order_by("email")).all())
    table = Table(title=i18n.text(_("Practice: nothing here is real.")), box=None, title_justify="left")
    table.add_column(i18n.text(_("E-mail address")))
    table.add_column(i18n.text(_("Role")))
    for row in rows:
        table.add_row(row.email, ", ".join(i18n.text(role) for role in row.roles))
    messages().print(table)
    say(_("The password of everybody: %(password)s", password=PASSWORD))
    say(_("Open %(address)s in a browser. Ctrl+C ends it.", address=settings.base_url))
    server.run_one(system, executes=system.database.dialect == "sqlite")


def _fill(settings: Settings, people: int, months: int, seed_: int) -> Summary:
    if not settings.practice:
        raise NotAPracticeSystem  # before anything is created
    system = create_system(settings)
    try:
        with Progress(console=messages(), transient=True, disable=not messages().is_terminal) as bar:
            task = bar.add_task("", total=people or None)
            return seed(
                system.database,
                settings,
                people=people,
                months=months,
                seed=seed_,
                tell=lambda done, total: bar.update(task, completed=done, total=total),
            )
    finally:
        system.close()
