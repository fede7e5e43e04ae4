"""Opens a system (settings, keys, database), connects the rooms to one another, and runs background work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from receiver import background, i18n, vault
from receiver.accounts import queries as accounts
from receiver.admin import tasks as admin_tasks
from receiver.admin import wiring as admin
from receiver.background import tasks as background_tasks
from receiver.cases import tasks as cases_tasks
from receiver.cases import wiring as cases
from receiver.db import schema
from receiver.db.engine import Database
from receiver.db.installation import PracticeMismatch, is_practice, mark_installation
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.partners import wiring as partners
from receiver.people import tasks as people_tasks
from receiver.people import wiring as people
from receiver.reports import wiring as reports
from receiver.settings import Settings, load_settings
from receiver.stipends import tasks as stipends_tasks
from receiver.stipends import wiring as stipends
from receiver.vault import Vault
from receiver.web import tasks as web_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


class NotReady(Refusal):
    """There is no system yet, or its schema is of another time."""

    sentence = _("There is no system in %(place)s yet. Run “receiver init” first.")
    status = 503


class OldSchema(Refusal):
    """The database waits for its migration."""

    sentence = _("The database has schema %(has)s and the program needs %(needs)s. Run “receiver migrate” first.")
    status = 503


class NewerSchema(Refusal):
    """The database has been used by a later version of the program."""

    sentence = _(
        "The database has schema %(has)s, and this program knows those up to %(needs)s only. Install a newer version."
    )
    status = 503


@dataclass(frozen=True)
class System:
    """One installation, opened: what every command and every web process works with."""

    settings: Settings
    vault: Vault
    database: Database

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_system(settings: Settings | None = None) -> System:
    """Open an installation that exists and check that program, keys and database belong together.

    Raises:
        NotReady: nothing was created here yet.
        OldSchema, NewerSchema: the schema differs.
        KeyMismatch, BadKeys: the keys are not those of this database.
        PracticeMismatch: the practice mark and the setting differ.
    """
    settings = settings or load_settings()
    if not settings.key_file.exists():
        raise NotReady(place=str(settings.data_dir))
    keys = Vault.load(settings.key_file)
    database = Database(settings.database_url, info={"vault": keys, "settings": settings})
    try:
        _check(database, settings)
    except BaseException:
        database.close()
        raise
    wire(settings)
    return System(settings, keys, database)


def create_system(settings: Settings | None = None) -> System:
    """Create whatever is missing of an installation: folder, keys, schema and marks; then open it.

    Raises:
        KeyMismatch, PracticeMismatch: something is there already and does not fit.
    """
    settings = settings or load_settings()
    for folder in (settings.data_dir, settings.key_file.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = Vault.load(settings.key_file) if settings.key_file.exists() else Vault.create(settings.key_file)
    database = Database(settings.database_url, info={"vault": keys, "settings": settings})
    try:
        schema.migrate(database)
        with database.write() as session:
            vault.mark(session)
            mark_installation(session, practice=settings.practice)
    finally:
        database.close()
    return open_system(settings)


def _check(database: Database, settings: Settings) -> None:
    has = schema.current(database)
    if has is None:
        raise NotReady(place=str(settings.data_dir))
    if has != schema.head():
        raise (NewerSchema if has > schema.head() else OldSchema)(has=has, needs=schema.head())
    with database.read() as session:
        vault.require_match(session)
        practice = is_practice(session)
    if practice is not None and practice is not settings.practice:
        raise PracticeMismatch


def wire(settings: Settings) -> None:
    """Connect what rooms left open to the rooms above them. Doing it again changes nothing."""
    i18n.configure(languages=settings.languages, zone=settings.zone)
    background.REQUESTER.connect(requester, name="accounts")
    for connect in ROOMS:
        connect()


ROOMS: tuple[Callable[[], None], ...] = (
    admin.wire,
    partners.wire,
    people.wire,
    cases.wire,
    stipends.wire,
    reports.wire,
)
"""What each room has to connect, in the order of the menu."""


TASKS = (background_tasks, web_tasks, admin_tasks, stipends_tasks, cases_tasks, people_tasks)
"""The durable work of the rooms, which is registered by being imported."""


def requester(session: Session, user_id: UUID) -> Actor | None:
    """Who handed over a work, with the rights of this moment; None when the account is locked or gone."""
    return accounts.actor_of(session, user_id, "background")


def main_background(settings: Settings, *, name: str | None = None) -> background.Background:
    """The executor of a process that does nothing else."""
    system = open_system(settings)
    return background.Background(system.database, settings, name=name)


def practice_folder() -> Path:
    """Where `make run` and `demo` keep their practice system."""
    return Path(".practice").absolute()
