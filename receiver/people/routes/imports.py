"""Manifests (S11a, S11b): templates, upload, columns, and the way out."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.kit.errors import Refusal
from receiver.kit.tables import TableError
from receiver.kit.words import _
from receiver.partners.queries import programme_names, programmes
from receiver.people import queries
from receiver.people.actions import manifests
from receiver.people.forms.manifests import (
    ColumnsForm,
    DateOrder,
    LanguageFilter,
    UploadForm,
)
from receiver.people.models import ManifestImport
from receiver.people.queries import manifests as imports
from receiver.people.routes.batches import reachable_offices
from receiver.people.rules import ImportState
from receiver.people.rules.manifest import KnownManifest, ManifestField, columns_of
from receiver.people.rules.manifest_files import ManifestTable
from receiver.people.rules.manifest_template import template_csv, template_xlsx
from receiver.web.answers import download, see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page
from receiver.web.router import Router

router = Router(prefix="/arrivals")
Importer = Annotated[Actor, require(Permission.MANIFEST_IMPORT)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _read_first(form: Bound[UploadForm]) -> ManifestTable | None:
    """The rows of what was sent, read before the database is asked for; None where the file cannot be read."""
    return form.read_table() if form.ok else None


@router.get("/template.csv")
def csv_template(_actor: Importer, asked: Asked[LanguageFilter]) -> Response:
    """An empty manifest as CSV, its headings in a language."""
    code = _language(asked)
    return download(template_csv(code), f"manifest-{code}.csv", "text/csv; charset=utf-8")


@router.get("/template.xlsx")
def xlsx_template(_actor: Importer, asked: Asked[LanguageFilter]) -> Response:
    """The same as a workbook."""
    code = _language(asked)
    return download(template_xlsx(code), f"manifest-{code}.xlsx", _XLSX)


@router.get("/imports/new")
def new_import(request: Request, session: ReadSession, actor: Importer) -> Response:
    """The page on which a manifest is uploaded, with those that wait for somebody."""
    form = UploadForm.blank(date_order=DateOrder.DMY)
    _offer(session, actor, form)
    for name in ("programme", "office"):
        if len(form.options[name]) == 1:
            form.raw[name] = [form.options[name][0][0]]
    return _upload_page(request, session, actor, form)


@router.post("/imports")
def upload(
    request: Request,
    session: WriteSession,
    actor: Importer,
    form: Bound[UploadForm],
    table: Annotated[ManifestTable | None, Depends(_read_first)],
) -> Response:
    """Take in a manifest."""
    _offer(session, actor, form)
    if table is not None:
        sent = manifests.Sent(form.file.data, table, form.date_order.value)
        batch = None
        if form.batch:
            batch = queries.batch_by_slug(session, actor, form.batch, Permission.ARRIVAL_MANAGE)
            if (str(batch.programme_id), str(batch.office_id)) != (form.programme, form.office):
                form.add_error("batch", _("This arrival belongs to another programme or office."))
        try:
            if form.ok:
                made = manifests.upload_manifest(
                    session, actor, sent, programme_id=UUID(form.programme), office_id=UUID(form.office), batch=batch
                )
                return see_other(f"/arrivals/imports/{made.reference}/columns", done=_("The file is uploaded."))
        except KnownManifest as known:
            if (found := _seen_before(session, actor, form)) is not None:
                return see_other(f"/arrivals/imports/{found.reference}", done=known.words)
            form.add_error("file", known)
        except Refusal as refusal:
            form.add_error("file", refusal)
    return _upload_page(request, session, actor, form)


@router.get("/imports/{reference}/columns")
def columns(request: Request, session: ReadSession, actor: Importer, reference: str) -> Response:
    """The page on which it is said which column holds what."""
    found = imports.import_by_reference(session, actor, reference)
    if found.merged_at is not None:  # its rows are what counts now
        return see_other(f"/arrivals/imports/{found.reference}")
    form = ColumnsForm.blank(date_order=DateOrder(found.date_order))
    form.raw |= {name: [str(place)] for name, place in found.columns.items()}
    return _columns_page(request, session, found, form)


@router.post("/imports/{reference}/columns")
def assign_columns(
    request: Request, session: WriteSession, actor: Importer, reference: str, form: Bound[ColumnsForm]
) -> Response:
    """Assign the columns and check the rows; many rows are checked in the background."""
    found = imports.import_by_reference(session, actor, reference)
    manifests.demand_whole(found)
    _offer_columns(session, found, form)
    if form.ok:
        try:
            work = manifests.set_columns(session, actor, found, form.columns, form.date_order.value)
        except TableError as error:
            form.add_error("full_name", error.words)
        else:
            return see_other(f"/progress/{work}" if work else f"/arrivals/imports/{found.reference}")
    return _columns_page(request, session, found, form)


@router.post("/imports/{reference}/cancel")
def cancel(session: WriteSession, actor: Importer, reference: str) -> Response:
    """Delete the upload; nobody is imported."""
    found = imports.import_by_reference(session, actor, reference)
    manifests.cancel_manifest(session, actor, found)
    return see_other("/arrivals/imports/new", done=_("The manifest is cancelled, and its upload deleted."))


def _language(asked: LanguageFilter) -> str:
    """The language of a template: the one asked for, else the reader's.

    Raises:
        UnknownLanguage
    """
    return i18n.language(asked.value_of("lang") or i18n.current()).code


def _seen_before(session: Session, actor: Actor, form: UploadForm) -> ManifestImport | None:
    """The manifest that came with the same file, if the actor may see it."""
    mark = imports.file_mark(session, form.file.data)
    found = imports.known_import(session, UUID(form.programme), mark)
    seen = imports.visible_imports(actor).where(ManifestImport.id == found.id) if found else None
    return session.scalar(seen) if seen is not None else None


def _offer(session: Session, actor: Actor, form: UploadForm) -> None:
    form.offer("programme", [(str(one.id), one.name) for one in programmes(session)])
    form.offer("office", reachable_offices(session, actor, Permission.MANIFEST_IMPORT))
    batches = queries.open_batches(session, actor, Permission.ARRIVAL_MANAGE)
    form.offer("batch", [(batch.slug, f"{batch.slug} {batch.origin}".strip()) for batch in batches])


def _upload_page(request: Request, session: Session, actor: Actor, form: UploadForm) -> Response:
    waiting = imports.unfinished_imports(session, actor)
    names = programme_names(session, [each.programme_id for each in waiting])
    ctx = {"waiting": waiting, "programmes": names, "languages": [i18n.LOCALES[code] for code in i18n.REAL]}
    return form_page(request, "people/import_new.html", ctx, form=form)


def _offer_columns(session: Session, found: ManifestImport, form: ColumnsForm) -> None:
    form.offer_columns([(str(each.place), each.header) for each in columns_of(imports.table_of(session, found).table)])


def _columns_page(request: Request, session: Session, found: ManifestImport, form: ColumnsForm) -> Response:
    """The columns with their first values; those that no field takes are named as left out."""
    whole = imports.table_of(session, found)
    table = whole.table
    listed = columns_of(table)
    _offer_columns(session, found, form)
    used = {form.value_of(field.value) for field in ManifestField}
    ctx = {
        "manifest": found,
        "columns": listed,
        "samples": {str(each.place): each.samples for each in listed},
        "ignored": [each for each in listed if str(each.place) not in used],
        "rows": len(table.rows),
        "western": whole.western,
        "fields": list(ManifestField),
        "anew": found.state is not ImportState.UPLOADED,
    }
    return form_page(request, "people/import_columns.html", ctx, form=form)
