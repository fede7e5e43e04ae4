"""Policies and their versions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from receiver.access import Permission
from receiver.kit.errors import NotFound
from receiver.kit.months import Month
from receiver.stipends.models import Enrolment, Policy, PolicyVersion
from receiver.stipends.queries.base import WEAKLY
from receiver.stipends.queries.candidates import dependants_in
from receiver.stipends.rules.enrolments import EnrolmentState
from receiver.stipends.rules.policies import PolicyState, Terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor


def policies(session: Session, actor: Actor, programme_id: UUID | None = None) -> Sequence[Policy]:
    """All policies, or those of a programme, by code.

    Raises:
        RoleNeeded
    """
    actor.demand(Permission.POLICY_VIEW)
    wanted = select(Policy).order_by(Policy.code)
    return session.scalars(wanted if programme_id is None else wanted.where(Policy.programme_id == programme_id)).all()


def policy_by_code(session: Session, actor: Actor, code: str, permission: Permission) -> Policy:
    """The policy of this code, for somebody who has this right.

    Raises:
        NotFound
    """
    found = session.scalar(select(Policy).where(Policy.code == code.strip().upper()))
    if found is None or not actor.may(permission):
        raise NotFound
    return found


def policies_to_enrol(session: Session, programme_id: UUID) -> Sequence[Policy]:
    """The policies of a programme that have a version in force, by code."""
    live = select(PolicyVersion.policy_id).where(PolicyVersion.state == PolicyState.IN_FORCE)
    wanted = select(Policy).where(Policy.programme_id == programme_id, Policy.id.in_(live)).order_by(Policy.code)
    return session.scalars(wanted).all()


def policy_by_id(session: Session, policy_id: UUID) -> Policy:
    """One policy.

    Raises:
        NotFound
    """
    found = session.get(Policy, policy_id)
    if found is None:
        raise NotFound
    return found


def policy_of(session: Session, version: PolicyVersion, *, lock: bool = False) -> Policy:
    """The policy of a version; its row locked if asked, so that two versions are not decided at once."""
    return session.get_one(Policy, version.policy_id, with_for_update=WEAKLY if lock else None)


def versions_of(session: Session, policy: Policy) -> Sequence[PolicyVersion]:
    """The versions of a policy, the newest first."""
    wanted = select(PolicyVersion).where(PolicyVersion.policy_id == policy.id).order_by(PolicyVersion.number.desc())
    return session.scalars(wanted).all()


def version_of(session: Session, policy: Policy, number: int) -> PolicyVersion:
    """One version of a policy.

    Raises:
        NotFound
    """
    wanted = select(PolicyVersion).where(PolicyVersion.policy_id == policy.id, PolicyVersion.number == number)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found


def versions_in_force(session: Session, policy: Policy) -> Sequence[PolicyVersion]:
    """The versions of a policy that are in force, by their first month."""
    wanted = (
        select(PolicyVersion)
        .where(PolicyVersion.policy_id == policy.id, PolicyVersion.state == PolicyState.IN_FORCE)
        .order_by(PolicyVersion.valid_from)
        .execution_options(populate_existing=True)
    )
    return session.scalars(wanted).all()


def terms_in_force(session: Session, programme_id: UUID) -> dict[UUID, tuple[tuple[Terms, UUID], ...]]:
    """For each policy of a programme its terms in force, each with the id of the version."""
    wanted = (
        select(PolicyVersion, Policy.code)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.programme_id == programme_id, PolicyVersion.state == PolicyState.IN_FORCE)
        .order_by(PolicyVersion.policy_id, PolicyVersion.number)
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[tuple[Terms, UUID]]] = {}
    for version, code in session.execute(wanted):
        found.setdefault(version.policy_id, []).append((version.terms(code), version.id))
    return {policy: tuple(terms) for policy, terms in found.items()}


def household_sizes_in(session: Session, policy: Policy, day: date) -> dict[int, int]:
    """How many people of a policy get the top-up for so many others on a day, by the rule of runs: two queries."""
    wanted = select(Enrolment.person_id).where(
        Enrolment.policy_id == policy.id, Enrolment.state != EnrolmentState.ENDED
    )
    counted = dependants_in(session, Month.of(day), wanted)
    sizes = Counter(sum(span.covers(day) for span in counted.get(person, ())) for person in session.scalars(wanted))
    return dict(sizes)


def users_of(session: Session, policy: Policy) -> int:
    """How many people are in a policy now."""
    mine = (Enrolment.policy_id == policy.id, Enrolment.state != EnrolmentState.ENDED)
    return session.scalar(select(func.count()).select_from(Enrolment).where(*mine)) or 0
