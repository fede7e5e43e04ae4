"""Any sequence of postings, legal or not, on both databases, beside a ledger of a dozen lines kept in the test."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiver.access import SYSTEM
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.ids import new_id
from receiver.kit.months import Month
from receiver.ledger.actions import close_report_month, open_people, post, posting, reversal
from receiver.ledger.queries import check, dump_csv
from receiver.ledger.rules import (
    Account,
    AccountKind,
    BalanceBelowZero,
    Cause,
    FundOverdrawn,
    NotReversible,
    TooMuchReversed,
    natural,
)
from tests.factories.ledger import NOVEMBER, PAYDAY, a_funded_programme, an_entry, rwf
from tests.ledger.dumps import balances, rows_of, violations

FUNDED = 100_000
PLAIN = [cause for cause in Cause if cause not in {Cause.RECEIVED, Cause.REVERSE}]
amounts = st.sampled_from([1, 20_000, 50_000, 70_000])
steps = st.one_of(
    st.tuples(st.sampled_from(PLAIN), st.integers(0, 1), amounts),
    st.tuples(st.just(Cause.REVERSE), st.integers(2, 8), amounts),
    st.tuples(st.just("replay"), st.integers(0, 8), st.just(0)),
    st.tuples(st.just("close"), st.integers(0, 2), st.just(0)),
)


class Model:
    """What should happen: the sides of accounts, and what was posted, by number."""

    def __init__(self) -> None:
        self.sides: dict[str, Counter[str]] = {"debit": Counter(), "credit": Counter()}
        self.posted: list = []
        self.reversed: Counter[int] = Counter()

    def balance(self, account):
        return natural(account.kind, self.sides["debit"][str(account)], self.sides["credit"][str(account)])

    def take(self, entry):
        self.sides["debit"][str(entry.debit)] += entry.amount.minor
        self.sides["credit"][str(entry.credit)] += entry.amount.minor
        self.posted.append(entry)

    def refusal(self, entry):
        """Which refusal an entry meets, if any, told from the balances alone."""
        left = (
            self.balance(entry.debit)
            + (1 if entry.debit.kind in {AccountKind.BANK, AccountKind.RECOVERABLE} else -1) * entry.amount.minor
        )
        falls = self.balance(entry.credit) - entry.amount.minor
        if entry.credit.kind in {AccountKind.BANK, AccountKind.RECOVERABLE} and falls < 0:
            return BalanceBelowZero
        if left >= 0:
            return None
        return FundOverdrawn if entry.debit.kind is AccountKind.FUND else BalanceBelowZero


def refused(act, *given, **named):
    """What an act answers, or the refusal it meets."""
    try:
        return act(*given, **named)
    except Refusal as refusal:
        return refusal


def attempt(session, model, people, step):
    what, which, minor = step
    if what == "close":
        refused(close_report_month, session, "GASHORA", NOVEMBER + which)
    elif what == "replay":
        assert all(post(session, SYSTEM, entry).count == 0 for entry in model.posted[which : which + 1])
    elif what is Cause.REVERSE:
        attempt_reversal(session, model, which, minor)
    else:
        month = NOVEMBER if minor % 20_000 else NOVEMBER - 1
        attempt_entry(session, model, an_entry(what, people[which], minor, month=month, report_for=NOVEMBER))


def attempt_reversal(session, model, which, minor):
    answer = refused(reversal, session, which, cause_id=new_id(), business_date=PAYDAY, amount=rwf(minor))
    original = model.posted[which - 2] if which - 2 < len(model.posted) else None
    if original is None:
        assert isinstance(answer, NotFound)
    elif original.cause is Cause.REVERSE:
        assert isinstance(answer, NotReversible)
    elif model.reversed[which] + minor > original.amount.minor:
        assert isinstance(answer, TooMuchReversed)
    else:
        attempt_entry(session, model, answer)


def attempt_entry(session, model, entry):
    answer, expected = refused(post, session, SYSTEM, entry), model.refusal(entry)
    if expected is not None:
        assert type(answer) is expected
        return
    assert answer.count == 1
    model.take(entry)
    model.reversed[entry.reverses] += entry.amount.minor


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=15))
def test_whatever_is_tried_the_ledger_is_the_model_and_keeps_its_promises(database, tried):
    """Invariants 1, 2, 3, 10, 14, 20, and 18 for replays, as an outsider computes them from the dump."""
    with database.write_session() as session:
        a_funded_programme(session, FUNDED)
        people = list(open_people(session, [new_id(), new_id()], "RWF").values())
        model = Model()
        model.sides["debit"]["bank:BNR-1"] = model.sides["credit"]["fund:GASHORA"] = FUNDED
        before = "".join(dump_csv(session))
        for step in tried:
            attempt(session, model, people, step)
        text = "".join(dump_csv(session))
        assert text.startswith(before)
        rows = rows_of(text)
        wrong = [told for told in violations(rows) if not told.startswith(("4 ", "12 "))]
        assert wrong == []
        derived = balances(rows)
        accounts = {*model.sides["debit"], *model.sides["credit"]}
        assert {name: derived[name] for name in accounts} == {
            name: model.sides["credit"][name] - model.sides["debit"][name] for name in accounts
        }
        assert [finding for finding in check(session) if finding.invariant != 4] == []
        session.rollback()


WALKS = {
    "owed": [(Cause.INSTRUCT, "sent")],
    "sent": [(Cause.SETTLE, "paid"), (Cause.FAIL, "owed")],
    "paid": [(Cause.RETURN, "owed"), (None, "paid")],
}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)), max_size=25), st.booleans())
def test_people_who_are_paid_along_the_arrows_break_nothing(database, choices, together):
    """All invariants that a dump can show, 4 and 12 included, posted one by one or all at once."""
    with database.write_session() as session:
        a_funded_programme(session, 1_000_000)
        people = list(open_people(session, [new_id() for _number in range(3)], "RWF").values())
        planned = [an_entry(Cause.ENTITLE, person) for person in people]
        place = dict.fromkeys(people, "owed")
        payment: dict[str, dict[str, object]] = {}
        for number, (which, _other, turn) in enumerate(choices):
            person = people[which]
            cause, after = WALKS[place[person]][turn % len(WALKS[place[person]])]
            if cause is Cause.INSTRUCT:
                payment[person] = {"payment_id": new_id(), "end_to_end_id": f"X-{number}"}
            if cause is not None:
                planned.append(an_entry(cause, person, **payment[person]))
            place[person] = after
        if together:
            with posting(session, SYSTEM) as opened:
                opened.add(planned)
            assert opened.posted.count == len(planned)
        else:
            for entry in planned:
                post(session, SYSTEM, entry)
        rows = rows_of("".join(dump_csv(session)))
        assert violations(rows) == []
        assert check(session) == []
        owed = {str(Account(AccountKind.OWED, person)): 50_000 * (place[person] == "owed") for person in people}
        assert {name: balances(rows)[name] for name in owed} == owed
        session.rollback()


def test_the_trial_knows_a_broken_ledger_when_it_sees_one(session):
    """The checker that stands for an outsider is itself tried."""
    a_funded_programme(session)
    person = open_people(session, [new_id()], "RWF").popitem()[1]
    post(session, SYSTEM, an_entry(Cause.ENTITLE, person))
    post(session, SYSTEM, reversal(session, 2, cause_id=new_id(), business_date=PAYDAY, amount=rwf(1)))
    rows = rows_of("".join(dump_csv(session)))
    assert violations(rows) == []
    assert violations(rows[:-1])[0] == "2 E-3"
    assert "1 E-2" in violations([*rows[:3], {**rows[3], "credit_minor": "7"}, *rows[4:]])
    assert "10 E-3" in violations([*rows[:4], *({**row, "reverses": "E-9"} for row in rows[4:])])
    assert "10 E-3: too much" in violations([*rows[:4], *({**row, "month": str(Month(2026, 10))} for row in rows[4:])])
    assert "3 E-3" in violations([*rows[:4], *({**row, "seq": "4"} for row in rows[4:])])
    assert "2 E-2: instruct ('fund', 'owed')" in violations(
        [*rows[:2], *({**row, "cause": "instruct"} for row in rows[2:4])]
    )
