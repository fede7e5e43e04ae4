"""A programme whose people are paid: humans with each duty, a policy in force, people enrolled, a run at any step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from receiver import i18n
from receiver.access import SYSTEM, Role
from receiver.kit import clock
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.ledger.actions import receive_funds
from receiver.stipends import actions, queries
from receiver.stipends.actions import PolicyTerms
from receiver.stipends.rules.enrolments import HoldReason
from receiver.stipends.rules.payments import Channel, PaymentState
from tests.factories.accounts import make_actor, make_office
from tests.factories.partners import make_programme
from tests.factories.people import make_person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.accounts.models import Office
    from receiver.partners.models import Programme
    from receiver.people.models import Person
    from receiver.stipends.models import Hold, Payee, Payment, PayRun, Policy

NOVEMBER = Month(2026, 11)
BASE = 60_000
_numbers = count(1)
_wallets = count(788_100_000)


def rwf(minor: int) -> Money:
    return Money(minor, "RWF")


@dataclass
class Team:
    """Who may do what: two of finance and two approvers, so that four eyes are there, and a supervisor."""

    office: Office
    finance: Actor
    releaser: Actor
    approver: Actor
    second: Actor
    supervisor: Actor
    programme: Programme
    policy: Policy
    people: list[Person] = field(default_factory=list)


def make_team(
    session: Session,
    *,
    funded: int = 100_000_000,
    code: str | None = None,
    office: Office | None = None,
    **terms: Any,
) -> Team:
    """A programme with money, a policy in force since January 2026, and everyone who has a duty in it."""
    office = office or make_office(session)
    finance, releaser = (make_actor(session, Role.FINANCE_OFFICER, name=name) for name in ("Aline", "Bosco"))
    approver, second = (make_actor(session, Role.APPROVER, name=name) for name in ("Claire", "David"))
    supervisor = make_actor(session, Role.SUPERVISOR, offices=[office], name="Esther")
    programme = make_programme(session, code)
    if funded:
        receive_funds(
            session,
            SYSTEM,
            programme.code,
            reference=f"{programme.code} first",
            amount=rwf(funded),
            received_on=date(2026, 1, 5),
        )
    policy = make_policy(session, finance, approver, programme, **terms)
    return Team(office, finance, releaser, approver, second, supervisor, programme, policy)


def make_policy(session: Session, finance: Actor, approver: Actor, programme: Programme, **terms: Any) -> Policy:
    """A policy of one version, in force."""
    given = {"valid_from": Month(2026, 1), "base": rwf(BASE), **terms}
    version = actions.draft_policy(
        session,
        finance,
        programme_id=programme.id,
        code=f"POL{next(_numbers)}",
        name="Monthly support",
        terms=PolicyTerms(**given),
    )
    return queries.policy_of(session, actions.approve_version(session, approver, version))


def enrolled(session: Session, team: Team, name: str = "Selam Haile", *, pay: str = "mobile", **changes: Any) -> Person:
    """Somebody of the team's office and policy; `pay` is mobile, waiting, desk or none."""
    person = make_person(session, team.office, name, **{"arrived_on": date(2026, 10, 1), **changes})
    actions.enrol(session, team.finance, [person.id], team.policy)
    team.people.append(person)
    if pay == "desk":
        actions.ask_cash_desk(session, team.finance, person)
    elif pay != "none":
        wallet(session, team, person, confirm=pay == "mobile")
    return person


def wallet(
    session: Session, team: Team, person: Person, *, number: str | None = None, name: str = "", confirm: bool = True
) -> Payee:
    """A mobile money number for somebody, confirmed by the approver unless said otherwise."""
    number = number or f"+250{next(_wallets)}"
    payee = actions.ask_mobile_money(session, team.finance, person, number=number, name=name or person.full_name)
    if confirm:
        actions.confirm_payee(session, team.approver, payee, read_back=number[-4:])
    return payee


def on_hold(session: Session, team: Team, person: Person) -> Hold:
    """A hold that stands from now on."""
    return actions.place_hold(
        session,
        team.supervisor,
        person,
        reason=HoldReason.NOT_REACHED,
        review_on=clock.today(i18n.zone()) + timedelta(days=14),
        notice_language="ti",
    )


def make_people(session: Session, team: Team, number: int = 3, **more: Any) -> list[Person]:
    """So many people, the last of whom is paid at the cash desk."""
    return [
        enrolled(session, team, f"Person {letter}", pay="desk" if place == number - 1 else "mobile", **more)
        for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:number])
    ]


def make_run(session: Session, team: Team, until: str = "draft", month: Month = NOVEMBER) -> PayRun:
    """The run of a month at a step: draft, submitted, approved, released, reconciling (all paid) or closed."""
    run = actions.build_run(session, team.finance, team.programme, month)
    return bring(session, team, run, until)


def bring(session: Session, team: Team, run: PayRun, until: str) -> PayRun:
    """Bring a draft on to a later step."""
    for step in ("submitted", "approved", "released", "reconciling", "closed")[: _STEPS.index(until)]:
        _ON[step](session, team, run)
    return run


def approve(session: Session, team: Team, run: PayRun, actor: Actor | None = None) -> PayRun:
    """Approve with the total and the digest that the page shows."""
    total = Money(run.total_minor, run.currency)
    return actions.approve_run(session, actor or team.approver, run, total=total, digest=run.digest or "")


def payments(session: Session, run: PayRun, **only: Any) -> list[Payment]:
    """The payments of a run's present submission, by number."""
    found = [payment for payment, _run in _payments(session, run)]
    return [one for one in found if all(getattr(one, name) == value for name, value in only.items())]


def _payments(session: Session, run: PayRun) -> Sequence[tuple[Payment, UUID]]:
    from sqlalchemy import select

    from receiver.stipends.models import Payment

    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt)
    statement = select(Payment, Payment.run_id).where(*mine).order_by(Payment.number)
    return session.execute(statement.execution_options(populate_existing=True)).all()


def results(rows: Sequence[tuple[Payment, str]], *, reason: str = "", amount: int | None = None) -> bytes:
    """A file of results in `csv:standard`: each payment with what became of it."""
    head = "end_to_end_id,status,amount,currency,reason,provider_reference,at"
    lines = [
        f"{one.end_to_end_id},{status},{amount or one.amount_minor},{one.currency},{reason},MP-{one.number},2026-11-26"
        for one, status in rows
    ]
    return "\n".join([head, *lines, ""]).encode()


def sheet(rows: Sequence[tuple[Payment, str]], *, reason: str = "", amount: int | None = None) -> bytes:
    """The sheet of the cash desk, filled in (`csv:cash-desk`); who was paid is told in the words of `results`."""
    head = "number,end_to_end_id,reference,name,amount,currency,paid,date,signature,reason"
    lines = [
        f"{one.number},{one.end_to_end_id},,,{amount or one.amount_minor},{one.currency},"
        f"{'yes' if status == 'settled' else 'no'},2026-11-26,signed,{reason}"
        for one, status in rows
    ]
    return "\n".join([head, *lines, ""]).encode()


def settle_all(session: Session, team: Team, run: PayRun) -> None:
    """Everything that is on its way arrives: by a file of results, and at the cash desk by hand."""
    waiting = payments(session, run, state=PaymentState.INSTRUCTED)
    by_file = [(one, "settled") for one in waiting if one.channel is not Channel.CASH_DESK]
    if by_file:
        actions.take_results(session, team.releaser, run, results(by_file))
    if desk := [one.id for one in waiting if one.channel is Channel.CASH_DESK]:
        actions.mark_paid(session, team.releaser, run, desk)


_STEPS = ("draft", "submitted", "approved", "released", "reconciling", "closed")
_ON: dict[str, Any] = {
    "submitted": lambda session, team, run: actions.submit_run(session, team.finance, run, accept_because="Looked at."),
    "approved": approve,
    "released": lambda session, team, run: actions.release_run(session, team.releaser, run),
    "reconciling": settle_all,
    "closed": lambda session, team, run: actions.close_run(session, team.releaser, run),
}
