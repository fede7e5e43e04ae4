"""The audit chain and the keys from the command line."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from receiver import audit, vault
from receiver.access import SYSTEM
from receiver.audit import Kind
from receiver.cli.frame import REFUSED, Json, emit, opened, os_user, private_file, say
from receiver.kit.words import _, n_

chain = typer.Typer(help="The chain of everything that was done.", no_args_is_help=True)
keys = typer.Typer(help="The keys of this installation.", no_args_is_help=True)
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to this file instead of stdout.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(chain, name="audit")
    app.add_typer(keys, name="keys")


@chain.command("verify")
def verify(
    checkpoint: Annotated[Path | None, typer.Option(metavar="FILE", help="An earlier signed checkpoint.")] = None,
    json: Json = False,
) -> None:
    """Recompute the chain and find whatever was changed, removed, inserted or cut off."""
    with opened() as system, system.database.read() as session:
        verdict = audit.verify(session, checkpoint.read_text("utf-8") if checkpoint else None)
    answer = {
        "ok": verdict.ok,
        "records": verdict.records,
        "head": verdict.head,
        "findings": [str(finding) for finding in verdict.findings],
    }
    whole = n_("The chain is whole: %(n)s record.", "The chain is whole: %(n)s records.", verdict.records)
    emit(answer, as_json=json, lines=[whole] if verdict.ok else [str(finding) for finding in verdict.findings])
    if not verdict.ok:
        raise typer.Exit(REFUSED)


@chain.command("checkpoint")
def checkpoint(out: Out = None) -> None:
    """Sign the head of the chain, to be kept outside; the key to check it with goes to stderr."""
    with opened() as system, system.database.read() as session:
        note, key = audit.checkpoint(session), audit.verifier_key(session)
    write_out(note, out)
    say(key)


@chain.command("dump")
def dump(out: Out = None) -> None:
    """Write every record as a line of JSON, for the stand-alone verifier."""
    with opened() as system, system.database.read() as session:
        stream = os.fdopen(private_file(out), "w", encoding="utf-8") if out else sys.stdout
        try:
            for record in audit.dump(session):
                stream.write(jsonlib.dumps(record, ensure_ascii=False) + "\n")
        finally:
            if out:
                stream.close()


@keys.command("rotate")
def rotate() -> None:
    """Add a master key and wrap every data key anew, while everybody works; can be stopped and run again."""
    actor = replace(SYSTEM, channel="cli", os_user=os_user())
    with opened() as system:
        key = system.vault.add_master()
        with system.database.write() as session:
            audit.record(session, Kind.MASTER_KEY_ADDED, actor, key)
        left = 1
        while left:
            with system.database.write() as session:
                left = vault.rotate(session)
        with system.database.write() as session:
            audit.record(session, Kind.KEYS_ROTATED, actor, key)
    say(_("Every data key is wrapped under the new master key %(key)s.", key=key))


def write_out(text: str, out: Path | None) -> None:
    """Write to the file, or to stdout and nothing else there."""
    if out is None:
        sys.stdout.write(text)
    else:
        with os.fdopen(private_file(out), "w", encoding="utf-8") as file:
            file.write(text)
