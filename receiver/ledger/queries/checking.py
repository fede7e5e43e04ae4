"""Whether the ledger keeps its promises, found out from its rows alone; the numbers are those of the invariants.

1 debits = credits · 2 whole amounts above zero along an arrow · 3 entries only added · 4 paid within entitled ·
5 one payment for an end-to-end id · 10 reversals within their originals · 12 results within what was sent ·
14 no fund below zero without a reason · 20 balances kept = balances derived. What must hold of runs, payments and
reports is checked by their rooms.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal_column, or_, select, type_coerce, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.types import String

from receiver.kit.words import Words, _
from receiver.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting
from receiver.ledger.queries.lines import lines
from receiver.ledger.rules import ARROWS, PERSONAL, AccountKind, Cause, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

FEW = 20
"""Examples of one kind of finding: the first is enough to know, and twenty to see a pattern."""


def check(session: Session) -> list[Finding]:
    """Everything in the ledger that cannot be right; empty when all is well."""
    found = list(_postings(session))
    for invariant, words, statement in _questions():
        for row in session.execute(statement.limit(FEW)):
            facts = dict(row._mapping)  # noqa: SLF001 - the documented way to the names
            found.append(Finding(invariant, words.with_(**facts), facts))
    found += _funds(session)
    return sorted(found, key=lambda finding: finding.invariant)


def _questions() -> Iterator[tuple[int, Words, Select[*tuple[Any, ...]]]]:
    """What would be wrong, and the rows for which it is."""
    yield 1, _("Debits and credits in %(currency)s differ by %(difference)s."), _sides_differ()
    yield 2, _("Entry %(seq)s is not a transfer between accounts that there are."), _odd_entries()
    yield 2, _("Entry %(seq)s is about another person than its account."), _another_person()
    yield 4, _("%(person)s was paid more for %(month)s (%(purpose)s) than was owed."), _paid_too_much()
    yield 5, _("The end-to-end id %(end_to_end_id)s belongs to %(payments)s payments."), _shared_ids()
    yield 10, _("The reversals of entry %(seq)s do not fit it."), _reversals()
    yield 12, _("Payment %(payment_id)s has results for more than was sent."), _more_than_sent()
    yield 20, _("The balance kept for %(kind)s:%(owner)s is not that of its entries."), _balances()


def _sum_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, LedgerEntry.amount_minor), else_=0)), 0)


def _sides_differ() -> Select[*tuple[Any, ...]]:
    account = LedgerAccount
    difference = func.sum(account.debit_minor) - func.sum(account.credit_minor)
    return select(account.currency, difference.label("difference")).group_by(account.currency).having(difference != 0)


def _odd_entries() -> Select[*tuple[Any, ...]]:
    entry, debit, credit = LedgerEntry, aliased(LedgerAccount), aliased(LedgerAccount)
    space = literal_column("' '", String)
    arrow = _stored(entry.cause) + space + _stored(entry.debit_kind) + space + _stored(entry.credit_kind)
    known = [f"{cause.value} {out.value} {to.value}" for cause, pairs in ARROWS.items() for out, to in pairs]
    fits = and_(
        entry.amount_minor > 0,
        arrow.in_(known),
        debit.id != credit.id,
        debit.kind == entry.debit_kind,
        credit.kind == entry.credit_kind,
        debit.currency == entry.currency,
        credit.currency == entry.currency,
    )
    # An account that is gone makes the comparison NULL, which is not true either.
    return (
        select(entry.seq)
        .outerjoin(debit, debit.id == entry.debit_account_id)
        .outerjoin(credit, credit.id == entry.credit_account_id)
        .where(fits.is_not(True))
        .order_by(entry.seq)
    )


def _another_person() -> Select[*tuple[Any, ...]]:
    entry, account = LedgerEntry, LedgerAccount
    return (
        select(entry.seq)
        .join(account, or_(account.id == entry.debit_account_id, account.id == entry.credit_account_id))
        .where(account.kind.in_(PERSONAL), account.owner.is_distinct_from(entry.person))
        .order_by(entry.seq)
    )


def _paid_too_much() -> Select[*tuple[Any, ...]]:
    # Told by the kinds on both sides, so that a reversal counts against what it reverses.
    entry, kind = LedgerEntry, AccountKind
    entitled = _sum_where(and_(entry.debit_kind == kind.FUND, entry.credit_kind == kind.OWED)) - _sum_where(
        and_(entry.debit_kind == kind.OWED, entry.credit_kind == kind.FUND)
    )
    paid = _sum_where(entry.credit_kind == kind.PAID) - _sum_where(entry.debit_kind == kind.PAID)
    key = (entry.person, entry.month, entry.purpose)
    return select(*key).where(entry.person.is_not(None)).group_by(*key).having(paid > entitled).order_by(*key)


def _shared_ids() -> Select[*tuple[Any, ...]]:
    entry = LedgerEntry
    payments = func.count(entry.payment_id.distinct())
    return (
        select(entry.end_to_end_id, payments.label("payments"))
        .where(entry.end_to_end_id.is_not(None))
        .group_by(entry.end_to_end_id)
        .having(payments > 1)
        .order_by(entry.end_to_end_id)
    )


def _reversals() -> Select[*tuple[Any, ...]]:
    entry, reversal = LedgerEntry, aliased(LedgerEntry)
    fits = and_(
        entry.cause != Cause.REVERSE,
        reversal.cause == Cause.REVERSE,
        reversal.debit_account_id == entry.credit_account_id,
        reversal.credit_account_id == entry.debit_account_id,
        reversal.seq > entry.seq,
    )
    unfit = func.sum(case((fits, 0), else_=1))
    too_much = func.sum(reversal.amount_minor) > func.max(entry.amount_minor)
    return (
        select(entry.seq)
        .join(reversal, reversal.reverses == entry.seq)
        .group_by(entry.seq)
        .having(or_(unfit > 0, too_much))
        .order_by(entry.seq)
    )


def _more_than_sent() -> Select[*tuple[Any, ...]]:
    entry, transit = LedgerEntry, AccountKind.IN_TRANSIT
    left = _sum_where(entry.credit_kind == transit) - _sum_where(entry.debit_kind == transit)
    return (
        select(entry.payment_id)
        .where(entry.payment_id.is_not(None))
        .group_by(entry.payment_id)
        .having(left < 0)
        .order_by(entry.payment_id)
    )


def _balances() -> Select[*tuple[Any, ...]]:
    entry, account = LedgerEntry, LedgerAccount
    sides = union_all(
        select(
            entry.debit_account_id.label("id"), entry.amount_minor.label("debit"), literal_column("0").label("credit")
        ),
        select(entry.credit_account_id, literal_column("0"), entry.amount_minor),
    ).subquery()
    derived = (
        select(sides.c.id, func.sum(sides.c.debit).label("debit"), func.sum(sides.c.credit).label("credit"))
        .group_by(sides.c.id)
        .subquery()
    )
    differs = or_(
        account.debit_minor != func.coalesce(derived.c.debit, 0),
        account.credit_minor != func.coalesce(derived.c.credit, 0),
    )
    return (
        select(_stored(account.kind).label("kind"), account.owner)
        .outerjoin(derived, derived.c.id == account.id)
        .where(differs)
        .order_by(account.id)
    )


def _postings(session: Session) -> Iterator[Finding]:
    """Entries that are missing, changed, or were never posted: one pass over all their lines."""
    posting = LedgerPosting
    columns = (posting.first_seq, posting.last_seq, posting.entries, posting.sum_minor, posting.sha256)
    wanted = iter(session.execute(select(*columns).order_by(posting.first_seq)).all())
    now, total, text, seen = next(wanted, None), 0, hashlib.sha256(), 0
    for part in lines(session):
        for seq, amount, line in part:
            if now is None or seq != seen + 1 or seq < now.first_seq:
                yield _not_as_posted(seen + 1, seq)
                return
            seen, total = seq, total + amount
            text.update(line.encode())
            if seq == now.last_seq:
                if (total, text.hexdigest()) != (now.sum_minor, now.sha256):
                    yield _not_as_posted(now.first_seq, now.last_seq)
                now, total, text = next(wanted, None), 0, hashlib.sha256()
    if now is not None:
        yield _not_as_posted(seen + 1, now.last_seq)


def _not_as_posted(first: int, last: int) -> Finding:
    facts = {"first": first, "last": last}
    words = _("Entries %(first)s to %(last)s are not as they were posted, or some are missing or too many.")
    return Finding(3, words.with_(**facts), facts)


def _funds(session: Session) -> Iterator[Finding]:
    """Postings that took a fund below zero and give no reason."""
    entry, posting, kind = LedgerEntry, LedgerPosting, AccountKind.FUND
    fund = case((entry.debit_kind == kind, entry.debit_account_id), else_=entry.credit_account_id)
    out, into = _sum_where(entry.debit_kind == kind), _sum_where(entry.credit_kind == kind)
    moves = (
        select(posting.first_seq, fund.label("fund"), out.label("out"), into.label("into"), posting.overdrawn_because)
        .join(entry, entry.seq.between(posting.first_seq, posting.last_seq))
        .where(or_(entry.debit_kind == kind, entry.credit_kind == kind))
        .group_by(posting.first_seq, fund, posting.overdrawn_because)
        .order_by(posting.first_seq)
    )
    names = dict(session.execute(select(LedgerAccount.id, LedgerAccount.owner).where(LedgerAccount.kind == kind)).all())
    balances: dict[int, int] = {}
    for first, account, spent, got, because in session.execute(moves):
        balances[account] = balances.get(account, 0) + int(got) - int(spent)
        if balances[account] < 0 and spent and because is None:
            facts = {"fund": names[account], "seq": first}
            words = _("The fund of %(fund)s went below zero with entry %(seq)s, and nobody said why.")
            yield Finding(14, words.with_(**facts), facts)


def _stored(column: Any) -> ColumnElement[str]:
    """What is stored, without the type that would make a value of it."""
    return type_coerce(column, String)
