"""One batch (S12): who is in it, who was met, who meets whom, who joins."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts.queries import staff_of
from receiver.kit.errors import Invalid, Refusal
from receiver.kit.ids import clean_reference
from receiver.kit.paging import Cursor
from receiver.kit.words import _, n_
from receiver.people import actions, hooks, queries
from receiver.people.forms.arrivals import (
    ChosenPeople,
    KnownPersonForm,
    MarkForm,
    PeopleFilter,
    PlanForm,
    StateForm,
)
from receiver.people.models import Person
from receiver.people.queries import BatchRow
from receiver.people.routes.batches import Manager, Viewer, default_day
from receiver.people.rules import ArrivalState, BatchState, WrongArrivalDay, next_batch_states
from receiver.people.slots import visible_acts
from receiver.web.answers import see_other
from receiver.web.conflict import demand_version
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router(prefix="/arrivals")
_MOVED = {
    BatchState.ARRIVED: _("The arrival is recorded."),
    BatchState.RECEIVED: _("Everybody of this arrival is received."),
}
_NOBODY = _("Please choose at least one person.")


@router.get("/{slug}")
def show_batch(
    request: Request, session: ReadSession, actor: Viewer, slug: str, filters: Asked[PeopleFilter]
) -> Response:
    """A batch with its people, each with state, language, first needs, who meets them, and room."""
    row = queries.batch_row(session, actor, slug)
    marks = MarkForm.blank(found=filters.values.get("state"))
    return _batch_page(request, session, actor, row, filters, marks)


@router.post("/{slug}/marks")
def mark_people(request: Request, session: WriteSession, actor: Manager, slug: str, form: Bound[MarkForm]) -> Response:
    """Record what became of those who were chosen; for all of them, or for nobody."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    ids = _chosen(session, actor, row, form)
    if not ids:
        form.add_error(None, _NOBODY)
    if form.ok:
        try:
            count = actions.mark_arrivals(session, actor, row.batch, ids, form.state, on=form.on)
        except WrongArrivalDay as refusal:
            form.add_error("on", refusal)
        else:
            return see_other(
                url(f"/arrivals/{slug}", state=_state(form)),
                done=n_("%(n)s person is marked.", "%(n)s people are marked.", count),
            )
    filters = PeopleFilter.blank(state=form.values.get("found"), after=form.value_of("after"))
    filters.values["state"] = form.values.get("found")
    return _batch_page(request, session, actor, row, filters, form)


@router.post("/{slug}/state")
def move_batch(request: Request, session: WriteSession, actor: Manager, slug: str, form: Bound[StateForm]) -> Response:
    """Record that a batch has arrived, or that everybody of it is received."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    if "state" in form.errors:  # it is a button, so there is nothing to put right
        raise Invalid
    demand_version(form, row.batch.version)
    if form.ok:
        try:
            actions.move_batch(session, actor, row.batch, form.state, on=form.on)
        except WrongArrivalDay as refusal:
            form.add_error("on", refusal)
        else:
            return see_other(f"/arrivals/{slug}", done=_MOVED[form.state])
    form.prefix = "move"
    return _batch_page(request, session, actor, row, PeopleFilter(), MarkForm(), form)


@router.get("/{slug}/plan")
def plan_people(
    request: Request, session: ReadSession, actor: Manager, slug: str, chosen: Asked[ChosenPeople]
) -> Response:
    """The page on which it is arranged who meets people, where they sleep, and whose caseworker is whose."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    ids = _chosen(session, actor, row, chosen)
    form = PlanForm()
    if not ids:
        form.add_error(None, _NOBODY)
    return _plan_page(request, session, actor, row, form, ids)


@router.post("/{slug}/plan/people")
def choose_people(session: ReadSession, actor: Manager, slug: str, form: Bound[MarkForm]) -> Response:
    """Lead from the list, with who was ticked there, to the page on which it is arranged; nothing is written."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    chosen: dict[str, Any] = {"person": [each for each in form.values_of("person") if each]}
    return see_other(
        url(f"/arrivals/{row.batch.slug}/plan", **chosen, every=form.value_of("every"), found=form.value_of("found"))
    )


@router.post("/{slug}/plan")
def arrange_people(
    request: Request, session: WriteSession, actor: Manager, slug: str, form: Bound[PlanForm]
) -> Response:
    """Arrange it, for all who were chosen or for nobody."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    ids = _chosen(session, actor, row, form)
    people = [person for _arrival, person in queries.arrivals_of(session, actor, row.batch, ids)]
    _offer_staff(session, actor, row, form, people)
    if not ids:
        form.add_error(None, _NOBODY)
    if form.ok and form.caseworker:
        actions.assign_caseworker(session, actor, row.batch, ids, UUID(form.caseworker))
    if form.ok:
        meets = UUID(form.meets) if form.meets else None
        if meets or form.room:
            actions.plan_arrivals(session, actor, row.batch, ids, meets_id=meets, room=form.room or None)
        return see_other(f"/arrivals/{slug}", done=_("It is arranged."))
    return _plan_page(request, session, actor, row, form, ids)


@router.get("/{slug}/people/new")
def join_batch(request: Request, session: ReadSession, actor: Manager, slug: str) -> Response:
    """The page on which somebody who is registered already is added to a batch."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    return form_page(request, "people/arrival_person.html", {"row": row}, form=KnownPersonForm())


@router.post("/{slug}/people")
def add_person(
    request: Request,
    session: WriteSession,
    actor: Annotated[Actor, require(Permission.ARRIVAL_MANAGE)],
    slug: str,
    form: Bound[KnownPersonForm],
) -> Response:
    """Expect somebody who is registered already with a batch."""
    row = queries.batch_row(session, actor, slug, Permission.ARRIVAL_MANAGE)
    if form.ok:
        try:
            reference = clean_reference(form.reference)
            person = queries.person_by_reference(session, actor, reference, Permission.PERSON_EDIT)
            actions.add_arrival(session, actor, row.batch, person)
        except Refusal as refusal:
            form.add_error("reference", refusal)
        else:
            return see_other(f"/arrivals/{slug}", done=_("The person is added."))
    return form_page(request, "people/arrival_person.html", {"row": row}, form=form)


def _batch_page(
    request: Request,
    session: Session,
    actor: Actor,
    row: BatchRow,
    filters: PeopleFilter,
    marks: MarkForm,
    move: StateForm | None = None,
) -> Response:
    batch = row.batch
    state = filters.values.get("state")
    cursor = Cursor.decode(filters.value_of("after"), UUID)
    counts = queries.listed_counts(session, actor, batch.id)
    people = sum(counts.values())
    total = people if state is None else counts.get(state, 0)
    listed = queries.arrival_list(session, actor, batch.id, cursor, state=state, total=total)
    day = default_day(batch.arrived_on or batch.arrives_on)
    if not marks.sent:
        marks.raw["on"] = [day.isoformat()]
    ctx = {
        "row": row,
        "page": listed,
        "people": people,
        "unlisted": row.people - people,
        "chips": _chips(batch.slug, counts, state),
        "url": url(f"/arrivals/{batch.slug}", state=state.value if state else ""),
        "next_states": next_batch_states(batch.state),
        "acts": visible_acts(actor) if batch.arrived_on and row.people else [],
        "move": move or StateForm.blank(version=batch.version, prefix="move", on=day),
        "day": day,
        "marks": marks,
        "place": filters.value_of("after"),
    }
    sent = move or marks
    status = 422 if sent.sent else 200
    return page(request, "people/arrival.html", ctx, block="rows", form=sent, status=status)


def _chips(slug: str, counts: dict[ArrivalState, int], state: ArrivalState | None) -> list[dict[str, object]]:
    """The states that the people who are listed are in, each with its number, as ready-made filters."""
    path = f"/arrivals/{slug}"
    everybody = {"label": _("Everybody"), "url": path, "current": state is None, "count": sum(counts.values())}
    known = [each for each in ArrivalState if counts.get(each) or each is state]
    return [
        everybody,
        *(
            {
                "label": each.label,
                "url": url(path, state=each.value),
                "current": each is state,
                "count": counts.get(each, 0),
            }
            for each in known
        ),
    ]


def _plan_page(
    request: Request, session: Session, actor: Actor, row: BatchRow, form: PlanForm, ids: list[UUID]
) -> Response:
    people = [person for _arrival, person in queries.arrivals_of(session, actor, row.batch, ids)]
    _offer_staff(session, actor, row, form, people)
    ctx = {"row": row, "people": people}
    return form_page(request, "people/arrival_plan.html", ctx, form=form)


def _offer_staff(session: Session, actor: Actor, row: BatchRow, form: PlanForm, people: list[Person]) -> None:
    form.offer("meets", [(str(user.id), user.name) for user in staff_of(session, row.batch.office_id)])
    advice = []
    if actor.may(Permission.CASE_ASSIGN):
        advice = [each for several in hooks.CASEWORKER_ADVICE(session, people) for each in several]
    form.offer(
        "caseworker",
        [(str(each.user_id), _("%(name)s: %(reason)s", name=each.name, reason=each.reason)) for each in advice],
    )


def _chosen(session: Session, actor: Actor, row: BatchRow, form: Form) -> list[UUID]:
    """The arrivals of the people who were ticked, or of all of the list.

    Raises:
        NotFound: one of them is not of this batch, or of another office by now.
    """
    every, state = bool(form.values.get("every")), form.values.get("found")
    return queries.chosen_ids(session, actor, row.batch.id, form.values_of("person"), every=every, state=state)


def _state(form: Form) -> str:
    state = form.values.get("found")
    return state.value if state else ""
