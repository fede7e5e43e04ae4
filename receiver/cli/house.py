"""Setting up an installation, bringing it to a newer form, and looking whether all is well."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from receiver import audit, background, log, vault
from receiver.access import SYSTEM, Role
from receiver.accounts import actions, queries
from receiver.audit import Kind
from receiver.cli.frame import MISMATCH, REFUSED, Json, emit, opened, os_user, say
from receiver.db import schema
from receiver.db.engine import Database
from receiver.i18n import catalogues
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.settings import load_settings, unknown_variables
from receiver.vault import VaultError
from receiver.worker import NewerSchema, create_system, open_system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from receiver.settings import Settings

_LEAST_FREE = 500 * 1024 * 1024
"""Bytes of free disk below which `check` warns."""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("init")(init)
    app.command("migrate")(migrate)
    app.command("check")(check)


def init(
    admin: Annotated[str | None, typer.Option(metavar="EMAIL", help="The first administrator.")] = None,
    json: Json = False,
) -> None:
    """Create the data folder, the keys (mode 0600), the schema and, with --admin, the first administrator."""
    settings = load_settings()
    log.configure(settings)
    actor = replace(SYSTEM, channel="cli", os_user=os_user())
    fresh = not settings.key_file.exists()
    system = create_system(settings)
    link = None
    try:
        with system.database.write() as session:
            if fresh:
                audit.record(session, Kind.SYSTEM_INITIALISED, actor, "installation", practice=settings.practice)
            if admin:
                user = queries.user_by_email(session, admin) or actions.add_user(
                    session, actor, email=admin, name=admin.partition("@")[0], roles=[Role.ADMINISTRATOR]
                )
                link = f"{settings.base_url}/sign-in/link/{actions.invite(session, actor, user)}"
    finally:
        system.close()
    say(_("The system is ready in %(folder)s.", folder=str(settings.data_dir)))
    if link:
        say(_("The administrator opens this link once, within three days, and chooses a password:"))
    emit({"data_dir": str(settings.data_dir), "link": link}, as_json=json, lines=[link] if link else [])


def migrate(
    check_only: Annotated[bool, typer.Option("--check", help="Only compare; change nothing.")] = False,
    json: Json = False,
) -> None:
    """Bring the schema to the newest form; a SQLite database is copied first."""
    settings = load_settings()
    if check_only:
        has, needs = _forms(settings)
        emit({"has": has, "needs": needs, "current": has == needs}, as_json=json, lines=[f"{has} -> {needs}"])
        if has != needs:
            raise typer.Exit(MISMATCH)
        return
    has, needs, backup = bring_up_to_date(settings)
    emit({"was": has, "is": needs, "backup": str(backup) if backup else None}, as_json=json, lines=[needs])


def bring_up_to_date(settings: Settings) -> tuple[str | None, str, Path | None]:
    """Migrate the database and record it; the schema it had, the one it has, and where a SQLite database was copied.

    Raises:
        NewerSchema: there is no way back.
    """
    database = Database(settings.database_url)
    try:
        has, needs = schema.current(database), schema.head()
        if has is not None and has > needs:
            raise NewerSchema(has=has, needs=needs)
        backup = None
        if database.path is not None and has not in {None, needs}:
            backup = database.path.with_name(f"{database.path.stem}-{has}-{clock.now():%Y%m%dT%H%M%SZ}.db")
        schema.migrate(database, backup_to=backup)
    finally:
        database.close()
    if has is not None and has != needs:
        actor = replace(SYSTEM, channel="cli", os_user=os_user())
        with opened() as system, system.database.write() as session:
            audit.record(session, Kind.SYSTEM_MIGRATED, actor, "installation", before=has, now=needs)
    return has, needs, backup


def _forms(settings: Settings) -> tuple[str | None, str]:
    """The schema that the database has, and the one that the program needs."""
    database = Database(settings.database_url)
    try:
        return schema.current(database), schema.head()
    finally:
        database.close()


def check(json: Json = False) -> None:
    """Look whether settings, database, keys, schema, catalogues, disk and background work are as they should be."""
    settings = load_settings()
    log.configure(settings)
    findings = list(_findings(settings))
    emit({"ok": not findings, "findings": findings}, as_json=json, lines=findings or [_("All is well.")])
    if findings:
        raise typer.Exit(REFUSED)


def _findings(settings: Settings) -> Iterator[str]:
    for name, meant in unknown_variables().items():
        yield f"{name} is no setting." + (f" Did you mean {meant}?" if meant else "")
    try:
        system = open_system(settings)
    except (Refusal, VaultError) as error:
        yield str(error)
        return
    try:
        yield from system.database.findings()
        with system.database.read() as session:
            yield from (str(words) for words in vault.findings(session))
            verdict = audit.verify(session)
            yield from (str(finding) for finding in verdict.findings)
        yield from background.findings(system.database, settings)
    finally:
        system.close()
    for language, count in Counter(finding.language for finding in catalogues.check()).items():
        yield f"The catalogue {language} has {count} findings: see `receiver words check --lang {language}`."
    if shutil.disk_usage(settings.data_dir).free < _LEAST_FREE:
        yield "Less than 500 MB of disk are free where the data lies."
