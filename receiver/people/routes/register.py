"""A new person (S14): eight questions, advice on look-alikes, and a second look where one is needed."""

from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.errors import Refusal
from receiver.kit.ids import new_id
from receiver.kit.words import _
from receiver.partners.queries import programme_by_code, programmes
from receiver.partners.rules import ProgrammeClosed, ProgrammeFull
from receiver.people import actions, queries
from receiver.people.actions import Journey
from receiver.people.forms.persons import QUESTIONS, RegisterForm, put_error
from receiver.people.frame import born_of
from receiver.people.models import Batch, Person
from receiver.people.routes.batches import reachable_offices
from receiver.people.routes.people import Editor
from receiver.people.rules import Likeness, Sex, Trait, WrongArrivalDay
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/people")
ADVICE_AT_MOST = 3
"""Look-alikes that are shown while somebody registers (S14)."""
_ALONE = "alone"


@router.get("/new")
def new_person(request: Request, session: ReadSession, actor: Editor, batch: str = "") -> Response:
    """The first questions about somebody; `batch` names the arrival they come with."""
    form = RegisterForm()
    _offer_arrivals(session, actor, form)
    known = [value for value, _label in form.options["arrival"]]
    if batch in known or len(known) == 1:
        form.raw["arrival"] = [batch if batch in known else known[0]]
    return form_page(request, "people/new.html", {"likely": []}, form=form)


@router.post("/likely")
def likely(request: Request, session: ReadSession, actor: Editor, form: Bound[RegisterForm]) -> Response:
    """Who may be meant by what is typed so far: advice, never an error."""
    found = _likely(session, actor, form)
    _offer_arrivals(session, actor, form)
    form.errors.clear()
    return page(request, "people/new.html", {"likely": found}, block="dupes", form=form)


@router.post("")
def register(request: Request, session: WriteSession, actor: Editor, form: Bound[RegisterForm]) -> Response:
    """Register somebody; before that ask once more where a record looks alike or the day of birth is a convention."""
    _offer_arrivals(session, actor, form)
    found = _likely(session, actor, form)
    form.offer("different", [(person.reference, person.full_name) for _likeness, person in found])
    _check_arrival(form)
    if form.values.get("again") or _first_page_wrong(form):
        return _first_page(request, form, found)
    if form.checked and form.asks_for_day:
        form.add_error("day_known", _("Please say whether the day is known."))
    if not form.ok or (not form.checked and (found or form.asks_for_day)):
        return _second_look(request, form, found)
    try:
        person = actions.register_person(
            session,
            actor,
            _batch(session, actor, form),
            form.identity,
            speech=form.speech,
            arrived_on=form.arrived_on,
        )
    except Refusal as refusal:
        put_error(form, refusal, {WrongArrivalDay: "arrived_on", ProgrammeFull: "arrival", ProgrammeClosed: "arrival"})
        return form_page(request, "people/new.html", {"likely": found}, form=form)
    _set_apart(session, actor, person, form, found)
    return see_other(f"/people/{person.reference}/intake", done=_("The person is registered."))


def _first_page_wrong(form: RegisterForm) -> bool:
    return bool(form.general_errors or form.errors.keys() - set(QUESTIONS))


def _first_page(request: Request, form: RegisterForm, found: list[tuple[Likeness, Person]]) -> Response:
    """The first questions once more: with what is wrong, or because somebody wants to change the answers."""
    for name in QUESTIONS:
        form.errors.pop(name, None)
    status = 422 if form.summary else 200
    return page(request, "people/new.html", {"likely": found}, form=form, status=status)


def _second_look(request: Request, form: RegisterForm, found: list[tuple[Likeness, Person]]) -> Response:
    """The page that asks once more; what it sends is another act than what led to it, so it has a key of its own."""
    status = 422 if form.errors else 200
    form.key = str(new_id())
    ctx = {"likely": found, "born_of": born_of, "asks_for_day": form.born.is_conventional}
    return page(request, "people/new_check.html", ctx, form=form, status=status)


def _likely(session: Session, actor: Actor, form: RegisterForm) -> list[tuple[Likeness, Person]]:
    """The visible look-alikes of what is typed, as far as it can be read: the likest ones."""
    values = form.values
    names = tuple(name for name in (values.get("full_name"), values.get("name_latin")) if name)
    born = values.get("born")
    if not names or born is None:
        return []
    trait = Trait(
        id=new_id(),
        names=names,
        sex=values.get("sex", Sex.UNKNOWN).value,
        birth=(born.year, born.month, born.day),
        nationality=values.get("nationality"),
    )
    among = queries.visible_people(actor, Permission.PERSON_VIEW)
    return queries.candidates(session, trait, among)[:ADVICE_AT_MOST]


def _set_apart(
    session: Session, actor: Actor, person: Person, form: RegisterForm, found: list[tuple[Likeness, Person]]
) -> None:
    """Record of which look-alikes it was said at once that they are somebody else."""
    for _likeness, other in found:
        pair = queries.pair_between(session, person.id, other.id)
        if other.reference in (form.different or ()) and pair is not None:
            actions.decide_duplicate(session, actor, person, pair, same=False)


def _offer_arrivals(session: Session, actor: Actor, form: RegisterForm) -> None:
    """The batches that are under way, and each open programme for somebody who comes alone."""
    options = [
        (
            batch.slug,
            _("%(day)s from %(origin)s (%(slug)s)", day=batch.arrives_on, origin=batch.origin, slug=batch.slug)
            if batch.origin
            else _("%(day)s (%(slug)s)", day=batch.arrives_on, slug=batch.slug),
        )
        for batch in queries.open_batches(session, actor, Permission.PERSON_EDIT)
    ]
    places = reachable_offices(session, actor, Permission.PERSON_EDIT)
    for programme in programmes(session):
        options += [
            (
                f"{_ALONE}.{programme.code}.{office_id}",
                _("Alone, under %(programme)s, in %(office)s", programme=programme.name, office=office),
            )
            for office_id, office in places
        ]
    form.offer("arrival", options)


def _check_arrival(form: RegisterForm) -> None:
    """Whoever came alone came on a day."""
    alone = str(form.values.get("arrival") or "").startswith(f"{_ALONE}.")
    if alone and form.values.get("arrived_on") is None:
        form.add_error("arrived_on", _("Please give the day on which the person arrived."))


def _batch(session: Session, actor: Actor, form: RegisterForm) -> Batch:
    """The batch that was chosen; for somebody who came alone a new one."""
    if not form.arrival.startswith(f"{_ALONE}."):
        return queries.batch_by_slug(session, actor, form.arrival, Permission.PERSON_EDIT)
    _alone, code, office_id = form.arrival.split(".")
    assert form.arrived_on is not None  # noqa: S101 - `_check_arrival` has seen to it
    return actions.announce_batch(
        session,
        actor,
        programme_id=programme_by_code(session, actor, code).id,
        office_id=UUID(office_id),
        journey=Journey(form.arrived_on),
    )
