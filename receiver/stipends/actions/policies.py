"""Policies: written as versions by one human, put in force by another, never edited afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.kit.text import clean_line
from receiver.partners.queries import programme
from receiver.partners.rules import clean_code
from receiver.stipends import queries
from receiver.stipends.models import Policy, PolicyVersion
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.policies import (
    OtherMoney,
    PolicyCodeTaken,
    PolicyState,
    VersionNotDraft,
    demand_may_put_in_force,
)

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.money import Money
    from receiver.kit.months import Month

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """Terms for whole months, from `valid_from` to `valid_to` (None: until another version follows).

    `member` is added for each household member who has no stipend, up to `members_most`; `limit` is the most that all
    of it may come to.
    """

    valid_from: Month
    base: Money
    valid_to: Month | None = None
    member: Money | None = None
    members_most: int = 0
    limit: Money | None = None


def draft_policy(
    session: Session, actor: Actor, *, programme_id: UUID, code: str, name: str, terms: PolicyTerms
) -> PolicyVersion:
    """Write a new policy of a programme; its first version waits for somebody else to put it in force.

    Raises:
        NotACode, PolicyCodeTaken, OtherMoney, TermsWrong
    """
    actor.demand(Permission.POLICY_DRAFT)
    code = clean_code(code)
    if session.scalar(select(Policy.id).where(Policy.code == code)) is not None:
        raise PolicyCodeTaken
    found = programme(session, programme_id)
    policy = Policy(id=new_id(), code=code, name=clean_line(name, LONGEST_NAME), programme_id=found.id)
    session.add(policy)
    session.flush()
    return draft_version(session, actor, policy, terms=terms)


def draft_version(session: Session, actor: Actor, policy: Policy, *, terms: PolicyTerms) -> PolicyVersion:
    """Write the next version of a policy.

    Raises:
        OtherMoney, TermsWrong
    """
    actor.demand(Permission.POLICY_DRAFT)
    number = session.scalar(select(func.max(PolicyVersion.number)).where(PolicyVersion.policy_id == policy.id)) or 0
    version = PolicyVersion(
        id=new_id(), policy_id=policy.id, number=number + 1, state=PolicyState.DRAFT, drafted_by=demand_human(actor)
    )
    _write(session, policy, version, terms)
    session.add(version)
    session.flush()
    audit.record(session, Kind.POLICY_DRAFTED, actor, policy.code, version=version.number, **_facts(version))
    return version


def change_version(session: Session, actor: Actor, version: PolicyVersion, *, terms: PolicyTerms) -> None:
    """Change a draft; whoever changes it has written it.

    Raises:
        VersionNotDraft, OtherMoney, TermsWrong
    """
    actor.demand(Permission.POLICY_DRAFT)
    policy = queries.policy_of(session, version)
    if version.state is not PolicyState.DRAFT:
        raise VersionNotDraft(policy=policy.code, version=version.number)
    _write(session, policy, version, terms)
    version.drafted_by = demand_human(actor)
    session.flush()
    audit.record(session, Kind.POLICY_DRAFTED, actor, policy.code, version=version.number, **_facts(version))


def approve_version(
    session: Session, actor: Actor, version: PolicyVersion, *, end_previous: bool = False
) -> PolicyVersion:
    """Put a version in force from its first month on; `end_previous` ends the open version before it in time.

    Raises:
        VersionNotDraft, DrafterPutsInForce
        OverlapsVersion: another one speaks for some of the same months.
    """
    actor.demand(Permission.POLICY_APPROVE)
    version = queries.locked(session, version)
    policy = queries.policy_of(session, version, lock=True)
    others = queries.versions_in_force(session, policy)
    ended = None
    if end_previous:
        open_before = [one for one in others if one.valid_to is None and one.valid_from < version.valid_from]
        for one in open_before:
            one.valid_to, ended = version.valid_from - 1, one.number
    terms = [one.terms(policy.code) for one in others]
    demand_may_put_in_force(version.terms(policy.code), version.state, version.drafted_by, demand_human(actor), terms)
    version.state, version.decided_by, version.decided_at = PolicyState.IN_FORCE, actor.user_id, clock.now()
    session.flush()
    facts = _facts(version) | {"ended_version": ended}
    audit.record(session, Kind.POLICY_APPROVED, actor, policy.code, version=version.number, **facts)
    return version


def reject_version(session: Session, actor: Actor, version: PolicyVersion, *, reason: str) -> None:
    """Do not put a draft in force; a new version takes its place.

    Raises:
        VersionNotDraft
    """
    actor.demand(Permission.POLICY_APPROVE)
    version = queries.locked(session, version)
    policy = queries.policy_of(session, version)
    if version.state is not PolicyState.DRAFT:
        raise VersionNotDraft(policy=policy.code, version=version.number)
    version.state, version.decided_by, version.decided_at = PolicyState.WITHDRAWN, demand_human(actor), clock.now()
    session.flush()
    audit.record(session, Kind.POLICY_REJECTED, actor, policy.code, reason=reason, version=version.number)


def _write(session: Session, policy: Policy, version: PolicyVersion, terms: PolicyTerms) -> None:
    """Put terms into a version, all in the money of the programme."""
    currency = programme(session, policy.programme_id).currency
    amounts = [amount for amount in (terms.base, terms.member, terms.limit) if amount is not None]
    if any(amount.currency != currency for amount in amounts):
        raise OtherMoney(currency=currency)
    version.currency = currency
    version.valid_from, version.valid_to = terms.valid_from, terms.valid_to
    version.base_minor = terms.base.minor
    version.member_minor = terms.member.minor if terms.member else 0
    version.members_most = terms.members_most
    version.limit_minor = terms.limit.minor if terms.limit else None
    version.terms(policy.code)  # refuses what nobody could be paid by


def _facts(version: PolicyVersion) -> dict[str, Any]:
    return {
        "base": version.base_minor,
        "member": version.member_minor,
        "members_most": version.members_most,
        "limit": version.limit_minor,
        "currency": version.currency,
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
    }
