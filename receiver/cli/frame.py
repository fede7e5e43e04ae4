"""What every command shares: the system opened, who acts, how answers are printed, and what the exit code says."""

from __future__ import annotations

import getpass
import json
import os
import stat
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from receiver import i18n, log
from receiver.access import roles_with
from receiver.accounts import actions as accounts_actions
from receiver.accounts import passwords, rules
from receiver.accounts import queries as accounts
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, Words, _
from receiver.settings import load_settings
from receiver.worker import System, open_system

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from receiver.access import Actor, Permission
    from receiver.db.engine import WriteSession

DONE, REFUSED, USAGE, MISMATCH = 0, 1, 2, 3
_MISMATCHES = frozenset({"key-mismatch", "old-schema", "newer-schema", "practice-mismatch", "bad-keys"})

As = Annotated[str, typer.Option("--as", metavar="EMAIL", help="The user who acts.")]
AsAnyone = Annotated[
    str | None,
    typer.Option("--as", metavar="EMAIL", help="The user who acts; in a practice system, where left out, one who may."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password (and code) from stdin.")]
Lang = Annotated[str, typer.Option("--lang", metavar="LANG", help="Language of what is made.")]


class UnknownUser(Refusal):
    """Nobody who can act has this e-mail."""

    sentence = _("No active user has the e-mail address %(email)s.")


class WrongIdentity(Refusal):
    """The password or the code did not fit."""

    sentence = _("The password or the code is not right. Nothing was done.")


def messages() -> Console:
    """Where messages for people go: stderr, so that stdout holds only the answer."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def private_file(path: Path) -> int:
    """A descriptor of a file that only its owner can read, also where an earlier one of the name was open to others.

    What is no plain file, such as a pipe, keeps its mode.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint="--out") from None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.fchmod(descriptor, 0o600)
    return descriptor


def say(words: Words | str) -> None:
    """A message for whoever typed the command."""
    messages().print(i18n.text(words), markup=False)


def emit(answer: dict[str, Any], *, as_json: bool, lines: Iterable[Words | str] = ()) -> None:
    """The answer on stdout: one JSON object, or lines to read."""
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=plain) + "\n")
        return
    for line in lines:
        sys.stdout.write(i18n.text(line) + "\n")


def plain(value: object) -> Any:
    """A value as JSON has it."""
    if isinstance(value, LabelledEnum):
        return value.value
    if isinstance(value, Words):
        return i18n.text(value)
    return str(value)


@contextmanager
def opened() -> Iterator[System]:
    """The system that the settings name, closed at the end."""
    settings = load_settings()
    log.configure(settings)
    system = open_system(settings)
    try:
        yield system
    finally:
        system.close()


def acting(system: System, email: str) -> Actor:
    """The user who acts, with the rights of this moment.

    Raises:
        UnknownUser
    """
    with system.database.read() as session:
        user = accounts.user_by_email(session, email)
        actor = accounts.actor_of(session, user.id, "cli", os_user=os_user()) if user else None
    if actor is None:
        raise UnknownUser(email=email)
    return actor


def anyone(system: System, email: str | None, permission: Permission) -> str:
    """The user who is named; a practice system takes the first one who may, where nobody is named."""
    if email is None and system.settings.practice:
        with system.database.read() as session:
            roles = sorted(roles_with(permission))
            found = [user for role in roles for user in accounts.active_with_role(session, role)]
            email = min((user.email for user in found), default=None)
    if email is None:
        raise typer.BadParameter("name who acts", param_hint="--as")
    return email


def proven(system: System, email: str, *, password_stdin: bool = False) -> Actor:
    """The user who acts, who has proved it with password and code; in a practice system the name is enough.

    Raises:
        UnknownUser, WrongIdentity, TooManyAttempts
    """
    actor = acting(system, email)
    if not system.settings.practice:
        lines = sys.stdin.read().splitlines() if password_stdin else []
        _prove(system, actor, lines)
    return replace(actor, stepped_up_at=clock.now())


def _prove(system: System, actor: Actor, lines: list[str]) -> None:
    with system.database.write() as session:
        refusal = accounts_actions.count_attempt(session, what="cli", account=str(actor.user_id), address="cli")
    if refusal is not None:
        raise refusal
    with system.database.read() as session:
        user = accounts.user(session, _id(actor))
    password = lines[0] if lines else getpass.getpass(f"Password of {actor.email}: ")
    if not passwords.verify(user.password_hash, password):
        raise WrongIdentity
    with system.database.write() as session:
        user = accounts.user(session, _id(actor))
        if accounts.has_second_factor(user):
            code = lines[1] if len(lines) > 1 else getpass.getpass("Code: ")
            _use_code(session, user, code)
        accounts_actions.clear_attempts(session, what="cli", account=str(actor.user_id), address="cli")


def _use_code(session: WriteSession, user: Any, code: str) -> None:
    try:
        accounts_actions.use_code(session, user, code)
    except rules.WrongCode:
        raise WrongIdentity from None


def _id(actor: Actor) -> Any:
    return actor.user_id


def os_user() -> str:
    """The account of the operating system that runs the command, for the audit chain."""
    try:
        return getpass.getuser()[:100]
    except (KeyError, OSError):
        return "unknown"


def exit_code(refusal: Refusal) -> int:
    """What a refusal means for the caller: 3 when schema or keys do not fit, else 1."""
    return MISMATCH if refusal.code in _MISMATCHES else REFUSED
