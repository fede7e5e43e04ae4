"""What stipends add to the dump of the ledger: plain values, from which somebody else's program checks the promises.

People are the pseudonyms of the ledger, humans who acted are ids of users; no name, number or reason is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from receiver.db.engine import in_parts
from receiver.ledger.models import LedgerAccount
from receiver.ledger.queries import DumpPart
from receiver.ledger.rules import AccountKind
from receiver.partners.models import Programme
from receiver.stipends.models import (
    Enrolment,
    Entitlement,
    Hold,
    Instruction,
    Payment,
    PayRun,
    Policy,
    PolicyVersion,
    ResultException,
    RunStep,
)
from receiver.stipends.rules.payments import PaymentState
from receiver.stipends.rules.runs import PREPARING, LineStatus, RunAct, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

_REACHED = (
    (PaymentState.PENDING, Payment.created_at),
    (PaymentState.INSTRUCTED, Payment.instructed_at),
    (PaymentState.ACCEPTED, Payment.accepted_at),
    (PaymentState.FAILED, Payment.failed_at),
    (PaymentState.SETTLED, Payment.settled_at),
    (PaymentState.CONFIRMED, Payment.confirmed_at),
    (PaymentState.RETURNED, Payment.returned_at),
    (PaymentState.CANCELLED, Payment.cancelled_at),
)
"""In the order in which a payment passes through them: it may settle after a failure, and is returned last."""


def _at(moment: datetime | date | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def run_objects(session: Session) -> Iterator[dict[str, Any]]:
    """Each run with its history, its frozen lines and its files; a draft has no lines yet that would bind anybody."""
    before = aliased(PayRun)
    wanted = (
        select(PayRun, Programme.code, before.name)
        .join(Programme, Programme.id == PayRun.programme_id)
        .outerjoin(before, before.id == PayRun.follows_id)
        .order_by(PayRun.id)
    )
    for run, programme, follows in session.execute(wanted).all():
        steps = session.scalars(select(RunStep).where(RunStep.run_id == run.id).order_by(RunStep.number)).all()
        yield {
            "programme": programme,
            "run": run.name,
            "kind": run.kind.value,
            "month": str(run.month),
            "state": run.state.value,
            "cut_off": _at(run.submitted_at),
            "hash": run.digest,
            "count": run.people,
            "total_minor": run.total_minor,
            "currency": run.currency,
            "follows": follows,
            "attempt": run.attempt,
            "prepared_by": _users(steps, PREPARING),
            "submitted_by": _id(run.submitted_by),
            "approved_by": _users(steps, {RunAct.APPROVE}, run.attempt),
            "released_by": next(reversed(_users(steps, {RunAct.RELEASE})), None),
            "closed_by": next(iter(_users(steps, {RunAct.CLOSE})), None),
            "history": list(_history(steps)),
            "lines": [] if run.state is RunState.DRAFT else list(_lines(session, run)),
            "files": list(_files(session, run)),
        }


def _users(steps: Iterable[RunStep], acts: Iterable[RunAct], attempt: int | None = None) -> list[str]:
    """Who did one of these, each once, in order; of one submission only, if given."""
    wanted = set(acts)
    mine = [step for step in steps if step.act in wanted and (attempt is None or step.attempt == attempt)]
    return list(dict.fromkeys(str(step.user_id) for step in mine if step.user_id))


def _history(steps: Sequence[RunStep]) -> Iterator[dict[str, Any]]:
    """The steps that moved the run, and the first of two approvals, after which it still waits."""
    state: RunState | None = None
    for step in steps:
        waits = step.act is RunAct.APPROVE and step.state is RunState.SUBMITTED
        if step.state is not state or waits:
            yield {"state": step.state.value, "at": _at(step.at), "by": _id(step.user_id)}
        state = step.state


def _lines(session: Session, run: PayRun) -> Iterator[dict[str, Any]]:
    payment = Payment
    columns = (payment.number, payment.end_to_end_id, payment.pseudonym, payment.entitlement_id, payment.id)
    more = (payment.purpose, payment.month, payment.amount_minor, payment.currency, payment.channel, payment.payee)
    mine = (payment.run_id == run.id, payment.attempt == run.attempt)
    statement = select(*columns, *more, payment.state).where(*mine).order_by(payment.number)
    for part in in_parts(session, statement):
        for (
            number,
            end_to_end_id,
            person,
            entitlement,
            one,
            purpose,
            month,
            minor,
            currency,
            channel,
            payee,
            state,
        ) in part:
            held = state is PaymentState.CANCELLED
            yield {
                "number": number,
                "end_to_end_id": end_to_end_id,
                "person": person,
                "entitlement_id": str(entitlement),
                "payment_id": str(one),
                "purpose": purpose,
                "month": str(month),
                "amount_minor": minor,
                "currency": currency,
                "channel": channel.value,
                "payee": payee,
                "status": (LineStatus.HELD_BACK if held else LineStatus.INCLUDED).value,
            }


def _files(session: Session, run: PayRun) -> Iterator[dict[str, Any]]:
    file = Instruction
    columns = (file.channel, file.count, file.sum_minor, file.sha256)
    for channel, count, minor, sha256 in session.execute(
        select(*columns).where(file.run_id == run.id).order_by(file.channel)
    ):
        yield {"channel": channel.value, "count": count, "sum_minor": minor, "sha256": sha256}


def entitlement_objects(session: Session) -> Iterator[dict[str, Any]]:
    """What each person was or is owed for each month, as it stands, with the days it is for and its parts."""
    wanted = (
        select(Entitlement, Programme.code, Policy.code, PolicyVersion.number)
        .join(Programme, Programme.id == Entitlement.programme_id)
        .join(PolicyVersion, PolicyVersion.id == Entitlement.policy_version_id)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .order_by(Entitlement.id)
    )
    for part in in_parts(session, wanted):
        for one, programme, policy, version in part:
            yield {
                "id": str(one.id),
                "programme": programme,
                "person": one.pseudonym,
                "purpose": one.purpose,
                "month": str(one.month),
                "amount_minor": one.amount_minor,
                "currency": one.currency,
                "policy": policy,
                "version": version,
                "revision": one.revision,
                "arrived_on": _at(one.arrived_on),
                "left_on": _at(one.left_on),
                "covered_from": _at(one.covered_from),
                "covered_to": _at(one.covered_to),
                "days": one.days,
                "days_in_month": one.month.days,
                "full_minor": one.full_minor,
                "lines": [{"kind": line["kind"], "amount_minor": line["amount"]} for line in one.lines],
            }


def payment_objects(session: Session) -> Iterator[dict[str, Any]]:
    """Every payment there ever was, with the states it went through; also those of submissions that were returned."""
    one = Payment
    columns = (one.id, one.entitlement_id, one.month, one.pseudonym, one.end_to_end_id, one.channel)
    more = (one.amount_minor, one.currency, one.state, one.reissue_of)
    moments = (moment for _state, moment in _REACHED)
    wanted = (
        select(Programme.code, PayRun.name, *columns, *more, *moments)
        .join(PayRun, PayRun.id == one.run_id)
        .join(Programme, Programme.id == PayRun.programme_id)
        .order_by(one.id)
    )
    for part in in_parts(session, wanted):
        for programme, run, payment, entitlement, month, person, name, channel, *rest in part:
            minor, currency, state, reissue_of, *reached = rest
            yield {
                "id": str(payment),
                "entitlement_id": str(entitlement),
                "programme": programme,
                "run": run,
                "month": str(month),
                "person": person,
                "end_to_end_id": name,
                "channel": channel.value,
                "amount_minor": minor,
                "currency": currency,
                "state": state.value,
                "reissue_of": _id(reissue_of),
                "history": [
                    {"state": passed.value, "at": _at(at)}
                    for (passed, _column), at in zip(_REACHED, reached, strict=True)
                    if at is not None
                ],
            }


def hold_objects(session: Session) -> Iterator[dict[str, Any]]:
    """Every hold of somebody whom the ledger knows, with the programme that it stops."""
    pseudonyms = dict(
        session.execute(
            select(LedgerAccount.person_id, LedgerAccount.owner).where(LedgerAccount.kind == AccountKind.OWED)
        ).all()
    )
    wanted = (
        select(Hold.person_id, Programme.code, Hold.placed_at, Hold.released_at, Hold.reason)
        .join(Enrolment, Enrolment.id == Hold.enrolment_id)
        .join(Policy, Policy.id == Enrolment.policy_id)
        .join(Programme, Programme.id == Policy.programme_id)
        .order_by(Hold.id)
    )
    for person, programme, since, until, reason in session.execute(wanted):
        if person in pseudonyms:
            told = {"person": pseudonyms[person], "programme": programme, "reason": reason.value}
            yield told | {"from": _at(since), "until": _at(until)}


def exception_objects(session: Session) -> Iterator[dict[str, Any]]:
    """Rows of results that did not fit, decided or not."""
    one = ResultException
    wanted = (
        select(one.id, PayRun.name, Programme.code, one.kind, one.end_to_end_id, one.state, one.decision)
        .outerjoin(PayRun, PayRun.id == one.run_id)
        .outerjoin(Programme, Programme.id == PayRun.programme_id)
        .order_by(one.id)
    )
    for exception, run, programme, kind, name, state, decision in session.execute(wanted):
        told = {"id": str(exception), "run": run, "programme": programme, "kind": kind.value, "end_to_end_id": name}
        yield told | {"state": state.value, "decision": decision.value if decision else None}


DUMP = (
    DumpPart("runs", run_objects),
    DumpPart("entitlements", entitlement_objects),
    DumpPart("payments", payment_objects),
    DumpPart("holds", hold_objects),
    DumpPart("exceptions", exception_objects),
)
"""Offered to the ledger by the roof."""
