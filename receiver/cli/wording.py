"""Catalogues from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from receiver.cli.frame import REFUSED, Json, emit
from receiver.i18n import REAL, catalogues

words = typer.Typer(help="The catalogues of sentences in five languages.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(words, name="words")


@words.command("check")
def check(
    lang: Annotated[str | None, typer.Option(metavar="LANG", help="One language only.")] = None, json: Json = False
) -> None:
    """Find what is missing, stale or broken."""
    if lang is not None and lang not in REAL:
        raise typer.BadParameter(f"one of {', '.join(REAL)}", param_hint="--lang")
    findings = catalogues.check(lang)
    emit({"findings": [str(finding) for finding in findings]}, as_json=json, lines=[str(each) for each in findings])
    if findings:
        raise typer.Exit(REFUSED)


@words.command("report")
def report(json: Json = False) -> None:
    """Say how complete each language is."""
    rows = [
        {"language": row.language, "messages": row.messages, "translated": row.translated, "percent": row.percent}
        for row in catalogues.report()
    ]
    emit(
        {"languages": rows},
        as_json=json,
        lines=[f"{row['language']}\t{row['translated']}/{row['messages']}\t{row['percent']} %" for row in rows],
    )
