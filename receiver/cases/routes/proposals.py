"""Proposals: a caseworker proposes a move or the end of a case, a supervisor accepts by doing it or answers why not."""

from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts.queries import offices
from receiver.cases import actions, queries
from receiver.cases.forms import AnswerForm, ClosingProposalForm, TransferProposalForm
from receiver.cases.models import Case, CaseProposal
from receiver.cases.rules import ANSWERS_SHOWN, ProposalKind, ProposalState
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.words import _
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.web.answers import see_other
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.render import form_page, page
from receiver.web.router import Router

router = Router()
Reader = Annotated[Actor, require(Permission.CASE_VIEW)]
Proposer = Annotated[Actor, require(Permission.CASE_EDIT)]
Decider = Annotated[Actor, require(Permission.CASE_CLOSE)]

MOST = 100
"""Proposals on the page of all."""


@router.get("/proposals")
def proposals(request: Request, session: ReadSession, actor: Reader) -> Response:
    """What waits for a decision of one's own, and what became of one's own proposals."""
    decides = actor.may(Permission.CASE_CLOSE)
    waiting, _count = queries.waiting_proposals(session, actor, MOST) if decides else ([], 0)
    answered, _count = queries.answered_proposals(session, actor, clock.now() - ANSWERS_SHOWN, MOST)
    return page(request, "cases/proposals.html", {"waiting": waiting, "answered": answered, "decides": decides})


@router.get("/people/{reference}/transfer/proposal")
def new_transfer(request: Request, session: ReadSession, actor: Proposer, reference: str) -> Response:
    """The page on which a move to another office is proposed."""
    person = person_by_reference(session, actor, reference, Permission.CASE_EDIT)
    return _new_page(request, session, actor, person, TransferProposalForm())


@router.post("/people/{reference}/transfer/proposal")
def propose_transfer(
    request: Request, session: WriteSession, actor: Proposer, reference: str, form: Bound[TransferProposalForm]
) -> Response:
    """Propose that the person move to another office."""
    person = person_by_reference(session, actor, reference, Permission.CASE_EDIT)
    _offer(session, person, form)
    if form.ok:
        try:
            case = _open_case(session, person)
            actions.propose(session, actor, person, case, reason=form.reason, office_id=UUID(form.office))
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return _proposed(person)
    return _new_page(request, session, actor, person, form)


@router.get("/people/{reference}/close/proposal")
def new_closing(request: Request, session: ReadSession, actor: Proposer, reference: str) -> Response:
    """The page on which the end of a case is proposed."""
    person = person_by_reference(session, actor, reference, Permission.CASE_EDIT)
    return _new_page(request, session, actor, person, ClosingProposalForm())


@router.post("/people/{reference}/close/proposal")
def propose_closing(
    request: Request, session: WriteSession, actor: Proposer, reference: str, form: Bound[ClosingProposalForm]
) -> Response:
    """Propose that the case be closed."""
    person = person_by_reference(session, actor, reference, Permission.CASE_EDIT)
    if form.ok:
        try:
            case = _open_case(session, person)
            actions.propose(session, actor, person, case, reason=form.reason, close_reason=form.why)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return _proposed(person)
    return _new_page(request, session, actor, person, form)


@router.get("/proposals/{proposal_id}")
def show_proposal(request: Request, session: ReadSession, actor: Reader, proposal_id: UUID) -> Response:
    """One proposal: what, why, by whom, and what became of it."""
    proposal, person = queries.proposal_of(session, actor, proposal_id)
    return _proposal_page(request, session, actor, proposal, person, AnswerForm())


@router.post("/proposals/{proposal_id}/refusal")
def refuse(
    request: Request, session: WriteSession, actor: Decider, proposal_id: UUID, form: Bound[AnswerForm]
) -> Response:
    """Do not accept a proposal, and say why."""
    proposal, person = queries.proposal_of(session, actor, proposal_id)
    if not form.ok:
        return _proposal_page(request, session, actor, proposal, person, form)
    actions.refuse_proposal(session, actor, person, proposal, answer=form.answer)
    return see_other(f"/proposals/{proposal_id}", done=_("Whoever proposed it reads your answer under Today."))


def _open_case(session: Session, person: Person) -> Case:
    case = queries.open_case(session, person.id)
    if case is None:
        raise NotFound
    return case


def _proposed(person: Person) -> Response:
    return see_other(f"/people/{person.reference}", done=_("It is proposed. A supervisor decides."))


def _offer(session: Session, person: Person, form: Form) -> None:
    form.offer("office", [(str(one.id), one.name) for one in offices(session) if one.id != person.office_id])


def _new_page(request: Request, session: Session, actor: Actor, person: Person, form: Form) -> Response:
    moves = isinstance(form, TransferProposalForm)
    if moves:
        _offer(session, person, form)
    ctx = {
        **person_frame(session, actor, person),
        "kind": ProposalKind.TRANSFER if moves else ProposalKind.CLOSING,
        "case": queries.open_case(session, person.id),
    }
    return form_page(request, "cases/proposal_new.html", ctx, form=form)


def _proposal_page(
    request: Request, session: Session, actor: Actor, proposal: CaseProposal, person: Person, form: AnswerForm
) -> Response:
    ctx = {
        **person_frame(session, actor, person),
        "told": queries.told(session, proposal),
        "decides": proposal.state is ProposalState.OPEN and actor.may(proposal.kind.decider),
    }
    return form_page(request, "cases/proposal.html", ctx, form=form)
