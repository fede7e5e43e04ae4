"""Pay runs from the command line: the same acts, rights and four eyes as on the pages."""

from __future__ import annotations

import json as jsonlib
import os
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated, Any

import typer

from receiver.access import Permission
from receiver.cli.frame import As, AsAnyone, Json, PasswordStdin, acting, anyone, emit, opened, proven, say
from receiver.db.installation import is_practice
from receiver.kit.money import Money, parse_money
from receiver.kit.words import n_
from receiver.partners.queries import programme_by_code, programmes
from receiver.stipends import actions, queries
from receiver.stipends.queries.run_pages import line_of
from receiver.stipends.rules.checklist import is_missed, unpack
from receiver.stipends.rules.leaving_out import LeaveOutReason
from receiver.stipends.rules.payments import Channel  # noqa: TC001 - typer reads the annotations when it runs
from receiver.stipends.rules.runs import NothingToFollow, NotTheNextRun, RunName, RunState, next_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.db.engine import WriteSession
    from receiver.partners.models import Programme
    from receiver.stipends.models import PayRun

runs = typer.Typer(help="Pay runs, from draft to closed.", no_args_is_help=True)

Run = Annotated[str, typer.Argument(metavar="RUN", help="2026-11, or 2026-11-r1 for its first follow-up.")]
ProgrammeCode = Annotated[str | None, typer.Option("--programme", metavar="CODE", help="Where several have this run.")]
PersonOnList = Annotated[str, typer.Argument(metavar="PERSON", help="The reference of somebody on the list.")]
Reason = Annotated[str, typer.Option(help="Kept in the run's history.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(runs, name="runs")


@contextmanager
def acted(
    email: str | None, password_stdin: bool, permission: Permission | None = None
) -> Iterator[tuple[WriteSession, Actor]]:
    """One transaction of a user who has proved who they are; with a permission nobody need be named in practice."""
    with opened() as system:
        named = anyone(system, email, permission) if permission else (email or "")
        actor = proven(system, named, password_stdin=password_stdin)
        with system.database.write() as session:
            yield session, actor


def find(
    session: Session, actor: Actor, name: str, permission: Permission, programme: str | None
) -> tuple[PayRun, Programme]:
    """The run of this name, for somebody who holds the right; who does not is told who does.

    Raises:
        RoleNeeded, NotFound, SeveralRuns, NotARunName
    """
    actor.demand(permission)
    return queries.run_by_name(session, actor, name, permission, programme)


@runs.command("build")
def build(
    name: Run, as_: As, programme: ProgrammeCode = None, password_stdin: PasswordStdin = False, json: Json = False
) -> None:
    """Build the draft of a month or of a follow-up, or build a draft again.

    A month whose only run was abandoned is built anew, under the next name that is free.
    """
    wanted = RunName.parse(name)
    with acted(as_, password_stdin) as (session, actor):
        chosen = programme_by_code(session, actor, programme) if programme else _only_programme(session)
        runs_ = queries.runs_of_month(session, chosen.id, wanted.month)
        live = [run for run in runs_ if run.state is not RunState.ABANDONED]
        known = [run for run in live if run.run_name == wanted]
        following = next_name(wanted.month, [run.run_name for run in runs_])
        if known:
            run = actions.rebuild_run(session, actor, known[0])
        elif wanted.follow_up and wanted != following:
            raise NotTheNextRun(run=wanted, following=following)
        elif wanted.follow_up and live:
            run = actions.build_follow_up(session, actor, chosen, wanted.month)
        elif wanted.follow_up and not runs_:
            raise NothingToFollow(month=wanted.month)
        else:
            run = actions.build_run(session, actor, chosen, wanted.month)
        answer = _told(run, chosen)
    _print(answer, json)


@runs.command("show")
def show(name: Run, as_: AsAnyone = None, programme: ProgrammeCode = None, json: Json = False) -> None:
    """Show a run: its state, figures, hash and history."""
    with opened() as system:
        actor = acting(system, anyone(system, as_, Permission.PAY_RUN_VIEW))
        with system.database.read() as session:
            run, owner = find(session, actor, name, Permission.PAY_RUN_VIEW, programme)
            answer = _told(run, owner)
            answer["history"] = [
                {"act": step.act.value, "state": step.state.value, "at": step.at.isoformat(), "by": str(step.user_id)}
                for step in queries.history(session, run)
            ]
    _print(answer, json)


@runs.command("check")
def check(name: Run, as_: AsAnyone = None, programme: ProgrammeCode = None, json: Json = False) -> None:
    """List who would be missed or looks odd and is not explained yet, by reference; exit code 1 if anybody."""
    with opened() as system:
        actor = acting(system, anyone(system, as_, Permission.PAY_RUN_VIEW))
        with system.database.read() as session:
            run, owner = find(session, actor, name, Permission.PAY_RUN_VIEW, programme)
            left = queries.open_findings(session, run)
            answer = {**_told(run, owner), "open": left}
            listed: list[dict[str, Any]] = [
                {"person": reference, "missed": is_missed(unpack(bits)), "findings": [f.value for f in unpack(bits)]}
                for reference, bits in queries.unexplained(session, run)
            ]
    plain = [f"{name}\t{value}" for name, value in answer.items()]
    plain += [
        f"{one['person']}\t{'missed' if one['missed'] else 'odd'}\t{', '.join(one['findings'])}" for one in listed
    ]
    emit({**answer, "list": listed}, as_json=json, lines=plain)
    if left:
        say(n_("%(n)s person is not explained yet.", "%(n)s people are not explained yet.", left))
        raise typer.Exit(1)


@runs.command("leave-out")
def leave_out(
    name: Run,
    person: PersonOnList,
    as_: As,
    reason: Annotated[str, typer.Option(help="The approver reads it.")],
    why: Annotated[LeaveOutReason, typer.Option(help="What kind of reason it is.")] = LeaveOutReason.OTHER,
    programme: ProgrammeCode = None,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Leave somebody out of a draft; the month is missed then, and a follow-up run can pay it."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_PREPARE, programme)
        actions.leave_out(session, actor, run, line_of(session, run, person)[0], reason=why, text=reason)
        answer = _told(run, owner)
    _print(answer, json)


@runs.command("take-back")
def take_back(
    name: Run,
    person: PersonOnList,
    as_: As,
    programme: ProgrammeCode = None,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """List somebody again who was left out of a draft."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_PREPARE, programme)
        actions.take_back(session, actor, run, line_of(session, run, person)[0])
        answer = _told(run, owner)
    _print(answer, json)


@runs.command("submit")
def submit(
    name: Run,
    as_: As,
    programme: ProgrammeCode = None,
    accept_missed: Annotated[str, typer.Option(metavar="REASON", help="Accepts everybody not explained yet.")] = "",
    overdraw: Annotated[str, typer.Option(metavar="REASON", help="Why the fund may go below zero.")] = "",
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Freeze a draft and send it for approval."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_SUBMIT, programme)
        run = actions.submit_run(session, actor, run, accept_because=accept_missed, overdraw_because=overdraw)
        answer = _told(run, owner)
    _print(answer, json)


@runs.command("approve")
def approve(
    name: Run,
    as_: As,
    programme: ProgrammeCode = None,
    total: Annotated[str | None, typer.Option(help="The total as announced; asked for where it is left out.")] = None,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Approve a submitted run: never by who prepared, submitted or is paid by it."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_APPROVE, programme)
        run = actions.approve_run(session, actor, run, total=_total(session, run, total), digest=run.digest or "")
        answer = _told(run, owner)
    _print(answer, json)


@runs.command("reject")
def reject(
    name: Run,
    as_: As,
    reason: Reason,
    programme: ProgrammeCode = None,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Send a submitted or approved run back to draft."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_APPROVE, programme)
        answer = _told(actions.reject_run(session, actor, run, reason=reason), owner)
    _print(answer, json)


@runs.command("release")
def release(
    name: Run,
    as_: As,
    programme: ProgrammeCode = None,
    channel: Annotated[
        list[Channel] | None, typer.Option(help="Only this channel; may be given several times.")
    ] = None,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Release an approved run: instructions and pay files, by all channels or by those named."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_RELEASE, programme)
        made = actions.release_run(session, actor, run, channels=channel or ())
        session.refresh(run)
        answer = _told(run, owner)
        answer["files"] = [
            {"channel": one.channel.value, "count": one.count, "sum_minor": one.sum_minor, "sha256": one.sha256}
            for one in made
        ]
    _print(answer, json)


@runs.command("files")
def files(
    name: Run,
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="Folder that the files go to.")],
    as_: AsAnyone = None,
    programme: ProgrammeCode = None,
    reason: Annotated[str, typer.Option(help="Needed from the second time on.")] = "",
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Write the pay files of a run with their hashes and manifests, readable by their owner only."""
    with acted(as_, password_stdin, Permission.PAY_FILE_DOWNLOAD) as (session, actor):
        run, _owner = find(session, actor, name, Permission.PAY_FILE_DOWNLOAD, programme)
        _make(out)  # before it is on record that the files were taken
        taken = [
            actions.download_file(session, actor, one, reason=reason) for one in queries.instructions(session, run)
        ]
    for one in taken:
        _write(out / one.name, one.content)
        _write(out / f"{one.name}.sha256", f"{one.sha256}  {one.name}\n".encode())
        _write(out / f"{one.name}.manifest.json", jsonlib.dumps(one.manifest, indent=2).encode())
    emit(
        {"files": [{"name": one.name, "sha256": one.sha256} for one in taken]},
        as_json=json,
        lines=[f"{one.sha256}  {one.name}" for one in taken],
    )


@runs.command("close")
def close(
    name: Run, as_: As, programme: ProgrammeCode = None, password_stdin: PasswordStdin = False, json: Json = False
) -> None:
    """Close a run with nothing pending and a difference of zero."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_CLOSE, programme)
        answer = _told(actions.close_run(session, actor, run), owner)
    _print(answer, json)


@runs.command("abandon")
def abandon(
    name: Run,
    as_: As,
    reason: Reason,
    programme: ProgrammeCode = None,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Give a run up before its release."""
    with acted(as_, password_stdin) as (session, actor):
        run, owner = find(session, actor, name, Permission.PAY_RUN_ABANDON, programme)
        answer = _told(actions.abandon_run(session, actor, run, reason=reason), owner)
    _print(answer, json)


def _only_programme(session: WriteSession) -> Programme:
    """The programme, where there is one only."""
    found = programmes(session)
    if len(found) != 1:
        raise typer.BadParameter("name one of the programmes", param_hint="--programme")
    return found[0]


def _total(session: Session, run: PayRun, typed: str | None) -> Money:
    """The total as it was typed: asked for where it is left out, but in a practice system."""
    if typed is None and is_practice(session):
        return Money(run.total_minor, run.currency)
    return parse_money(typed if typed is not None else typer.prompt("Total", err=True), run.currency)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror}", param_hint="--out") from None


def _told(run: PayRun, programme: Programme) -> dict[str, Any]:
    return {
        "programme": programme.code,
        "run": str(run.name),
        "month": str(run.month),
        "kind": run.kind.value,
        "state": run.state.value,
        "people": run.people,
        "missed": run.missed,
        "odd": run.odd,
        "total_minor": run.total_minor,
        "currency": run.currency,
        "hash": run.digest,
    }


def _print(answer: dict[str, Any], as_json: bool) -> None:
    plain = (f"{name}\t{value}" for name, value in answer.items() if not isinstance(value, list))
    emit(answer, as_json=as_json, lines=plain)


def _write(path: Path, content: bytes) -> None:
    """A file that only its owner can read; an earlier one of the same name is replaced."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
