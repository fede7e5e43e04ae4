"""The command line: every act of the pages that an operator, an officer or a program may want without a browser."""

from __future__ import annotations

import sys

import typer

from receiver.cli import arrivals, house, money, practice, proof, report, runs, serving, staff, wording
from receiver.cli.frame import MISMATCH, exit_code, say
from receiver.kit.errors import Refusal
from receiver.vault import VaultError

app = typer.Typer(
    name="receiver",
    help="The case tool of a country that receives relocated people.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for commands in (house, serving, practice, staff, arrivals, proof, wording, runs, money, report):
    commands.add_to(app)


def main() -> None:
    """Run a command; a refusal is a sentence on stderr and exit code 1, or 3 where schema or keys do not fit."""
    try:
        app()
    except Refusal as refusal:
        say(refusal.words)
        sys.exit(exit_code(refusal))
    except VaultError as error:
        say(str(error))
        sys.exit(MISMATCH)
