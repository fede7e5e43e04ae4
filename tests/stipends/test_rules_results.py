from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.stipends.rules.payments import PAYMENT_ARROWS, Channel, PaymentMove, PaymentState, move_payment
from receiver.stipends.rules.result_formats import CASH_SHEET, STANDARD, ResultRow, ResultStatus
from receiver.stipends.rules.results import (
    EXPLAIN,
    Effect,
    ExceptionKind,
    PaymentFacts,
    Scope,
    judge,
    judge_file,
    tally,
)

P, S, E, K, M = PaymentState, ResultStatus, Effect, ExceptionKind, PaymentMove
AMOUNT = Money(50_000, "RWF")
RUN = new_id()
PHONE = Scope(RUN, STANDARD.channels)
DESK = Scope(RUN, CASH_SHEET.channels)


def row(status=S.SETTLED, reference="X-1", number=2, amount=AMOUNT, **more):
    return ResultRow(number, reference, status, amount, **more)


def payment(state=P.INSTRUCTED, taken=(), reference="X-1", run=RUN, channel=Channel.MOBILE_MONEY_FILE):
    return PaymentFacts(reference, run, channel, AMOUNT, state, frozenset(taken))


# Judging

SENT = (P.INSTRUCTED, P.ACCEPTED)
PAID = (P.SETTLED, P.CONFIRMED)
TABLE = {
    **{(S.SETTLED, state): (E.SETTLED, (M.SETTLE,)) for state in SENT},
    **{(S.FAILED, state): (E.FAILED, (M.FAIL,)) for state in SENT},
    **{(S.RETURNED, state): (E.RETURNED, (M.SETTLE, M.RETURN)) for state in SENT},
    **{(S.RETURNED, state): (E.RETURNED, (M.RETURN,)) for state in PAID},
    (S.PENDING, P.INSTRUCTED): (E.PENDING, (M.ACCEPT,)),
    (S.PENDING, P.ACCEPTED): (E.PENDING, ()),
    **{(S.PENDING, state): (E.KNOWN, ()) for state in (*PAID, P.FAILED, P.RETURNED)},
    **{(S.SETTLED, state): (E.KNOWN, ()) for state in PAID},
    (S.FAILED, P.FAILED): (E.KNOWN, ()),
    (S.RETURNED, P.RETURNED): (E.KNOWN, ()),
    (S.SETTLED, P.FAILED): K.CONTRADICTION,
    (S.SETTLED, P.RETURNED): K.CONTRADICTION,
    (S.FAILED, P.SETTLED): K.CONTRADICTION,
    (S.FAILED, P.CONFIRMED): K.CONTRADICTION,
    (S.FAILED, P.RETURNED): K.CONTRADICTION,
    (S.RETURNED, P.FAILED): K.CONTRADICTION,
    **{(status, state): K.WRONG_STATE for status in S for state in (P.PENDING, P.CANCELLED)},
}


def test_the_table_is_complete():
    assert set(TABLE) == set(itertools.product(S, P))


@pytest.mark.parametrize(("meeting", "expected"), list(TABLE.items()))
def test_what_a_result_means_for_a_payment(meeting, expected):
    status, state = meeting
    verdict = judge(row(status), payment(state), PHONE)
    if isinstance(expected, K):
        assert (verdict.effect, verdict.exception, verdict.moves) == (E.EXCEPTION, expected, ())
    else:
        assert (verdict.effect, verdict.moves, verdict.exception) == (*expected, None)
    for move in verdict.moves:  # whatever a file may do lies on the arrows
        state = move_payment("X-1", state, move)


@pytest.mark.parametrize(
    ("given_row", "given_payment", "why"),
    [
        (row(), None, K.UNKNOWN_REFERENCE),
        (row(amount=Money(49_999, "RWF")), payment(), K.AMOUNT_DIFFERS),
        (row(amount=Money(50_000, "UGX")), payment(), K.CURRENCY_DIFFERS),
        (row(amount=Money(49_999, "RWF")), payment(P.SETTLED, {S.SETTLED}), K.AMOUNT_DIFFERS),
    ],
)
def test_rows_that_do_not_fit_wait_for_a_person(given_row, given_payment, why):
    verdict = judge(given_row, given_payment, PHONE)
    assert (verdict.effect, verdict.exception) == (E.EXCEPTION, why)


ANOTHER = new_id()


@pytest.mark.parametrize(
    ("given_row", "given_payment", "scope", "expected"),
    [
        (row(), payment(run=ANOTHER), PHONE, K.OTHER_RUN),
        (row(S.FAILED), payment(P.SETTLED, {S.SETTLED}, run=ANOTHER), PHONE, K.OTHER_RUN),
        (row(S.PENDING), payment(run=ANOTHER), PHONE, K.OTHER_RUN),
        (row(amount=Money(1, "RWF")), payment(run=ANOTHER), PHONE, K.OTHER_RUN),
        (row(), payment(P.CANCELLED, run=ANOTHER), PHONE, K.OTHER_RUN),
        (row(), payment(channel=Channel.CASH_DESK), PHONE, K.OTHER_CHANNEL),
        (row(), payment(P.SETTLED, {S.SETTLED}, channel=Channel.CASH_DESK), PHONE, K.OTHER_CHANNEL),
        (row(), payment(run=ANOTHER, channel=Channel.CASH_DESK), PHONE, K.OTHER_CHANNEL),
        (row(), payment(), DESK, K.OTHER_CHANNEL),
        (row(), payment(channel=Channel.CASH_DESK), DESK, E.SETTLED),
        (row(S.FAILED), payment(channel=Channel.CASH_DESK), DESK, E.FAILED),
        (row(), payment(channel=Channel.BANK_FILE), PHONE, E.SETTLED),
        # What a statement over several months says again needs nobody's decision.
        (row(), payment(P.SETTLED, {S.SETTLED}, run=ANOTHER), PHONE, E.KNOWN),
        (row(S.PENDING), payment(P.FAILED, run=ANOTHER), PHONE, E.KNOWN),
    ],
)
def test_a_file_moves_what_it_is_about_and_nothing_else(given_row, given_payment, scope, expected):
    verdict = judge(given_row, given_payment, scope)
    assert (verdict.exception or verdict.effect) is expected
    assert bool(verdict.moves) is (expected in {E.SETTLED, E.FAILED})


def test_a_row_of_another_run_settles_its_payment_when_it_comes_for_that_one():
    """Also while it waits for a decision where it came first."""
    (first,) = judge_file([row()], {"X-1": payment(run=ANOTHER)}, PHONE)
    assert first.exception is K.OTHER_RUN
    scope = Scope(ANOTHER, STANDARD.channels)
    (then,) = judge_file([row()], {"X-1": payment(run=ANOTHER)}, scope, {first.key})
    assert then.effect is E.SETTLED


def test_every_exception_is_explained():
    assert set(EXPLAIN) == set(K)


@pytest.mark.parametrize(
    ("status", "state", "taken"),
    [
        (S.SETTLED, P.RETURNED, {S.SETTLED, S.RETURNED}),
        (S.PENDING, P.ACCEPTED, {S.PENDING}),
        (S.FAILED, P.SETTLED, {S.FAILED, S.SETTLED}),
    ],
)
def test_the_same_word_again_is_known(status, state, taken):
    assert judge(row(status), payment(state, taken), PHONE).effect is E.KNOWN


# A file


def effects(rows, payments, queued=()):
    return [verdict.exception or verdict.effect for verdict in judge_file(rows, payments, PHONE, queued)]


PAYMENTS = {"X-1": payment(), "X-2": payment(reference="X-2")}


def test_of_equal_rows_the_first_counts():
    rows = [row(number=2), row(number=3), row(number=4, reference="X-2")]
    assert effects(rows, PAYMENTS) == [E.SETTLED, K.DUPLICATE_IN_FILE, E.SETTLED]


def test_rows_that_disagree_are_all_left_to_a_person():
    rows = [row(number=2), row(S.FAILED, number=3), row(number=4, reference="X-2")]
    assert effects(rows, PAYMENTS) == [K.DUPLICATE_IN_FILE, K.DUPLICATE_IN_FILE, E.SETTLED]


def test_equal_rows_that_tell_nothing_new_are_known():
    rows = [row(number=2), row(number=3)]
    assert effects(rows, {"X-1": payment(P.SETTLED)}) == [E.KNOWN, E.KNOWN]


def test_an_unknown_reference_stays_unknown_when_repeated():
    rows = [row(number=2, reference="?"), row(number=3, reference="?")]
    verdicts = list(judge_file(rows, {}, PHONE))
    assert [verdict.exception for verdict in verdicts] == [K.UNKNOWN_REFERENCE, K.UNKNOWN_REFERENCE]
    assert len({verdict.key for verdict in verdicts}) == 2


def test_an_exception_is_queued_once():
    rows = [row(number=2), row(number=3), row(S.FAILED, number=4, reference="?")]
    first = list(judge_file(rows, PAYMENTS, PHONE))
    queued = {verdict.key for verdict in first if verdict.effect is E.EXCEPTION}
    again = {"X-1": payment(P.SETTLED, {S.SETTLED})}
    assert effects(rows, again, queued) == [E.KNOWN, E.KNOWN, E.KNOWN]


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "X-2"},
        {"status": S.FAILED},
        {"amount": Money(1, "RWF")},
        {"reason": "x"},
        {"provider_reference": "x"},
        {"at": date(2026, 11, 25)},
    ],
)
def test_rows_with_other_content_are_told_apart(change):
    assert row(**change).fingerprint != row().fingerprint


def test_where_a_row_stands_is_not_part_of_its_content():
    assert row(number=99).fingerprint == row().fingerprint


def test_counts_name_every_effect():
    assert tally(judge_file([row(), row(S.FAILED, reference="X-2", number=3)], PAYMENTS, PHONE)) == {
        "settled": 1,
        "failed": 1,
        "returned": 0,
        "pending": 0,
        "exceptions": 0,
        "known": 0,
    }


rows_drawn = st.lists(
    st.builds(
        row,
        st.sampled_from(list(S)),
        st.sampled_from(["X-1", "X-2", "?"]),
        amount=st.sampled_from([AMOUNT, Money(1, "RWF")]),
    ),
    max_size=6,
)


def numbered(rows):
    return [ResultRow(number, one.end_to_end_id, one.status, one.amount) for number, one in enumerate(rows, start=2)]


def take(state, files):
    """Take files one after the other as the program does; returns what each payment's money did."""
    payments = {"X-1": payment(state), "X-2": payment(state, reference="X-2", run=ANOTHER)}
    queued, causes = set(), []
    for run, rows in files:
        scope = Scope(run, STANDARD.channels)
        for verdict in list(judge_file(numbered(rows), payments, scope, queued)):
            known = payments.get(verdict.row.end_to_end_id)
            if verdict.effect is E.EXCEPTION:
                queued.add(verdict.key)
            if verdict.effect in {E.EXCEPTION, E.KNOWN} or known is None:
                continue
            assert known.run == run
            new = known.state
            for move in verdict.moves:
                new = move_payment(known.end_to_end_id, new, move)
                causes += [(known.end_to_end_id, cause) for cause in PAYMENT_ARROWS[move].posts]
            taken = known.taken | {verdict.row.status}
            payments[known.end_to_end_id] = payment(new, taken, known.end_to_end_id, known.run)
    return payments, queued, causes


files_drawn = st.tuples(st.sampled_from([RUN, ANOTHER]), rows_drawn)


@given(st.lists(files_drawn, max_size=5), st.sampled_from(SENT))
def test_no_files_in_any_order_credit_anyone_twice(files, state):
    _payments, _queued, causes = take(state, files)
    assert len(causes) == len(set(causes))


@given(st.lists(files_drawn, max_size=4), st.sampled_from(SENT))
def test_the_same_files_again_change_nothing(files, state):
    """Invariant 18, for files: taken twice, they post and queue what they did the first time."""
    once, twice = take(state, files), take(state, [*files, *files])
    assert once == twice
