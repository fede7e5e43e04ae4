"""How people are paid; numbers stay sealed but where somebody asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.people.models import ContactWay, Person
from receiver.people.queries import value_of, visible_people, ways_of
from receiver.people.rules import ContactKind
from receiver.stipends.models import Payee
from receiver.stipends.rules import payees as rules
from receiver.stipends.rules.payees import NumberNotUsable, PayeeState
from receiver.web.forms.contact import read_phone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor

MOST_TRIES = 100
"""Records that are looked through for wrong tries; nobody gets near it, as each payee allows few."""
MOST_CHANGES = 1_000
"""Records that are looked through for changes of contact details since a payee was asked for."""
NOW = (PayeeState.AWAITING, PayeeState.CONFIRMED)


def wallet_number(text: str) -> str:
    """A mobile number as it is kept: `+` and digits only.

    Raises:
        NumberNotUsable
    """
    number = read_phone(text).e164
    if number is None:
        raise NumberNotUsable
    return number


def number_place(payee_id: UUID) -> str:
    """Where a number is sealed."""
    return vault.place("payees.number", payee_id)


def name_place(payee_id: UUID) -> str:
    """Where the name on an account is sealed."""
    return vault.place("payees.name", payee_id)


def number_of(session: Session, payee: Payee) -> str:
    """The whole number; empty for the cash desk."""
    if payee.number is None:
        return ""
    return vault.unseal(session, payee.person_id, number_place(payee.id), payee.number)


def account_name_of(session: Session, payee: Payee) -> str:
    """The name on the account; empty for the cash desk."""
    if payee.name is None:
        return ""
    return vault.unseal(session, payee.person_id, name_place(payee.id), payee.name)


def payees_now(session: Session, person_id: UUID) -> Sequence[Payee]:
    """What counts of somebody now: details that wait, then details that are confirmed; each at most once."""
    wanted = (
        select(Payee)
        .where(Payee.person_id == person_id, Payee.state.in_(NOW))
        .order_by(Payee.state)
        .execution_options(populate_existing=True)
    )
    return session.scalars(wanted).all()


def payees_of(session: Session, person_id: UUID) -> Sequence[Payee]:
    """Everything that was ever asked for somebody, the newest first."""
    return session.scalars(select(Payee).where(Payee.person_id == person_id).order_by(Payee.id.desc())).all()


def replaced_by(session: Session, payee: Payee) -> Payee | None:
    """The details that were in force when others were asked for, and until those were decided on.

    Only details that were confirmed can be used, now or once, and a later request takes the place of one that waits:
    so these are the last of the earlier ones that could ever be used, whatever came after.
    """
    wanted = select(Payee).where(
        Payee.person_id == payee.person_id, Payee.id < payee.id, Payee.usable_from.is_not(None)
    )
    return session.scalar(wanted.order_by(Payee.id.desc()).limit(1))


def earlier_numbers(session: Session, payee: Payee) -> dict[str, Payee | ContactWay]:
    """The numbers on which somebody was known before a change was asked for, and where they stand.

    That of the details before it, then those that are safe to call and were not touched since; never the new number,
    which is what is in doubt and whose digits the person is to read out.
    """
    found: dict[str, Payee | ContactWay] = {}
    before = replaced_by(session, payee)
    if before is not None and before.number is not None:
        found[number_of(session, before)] = before
    changed = audit.trail(
        session, kinds=(Kind.CONTACT_CHANGED,), person=payee.person_id, since=payee.created_at, limit=MOST_CHANGES
    )
    touched = {entry.facts["way"] for entry in changed}
    for way in ways_of(session, session.get_one(Person, payee.person_id)):
        if way.kind is ContactKind.PHONE and way.safe_to_call and str(way.id) not in touched:
            written = value_of(session, way)
            found.setdefault(read_phone(written).e164 or written, way)
    found.pop(number_of(session, payee), None)
    return found


def wrong_tries(session: Session, payee: Payee, user_id: UUID | None) -> int:
    """How often a human typed digits that are not those of this payee's number: the chain of records says it."""
    kinds = (Kind.PAYEE_READ_BACK_WRONG,)
    tried = audit.trail(session, kinds=kinds, actor=user_id, person=payee.person_id, limit=MOST_TRIES)
    return sum(1 for entry in tried if entry.facts["payee"] == str(payee.id))


def must_be_heard(session: Session, actor: Actor, payees: Sequence[Payee]) -> set[UUID]:
    """Those of one person's payees whose number this actor does not get to see, but hears from the person."""
    if not payees or not actor.may(Permission.PAYEE_CONFIRM):
        return set()
    awaited = {
        one.blind: one.id for one in payees_now(session, payees[0].person_id) if one.state is PayeeState.AWAITING
    }
    return {
        one.id
        for one in payees
        if one.number is not None
        and rules.must_be_heard(one.plain, actor.user_id, confirms=True, waits=one.blind in awaited)
    }


def waiting_payees(session: Session, actor: Actor) -> Sequence[tuple[Payee, Person]]:
    """Details that wait for a second human, the oldest first, as far as the actor sees the people.

    Raises:
        RoleNeeded
    """
    actor.demand(Permission.PAYEE_VIEW)
    seen = visible_people(actor, Permission.PAYEE_VIEW).subquery()
    wanted = (
        select(Payee, Person)
        .join(Person, Person.id == Payee.person_id)
        .where(Payee.state == PayeeState.AWAITING, Person.id.in_(select(seen.c.id)))
        .order_by(Payee.id)
    )
    return session.execute(wanted).all()


def payee_by_id(session: Session, actor: Actor, payee_id: UUID, permission: Permission) -> Payee:
    """One payee of somebody to whom this right of the actor reaches.

    Raises:
        NotFound
    """
    payee = session.get(Payee, payee_id)
    seen = visible_people(actor, permission).with_only_columns(Person.id)
    if payee is None or session.scalar(seen.where(Person.id == payee.person_id)) is None:
        raise NotFound
    return payee
