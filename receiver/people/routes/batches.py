"""Arrivals (S10): the list of batches, a new one, a change, the next state."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.queries import offices
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.paging import Cursor
from receiver.kit.words import _
from receiver.partners.queries import programmes
from receiver.partners.rules import ProgrammeClosed, ProgrammeFull
from receiver.people import actions, queries
from receiver.people.forms.arrivals import JOURNEY, BatchFields, BatchFilter, BatchForm, NewBatchForm
from receiver.people.forms.persons import put_error
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Asked, Bound, Db, ReadSession, WriteSession, require
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router(prefix="/arrivals")
Viewer = Annotated[Actor, require(Permission.ARRIVAL_VIEW)]
Manager = Annotated[Actor, require(Permission.ARRIVAL_MANAGE)]


@router.get("")
def batches(request: Request, session: ReadSession, actor: Viewer, filters: Asked[BatchFilter]) -> Response:
    """The batches of one's offices, the latest first."""
    arrangements = programmes(session, ended=True)
    places = reachable_offices(session, actor, Permission.ARRIVAL_VIEW)
    filters.offer("programme", [(str(one.id), one.name) for one in arrangements])
    filters.offer("office", places)
    chosen = {name: filters.values.get(name) for name in ("state", "office", "programme")}
    listed = queries.batch_list(
        session,
        actor,
        Cursor.decode(filters.value_of("after"), date, UUID),
        state=chosen["state"],
        office_id=UUID(chosen["office"]) if chosen["office"] else None,
        programme_id=UUID(chosen["programme"]) if chosen["programme"] else None,
    )
    ctx = {
        "page": listed,
        "url": url("/arrivals", **{name: getattr(value, "value", value) for name, value in chosen.items()}),
        "filtered": any(chosen.values()),
        "several_offices": len(places) > 1,
    }
    return page(request, "people/arrivals.html", ctx, block="rows", form=filters)


@router.get("/new")
def new_batch(request: Request, session: ReadSession, actor: Manager) -> Response:
    """The page on which people are announced."""
    form = NewBatchForm()
    _offer(session, actor, form)
    _choose_only(form)
    return form_page(request, "people/arrival_new.html", form=form)


@router.post("")
def announce_batch(request: Request, session: WriteSession, actor: Manager, form: Bound[NewBatchForm]) -> Response:
    """Announce people."""
    _offer(session, actor, form)
    if form.ok:
        try:
            batch = actions.announce_batch(
                session,
                actor,
                programme_id=UUID(form.programme),
                office_id=UUID(form.office),
                journey=form.journey,
            )
        except Refusal as refusal:
            put_error(form, refusal, {ProgrammeFull: "announced", ProgrammeClosed: "programme"})
        else:
            return see_other(f"/arrivals/{batch.slug}", done=_("The arrival is announced."))
    return form_page(request, "people/arrival_new.html", form=form)


@router.get("/{slug}/edit")
def edit_batch(request: Request, session: ReadSession, actor: Manager, slug: str) -> Response:
    """The page on which a batch is changed."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    form = _saved(session, actor, row)
    return form_page(request, "people/arrival_edit.html", {"row": row}, form=form)


@router.post("/{slug}")
def change_batch(
    request: Request, session: WriteSession, actor: Manager, slug: str, form: Bound[BatchForm]
) -> Response:
    """Change a batch."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    _offer(session, actor, form, row)
    if form.ok and (answer := clash(request, form, _saved(session, actor, row))) is not None:
        return answer
    if form.ok:
        try:
            actions.change_batch(
                session,
                actor,
                row.batch,
                programme_id=UUID(form.programme),
                office_id=UUID(form.office),
                journey=form.journey,
            )
        except Refusal as refusal:
            form.add_error("programme", refusal)
        else:
            return see_other(f"/arrivals/{slug}", done=_("The arrival is changed."))
    return form_page(request, "people/arrival_edit.html", {"row": row}, form=form)


@router.get("/{slug}/list")
def reception_list(request: Request, session: ReadSession, db: Db, actor: Viewer, slug: str) -> Response:
    """The people of a batch on paper, with room to write; who took it away from the screen is recorded."""
    row = queries.batch_row(session, actor, slug)
    people = queries.arrival_rows(session, queries.arrivals_page(actor, row.batch.id).order_by("room", "full_name"))
    with db.write() as writing:  # before it is shown, in a short transaction of its own
        actions.list_opened(writing, actor, row.batch, people=len(people))
    ctx = {
        "row": row,
        "people": people,
        "unlisted": row.people - len(people),
        "back": f"/arrivals/{slug}",
        "now": clock.now(),
        "actor": actor,
    }
    return page(request, "people/reception_list.html", ctx)


def reachable_offices(session: Session, actor: Actor, permission: Permission) -> list[tuple[str, str]]:
    """The offices that a right of the actor reaches, for a choice."""
    scope = actor.scope(permission)
    return [(str(office.id), office.name) for office in offices(session) if scope.covers(office.id)]


def _offer(session: Session, actor: Actor, form: BatchFields, row: queries.BatchRow | None = None) -> None:
    """Programmes that are open and offices in reach; those that the batch has already stay among them."""
    arrangements = {str(one.id): one.name for one in programmes(session)}
    places = dict(reachable_offices(session, actor, Permission.ARRIVAL_MANAGE))
    if row is not None:
        arrangements.setdefault(str(row.batch.programme_id), row.programme)
        places.setdefault(str(row.batch.office_id), row.office)
    form.offer("programme", arrangements.items())
    form.offer("office", places.items())


def _choose_only(form: BatchFields) -> None:
    """Where there is one answer only, it is chosen already."""
    for name in ("programme", "office"):
        if len(form.options[name]) == 1:
            form.raw[name] = [form.options[name][0][0]]


def _saved(session: Session, actor: Actor, row: queries.BatchRow) -> BatchForm:
    batch = row.batch
    known = {name: getattr(batch, name) for name in JOURNEY}
    form = BatchForm.blank(
        version=batch.version, programme=str(batch.programme_id), office=str(batch.office_id), **known
    )
    _offer(session, actor, form, row)
    return form


def default_day(batch_day: date) -> date:
    """The day on which people of a batch most likely came: that announced, but not one that lies ahead."""
    return min(batch_day, clock.today(i18n.zone()))
