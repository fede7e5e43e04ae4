"""Proposals: made by a caseworker, refused with an answer, or accepted by doing what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit, vault
from receiver.audit import Kind
from receiver.cases.models import CaseProposal
from receiver.cases.queries import answer_place, open_proposals, reason_of_proposal_place
from receiver.cases.rules import AlreadyProposed, ProposalKind, ProposalState, check_waits
from receiver.kit import clock
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.cases.models import Case
    from receiver.cases.rules import CloseReason
    from receiver.people.models import Person


def propose(
    session: Session,
    actor: Actor,
    person: Person,
    case: Case,
    *,
    reason: str,
    office_id: UUID | None = None,
    close_reason: CloseReason | None = None,
) -> CaseProposal:
    """Propose that somebody move to an office, or without one that the case be closed; a supervisor decides.

    Raises:
        AlreadyProposed
    """
    kind = ProposalKind.CLOSING if office_id is None else ProposalKind.TRANSFER
    if any(one.kind is kind for one in open_proposals(session, [person.id])):
        raise AlreadyProposed
    proposal = CaseProposal(
        id=new_id(),
        person_id=person.id,
        case_id=case.id,
        kind=kind,
        office_id=office_id,
        close_reason=close_reason,
        proposed_by=actor.user_id,
    )
    proposal.reason = vault.seal(session, person.id, reason_of_proposal_place(proposal.id), reason)
    session.add(proposal)
    session.flush()
    audit.record(
        session,
        Kind.CASE_PROPOSED,
        actor,
        person.reference,
        person=person.id,
        proposal=proposal.id,
        case=case.id,
        what=kind,
        office=office_id,
        why=close_reason,
    )
    return proposal


def refuse_proposal(session: Session, actor: Actor, person: Person, proposal: CaseProposal, *, answer: str) -> None:
    """Do not accept a proposal, and say why.

    Raises:
        ProposalDecided
        RoleNeeded: the actor may not decide on this kind.
    """
    actor.demand(proposal.kind.decider)
    check_waits(proposal.state)
    proposal.answer = vault.seal(session, person.id, answer_place(proposal.id), answer)
    _decide(session, actor, person, proposal, ProposalState.REFUSED)


def settle_moved(session: Session, actor: Actor, people: Sequence[Person], office_id: UUID) -> None:
    """Settle what waited about people who have just moved to an office: done, or done otherwise than proposed."""
    by_id = {person.id: person for person in people}
    for proposal in open_proposals(session, list(by_id)):
        if proposal.kind is ProposalKind.TRANSFER:
            state = ProposalState.ACCEPTED if proposal.office_id == office_id else ProposalState.OVERTAKEN
            _decide(session, actor, by_id[proposal.person_id], proposal, state)


def settle_closed(session: Session, actor: Actor, person: Person, case: Case) -> None:
    """Settle what waited about a case that has just been closed."""
    for proposal in open_proposals(session, [person.id]):
        if proposal.case_id == case.id:
            done = proposal.kind is ProposalKind.CLOSING
            state = ProposalState.ACCEPTED if done else ProposalState.OVERTAKEN
            _decide(session, actor, person, proposal, state)


def _decide(session: Session, actor: Actor, person: Person, proposal: CaseProposal, state: ProposalState) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor.user_id, clock.now()
    session.flush()
    audit.record(
        session,
        Kind.CASE_PROPOSAL_DECIDED,
        actor,
        person.reference,
        person=person.id,
        proposal=proposal.id,
        what=proposal.kind,
        decided=state,
    )
