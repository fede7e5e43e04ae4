"""Intake (S14): the list of sections, and those about who somebody is, how to speak with them, and their stay."""

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor
from receiver.i18n import fmt
from receiver.kit.errors import Refusal
from receiver.kit.words import _
from receiver.partners.queries import programme_names
from receiver.people import actions, queries
from receiver.people.forms.lists import language_names
from receiver.people.forms.persons import (
    ArrivalDayForm,
    IdentityForm,
    LeftForm,
    NamePartsForm,
    ReasonForm,
    SpeechForm,
    put_error,
)
from receiver.people.frame import born_of
from receiver.people.models import Person
from receiver.people.routes.people import Editor, Viewer, edited, person_page, viewed
from receiver.people.rules import LeftBeforeArrival, LeftInFuture, WrongArrivalDay
from receiver.web.answers import see_other
from receiver.web.conflict import clash, demand_version
from receiver.web.deps import Bound, ReadSession, WriteSession
from receiver.web.router import Router

router = Router(prefix="/people/{reference}")


@router.get("/intake")
def intake(request: Request, session: ReadSession, actor: Viewer, reference: str) -> Response:
    """The sections of an intake, in any order, each with whether it is done."""
    person = viewed(session, actor, reference)
    done = queries.intake_done(session, person)
    return person_page(request, session, actor, person, "people/intake.html", {"sections": done})


@router.get("/intake/identity")
def edit_identity(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """Who the person is."""
    person = edited(session, actor, reference)
    return person_page(request, session, actor, person, "people/identity.html", form=_identity(person))


@router.post("/intake/identity")
def change_identity(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[IdentityForm]
) -> Response:
    """Change who the person is."""
    person = edited(session, actor, reference)
    if form.ok and (answer := clash(request, form, _identity(person))) is not None:
        return answer
    if form.ok:
        actions.change_identity(session, actor, person, form.identity)
        return see_other(f"/people/{person.reference}/intake", done=_("The section is saved."))
    return person_page(request, session, actor, person, "people/identity.html", form=form)


@router.get("/intake/names")
def edit_name_parts(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The parts of the person's name."""
    person = edited(session, actor, reference)
    return person_page(request, session, actor, person, "people/names.html", form=_name_parts(person))


@router.post("/intake/names")
def change_name_parts(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[NamePartsForm]
) -> Response:
    """Change the parts of the person's name."""
    person = edited(session, actor, reference)
    if form.ok and (answer := clash(request, form, _name_parts(person))) is not None:
        return answer
    if form.ok:
        actions.change_name_parts(session, actor, person, form.parts)
        return see_other(f"/people/{person.reference}/intake", done=_("The section is saved."))
    return person_page(request, session, actor, person, "people/names.html", form=form)


@router.get("/intake/languages")
def edit_speech(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """How to speak with the person, and what they need first."""
    person = edited(session, actor, reference)
    return person_page(request, session, actor, person, "people/languages.html", form=_speech(session, person))


@router.post("/intake/languages")
def change_speech(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[SpeechForm]
) -> Response:
    """Change how to speak with the person, and what they need first."""
    person = edited(session, actor, reference)
    if form.ok and (answer := clash(request, form, _speech(session, person))) is not None:
        return answer
    if form.ok:
        actions.change_speech(session, actor, person, form.speech)
        return see_other(f"/people/{person.reference}/intake", done=_("The section is saved."))
    return person_page(request, session, actor, person, "people/languages.html", form=form)


@router.get("/intake/arrival")
def show_arrival(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """With which batches somebody came, and since when they are here."""
    person = edited(session, actor, reference)
    form = ArrivalDayForm.blank(version=person.version, arrived_on=person.arrived_on)
    return _arrival_page(request, session, actor, person, form)


@router.post("/intake/arrival")
def correct_arrival(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[ArrivalDayForm]
) -> Response:
    """Correct the day of arrival."""
    person = edited(session, actor, reference)
    if form.ok:
        demand_version(form, person.version)
        try:
            actions.correct_arrival(session, actor, person, on=form.arrived_on, reason=form.reason)
        except Refusal as refusal:
            put_error(form, refusal, {WrongArrivalDay: "arrived_on", LeftBeforeArrival: "arrived_on"})
        else:
            return see_other(f"/people/{person.reference}/intake", done=_("The day of arrival is corrected."))
    return _arrival_page(request, session, actor, person, form)


@router.get("/left")
def show_left(request: Request, session: ReadSession, actor: Editor, reference: str) -> Response:
    """The page on which it is recorded that somebody left or died, or that this was an error."""
    person = edited(session, actor, reference)
    form = ReasonForm() if person.left_on else LeftForm.blank(version=person.version)
    return person_page(request, session, actor, person, "people/left.html", form=form)


@router.post("/left")
def mark_left(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[LeftForm]
) -> Response:
    """Record that somebody left or died."""
    person = edited(session, actor, reference)
    if form.ok:
        demand_version(form, person.version)
        try:
            actions.mark_left(session, actor, person, kind=form.kind, on=form.on, reason=form.reason)
        except Refusal as refusal:
            put_error(form, refusal, {LeftBeforeArrival: "on", LeftInFuture: "on"})
        else:
            return see_other(f"/people/{person.reference}/intake", done=_("It is recorded."))
    return person_page(request, session, actor, person, "people/left.html", form=form)


@router.post("/left/undoing")
def undo_left(
    request: Request, session: WriteSession, actor: Editor, reference: str, form: Bound[ReasonForm]
) -> Response:
    """Take back that somebody left or died."""
    person = edited(session, actor, reference)
    if person.left_on is None:  # somebody else took it back meanwhile
        return see_other(f"/people/{person.reference}/intake")
    if form.ok:
        actions.undo_left(session, actor, person, reason=form.reason)
        return see_other(f"/people/{person.reference}/intake", done=_("It is taken back."))
    return person_page(request, session, actor, person, "people/left.html", form=form)


def _arrival_page(request: Request, session: Session, actor: Actor, person: Person, form: ArrivalDayForm) -> Response:
    came = queries.arrivals_of_person(session, person.id)
    names = programme_names(session, [batch.programme_id for _arrival, batch in came])
    rows = [(arrival, batch, names[batch.programme_id]) for arrival, batch in came]
    return person_page(request, session, actor, person, "people/arrival_of.html", {"came": rows}, form=form)


def _identity(person: Person) -> IdentityForm:
    known = {name: getattr(person, name) for name in IdentityForm.fields if name != "born"}
    return IdentityForm.blank(version=person.version, born=born_of(person), **known)


def _name_parts(person: Person) -> NamePartsForm:
    known = {name: getattr(person, name) for name in NamePartsForm.fields}
    return NamePartsForm.blank(version=person.version, **known)


def _speech(session: Session, person: Person) -> SpeechForm:
    names = language_names()
    spoken = person.languages
    return SpeechForm.blank(
        version=person.version,
        language=spoken[0] if spoken else None,
        others=f"{fmt.comma()} ".join(names.get(tag, tag) for tag in spoken[1:]),
        interpreter_needed=person.interpreter_needed,
        needs=queries.needs_of(session, [person]).get(person.id, ()),
        remark=queries.remark_of(session, person),
    )
