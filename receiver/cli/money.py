"""Results of providers and the ledger from the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from receiver.access import SYSTEM, Permission
from receiver.cli.frame import REFUSED, As, Json, PasswordStdin, acting, emit, opened, private_file, proven, say
from receiver.cli.runs import ProgrammeCode, find
from receiver.kit.words import _
from receiver.ledger import actions as ledger_actions
from receiver.ledger import queries as ledger_queries
from receiver.ledger.rules import DumpForm
from receiver.stipends import actions, queries
from receiver.stipends.rules.result_formats import FORMATS, STANDARD

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_RUN = "The pay run that it came for, such as 2026-11: no other payments move, nor those of other channels."

ledger = typer.Typer(help="The double-entry ledger.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("reconcile")(reconcile)
    app.add_typer(ledger, name="ledger")


def reconcile(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    as_: As,
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help=_RUN)] = None,
    programme: ProgrammeCode = None,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help=", ".join(FORMATS))] = STANDARD.code,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look; change nothing.")] = False,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Take in a file of results of a pay run; the same file again changes nothing.

    Without --run the file says by its payments which run it is about, and its word counts for every channel.
    """
    data = file.read_bytes()
    with opened() as system:
        actor = acting(system, as_) if dry_run else proven(system, as_, password_stdin=password_stdin)
        with system.database.read() if dry_run else system.database.write() as session:
            if run is None:
                about = queries.run_of_results(session, actor, data, format_)
            else:
                about, _owner = find(session, actor, run, Permission.PAY_RUN_RECONCILE, programme)
            take = queries.check_results if dry_run else actions.take_results
            check = take(session, actor, about, data, form=format_, every_channel=run is None)
            _say_if_before(session, check)
    emit(dict(check.counts), as_json=json, lines=[f"{name}\t{count}" for name, count in check.counts.items()])


def _say_if_before(session: Session, check: queries.ResultCheck) -> None:
    if check.before is not None:
        run, programme = queries.run_of_file(session, check.before)
        say(_("This very file was taken in before, for pay run %(run)s.", run=f"{run.name} ({programme.code})"))


@ledger.command("dump")
def dump(
    as_: Annotated[
        str | None, typer.Option("--as", metavar="EMAIL", help="Who takes it, outside a practice system.")
    ] = None,
    format_: Annotated[DumpForm, typer.Option("--format", help="csv, json or beancount")] = DumpForm.CSV,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file instead of stdout.")] = None,
) -> None:
    """Write all entries: as a table, with everything an auditor recomputes (JSON), or for Beancount."""
    with opened() as system:
        actor = acting(system, as_) if as_ else SYSTEM
        if as_:
            actor.demand(Permission.LEDGER_VIEW)
        elif not system.settings.practice:
            raise typer.BadParameter("name who takes the dump", param_hint="--as")
        with system.database.write() as session:
            ledger_actions.record_dump(session, actor, format_)
        with system.database.read() as session:
            stream = os.fdopen(private_file(out), "w", encoding="utf-8", newline="") if out else sys.stdout
            try:
                for piece in ledger_queries.dump(session, format_):
                    stream.write(piece)
            finally:
                if out:
                    stream.close()


@ledger.command("check")
def check(json: Json = False) -> None:
    """Recompute what must hold of the ledger, from its entries alone."""
    with opened() as system, system.database.read() as session:
        findings = ledger_queries.check(session)
    emit(
        {"ok": not findings, "findings": [str(one) for one in findings]},
        as_json=json,
        lines=[str(one) for one in findings],
    )
    if findings:
        raise typer.Exit(REFUSED)
    if not json:
        say(_("The ledger adds up."))
