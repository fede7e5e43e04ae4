"""The household of a person (S15c): who lives together, since when, and who collects for them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.words import _
from receiver.people import actions, queries
from receiver.people.forms.households import BeginForm, CollectorForm, JoinForm, MoveInForm, MoveOutForm
from receiver.people.forms.persons import put_error
from receiver.people.models import Household, Person
from receiver.people.queries import person_by_reference
from receiver.people.routes.people import Viewer, person_page, viewed
from receiver.people.rules import LivesInHousehold, OtherOffice, Relationship
from receiver.web.answers import see_other
from receiver.web.conflict import clash
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.router import Router

router = Router(prefix="/people/{reference}/household")
Editor = Annotated[Actor, require(Permission.HOUSEHOLD_EDIT)]
_PLACES: dict[type[Refusal], str] = {
    NotFound: "reference",
    LivesInHousehold: "reference",
    OtherOffice: "reference",
}


@router.get("")
def household(request: Request, session: ReadSession, actor: Viewer, reference: str) -> Response:
    """Who lives with somebody, and who collects for them."""
    person = viewed(session, actor, reference)
    found = queries.household_of(session, person)
    members = queries.members_of(session, found.id) if found else []
    ctx = {"household": found, "members": members, "names": {one.id: one for _place, one in members}}
    return person_page(request, session, actor, person, "people/household.html", ctx)


@router.get("/new")
def new_household(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page on which a household is begun."""
    person = _edited(session, actor, reference)
    form = BeginForm.blank(since=_since(person))
    return person_page(request, session, actor, person, "people/household_new.html", form=form)


@router.post("")
def begin_household(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[BeginForm]
) -> Response:
    """Begin a household of which this person is the head."""
    person = _edited(session, actor, reference)
    if form.ok:
        try:
            actions.begin_household(session, actor, person, since=form.since)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return see_other(_home(person), done=_("The household is begun."))
    return person_page(request, session, actor, person, "people/household_new.html", form=form)


@router.get("/join")
def choose_household(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page on which somebody moves to people who live together already."""
    person = _edited(session, actor, reference)
    form = JoinForm.blank(since=_since(person))
    return person_page(request, session, actor, person, "people/household_join.html", form=form)


@router.post("/join")
def join_household(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[JoinForm]
) -> Response:
    """Move somebody to people who live together already."""
    person = _edited(session, actor, reference)
    if form.ok:
        try:
            there = queries.household_of(session, _edited(session, actor, form.reference))
            if there is None:
                raise NotFound
            _move_in(session, actor, there, person, form)
        except Refusal as refusal:
            put_error(form, refusal, _PLACES)
        else:
            return see_other(_home(person), done=_("The household is changed."))
    return person_page(request, session, actor, person, "people/household_join.html", form=form)


@router.get("/members/new")
def new_member(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page on which somebody else moves in."""
    person = _edited(session, actor, reference)
    _lived_in(session, person)
    form = MoveInForm.blank(since=_since(person))
    return person_page(request, session, actor, person, "people/household_member.html", form=form)


@router.post("/members")
def add_member(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[MoveInForm]
) -> Response:
    """Let somebody else move in."""
    person = _edited(session, actor, reference)
    there = _lived_in(session, person)
    if form.ok:
        try:
            _move_in(session, actor, there, _edited(session, actor, form.reference), form)
        except Refusal as refusal:
            put_error(form, refusal, _PLACES)
        else:
            return see_other(_home(person), done=_("The household is changed."))
    return person_page(request, session, actor, person, "people/household_member.html", form=form)


@router.get("/leave")
def leave_page(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page on which somebody moves out."""
    person = _edited(session, actor, reference)
    ctx = {"household": _lived_in(session, person)}
    return person_page(request, session, actor, person, "people/household_leave.html", ctx, form=MoveOutForm())


@router.post("/leave")
def leave_household(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[MoveOutForm]
) -> Response:
    """Let somebody move out."""
    person = _edited(session, actor, reference)
    there = _lived_in(session, person)
    if form.ok:
        try:
            actions.leave_household(session, actor, there, person, on=form.on)
        except Refusal as refusal:
            form.add_error("on", refusal)
        else:
            return see_other(_home(person), done=_("The household is changed."))
    return person_page(request, session, actor, person, "people/household_leave.html", {"household": there}, form=form)


@router.get("/collectors")
def collectors_page(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page on which it is chosen who collects for a household."""
    person = _edited(session, actor, reference)
    there = _lived_in(session, person)
    return person_page(request, session, actor, person, "people/collectors.html", form=_collectors(session, there))


@router.post("/collectors")
def choose_collectors(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[CollectorForm]
) -> Response:
    """Choose who collects for a household."""
    person = _edited(session, actor, reference)
    there = _lived_in(session, person)
    saved = _collectors(session, there)
    for name, options in saved.options.items():
        form.offer(name, options)
    if form.ok and (answer := clash(request, form, saved)) is not None:
        return answer
    if form.ok:
        try:
            collector, alternate = (UUID(one) if one else None for one in (form.collector, form.alternate))
            actions.set_collectors(session, actor, there, collector_id=collector, alternate_id=alternate)
        except Refusal as refusal:
            form.add_error("alternate", refusal)
        else:
            return see_other(_home(person), done=_("The collectors are chosen."))
    return person_page(request, session, actor, person, "people/collectors.html", form=form)


def _edited(session: Session, actor: Actor, reference: str) -> Person:
    return person_by_reference(session, actor, reference, Permission.HOUSEHOLD_EDIT)


def _lived_in(session: Session, person: Person) -> Household:
    """The household of a person, where the address asks for one.

    Raises:
        NotFound: they live alone.
    """
    found = queries.household_of(session, person)
    if found is None:
        raise NotFound
    return found


def _move_in(session: Session, actor: Actor, there: Household, person: Person, form: JoinForm | MoveInForm) -> None:
    relationship: Relationship = form.relationship
    actions.join_household(session, actor, there, person, relationship=relationship, since=form.since)


def _collectors(session: Session, there: Household) -> CollectorForm:
    form = CollectorForm.blank(
        version=there.version,
        collector=str(there.collector_id or ""),
        alternate=str(there.alternate_id or ""),
    )
    members = [(str(one.id), one.full_name) for _place, one in queries.members_of(session, there.id) if not one.left_on]
    for name in ("collector", "alternate"):
        form.offer(name, members)
    return form


def _since(person: Person) -> date:
    """The day from which people usually live together: that of their arrival."""
    return person.arrived_on or clock.today(i18n.zone())


def _home(person: Person) -> str:
    return f"/people/{person.reference}/household"
