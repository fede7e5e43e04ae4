"""A person's case: given to a caseworker, moved on, closed after a check, opened again (S19)."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.cases import actions, queries
from receiver.cases.forms import CaseworkerForm, CloseForm, ReopenForm, StageForm
from receiver.cases.models import Case
from receiver.cases.rules import CloseReason, ProposalKind, Stage, check_closing
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.words import _
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.people.rules import LeftKind
from receiver.web.answers import see_other
from receiver.web.conflict import demand_version
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router(prefix="/people/{reference}")
Editor = Annotated[Actor, require(Permission.CASE_EDIT)]
Assigner = Annotated[Actor, require(Permission.CASE_ASSIGN)]
Closer = Annotated[Actor, require(Permission.CASE_CLOSE)]


@router.get("/caseworker")
def choose_caseworker(request: Request, session: ReadSession, actor: Assigner, reference: str) -> Response:
    """Who might take the person on, the best choice first with the reason."""
    person = person_by_reference(session, actor, reference, Permission.CASE_ASSIGN)
    found = queries.suggestions(session, [person])
    form = CaseworkerForm.blank(caseworker=found[0].user_id if found else None)
    return _caseworker_page(request, session, actor, person, form)


@router.post("/caseworker")
def assign(
    request: Request, session: WriteSession, actor: Assigner, reference: str, form: Bound[CaseworkerForm]
) -> Response:
    """Give the case of a person to a caseworker."""
    person = person_by_reference(session, actor, reference, Permission.CASE_ASSIGN)
    form.offer("caseworker", [(str(each.user_id), each.name) for each in queries.suggestions(session, [person])])
    if form.ok:
        try:
            actions.assign_caseworker(session, actor, [person], UUID(form.caseworker))
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return see_other(f"/people/{person.reference}", done=_("The case has changed hands."))
    return _caseworker_page(request, session, actor, person, form)


@router.post("/stage")
def move(session: WriteSession, actor: Editor, reference: str, form: Bound[StageForm]) -> Response:
    """Move the case on."""
    person = person_by_reference(session, actor, reference, Permission.CASE_EDIT)
    if form.ok:
        case = _case(session, person, form.case)
        demand_version(form, case.version)
        actions.move_stage(session, actor, person, case, form.stage)
    return see_other(f"/people/{person.reference}")


@router.get("/close")
def close_form(request: Request, session: ReadSession, actor: Closer, reference: str) -> Response:
    """The page that asks why a case ends, and says what stands in the way."""
    person = person_by_reference(session, actor, reference, Permission.CASE_CLOSE)
    case = queries.open_case(session, person.id)
    died = person.left_kind is LeftKind.DIED
    asked = queries.open_proposal(session, person, ProposalKind.CLOSING)
    form = CloseForm.blank(
        case=case.id if case else None,
        why=CloseReason.DECEASED if died else asked.close_reason if asked else None,
        words=queries.reason_of_proposal(session, asked) if asked else None,
        on=person.left_on if died and case and person.left_on and person.left_on >= case.opened_on else None,
    )
    return _close_page(request, session, actor, person, form)


@router.post("/close/check")
def check_close(
    request: Request, session: ReadSession, actor: Closer, reference: str, form: Bound[CloseForm]
) -> Response:
    """What will be written, to be looked at before it is done (U13)."""
    person = person_by_reference(session, actor, reference, Permission.CASE_CLOSE)
    against = queries.objections(session, person.id)
    open_tasks = queries.open_task_count(session, person.id)
    if form.ok:
        case = _case(session, person, form.case)
        today = clock.today(i18n.zone())
        try:
            check_closing(case.opened_on, form.on or today, today)
        except Refusal as refusal:
            form.add_error("on", refusal)
        if open_tasks != form.dropping:
            form.add_error("drop", _("Please do these tasks first, or say that they will not be done."))
    if not form.ok or against:
        return _close_page(request, session, actor, person, form)
    sent = [(name, text) for name, texts in form.raw.items() for text in texts]
    ctx = {**person_frame(session, actor, person), "case": case, "sent": sent, "day": form.on or today}
    fresh = CloseForm()
    return page(request, "cases/close_check.html", {**ctx, "asked": form, "fresh": fresh})


@router.post("/close")
def close(request: Request, session: WriteSession, actor: Closer, reference: str, form: Bound[CloseForm]) -> Response:
    """Close the case."""
    person = person_by_reference(session, actor, reference, Permission.CASE_CLOSE)
    if form.ok:
        try:
            case = _case(session, person, form.case)
            actions.close_case(
                session,
                actor,
                person,
                case,
                reason=form.why,
                words=form.words,
                on=form.on,
                dropping=form.dropping,
            )
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return see_other(f"/people/{person.reference}", done=_("The case is closed."))
    return _close_page(request, session, actor, person, form)


@router.get("/reopen")
def reopen_form(request: Request, session: ReadSession, actor: Closer, reference: str) -> Response:
    """The page that asks why a closed case is opened again."""
    person = person_by_reference(session, actor, reference, Permission.CASE_CLOSE)
    closed = [row.case for row in queries.case_rows(session, person.id) if row.case.stage is Stage.CLOSED]
    form = ReopenForm.blank(case=closed[0].id if closed else None)
    return _reopen_page(request, session, actor, person, form)


@router.post("/reopen")
def reopen(request: Request, session: WriteSession, actor: Closer, reference: str, form: Bound[ReopenForm]) -> Response:
    """Open a closed case again."""
    person = person_by_reference(session, actor, reference, Permission.CASE_CLOSE)
    if form.ok:
        try:
            actions.reopen_case(session, actor, person, _case(session, person, form.case), reason=form.reason)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return see_other(
                f"/people/{person.reference}", done=_("The case is open again, and begins with the intake.")
            )
    return _reopen_page(request, session, actor, person, form)


def _case(session: Session, person: Person, case_id: str) -> Case:
    try:
        return queries.case_of(session, person.id, UUID(case_id))
    except ValueError:
        raise NotFound from None


def _caseworker_page(
    request: Request, session: Session, actor: Actor, person: Person, form: CaseworkerForm
) -> Response:
    found = queries.suggestions(session, [person])
    told = ((each.user_id, _("%(name)s: %(reason)s", name=each.name, reason=each.reason)) for each in found)
    form.offer("caseworker", [(str(user_id), words) for user_id, words in told])
    ctx = {**person_frame(session, actor, person), "suggestions": found}
    return form_page(request, "cases/caseworker.html", ctx, form=form)


def _close_page(request: Request, session: Session, actor: Actor, person: Person, form: CloseForm) -> Response:
    tasks = queries.open_task_count(session, person.id)
    form.raw["tasks"] = [str(tasks)]
    ctx = {
        **person_frame(session, actor, person),
        "objections": queries.objections(session, person.id),
        "open_tasks": tasks,
        "case": form.value_of("case"),
    }
    return form_page(request, "cases/close.html", ctx, form=form)


def _reopen_page(request: Request, session: Session, actor: Actor, person: Person, form: ReopenForm) -> Response:
    ctx = {**person_frame(session, actor, person), "case": form.value_of("case")}
    return form_page(request, "cases/reopen.html", ctx, form=form)
