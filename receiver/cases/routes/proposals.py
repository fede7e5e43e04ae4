"""Proposals: a caseworker proposes a move or the end of a case, a supervisor accepts by doing it or answers why not."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.accounts.queries import offices
from receiver.cases import actions, queries
from receiver.cases.forms import AnswerForm, ClosingProposalForm, ProposalFilter, TransferProposalForm
from receiver.cases.models import CaseProposal
from receiver.cases.rules import ANSWERS_SHOWN, ProposalKind, ProposalList, ProposalState
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.paging import Cursor
from receiver.kit.words import _
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router()
Reader = Annotated[Actor, require(Permission.CASE_VIEW)]
Proposer = Annotated[Actor, require(Permission.CASE_EDIT)]
Decider = Annotated[Actor, require(Permission.CASE_CLOSE)]
ProposalForm = TransferProposalForm | ClosingProposalForm


@router.get("/proposals")
def proposals(request: Request, session: ReadSession, actor: Reader, filters: Asked[ProposalFilter]) -> Response:
    """What waits for a decision of one's own, or what became of one's own proposals."""
    decides, after = actor.may(Permission.CASE_CLOSE), filters.value_of("after")
    shown = filters.values.get("show") or ProposalList.WAITING
    if not decides:
        shown = ProposalList.ANSWERED
    listed = (
        queries.waiting_page(session, actor, Cursor.decode(after, UUID))
        if shown is ProposalList.WAITING
        else queries.answered_page(session, actor, clock.now() - ANSWERS_SHOWN, Cursor.decode(after, datetime, UUID))
    )
    chips = [
        {"url": url("/proposals", show=one.value), "label": one.label, "current": one is shown}
        for one in ProposalList
        if decides
    ]
    ctx = {"page": listed, "shown": shown, "chips": chips, "url": url("/proposals", show=shown.value)}
    return page(request, "cases/proposals.html", ctx, block="rows", form=filters)


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
    return _propose(request, session, actor, reference, form)


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
    return _propose(request, session, actor, reference, form)


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


def _propose(request: Request, session: Session, actor: Actor, reference: str, form: ProposalForm) -> Response:
    """Propose what a form asks for, and lead back to the person."""
    person = person_by_reference(session, actor, reference, Permission.CASE_EDIT)
    _offer(session, person, form)
    if form.ok:
        what: dict[str, Any] = (
            {"office_id": UUID(form.office)} if isinstance(form, TransferProposalForm) else {"close_reason": form.why}
        )
        case = queries.open_case(session, person.id)
        if case is None:
            raise NotFound
        try:
            actions.propose(session, actor, person, case, reason=form.reason, **what)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return see_other(f"/people/{reference}", done=_("It is proposed. A supervisor decides."))
    return _new_page(request, session, actor, person, form)


def _offer(session: Session, person: Person, form: ProposalForm) -> None:
    if isinstance(form, TransferProposalForm):
        form.offer("office", [(str(one.id), one.name) for one in offices(session) if one.id != person.office_id])


def _new_page(request: Request, session: Session, actor: Actor, person: Person, form: ProposalForm) -> Response:
    _offer(session, person, form)
    ctx = {
        **person_frame(session, actor, person),
        "kind": ProposalKind.TRANSFER if isinstance(form, TransferProposalForm) else ProposalKind.CLOSING,
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
