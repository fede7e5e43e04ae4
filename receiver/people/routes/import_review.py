"""The review of a manifest (S11c): its rows, what is corrected and decided, and the import itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor
from receiver.kit.errors import Refusal
from receiver.kit.paging import Cursor
from receiver.kit.words import Words, _, n_
from receiver.partners.queries import programme_names
from receiver.people.actions import manifest_checks, manifest_merge, manifest_review, manifests
from receiver.people.forms.manifests import (
    CellForm,
    DecisionForm,
    MergeForm,
    RestForm,
    RowsFilter,
)
from receiver.people.models import ManifestImport
from receiver.people.queries import manifests as imports
from receiver.people.routes.imports import Importer
from receiver.people.rules import ImportState, RowDecision, RowVerdict
from receiver.people.rules.manifest import ManifestField, RowsAgree
from receiver.web.answers import see_other
from receiver.web.conflict import demand_version
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession
from receiver.web.render import form_page, is_fragment, page, url
from receiver.web.router import Router

router = Router(prefix="/arrivals")
_RIGHT_NOW = _("Row %(row)s is right now.")
_LEFT_OUT = _("Row %(row)s is left out. It can be taken back until the import.")
_BACK = _("Row %(row)s is taken back.")
_FIXED = {
    RowVerdict.WRONG: _("Row %(row)s is saved, but something in it is still wrong."),
    RowVerdict.DECIDE: _("Row %(row)s is right now, but looks like somebody known. Please decide."),
}
_DECIDED = {
    RowDecision.SAME: _("Row %(row)s is somebody known."),
    RowDecision.OTHER: _("Row %(row)s is somebody new."),
    RowDecision.LATER: _("Row %(row)s is decided later, and is not imported now."),
}


@router.get("/imports/{reference}")
def review(
    request: Request, session: ReadSession, actor: Importer, reference: str, filters: Asked[RowsFilter]
) -> Response:
    """What the manifest would bring, and what has to be corrected or decided first."""
    found = imports.import_by_reference(session, actor, reference)
    if found.state is ImportState.UPLOADED:
        return see_other(f"/arrivals/imports/{found.reference}/columns")
    return _review_page(request, session, actor, found, _Place.of(filters, _first(found)))


@router.post("/imports/{reference}/rows/{number}")
def fix_cell(
    request: Request, session: WriteSession, actor: Importer, reference: str, number: int, form: Bound[CellForm]
) -> Response:
    """Put another text into one cell, and check its row again."""
    found = imports.import_by_reference(session, actor, reference)
    place = _Place.of(form, RowVerdict.WRONG)
    if not form.ok:
        return _review_page(request, session, actor, found, place, refused=_Refused(number, form))
    row = manifest_review.fix_row(session, actor, found, number, form.field, form.value)
    said = _FIXED.get(row.verdict, _RIGHT_NOW).with_(row=str(number))
    return _answer(request, session, actor, found, place, said)


@router.post("/imports/{reference}/rows/{number}/decision")
def decide_row(
    request: Request, session: WriteSession, actor: Importer, reference: str, number: int, form: Bound[DecisionForm]
) -> Response:
    """Say whether a row is somebody known."""
    found = imports.import_by_reference(session, actor, reference)
    [view] = imports.row_views(session, actor, found, [imports.row_of(session, found, number)])
    _offer_decision(form, view)
    place = _Place.of(form, RowVerdict.DECIDE)
    if form.ok:
        known = {each.card.reference: each.card.id for each in view.candidates}
        decision = RowDecision.SAME if form.choice in known else RowDecision(form.choice)
        try:
            manifest_review.decide_row(session, actor, found, number, decision, known.get(form.choice))
        except RowsAgree as refusal:
            form.add_error("choice", refusal)
        else:
            return _answer(request, session, actor, found, place, _DECIDED[decision].with_(row=str(number)))
    return _review_page(request, session, actor, found, place, refused=_Refused(number, form))


@router.post("/imports/{reference}/rows/{number}/out")
def leave_row(
    request: Request, session: WriteSession, actor: Importer, reference: str, number: int, form: Bound[RowsFilter]
) -> Response:
    """Leave one row out."""
    found = imports.import_by_reference(session, actor, reference)
    place = _Place.of(form, RowVerdict.WRONG)
    manifest_review.leave_row(session, actor, found, number)
    return _answer(request, session, actor, found, place, _LEFT_OUT.with_(row=str(number)))


@router.post("/imports/{reference}/rows/{number}/back")
def take_row_back(
    request: Request, session: WriteSession, actor: Importer, reference: str, number: int, form: Bound[RowsFilter]
) -> Response:
    """Take back that a row is left out."""
    found = imports.import_by_reference(session, actor, reference)
    place = _Place.of(form, RowVerdict.IGNORED)
    manifest_review.take_row_back(session, actor, found, number)
    return _answer(request, session, actor, found, place, _BACK.with_(row=str(number)))


@router.post("/imports/{reference}/check")
def check_again(session: WriteSession, actor: Importer, reference: str) -> Response:
    """Check every row against the people who are known by now."""
    found = imports.import_by_reference(session, actor, reference)
    work = manifest_checks.ask_check(session, actor, found)
    return see_other(f"/progress/{work}" if work else f"/arrivals/imports/{found.reference}", done=_("It is checked."))


@router.get("/imports/{reference}/merge")
def confirm_merge(request: Request, session: ReadSession, actor: Importer, reference: str) -> Response:
    """The page that says what the import will do (U13)."""
    found = imports.import_by_reference(session, actor, reference)
    if found.state not in {ImportState.CHECKED, ImportState.IN_REVIEW}:
        return see_other(f"/arrivals/imports/{found.reference}")
    form = MergeForm.blank(version=found.version)
    return page(request, "people/import_check.html", _merge_facts(session, found), form=form)


@router.post("/imports/{reference}/merge")
def merge(request: Request, session: WriteSession, actor: Importer, reference: str, form: Bound[MergeForm]) -> Response:
    """Hand the import over to the background."""
    found = imports.import_by_reference(session, actor, reference)
    if found.state is ImportState.MERGED:
        return see_other(f"/arrivals/imports/{found.reference}")
    demand_version(form, found.version)
    try:
        work = manifest_merge.ask_merge(session, actor, found)
    except Refusal as refusal:
        form.add_error(None, refusal)
        return page(request, "people/import_check.html", _merge_facts(session, found), form=form, status=422)
    return see_other(f"/progress/{work}")


@router.get("/imports/{reference}/rest")
def ask_rest(request: Request, session: ReadSession, actor: Importer, reference: str) -> Response:
    """The page on which it is said that the rows left over from an import are not wanted, and why."""
    found = imports.import_by_reference(session, actor, reference)
    if found.merged_at is None or found.state is ImportState.MERGED:
        return see_other(f"/arrivals/imports/{found.reference}")
    return _rest_page(request, found, RestForm.blank(version=found.version))


@router.post("/imports/{reference}/rest")
def leave_rest(
    request: Request, session: WriteSession, actor: Importer, reference: str, form: Bound[RestForm]
) -> Response:
    """Delete the rows that are left over from an import; with that it is finished."""
    found = imports.import_by_reference(session, actor, reference)
    if not form.ok:
        return _rest_page(request, found, form)
    demand_version(form, found.version)
    manifests.leave_rest(session, actor, found, reason=form.reason)
    return see_other(f"/arrivals/imports/{found.reference}", done=_("The rest is left out, and its rows deleted."))


def _rest_page(request: Request, found: ManifestImport, form: RestForm) -> Response:
    return form_page(
        request, "people/import_rest.html", {"manifest": found, "left": imports.rows_left(found)}, form=form
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody is in the review: the rows of which verdict, and from which on."""

    show: RowVerdict
    cursor: Cursor | None = None

    @classmethod
    def of(cls, form: RowsFilter, otherwise: RowVerdict) -> Self:
        """The place that was sent.

        Raises:
            BadCursor
        """
        return cls(form.values.get("show") or otherwise, Cursor.decode(form.value_of("after"), int))

    @property
    def sent(self) -> dict[str, str]:
        """The same as it is sent again."""
        return {"show": self.show.value, "after": str(self.cursor or "")}


@dataclass(frozen=True, slots=True)
class _Refused:
    """What was sent for a row and not taken; it is shown again where it was typed."""

    number: int
    form: CellForm | DecisionForm


def _first(found: ManifestImport) -> RowVerdict:
    """What the review shows first: what is wrong, then what has to be decided, then the rest."""
    order = (RowVerdict.WRONG, RowVerdict.DECIDE, RowVerdict.NEW, RowVerdict.MATCH)
    return next((verdict for verdict in order if found.counts.get(verdict.value)), RowVerdict.NEW)


def _answer(
    request: Request, session: Session, actor: Actor, found: ManifestImport, place: _Place, said: Words
) -> Response:
    if is_fragment(request):
        return _review_page(request, session, actor, found, place, said=said)
    return see_other(url(f"/arrivals/imports/{found.reference}", **place.sent), done=said)


def _review_page(
    request: Request,
    session: Session,
    actor: Actor,
    found: ManifestImport,
    place: _Place,
    *,
    said: Words | None = None,
    refused: _Refused | None = None,
) -> Response:
    here = f"/arrivals/imports/{found.reference}"
    show, total = place.show, found.counts.get(place.show.value, 0)
    listed = imports.rows_page(session, found, show, place.cursor, total)
    if not listed.rows:  # the last row of the last page is somewhere else by now
        listed = imports.rows_page(session, found, show, None, total)
    views = imports.row_views(session, actor, found, listed.rows)
    cells, deciding = _row_forms(views, refused)
    shown = refused is not None and refused.form in {*cells.values(), *deciding.values()}
    ctx = {
        "manifest": found,
        "show": show,
        "page": listed,
        "views": views,
        "deciding": deciding,
        "cells": cells,
        "sent": place.sent,
        "leaving": RowsFilter,
        "F": ManifestField,
        "verdicts": list(RowVerdict),
        "here": here,
        "url": url(here, show=show.value),
        "programme": programme_names(session, [found.programme_id]).get(found.programme_id, ""),
        "said": said,
        "refused": refused.form if refused and shown else None,
        "bad": next(words for _id, words in refused.form.summary) if refused and not shown else None,
        "importable": _importable(found),
        "open": found.state in {ImportState.CHECKED, ImportState.IN_REVIEW},
        "left": imports.rows_left(found) if found.merged_at and found.state is not ImportState.MERGED else 0,
        "first": _first(found),
    }
    return page(request, "people/import.html", ctx, block="preview", status=422 if refused else 200)


def _row_forms(
    views: Sequence[imports.RowView], refused: _Refused | None
) -> tuple[dict[tuple[int, ManifestField], CellForm], dict[int, DecisionForm]]:
    """The forms of the cells and of the decisions that are shown; in place of one of them the one that was refused."""
    cells = {
        (view.row.number, place): CellForm(prefix=f"r{view.row.number}-{place.value}")
        for view in views
        for place in view.mends
    }
    deciding = {view.row.number: DecisionForm(prefix=f"d{view.row.number}") for view in views if view.candidates}
    for view in views:
        if view.row.number in deciding:
            _offer_decision(deciding[view.row.number], view)
    if refused is None:
        return cells, deciding
    form = refused.form
    if isinstance(form, DecisionForm):
        if refused.number in deciding:
            form.prefix, deciding[refused.number] = deciding[refused.number].prefix, form
    elif (at := (refused.number, form.values.get("field"))) in cells and "value" in form.errors:
        form.errors["value"] = form.errors["value"].with_(label=at[1].label)
        form.prefix, cells[at] = cells[at].prefix, form
    return cells, deciding


def _offer_decision(form: DecisionForm, view: imports.RowView) -> None:
    same = [
        (each.card.reference, _("The same person as %(reference)s", reference=each.card.reference))
        for each in view.candidates
    ]
    form.offer("choice", [*same, *((each.value, each.label) for each in (RowDecision.OTHER, RowDecision.LATER))])
    if not form.sent and view.row.decision is not None:
        same_as = view.same_as.card.reference if view.same_as else ""
        form.raw["choice"] = [same_as if view.row.decision is RowDecision.SAME else view.row.decision.value]


def _importable(found: ManifestImport) -> int:
    return sum(found.counts.get(verdict.value, 0) for verdict in manifest_merge.IMPORTED)


def _merge_facts(session: Session, found: ManifestImport) -> dict[str, object]:
    left = sum(found.counts.get(verdict.value, 0) for verdict in (RowVerdict.WRONG, RowVerdict.DECIDE))
    return {
        "manifest": found,
        "importable": _importable(found),
        "left": left,
        "button": n_("Import %(n)s person", "Import %(n)s people", _importable(found)),
        "programme": programme_names(session, [found.programme_id]).get(found.programme_id, ""),
    }
