"""What stands behind a report: runs with who prepared, approved and released them, exceptions, reissues, the fund."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, distinct, func, or_, select

from receiver.ledger.models import LedgerEntry
from receiver.ledger.rules import AccountKind, Cause
from receiver.reports.queries.money import ENTITLED, Look, outcome, sent, total
from receiver.reports.rules import Outcome, per_person
from receiver.stipends.models import (
    Entitlement,
    EntitlementChange,
    Payment,
    PayRun,
    Policy,
    PolicyVersion,
    ResultException,
    RunStep,
)
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.reasons import NoCode
from receiver.stipends.rules.runs import PREPARING, RunAct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

E = LedgerEntry


def runs(session: Session, look: Look) -> list[dict[str, Any]]:
    """The runs of the month that were sent for approval by then, each as it was at that moment."""
    wanted = (
        select(PayRun, RunStep)
        .join(RunStep, RunStep.run_id == PayRun.id)
        .where(PayRun.programme_id == look.programme.id, PayRun.month == look.month, RunStep.at <= look.as_of)
        .order_by(PayRun.id, RunStep.number)
    )
    steps: dict[Any, list[RunStep]] = {}
    known: dict[Any, PayRun] = {}
    for run, step in session.execute(wanted):
        known[run.id] = run
        steps.setdefault(run.id, []).append(step)
    found = [_run(known[one], own) for one, own in steps.items()]
    return sorted((run for run in found if run["digest"]), key=lambda run: (len(run["key"]), run["key"]))


def _run(run: PayRun, steps: Sequence[RunStep]) -> dict[str, Any]:
    def by(*acts: RunAct) -> list[str]:
        now = steps[-1].attempt
        own = [step for step in steps if step.act in acts and (step.act in PREPARING or step.attempt == now)]
        return list(dict.fromkeys(str(step.user_id) for step in own if step.user_id))

    return {
        "key": run.name,
        "kind": run.kind.value,
        "state": steps[-1].state.value,
        "digest": steps[-1].digest,
        "prepared_by": by(*PREPARING),
        "submitted_by": by(RunAct.SUBMIT),
        "approved_by": by(RunAct.APPROVE),
        "released_by": by(RunAct.RELEASE),
        "closed_by": by(RunAct.CLOSE),
    }


def exceptions(session: Session, look: Look) -> list[dict[str, Any]]:
    """Results of the month's runs that waited for a person, by kind, and how many still did."""
    one = ResultException
    still = or_(one.decided_at.is_(None), one.decided_at > look.as_of)
    wanted = (
        select(one.kind, func.count(), func.sum(case((still, 1), else_=0)))
        .join(PayRun, PayRun.id == one.run_id)
        .where(PayRun.programme_id == look.programme.id, PayRun.month == look.month, one.created_at <= look.as_of)
        .group_by(one.kind)
    )
    rows = [{"key": kind.value, "count": count, "open": total(left)} for kind, count, left in session.execute(wanted)]
    return sorted(rows, key=lambda row: row["key"])


def failures(session: Session, look: Look) -> list[dict[str, Any]]:
    """What failed or came back of what was sent in this report, by reason: people, payments and their sum."""
    became = outcome(look.as_of)
    said = case((became == Outcome.RETURNED.value, Payment.returned_because), else_=Payment.failed_because)
    reason = case(
        (Payment.channel == Channel.CASH_DESK, NoCode.CASH_DESK.value),
        else_=func.coalesce(said, NoCode.NOT_SORTED.value),
    )
    people = func.count(distinct(Payment.person_id)).label("people")  # who failed twice is one person
    wanted = sent(look, reason).add_columns(people).where(became.in_((Outcome.FAILED.value, Outcome.RETURNED.value)))
    return [
        {"key": key, "people": who, "count": count, "minor": total(minor)}
        for key, count, minor, who in sorted(session.execute(wanted).all())
    ]


def reissues(session: Session, look: Look) -> dict[str, int]:
    """Payments of this report that took the place of others."""
    again = Payment.reissue_of.is_not(None)
    count, minor = session.execute(
        select(func.count(), func.sum(Payment.amount_minor))
        .select_from(E)
        .join(Payment, Payment.id == E.cause_id)
        .where(*look.entries, E.cause == Cause.INSTRUCT, again)
    ).one()
    return {"count": count, "minor": total(minor)}


def fund(session: Session, look: Look) -> dict[str, int | None]:
    """Where the programme's money was, all months together, and what a person has cost."""

    def into(kind: AccountKind, *also: Any) -> Any:
        there, away = and_(E.credit_kind == kind, *also), and_(E.debit_kind == kind, *also)
        return func.sum(case((there, E.amount_minor), (away, -E.amount_minor), else_=0))

    of_bank = or_(E.debit_kind == AccountKind.BANK, E.credit_kind == AccountKind.BANK)
    payees = func.count(distinct(case((E.cause == Cause.SETTLE, E.person))))
    columns = (into(AccountKind.FUND, of_bank), into(AccountKind.FUND), into(AccountKind.PAID), payees)
    received, left, paid, people = session.execute(select(*columns).where(*look.known)).one()
    figures = {"received_minor": total(received), "left_minor": total(left), "paid_minor": total(paid)}
    outstanding = total(received) - total(left) - total(paid)
    return figures | {"outstanding_minor": outstanding, "paid_per_person_minor": per_person(total(paid), people)}


def by_policy(session: Session, look: Look) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What was owed by policy and version, and by line of the arithmetic; before any correction."""
    first = and_(EntitlementChange.entitlement_id == Entitlement.id, EntitlementChange.revision == 1)
    base = (
        select(
            Policy.code,
            PolicyVersion.number,
            Entitlement.lines,
            EntitlementChange.lines,
            func.count(),
            func.sum(ENTITLED),
        )
        .select_from(E)
        .join(Entitlement, Entitlement.id == E.cause_id)
        .outerjoin(EntitlementChange, first)
        .join(PolicyVersion, PolicyVersion.id == Entitlement.policy_version_id)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(*look.entries, E.cause == Cause.ENTITLE)
        .group_by(Policy.code, PolicyVersion.number, Entitlement.lines, EntitlementChange.lines)
    )
    policies: dict[str, dict[str, Any]] = {}
    kinds: dict[str, dict[str, Any]] = {}
    for code, number, now, was, count, minor in session.execute(base):
        policy = policies.setdefault(f"{code}/{number}", {"key": f"{code}/{number}", "people": 0, "entitled_minor": 0})
        policy["people"] += count
        policy["entitled_minor"] += total(minor)
        per_kind: dict[str, int] = {}
        for line in now if was is None else was:
            per_kind[line["kind"]] = per_kind.get(line["kind"], 0) + line["amount"]
        for kind, amount in per_kind.items():
            row = kinds.setdefault(kind, {"key": kind, "people": 0, "entitled_minor": 0})
            row["people"] += count
            row["entitled_minor"] += count * amount
    return [policies[key] for key in sorted(policies)], [kinds[key] for key in sorted(kinds)]


def by_run(session: Session, look: Look) -> list[dict[str, Any]]:
    """What each run sent in this report; follow-ups of a month that is final stand in a later one."""
    rows = session.execute(sent(look, E.run))
    found = [{"key": run or "", "people": count, "instructed_minor": total(minor)} for run, count, minor in rows]
    return sorted(found, key=lambda row: (len(row["key"]), row["key"]))


def later(session: Session, look: Look) -> dict[str, int]:
    """What happened for the month after its report was final, and so stands in later reports: sums by cause."""
    wanted = (
        select(E.cause, func.sum(E.amount_minor))
        .where(*look.known, E.month == look.month, E.report_month > look.month)
        .group_by(E.cause)
    )
    return {cause.value: total(minor) for cause, minor in sorted(session.execute(wanted).all())}


def series(session: Session, look: Look, most: int = 12) -> list[dict[str, Any]]:
    """What was paid, returned or failed, and held back in each of the last months, the oldest first."""
    since = look.month - (most - 1)
    rows: dict[str, dict[str, Any]] = {}

    def add(month: Any, name: str, minor: Any) -> None:
        blank = {"key": str(month), "paid_minor": 0, "returned_minor": 0, "held_minor": 0}
        rows.setdefault(str(month), blank)[name] += total(minor)

    state = outcome(look.as_of)
    wanted = (
        select(E.report_month, state, func.sum(Payment.amount_minor))
        .join(Payment, Payment.id == E.cause_id)
        .where(*look.known, E.cause == Cause.INSTRUCT, E.report_month.between(since, look.month))
        .group_by(E.report_month, state)
    )
    names = {Outcome.PAID: "paid_minor", Outcome.FAILED: "returned_minor", Outcome.RETURNED: "returned_minor"}
    for month, became, minor in session.execute(wanted):
        if (name := names.get(Outcome(became))) is not None:
            add(month, name, minor)
    held = (
        select(PayRun.month, func.sum(Payment.amount_minor))
        .join(PayRun, and_(PayRun.id == Payment.run_id, PayRun.attempt == Payment.attempt))
        .where(PayRun.programme_id == look.programme.id, PayRun.month.between(since, look.month))
        .where(Payment.cancelled_at <= look.as_of)
        .group_by(PayRun.month)
    )
    for month, minor in session.execute(held):
        add(month, "held_minor", minor)
    return [rows[key] for key in sorted(rows)]
