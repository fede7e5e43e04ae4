"""Payees: asked for by one human, confirmed by another who hears the number read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock, names
from receiver.kit.ids import new_id
from receiver.kit.text import clean_line
from receiver.people.queries import names_of
from receiver.stipends import queries
from receiver.stipends.actions.failed_tasks import settle_payee_asked
from receiver.stipends.models import Payee
from receiver.stipends.rules import payees as rules
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.payees import (
    AccountNameMissing,
    AlreadyAsked,
    NotWaiting,
    NumberMustBeHeard,
    PayeeState,
    ReadBackDiffers,
    cools_until,
)
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import ContactWay, Person

LONGEST_NAME = 200


def ask_mobile_money(session: Session, actor: Actor, person: Person, *, number: str, name: str) -> Payee:
    """Ask that somebody be paid by mobile money; it waits for a second human.

    `number` is in any format, `name` that on the account as the provider has it. Until it is decided the person is
    paid at the cash desk or not at all: the earlier number may be the one that was lost.

    Raises:
        NotFound, NumberNotUsable, AccountNameMissing
        AlreadyAsked: the same number and name wait.
    """
    person = queries.person_in_reach(session, actor, Permission.PAYEE_SET, person.id)
    plain = queries.wallet_number(number)
    on_account = clean_line(name, LONGEST_NAME)
    if not on_account:
        raise AccountNameMissing
    payee = Payee(id=new_id(), person_id=person.id, channel=Channel.MOBILE_MONEY_FILE, state=PayeeState.AWAITING)
    payee.number = vault.seal(session, person.id, queries.number_place(payee.id), plain)
    payee.name = vault.seal(session, person.id, queries.name_place(payee.id), on_account)
    payee.blind = vault.blind(session, rules.PAYEE, plain)
    payee.tail = rules.tail_of(plain)
    payee.mark = audit.fingerprint(session, rules.PAYEE, f"{plain}|{on_account}")
    payee.likeness = max(names.likeness(on_account, own) for own in names_of(person))
    return _ask(session, actor, person, payee)


def ask_cash_desk(session: Session, actor: Actor, person: Person) -> Payee:
    """Let somebody collect the money at the cash desk from now on; the identity check there is the second look.

    Raises:
        NotFound
    """
    person = queries.person_in_reach(session, actor, Permission.PAYEE_SET, person.id)
    payee = Payee(id=new_id(), person_id=person.id, channel=Channel.CASH_DESK, state=PayeeState.CONFIRMED)
    payee.mark, payee.usable_from = Channel.CASH_DESK.value, clock.now()
    return _ask(session, actor, person, payee)


def confirm_payee(session: Session, actor: Actor, payee: Payee, *, read_back: str) -> None:
    """Confirm details after the person read back the last four digits; a change then rests for some hours.

    Raises:
        NotFound, NotWaiting, ConfirmerAskedForIt, TooManyTries
        ReadBackDiffers: the try is recorded, so the transaction is to be committed all the same.
    """
    person = queries.person_in_reach(session, actor, Permission.PAYEE_CONFIRM, payee.person_id)
    queries.lock_people(session, [person.id])
    payee = queries.locked(session, payee)
    human = demand_human(actor)
    rules.demand_confirmer(payee.plain, human, queries.wrong_tries(session, payee, human))
    try:
        rules.demand_read_back(queries.number_of(session, payee), read_back)
    except ReadBackDiffers:
        audit.record(session, Kind.PAYEE_READ_BACK_WRONG, actor, person.reference, person=person.id, payee=payee.id)
        raise
    now, earlier = clock.now(), queries.payees_now(session, person.id)
    for one in earlier:
        if one.state is PayeeState.CONFIRMED:
            one.state = PayeeState.REPLACED
    session.flush()
    payee.state, payee.decided_by, payee.decided_at = PayeeState.CONFIRMED, actor.user_id, now
    hours = queries.limits(session).cooling_off_hours
    payee.usable_from = cools_until(now, hours, changes=payee.changes)
    session.flush()
    facts: dict[str, Any] = {"payee": payee.id, "mark": payee.mark, "usable_from": payee.usable_from}
    audit.record(session, Kind.PAYEE_CONFIRMED, actor, person.reference, person=person.id, **facts)


def refuse_payee(session: Session, actor: Actor, payee: Payee, *, reason: str) -> None:
    """Do not confirm details; what was confirmed before counts again.

    Raises:
        NotFound, NotWaiting
    """
    person = queries.person_in_reach(session, actor, Permission.PAYEE_CONFIRM, payee.person_id)
    payee = queries.locked(session, payee)
    if payee.state is not PayeeState.AWAITING:
        raise NotWaiting
    payee.state, payee.decided_at = PayeeState.REFUSED, clock.now()
    session.flush()
    audit.record(session, Kind.PAYEE_REFUSED, actor, person.reference, person=person.id, reason=reason, payee=payee.id)


def reveal_payee(session: Session, actor: Actor, payee: Payee) -> str:
    """The whole number, for who reads it out or dials it; empty for the cash desk. It is recorded.

    Raises:
        NotFound
        NumberMustBeHeard: the actor may be the one to confirm it.
    """
    person = queries.person_in_reach(session, actor, Permission.PAYEE_REVEAL, payee.person_id)
    if queries.must_be_heard(session, actor, [payee]):
        raise NumberMustBeHeard
    audit.record(session, Kind.PAYEE_REVEALED, actor, person.reference, person=person.id, payee=payee.id)
    return queries.number_of(session, payee)


def reveal_earlier_numbers(session: Session, actor: Actor, payee: Payee) -> dict[str, Payee | ContactWay]:
    """The numbers on which whoever confirms a change may call the person, and where they stand. It is recorded.

    Raises:
        NotFound, NotWaiting, ConfirmerAskedForIt, TooManyTries
    """
    person = queries.person_in_reach(session, actor, Permission.PAYEE_CONFIRM, payee.person_id)
    human = demand_human(actor)
    rules.demand_confirmer(payee.plain, human, queries.wrong_tries(session, payee, human))
    found = queries.earlier_numbers(session, payee)
    for source in found.values():
        ours = isinstance(source, Payee)
        facts: dict[str, Any] = {"payee" if ours else "way": source.id}
        kind = Kind.PAYEE_REVEALED if ours else Kind.CONTACT_REVEALED
        audit.record(session, kind, actor, person.reference, person=person.id, **facts)
    return found


def _ask(session: Session, actor: Actor, person: Person, payee: Payee) -> Payee:
    """Put a new payee in the place of one that waits; the cash desk also in that of one that was confirmed."""
    queries.lock_people(session, [person.id])
    earlier = queries.payees_now(session, person.id)
    for one in earlier:
        same = one.state is PayeeState.AWAITING and one.mark == payee.mark
        if same and not queries.wrong_tries(session, one, None):  # after wrong tries it is asked for anew
            raise AlreadyAsked
    payee.changes = any(one.state is PayeeState.CONFIRMED for one in earlier)
    for one in earlier:
        if one.state is PayeeState.AWAITING or payee.state is PayeeState.CONFIRMED:
            one.state = PayeeState.REPLACED
    session.flush()
    payee.asked_by = demand_human(actor)
    session.add(payee)
    session.flush()
    settle_payee_asked(session, actor, person.id)
    facts: dict[str, Any] = {"payee": payee.id, "channel": payee.channel, "mark": payee.mark, "changes": payee.changes}
    audit.record(session, Kind.PAYEE_SET, actor, person.reference, person=person.id, **facts)
    return payee
