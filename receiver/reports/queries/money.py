"""The money of a month's report, from the entries of the ledger, and held against the records that caused them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, distinct, exists, func, or_, select
from sqlalchemy.orm import aliased

from receiver.accounts.models import Office
from receiver.accounts.queries import office_names_at
from receiver.ledger.models import LedgerAccount, LedgerEntry
from receiver.ledger.rules import AccountKind, Cause
from receiver.people.models import Person
from receiver.people.queries.counted import office_at
from receiver.reports.rules import TERMS, Equation, Outcome
from receiver.stipends.models import Entitlement, EntitlementChange, Payment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from receiver.kit.months import Month
    from receiver.partners.models import Programme

E = LedgerEntry
original = aliased(LedgerEntry)
"""The entry that a reversal takes back."""
REAL = func.coalesce(original.cause, E.cause)
"""The cause of an entry, that of its original for a reversal."""

INTO = case((E.credit_kind == AccountKind.OWED, E.amount_minor), (E.debit_kind == AccountKind.OWED, -E.amount_minor))
"""What an entry adds to what people are owed."""

_BY_CAUSE: dict[str, tuple[tuple[Cause, ...], int]] = {
    "entitled": ((Cause.ENTITLE,), 1),
    "corrections": ((Cause.CORRECT,), 1),
    "instructed": ((Cause.INSTRUCT,), -1),
    "failed_returned": ((Cause.FAIL, Cause.RETURN), 1),
    "recovered": ((Cause.RECOVER,), -1),
}


@dataclass(frozen=True, slots=True)
class Look:
    """Which report is looked at: a programme, the month, and the moment up to which entries count."""

    programme: Programme
    month: Month
    as_of: datetime

    @property
    def known(self) -> tuple[ColumnElement[bool], ...]:
        """Every entry of the programme that was there."""
        return (E.programme == self.programme.code, E.recorded_at <= self.as_of)

    @property
    def entries(self) -> tuple[ColumnElement[bool], ...]:
        """Those that stand in this report."""
        return (*self.known, E.report_month == self.month)

    def earlier(self, months: int = 1) -> Look:
        """The report of some months before, as of the same moment."""
        return Look(self.programme, self.month - months, self.as_of)


def total(row: Any) -> int:
    """A sum, which is None of nothing and a decimal on PostgreSQL."""
    return int(row or 0)


def _terms(month: Month) -> dict[str, ColumnElement[Any]]:
    here = E.report_month == month
    sums: dict[str, Any] = {
        name: func.sum(case((and_(here, REAL.in_(causes)), sign * INTO), else_=0))
        for name, (causes, sign) in _BY_CAUSE.items()
    }
    sums["opening"] = func.sum(case((E.report_month < month, INTO), else_=0))
    sums["closing"] = func.sum(INTO)
    return {name: func.coalesce(sums[name], 0).label(name) for name in TERMS}


def owed(look: Look, *groups: Any) -> Select[*tuple[Any, ...]]:
    """The terms of the equation for each group of entries that touch what somebody is owed."""
    return (
        select(*groups, *_terms(look.month).values())
        .select_from(E)
        .outerjoin(original, original.seq == E.reverses)
        .where(*look.known, E.report_month <= look.month)
        .where(or_(E.debit_kind == AccountKind.OWED, E.credit_kind == AccountKind.OWED))
    )


def equation_of(values: Any) -> Equation:
    """The terms of a row."""
    return Equation(*(total(value) for value in values))


def ledger_equation(session: Session, look: Look) -> Equation:
    """The equation as the ledger has it."""
    return equation_of(session.execute(owed(look)).one())


def of_earlier(session: Session, look: Look) -> list[dict[str, Any]]:
    """How much of each term of the equation is about an earlier month, whose report was final: by month and term."""
    cause, amount = REAL.label("cause"), func.sum(INTO)
    rows = session.execute(
        select(E.month, cause, amount)
        .select_from(E)
        .outerjoin(original, original.seq == E.reverses)
        .where(*look.entries, E.month < look.month)
        .where(or_(E.debit_kind == AccountKind.OWED, E.credit_kind == AccountKind.OWED))
        .group_by(E.month, cause)
    )
    terms = {cause: (name, sign) for name, (causes, sign) in _BY_CAUSE.items() for cause in causes}
    found = [
        {"key": f"{month}.{terms[cause][0]}", "minor": terms[cause][1] * total(minor)} for month, cause, minor in rows
    ]
    return sorted((row for row in found if row["minor"]), key=lambda row: row["key"])


def by_office(session: Session, look: Look) -> list[dict[str, Any]]:
    """The equation of each office, of the people as they belonged to offices then; the last for people erased."""
    of_person = and_(LedgerAccount.owner == E.person, LedgerAccount.kind == AccountKind.OWED)
    here = func.count(case((and_(E.report_month == look.month, E.cause == Cause.ENTITLE), E.seq)))
    rows = session.execute(
        owed(look, Office.code, here)
        .join(LedgerAccount, of_person)
        .outerjoin(Person, Person.id == LedgerAccount.person_id)
        .outerjoin(Office, Office.id == office_at(look.as_of))
        .group_by(Office.code)
    )
    names = office_names_at(session, look.as_of)
    found = [
        {"key": code or "", "label": names.get(code, ""), "people": people, **equation_of(terms).figures()}
        for code, people, *terms in rows
    ]
    return sorted(
        (row for row in found if any(row[name] for name in TERMS)), key=lambda row: (not row["key"], row["key"])
    )


def outcome(as_of: datetime) -> ColumnElement[Any]:
    """What had become of a payment at a moment."""
    reached = (
        (Payment.returned_at, Outcome.RETURNED),
        (Payment.settled_at, Outcome.PAID),
        (Payment.failed_at, Outcome.FAILED),
    )
    return case(*((moment <= as_of, state.value) for moment, state in reached), else_=Outcome.PENDING.value)


def sent(look: Look, *groups: Any) -> Select[*tuple[Any, ...]]:
    """Count and sum of the payments sent in this report, by groups; each payment is sent once, so is in one report."""
    return (
        select(*groups, func.count(), func.sum(Payment.amount_minor))
        .select_from(E)
        .join(Payment, Payment.id == E.cause_id)
        .where(*look.entries, E.cause == Cause.INSTRUCT)
        .group_by(*groups)
    )


def by_channel(session: Session, look: Look) -> list[dict[str, Any]]:
    """What was sent by each channel, and what became of it."""
    state = outcome(look.as_of)
    rows: dict[str, dict[str, Any]] = {}
    people = func.count(distinct(Payment.person_id)).label("people")  # who was paid again is one person
    heads = {
        channel: number for channel, *_, number in session.execute(sent(look, Payment.channel).add_columns(people))
    }
    for channel, became, _count, minor in session.execute(sent(look, Payment.channel, state)):
        blank = {
            "key": channel.value,
            "people": heads[channel],
            "instructed_minor": 0,
            **{f"{one.value}_minor": 0 for one in Outcome},
        }
        row = rows.setdefault(channel.value, blank)
        row["instructed_minor"] += total(minor)
        row[f"{became}_minor"] += total(minor)
    return [rows[key] for key in sorted(rows)]


def gaps(session: Session, look: Look) -> dict[str, int]:
    """By how much the records of a month say more than its entries, for each term; empty when they agree."""
    found = dict.fromkeys(_BY_CAUSE, 0)
    for term, cause, record, amount, missing in _records(look):
        entry_too_small = (
            select(func.sum(func.coalesce(amount, 0) - E.amount_minor))
            .select_from(E)
            .outerjoin(record, record.id == E.cause_id)
        )
        for extra in _joined(record):
            entry_too_small = entry_too_small.outerjoin(*extra)
        signed = entry_too_small.where(*look.entries, E.cause == cause)
        found[term] += total(session.scalar(signed))
        without = select(func.sum(amount)).select_from(record)
        for extra in _joined(record):
            without = without.outerjoin(*extra)
        posted = exists().where(E.cause == cause, E.cause_id == record.id)
        found[term] += total(session.scalar(without.where(missing, ~posted)))
    return {term: gap for term, gap in found.items() if gap}


def _joined(record: Any) -> list[tuple[Any, Any]]:
    first = and_(EntitlementChange.entitlement_id == Entitlement.id, EntitlementChange.revision == 1)
    return [(EntitlementChange, first)] if record is Entitlement else []


ENTITLED = func.coalesce(EntitlementChange.was_minor, Entitlement.amount_minor)
"""What an entitlement was at first, where its first correction is joined."""


def _records(look: Look) -> Iterator[tuple[str, Cause, Any, Any, Any]]:
    """Each cause that a record stands behind: the term, the cause, the record, its amount, those of this month."""
    mine = (Entitlement.programme_id == look.programme.id, Entitlement.month == look.month)
    here = and_(*mine, Entitlement.created_at <= look.as_of)
    yield "entitled", Cause.ENTITLE, Entitlement, ENTITLED, here
    own = EntitlementChange.entitlement_id.in_(select(Entitlement.id).where(*mine))
    difference = EntitlementChange.becomes_minor - EntitlementChange.was_minor
    up = case((difference < 0, -difference), else_=difference)
    yield "corrections", Cause.CORRECT, EntitlementChange, up, and_(own, EntitlementChange.created_at <= look.as_of)
    paid = Payment.entitlement_id.in_(select(Entitlement.id).where(*mine))
    for term, cause, moment in (
        ("instructed", Cause.INSTRUCT, Payment.instructed_at),
        ("failed_returned", Cause.FAIL, Payment.failed_at),
        ("failed_returned", Cause.RETURN, Payment.returned_at),
    ):
        yield term, cause, Payment, Payment.amount_minor, and_(paid, moment <= look.as_of)
