"""The monthly stipend report from the command line, in any form, language and as of any moment."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from receiver import i18n
from receiver.access import SYSTEM, Permission
from receiver.accounts.queries import user_names
from receiver.cli.frame import acting, opened, os_user, private_file
from receiver.kit import clock
from receiver.kit.months import Month
from receiver.reports import actions, files, queries
from receiver.reports.rules import NoSuchMoment, ReportForm, publishable

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.reports.queries import Shown
    from receiver.worker import System

reports = typer.Typer(help="Reports.", no_args_is_help=True)
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this file instead of stdout.")]
_MIDNIGHT = len("2026-11-30")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(reports, name="report")


@reports.callback()
def _group() -> None:
    """Keep `stipends` a word of the command, although it is the only one."""


@reports.command("stipends")
def stipends(
    month: Annotated[str, typer.Argument(help="Such as 2026-11.")],
    programme: Annotated[str | None, typer.Option(metavar="CODE", help="Needed where several have the month.")] = None,
    form: Annotated[str, typer.Option("--format", help="html, pdf, xlsx, csv or json.")] = ReportForm.HTML.value,
    lang: Annotated[str, typer.Option(metavar="LANG", help="Language of the report.")] = i18n.SOURCE,
    as_of: Annotated[str | None, typer.Option(metavar="TIME", help="As it stood at this moment.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Without people, by the rules for small numbers.")] = False,
    out: Out = None,
    email: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="The user who acts.")] = None,
) -> None:
    """Write the monthly stipend report; it is recorded who took it out."""
    if form not in set(ReportForm):
        raise typer.BadParameter(f"one of {', '.join(ReportForm)}", param_hint="--format")
    if lang not in i18n.REAL:
        raise typer.BadParameter(f"one of {', '.join(i18n.REAL)}", param_hint="--lang")
    wanted, chosen = Month.parse(month), ReportForm(form)
    with opened() as system:
        actor = acting(system, email) if email else SYSTEM
        if email:
            actor.demand(Permission.REPORT_EXPORT)
        with system.database.read() as session:
            found = queries.report_programme(session, actor, programme, wanted)
            shown = queries.report(session, found, wanted, as_of=moment_of(as_of))
            content = files.make(material_of(session, shown, actor, public=public), chosen, lang)
        _record(system, actor, shown, chosen, lang, content, public=public)
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        with os.fdopen(private_file(out), "wb") as file:
            file.write(content)


def material_of(session: Session, shown: Shown, actor: Actor, *, public: bool) -> files.Material:
    """What the file is made from; for publication without people."""
    if public:
        return files.Material(publishable(shown.figures))
    names = user_names(session, {UUID(one) for one in files.user_ids(shown.figures)})
    persons = queries.persons(session, shown.look, actor)
    return files.Material(shown.figures, persons, {str(one): name for one, name in names.items()})


def moment_of(text: str | None) -> datetime | None:
    """A moment as typed: with its offset, else in the time zone of the house; a day alone means its end.

    Raises:
        NoSuchMoment: it is none, or has not come yet.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NoSuchMoment from None
    if len(text) <= _MIDNIGHT and found.time() == time():
        found += timedelta(days=1, microseconds=-1)
    if found.tzinfo is None:
        found = found.replace(tzinfo=i18n.zone())
    if found > clock.now():
        raise NoSuchMoment
    return found.astimezone(UTC)


def _record(
    system: System, actor: Actor, shown: Shown, form: ReportForm, lang: str, content: bytes, *, public: bool
) -> None:
    if actor.user_id is None:
        actor = replace(actor, channel="cli", os_user=os_user())
    taken = replace(shown, figures=publishable(shown.figures)) if public else shown
    with system.database.write() as session:
        actions.record_export(session, actor, taken, form, lang, hashlib.sha256(content).hexdigest())
