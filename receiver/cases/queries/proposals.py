"""Proposals as far as somebody may see them: what waits, and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, func, select, tuple_

from receiver import vault
from receiver.access import Permission
from receiver.accounts.queries import office_names, user_names
from receiver.cases.models import CaseProposal
from receiver.cases.rules import ProposalState
from receiver.kit.errors import NotFound
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.people.models import Person
from receiver.people.queries import CARD, PersonCard, portions, visible, visible_people

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.cases.rules import ProposalKind


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal in a list: about whom, and by whom; `seen` whether the actor may still open the person's pages."""

    proposal: CaseProposal
    person: PersonCard
    by: str | None
    seen: bool = True


@dataclass(frozen=True, slots=True)
class ProposalTold:
    """A proposal with its words opened and the names beside it."""

    proposal: CaseProposal
    reason: str
    answer: str
    office: str
    by: str | None
    decided_by: str | None


def open_proposals(session: Session, person_ids: Collection[UUID]) -> list[CaseProposal]:
    """What waits about these people, the oldest first."""
    wanted = select(CaseProposal).where(CaseProposal.state == ProposalState.OPEN).order_by(CaseProposal.id)
    found: list[CaseProposal] = []
    for some in portions(person_ids):
        found += session.scalars(wanted.where(CaseProposal.person_id.in_(some))).all()
    return found


def open_proposal(session: Session, person: Person, kind: ProposalKind) -> CaseProposal | None:
    """What waits of a kind about somebody; there is one at most."""
    return next((one for one in open_proposals(session, [person.id]) if one.kind is kind), None)


def proposal_of(session: Session, actor: Actor, proposal_id: UUID) -> tuple[CaseProposal, Person]:
    """One proposal, with the person it is about.

    Raises:
        NotFound: there is none, or the actor may not see the person's case.
    """
    seen = visible(actor, Permission.CASE_VIEW)
    wanted = select(CaseProposal, Person).join(Person, Person.id == CaseProposal.person_id).where(*seen)
    found = session.execute(wanted.where(CaseProposal.id == proposal_id)).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def told(session: Session, proposal: CaseProposal) -> ProposalTold:
    """A proposal as its page shows it."""
    names = user_names(session, {one for one in (proposal.proposed_by, proposal.decided_by) if one is not None})
    office = office_names(session, [proposal.office_id]).get(proposal.office_id) if proposal.office_id else None
    answer = proposal.answer
    return ProposalTold(
        proposal,
        reason_of_proposal(session, proposal),
        vault.unseal(session, proposal.person_id, answer_place(proposal.id), answer) if answer else "",
        office or "",
        names.get(proposal.proposed_by) if proposal.proposed_by else None,
        names.get(proposal.decided_by) if proposal.decided_by else None,
    )


def waiting_proposals(session: Session, actor: Actor, limit: int) -> tuple[list[ProposalRow], int]:
    """What waits for this actor's decision, the oldest first, and how many there are."""
    wanted = _waiting(actor)
    count = _counted(session, wanted)
    found = session.execute(wanted.order_by(CaseProposal.id).limit(limit)).all() if count else []
    return _waiting_rows(session, found), count


def waiting_page(session: Session, actor: Actor, cursor: Cursor | None) -> Page[ProposalRow]:
    """The same page by page; a place is the id of a proposal."""
    wanted = _waiting(actor)
    count = _counted(session, wanted)
    back = cursor is not None and cursor.back
    if cursor is not None:
        (place,) = cursor.place
        wanted = wanted.where(CaseProposal.id < place if back else CaseProposal.id > place)
    order = CaseProposal.id.desc() if back else CaseProposal.id
    rows = _waiting_rows(session, session.execute(wanted.order_by(order).limit(DEFAULT_SIZE + 1)).all())
    return Page.build(rows, DEFAULT_SIZE, lambda row: (row.proposal.id,), cursor=cursor, total=count)


def answered_proposals(session: Session, actor: Actor, since: datetime, limit: int) -> tuple[list[ProposalRow], int]:
    """What this actor proposed and has been decided since, the latest first, and how many there are.

    Whoever moved to an office that the actor does not see is among them, as their own proposal.
    """
    wanted = _answered(actor, since)
    latest = wanted.order_by(CaseProposal.decided_at.desc(), CaseProposal.id.desc())
    found = session.execute(latest.limit(limit)).all()
    return _answered_rows(session, actor, found), _counted(session, wanted) if found else 0


def answered_page(session: Session, actor: Actor, since: datetime, cursor: Cursor | None) -> Page[ProposalRow]:
    """The same page by page; a place is the moment of the answer and the id."""
    wanted = _answered(actor, since)
    count = _counted(session, wanted)
    key = tuple_(CaseProposal.decided_at, CaseProposal.id)
    back = cursor is not None and cursor.back
    if cursor is not None:
        here = tuple_(*cursor.place)
        wanted = wanted.where(key > here if back else key < here)
    order = (CaseProposal.decided_at, CaseProposal.id)
    found = session.execute(
        wanted.order_by(*(order if back else (column.desc() for column in order))).limit(DEFAULT_SIZE + 1)
    ).all()
    rows = _answered_rows(session, actor, found)
    return Page.build(
        rows, DEFAULT_SIZE, lambda row: (row.proposal.decided_at, row.proposal.id), cursor=cursor, total=count
    )


def _waiting(actor: Actor) -> Select[*tuple[Any, ...]]:
    seen = visible_people(actor, Permission.CASE_CLOSE).with_only_columns(Person.id)
    joined = select(CaseProposal, *CARD).join(Person, Person.id == CaseProposal.person_id)
    return joined.where(CaseProposal.state == ProposalState.OPEN, CaseProposal.person_id.in_(seen))


def _answered(actor: Actor, since: datetime) -> Select[*tuple[Any, ...]]:
    mine = (CaseProposal.proposed_by == actor.user_id, CaseProposal.state != ProposalState.OPEN)
    joined = select(CaseProposal, *CARD).join(Person, Person.id == CaseProposal.person_id)
    return joined.where(*mine, CaseProposal.decided_at >= since, Person.erased_at.is_(None))


def _counted(session: Session, wanted: Select[*tuple[Any, ...]]) -> int:
    return session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def _waiting_rows(session: Session, found: Sequence[Row[*tuple[Any, ...]]]) -> list[ProposalRow]:
    names = user_names(session, {row[0].proposed_by for row in found if row[0].proposed_by is not None})
    return [ProposalRow(row[0], PersonCard.of(row), names.get(row[0].proposed_by)) for row in found]


def _answered_rows(session: Session, actor: Actor, found: Sequence[Row[*tuple[Any, ...]]]) -> list[ProposalRow]:
    scope = actor.scope(Permission.CASE_VIEW)
    names = user_names(session, {row[0].decided_by for row in found if row[0].decided_by is not None})
    return [
        ProposalRow(row[0], PersonCard.of(row), names.get(row[0].decided_by), scope.covers(row.office_id))
        for row in found
    ]


def reason_of_proposal(session: Session, proposal: CaseProposal) -> str:
    """Why it is proposed."""
    return vault.unseal(session, proposal.person_id, reason_of_proposal_place(proposal.id), proposal.reason)


def reason_of_proposal_place(proposal_id: UUID) -> str:
    """Where the reason of a proposal is sealed."""
    return vault.place("case_proposals.reason", proposal_id)


def answer_place(proposal_id: UUID) -> str:
    """Where the answer to a proposal is sealed."""
    return vault.place("case_proposals.answer", proposal_id)
