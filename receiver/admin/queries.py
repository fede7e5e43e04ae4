"""What the common pages read: the state of the installation, the trail with names, the sentences of a language."""

from __future__ import annotations

import re
import shutil
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import __version__ as version
from receiver import background, i18n, vault
from receiver.accounts import queries as accounts
from receiver.admin.rules import LEAST_FREE, Check, of_findings
from receiver.db import schema
from receiver.i18n import catalogues
from receiver.kit.words import _, n_
from receiver.people.models import Person
from receiver.people.queries import unseen_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.audit import Entry
    from receiver.db.engine import Database
    from receiver.i18n.catalogues import Completeness
    from receiver.settings import Settings

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def checks(database: Database, settings: Settings) -> list[Check]:
    """Everything the health page looks at."""
    with database.read() as session:
        keys = tuple(i18n.text(words) for words in vault.findings(session))
        pairs = tuple(
            i18n.text(
                n_(
                    "Nobody sees %(n)s pair of people who look alike, of %(one)s and %(other)s. "
                    "Please give both offices to somebody who decides about it.",
                    "Nobody sees %(n)s pairs of people who look alike, of %(one)s and %(other)s. "
                    "Please give both offices to somebody who decides about them.",
                    count,
                    one=one,
                    other=other,
                )
            )
            for one, other, count in unseen_pairs(session)
        )
    settings_found = tuple(database.findings())
    work = tuple(background.findings(database, settings))
    free = shutil.disk_usage(settings.data_dir).free
    has, needs = schema.current(database), schema.head()
    disk = (i18n.text(_("Less than 500 MB are free.")),) if free < LEAST_FREE else ()
    old = (
        () if has == needs else (i18n.text(_("The schema is %(has)s and should be %(needs)s.", has=has, needs=needs)),)
    )
    return [
        Check("version", _("Version"), of_findings(()), detail=_("Receiver %(version)s", version=version)),
        Check("database", _("Database"), of_findings(settings_found, bad=True), settings_found),
        Check("schema", _("Schema"), of_findings(old, bad=True), old, detail=_("Revision %(has)s", has=has)),
        Check("keys", _("Keys"), of_findings(keys, bad=True), keys),
        Check("background", _("Background work"), of_findings(work), work),
        Check(
            "disk",
            _("Disk"),
            of_findings(disk),
            disk,
            detail=_("%(free)s MB free", free=free // (1024 * 1024)),
        ),
        Check("look-alikes", _("People who look alike across offices"), of_findings(pairs), pairs),
    ]


def is_ready(database: Database, settings: Settings) -> dict[str, bool]:
    """Whether requests can be served: database, schema, keys, and somebody who does background work."""
    if database.latched:
        return {"database": False, "schema": False, "keys": False, "background": False}
    with database.read() as session:
        keys = not vault.findings(session)
    return {
        "database": True,
        "schema": schema.is_current(database),
        "keys": keys,
        "background": background.executors(database, settings) > 0,
    }


def person_id_of(session: Session, reference: str) -> UUID | None:
    """The id behind a reference, for the trail, which is read by reference and never by name."""
    return session.scalar(select(Person.id).where(Person.reference == reference))


def references(session: Session, entries: Sequence[Entry]) -> dict[UUID, str]:
    """The references of the people that records are about."""
    ids = {entry.person for entry in entries if entry.person is not None}
    return dict(session.execute(select(Person.id, Person.reference).where(Person.id.in_(ids))).all())


def actor_names(session: Session, entries: Sequence[Entry]) -> dict[UUID, str]:
    """The names of the users who acted."""
    return accounts.user_names(session, {entry.actor for entry in entries if entry.actor is not None})


def completeness() -> list[Completeness]:
    """How complete each language is; the files are read once, and again when one of them has changed."""
    return _completeness(catalogues.edition())


def untranslated(code: str) -> list[tuple[str, str]]:
    """The sentences that a language still lacks, in the order of the files: each in English, and its context.

    The files of sentences are compared, and the sources not read: that takes seconds, and is for those who change them.
    """
    return _untranslated(code, catalogues.edition())


@lru_cache(maxsize=1)
def _completeness(_edition: tuple[int, ...]) -> list[Completeness]:
    return catalogues.report()


@lru_cache(maxsize=len(i18n.REAL))
def _untranslated(code: str, _edition: tuple[int, ...]) -> list[tuple[str, str]]:
    entries = [finding.entry for finding in catalogues.check(code, sourced=False) if finding.entry is not None]
    return [(_PLACEHOLDER.sub(r"{\1}", entry.msgid), entry.context or "") for entry in entries]
