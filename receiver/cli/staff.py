"""Users from the command line: add, list, lock."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer

from receiver.access import SYSTEM, Permission, Role
from receiver.accounts import actions, passwords, queries
from receiver.cli.frame import As, Json, PasswordStdin, emit, opened, os_user, proven, say
from receiver.kit.errors import NotFound
from receiver.kit.words import _

users = typer.Typer(help="Accounts of those who work with Receiver.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(users, name="users")


@users.command("add")
def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    name: Annotated[str, typer.Option(help="The user's name.")],
    role: Annotated[list[Role], typer.Option(help="A role; may be given several times.")],
    office: Annotated[list[str] | None, typer.Option(metavar="OFFICE", help="Code of an office.")] = None,
    password_stdin: PasswordStdin = False,
    json: Json = False,
) -> None:
    """Add somebody. Without --password-stdin a one-time link is printed, with which the user chooses the password."""
    actor = replace(SYSTEM, channel="cli", os_user=os_user())
    password_hash = None
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        passwords.check_new(password, email=email, name=name)
        password_hash = passwords.hash_password(password)
    with opened() as system:
        with system.database.write() as session:
            offices = [queries.office_by_code(session, code).id for code in office or ()]
            user = actions.add_user(
                session, actor, email=email, name=name, roles=role, offices=offices, password_hash=password_hash
            )
            token = None if password_hash else actions.invite(session, actor, user)
        link = f"{system.settings.base_url}/sign-in/link/{token}" if token else None
    say(_("Added."))
    emit({"email": user.email, "link": link}, as_json=json, lines=[link] if link else [])


@users.command("list")
def list_users(json: Json = False) -> None:
    """List all users."""
    with opened() as system, system.database.read() as session:
        rows = queries.user_rows(session, session.scalars(queries.users_page().order_by("email")).all())
        answer = [
            {
                "email": row.email,
                "name": row.name,
                "state": row.state.value,
                "roles": [role.value for role in row.roles],
                "offices": list(row.offices),
            }
            for row in rows
        ]
    emit(
        {"users": answer},
        as_json=json,
        lines=[f"{row.email}\t{row.state.value}\t{','.join(row.roles)}" for row in rows],
    )


@users.command("lock")
def lock(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    as_: As,
    reason: Annotated[str, typer.Option(help="Kept in the audit record.")],
    password_stdin: PasswordStdin = False,
) -> None:
    """Lock an account at once."""
    with opened() as system:
        actor = proven(system, as_, password_stdin=password_stdin)
        actor.demand(Permission.USER_MANAGE)
        with system.database.write() as session:
            user = queries.user_by_email(session, email)
            if user is None:
                raise NotFound
            actions.lock_user(session, actor, user, reason=reason)
    say(_("The account is locked and its sessions have ended."))
