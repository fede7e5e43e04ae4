"""Moving a person to another office, after a check of what goes along (S19)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts.queries import offices
from receiver.cases import actions, queries
from receiver.cases.forms import TransferForm
from receiver.cases.queries.transfers import left_behind
from receiver.cases.rules import NoCaseworkerThere, ProposalKind
from receiver.kit.errors import Refusal
from receiver.kit.words import _, n_
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.people.queries.households import living_with
from receiver.web.answers import see_other
from receiver.web.conflict import demand_version
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/people/{reference}/transfer")
Assigner = Annotated[Actor, require(Permission.CASE_ASSIGN)]


@router.get("")
def choose_office(request: Request, session: ReadSession, actor: Assigner, reference: str) -> Response:
    """To which office, and why."""
    person = person_by_reference(session, actor, reference, Permission.CASE_ASSIGN)
    asked = queries.open_proposal(session, person, ProposalKind.TRANSFER)
    known = {"office": str(asked.office_id), "reason": queries.reason_of_proposal(session, asked)} if asked else {}
    return _first_page(request, session, actor, person, TransferForm.blank(version=person.version, **known))


@router.post("/check")
def check(
    request: Request, session: ReadSession, actor: Assigner, reference: str, form: Bound[TransferForm]
) -> Response:
    """What goes along, to be looked at before it is done (U13), and who takes the case on."""
    person = person_by_reference(session, actor, reference, Permission.CASE_ASSIGN)
    _offer(session, person, form)
    if not form.ok:
        return _first_page(request, session, actor, person, form)
    people = _moving(session, person, form)
    advice = queries.suggestions(session, people, UUID(form.office))
    fresh = TransferForm.blank(
        version=form.version, office=form.office, reason=form.reason, household=form.household or None
    )
    _offer(session, person, fresh)
    told = [(str(each.user_id), _("%(name)s: %(reason)s", name=each.name, reason=each.reason)) for each in advice]
    fresh.offer("caseworker", told)
    ctx = {
        **person_frame(session, actor, person),
        "people": people,
        "stay": [] if form.household else living_with(session, person),
        "behind": left_behind(session, people),
        "open_tasks": sum(queries.open_task_count(session, one.id) for one in people),
        "to": next(name for value, name in form.options["office"] if value == form.office),
        "asked": fresh,
    }
    return page(request, "cases/transfer_check.html", ctx)


@router.post("")
def move(
    request: Request, session: WriteSession, actor: Assigner, reference: str, form: Bound[TransferForm]
) -> Response:
    """Move the person, and the household if that was said."""
    person = person_by_reference(session, actor, reference, Permission.CASE_ASSIGN)
    _offer(session, person, form)
    if form.errors.pop("caseworker", None):  # the first page does not ask for it
        form.add_error(None, NoCaseworkerThere(reference=person.reference))
    if form.ok:
        demand_version(form, person.version)
        people = _moving(session, person, form)
        taker = UUID(form.caseworker) if form.caseworker else None
        try:
            actions.transfer(session, actor, people, UUID(form.office), reason=form.reason, caseworker_id=taker)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            sees = actor.scope(Permission.CASE_ASSIGN).covers(person.office_id)
            done = n_(
                "%(n)s person has moved to another office.", "%(n)s people have moved to another office.", len(people)
            )
            return see_other(f"/people/{person.reference}" if sees else "/people", done=done)
    return _first_page(request, session, actor, person, form)


def _offer(session: Session, person: Person, form: TransferForm) -> None:
    form.offer("office", [(str(one.id), one.name) for one in offices(session) if one.id != person.office_id])
    chosen = form.values.get("office")
    takers = queries.suggestions(session, [person], UUID(chosen)) if chosen else []
    form.offer("caseworker", [(str(each.user_id), each.name) for each in takers])


def _moving(session: Session, person: Person, form: TransferForm) -> list[Person]:
    return [person, *(living_with(session, person) if form.household else ())]


def _first_page(request: Request, session: Session, actor: Actor, person: Person, form: TransferForm) -> Response:
    _offer(session, person, form)
    ctx: dict[str, Any] = {**person_frame(session, actor, person), "others": living_with(session, person)}
    return form_page(request, "cases/transfer.html", ctx, form=form)
