from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.money import Money
from receiver.stipends.rules.payments import PAYMENT_ARROWS, PaymentMove, PaymentState, move_payment
from receiver.stipends.rules.results import (
    EXPLAIN,
    LONGEST,
    REQUIRED,
    Effect,
    ExceptionKind,
    PaymentFacts,
    ResultRow,
    ResultStatus,
    column_faults,
    judge,
    judge_file,
    read_row,
    tally,
)

P, S, E, K, M = PaymentState, ResultStatus, Effect, ExceptionKind, PaymentMove
AMOUNT = Money(50_000, "RWF")


def row(status=S.SETTLED, reference="X-1", number=2, amount=AMOUNT, **more):
    return ResultRow(number, reference, status, amount, **more)


def payment(state=P.INSTRUCTED, taken=(), reference="X-1"):
    return PaymentFacts(reference, AMOUNT, state, frozenset(taken))


def cells(**more):
    return {"end_to_end_id": "X-1", "status": "settled", "amount": "50000", "currency": "RWF"} | more


# Reading


@pytest.mark.parametrize(
    ("given_cells", "read"),
    [
        (cells(), row()),
        (cells(status=" Settled ", currency="rwf", end_to_end_id=" X-1 "), row()),
        (cells(amount="50000.00"), row()),
        (cells(amount="٥٠٠٠٠"), row()),
        (cells(amount="12.05", currency="USD"), row(amount=Money(1_205, "USD"))),
        (cells(amount="12.5", currency="USD"), row(amount=Money(1_250, "USD"))),
        (cells(amount="12.5000", currency="USD"), row(amount=Money(1_250, "USD"))),
        (cells(amount="12", currency="USD"), row(amount=Money(1_200, "USD"))),
        (cells(amount="0"), row(amount=Money(0, "RWF"))),
        (cells(reason="closed", provider_reference="77"), row(reason="closed", provider_reference="77")),
        (cells(at="2026-11-25"), row(at=date(2026, 11, 25))),
        (cells(at="2026-11-25T14:30:00+02:00"), row(at=datetime.fromisoformat("2026-11-25T14:30:00+02:00"))),
        (cells(at="2026-11-25 14:30"), row(at=datetime(2026, 11, 25, 14, 30, tzinfo=UTC))),
        (cells(colour="blue"), row()),
        ({" Status ": "failed", "END_TO_END_ID": "X-1", "amount": "50000", "currency": "RWF"}, row(S.FAILED)),
    ],
)
def test_a_row_is_read_as_it_is_meant(given_cells, read):
    assert read_row(2, given_cells) == read


@pytest.mark.parametrize(
    ("given_cells", "columns"),
    [
        (cells(end_to_end_id=""), ["end_to_end_id"]),
        (cells(end_to_end_id="X" * (LONGEST["end_to_end_id"] + 1)), ["end_to_end_id"]),
        (cells(reason="r" * 501), ["reason"]),
        (cells(provider_reference="r" * 121), ["provider_reference"]),
        (cells(status="paid"), ["status"]),
        (cells(status=""), ["status"]),
        (cells(currency="francs"), ["currency", "amount"]),
        (cells(amount=""), ["amount"]),
        (cells(amount="50 000"), ["amount"]),
        (cells(amount="50,000"), ["amount"]),
        (cells(amount="-50000"), ["amount"]),
        (cells(amount="5e4"), ["amount"]),
        (cells(amount="NaN"), ["amount"]),
        (cells(amount="50000.50"), ["amount"]),
        (cells(amount="12.055", currency="USD"), ["amount"]),
        (cells(amount="1" * 16), ["amount"]),
        (cells(amount="50000."), ["amount"]),
        (cells(at="25/11/2026"), ["at"]),
        (cells(at="2026-02-30"), ["at"]),
        (cells(at="2026-11-25T99:00"), ["at"]),
        ({}, ["end_to_end_id", "status", "currency", "amount"]),
    ],
)
def test_everything_wrong_with_a_row_is_told_by_column(given_cells, columns):
    faults = read_row(7, given_cells)
    assert [(fault.row, fault.column) for fault in faults] == [(7, column) for column in columns]
    assert all(str(fault.words).endswith(".") for fault in faults)


def test_missing_columns_are_told_before_any_row():
    (fault,) = column_faults(["Status", "amount", " CURRENCY ", "note"])
    assert (fault.row, fault.column) == (1, "end_to_end_id")
    assert str(fault.words) == "The column “end_to_end_id” is missing."
    assert column_faults(list(reversed(REQUIRED))) == []


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
    verdict = judge(row(status), payment(state))
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
    verdict = judge(given_row, given_payment)
    assert (verdict.effect, verdict.exception) == (E.EXCEPTION, why)


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
    assert judge(row(status), payment(state, taken)).effect is E.KNOWN


# A file


def effects(rows, payments, queued=()):
    return [verdict.exception or verdict.effect for verdict in judge_file(rows, payments, queued)]


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
    verdicts = list(judge_file(rows, {}))
    assert [verdict.exception for verdict in verdicts] == [K.UNKNOWN_REFERENCE, K.UNKNOWN_REFERENCE]
    assert len({verdict.key for verdict in verdicts}) == 2


def test_an_exception_is_queued_once():
    rows = [row(number=2), row(number=3), row(S.FAILED, number=4, reference="?")]
    first = list(judge_file(rows, PAYMENTS))
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
    assert tally(judge_file([row(), row(S.FAILED, reference="X-2", number=3)], PAYMENTS)) == {
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
    payments, queued, causes = {ref: payment(state, reference=ref) for ref in ("X-1", "X-2")}, set(), []
    for rows in files:
        for verdict in list(judge_file(numbered(rows), payments, queued)):
            known = payments.get(verdict.row.end_to_end_id)
            if verdict.effect is E.EXCEPTION:
                queued.add(verdict.key)
            if verdict.effect in {E.EXCEPTION, E.KNOWN} or known is None:
                continue
            new = known.state
            for move in verdict.moves:
                new = move_payment(known.end_to_end_id, new, move)
                causes += [(known.end_to_end_id, cause) for cause in PAYMENT_ARROWS[move].posts]
            taken = known.taken | {verdict.row.status}
            payments[known.end_to_end_id] = payment(new, taken, known.end_to_end_id)
    return payments, queued, causes


@given(st.lists(rows_drawn, max_size=5), st.sampled_from(SENT))
def test_no_files_in_any_order_credit_anyone_twice(files, state):
    _payments, _queued, causes = take(state, files)
    assert len(causes) == len(set(causes))


@given(st.lists(rows_drawn, max_size=4), st.sampled_from(SENT))
def test_the_same_files_again_change_nothing(files, state):
    """Invariant 18, for files: taken twice, they post and queue what they did the first time."""
    once, twice = take(state, files), take(state, [*files, *files])
    assert once == twice
