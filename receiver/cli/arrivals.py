"""Manifests from the command line: imported in one transaction, or only looked at; and the empty template."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from receiver import i18n
from receiver.access import Permission
from receiver.accounts import queries as accounts
from receiver.cli.frame import REFUSED, As, Json, Lang, acting, emit, opened, say
from receiver.cli.proof import Out, write_out
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.tables import TableError, column_letter
from receiver.kit.words import Words, _, n_
from receiver.partners.queries import programme_by_code
from receiver.people.actions import manifest_checks, manifest_merge, manifests
from receiver.people.queries import manifests as queries
from receiver.people.rules import ImportState
from receiver.people.rules.manifest import KnownManifest, ManifestField
from receiver.people.rules.manifest_files import BYTES_AT_MOST, read_manifest
from receiver.people.rules.manifest_template import template_csv

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import ManifestImport

arrivals = typer.Typer(help="People who arrive.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)]
_NOTHING = {"rows": 0, "new": 0, "match": 0, "decide": 0, "wrong": 0}


class _Undone(Exception):  # noqa: N818 - a signal that ends the transaction, not a fault
    """Nothing of it is kept: it was only looked at, or something was not right."""


class WhichOffice(Refusal):
    """Several offices could receive them."""

    sentence = _("You work for several offices, or for none. Please name one with --office: %(codes)s.")


class NotClean(Refusal):
    """Without a human who looks at each, only a manifest without questions is imported."""

    sentence = _(
        "Nothing was imported: %(wrong)s rows are wrong and %(decide)s need a decision. "
        "Please correct the file, or import it on the page, where each row can be corrected and decided."
    )


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(arrivals, name="arrivals")


@arrivals.command("template")
def template(
    lang: Lang = "en",
    out: Out = None,
) -> None:
    """Print an empty manifest (CSV) with the headings of a language."""
    write_out(template_csv(i18n.language(lang).code), out)


@arrivals.command("import")
def import_manifest(
    file: File,
    programme: Annotated[str, typer.Option(metavar="CODE", help="The programme under which they come.")],
    as_: As,
    office: Annotated[str | None, typer.Option(metavar="CODE", help="The office that receives them.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look; write nothing.")] = False,
    json: Json = False,
) -> None:
    """Import a manifest (CSV or XLSX). Without --dry-run only if nothing in it is wrong or needs a decision."""
    with file.open("rb") as opened_file:
        data = opened_file.read(BYTES_AT_MOST + 1)
    with opened() as system:
        actor = acting(system, as_)
        actor.demand(Permission.MANIFEST_IMPORT)
        with suppress(_Undone), system.database.write() as session:
            try:
                answer, refusal = _take(session, actor, data, programme, office, merge=not dry_run)
            except TableError as error:
                column = column_letter(error.column) if error.column else None
                told = {"row": error.row, "column": column, "message": i18n.text(error.words)}
                answer, refusal = {**_NOTHING, "errors": [told]}, error
            if dry_run or refusal is not None:
                raise _Undone
    emit(answer, as_json=json, lines=_lines(answer))
    if refusal is not None:
        say(refusal.words)
        raise typer.Exit(REFUSED)


def _take(
    session: Session, actor: Actor, data: bytes, code: str, office: str | None, *, merge: bool
) -> tuple[dict[str, Any], Refusal | None]:
    """What the manifest holds, and why it is not imported, if it is not."""
    programme_id = programme_by_code(session, actor, code).id
    office_id = _office(session, actor, office)
    table = read_manifest(data)
    try:
        found = manifests.upload_manifest(
            session, actor, manifests.Sent(data, table), programme_id=programme_id, office_id=office_id
        )
    except KnownManifest as known:
        return _known(session, programme_id, data, known)
    manifests.assign_columns(session, actor, found, found.columns)
    manifest_checks.check_manifest(session, actor, found)
    answer = _answer(session, actor, found, table.table.headers)
    if not merge:
        return answer, None
    if answer["wrong"] or answer["decide"]:
        return answer, NotClean(wrong=answer["wrong"], decide=answer["decide"])
    merged = manifest_merge.merge_manifest(session, actor, found.id)
    manifest_merge.look_for_twins(session, actor, merged.people)
    return {**answer, "reference": found.reference, "batches": merged.counts["batches"]}, None


def _known(
    session: Session, programme_id: UUID, data: bytes, known: KnownManifest
) -> tuple[dict[str, Any], Refusal | None]:
    """The same file again: once it is imported, who of it was registered is here already, and no other row is.

    While rows of it are left, or nothing of it is imported yet, it waits for somebody.
    """
    found = queries.known_import(session, programme_id, queries.file_mark(session, data))
    if found is None or found.merged_at is None:
        return {**_NOTHING, "errors": [{"row": None, "column": None, "message": i18n.text(known.words)}]}, known
    counts, over = found.counts, found.state is ImportState.MERGED
    if over:
        say(known.words)
    kept = {name: counts[name] for name in ("rows", "decide", "wrong")}
    kept |= {"new": 0 if over else counts["new"], "match": counts["people"] + counts["known"]}
    return {**_NOTHING, **kept, "errors": [], "reference": found.reference}, None if over else known


def _office(session: Session, actor: Actor, code: str | None) -> UUID:
    """The office that was named, or the only one that the actor may import for.

    Raises:
        NotFound, WhichOffice
    """
    scope = actor.scope(Permission.MANIFEST_IMPORT)
    reachable = [office for office in accounts.offices(session) if scope.covers(office.id)]
    if code is not None:
        named = [office for office in reachable if office.code == code.strip().upper()]
        if not named:
            raise NotFound
        return named[0].id
    if len(reachable) != 1:
        raise WhichOffice(codes=[office.code for office in reachable] or "-")
    return reachable[0].id


def _answer(session: Session, actor: Actor, found: ManifestImport, headers: tuple[str, ...]) -> dict[str, Any]:
    wrong = [row for row in queries.rows_of(session, found) if row.problems]
    errors = [
        {"row": view.row.number, "column": _column(problem.field, found, headers), "message": i18n.text(problem.words)}
        for view in queries.row_views(session, actor, found, wrong)
        for problem in view.problems
    ]
    return {name: found.counts[name] for name in _NOTHING} | {"errors": errors}


def _column(field: ManifestField, found: ManifestImport, headers: tuple[str, ...]) -> str:
    """The heading of a column as the file has it; the name of ours where it has none."""
    place = found.columns.get(field.value)
    return headers[place] if place is not None else field.value


def _lines(answer: dict[str, Any]) -> list[Words | str]:
    told: list[Words | str] = [
        n_("%(n)s row", "%(n)s rows", answer["rows"]),
        _("New: %(new)s. Already here: %(match)s. To decide: %(decide)s. Wrong: %(wrong)s.", **_figures(answer)),
    ]
    return told + [f"{error['row'] or ''}\t{error['column'] or ''}\t{error['message']}" for error in answer["errors"]]


def _figures(answer: dict[str, Any]) -> dict[str, int]:
    return {name: answer[name] for name in ("new", "match", "decide", "wrong")}
