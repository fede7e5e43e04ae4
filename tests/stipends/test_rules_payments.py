from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.ledger.rules import ARROWS, AccountKind, Cause
from receiver.stipends.rules.payments import (
    LIVE,
    OFFERED,
    OWED_AGAIN,
    PAYMENT_ARROWS,
    AlreadyReissued,
    Channel,
    NotByFile,
    PaymentCannotMove,
    PaymentMove,
    PaymentState,
    move_payment,
)

P = PaymentState
M = PaymentMove
LEGAL = {
    (P.PENDING, M.INSTRUCT): P.INSTRUCTED,
    (P.PENDING, M.CANCEL): P.CANCELLED,
    (P.INSTRUCTED, M.ACCEPT): P.ACCEPTED,
    (P.INSTRUCTED, M.SETTLE): P.SETTLED,
    (P.ACCEPTED, M.SETTLE): P.SETTLED,
    (P.INSTRUCTED, M.FAIL): P.FAILED,
    (P.ACCEPTED, M.FAIL): P.FAILED,
    (P.SETTLED, M.CONFIRM): P.CONFIRMED,
    (P.SETTLED, M.RETURN): P.RETURNED,
    (P.CONFIRMED, M.RETURN): P.RETURNED,
    (P.FAILED, M.SETTLE_LATE): P.SETTLED,
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(PaymentState, PaymentMove)))
def test_payments_move_along_the_arrows_and_no_others(state, move):
    if (state, move) in LEGAL:
        assert move_payment("X-1", state, move, by_hand=True) is LEGAL[state, move]
        return
    with pytest.raises(PaymentCannotMove):
        move_payment("X-1", state, move, by_hand=True)


def test_a_file_cannot_decide_a_contradiction():
    with pytest.raises(NotByFile):
        move_payment("X-1", P.FAILED, M.SETTLE_LATE)


def test_money_that_was_paid_anew_is_not_credited_a_second_time():
    with pytest.raises(AlreadyReissued) as refused:
        move_payment("X-1", P.FAILED, M.SETTLE_LATE, by_hand=True, reissued=True)
    assert "X-1 was replaced by a new payment" in str(refused.value)


def test_every_move_has_an_arrow_and_only_one_needs_a_hand():
    assert set(PAYMENT_ARROWS) == set(PaymentMove)
    assert [move for move, arrow in PAYMENT_ARROWS.items() if arrow.by_hand] == [M.SETTLE_LATE]


def test_states_are_live_or_owe_the_money_again_or_never_sent_it():
    assert set(PaymentState) == LIVE | OWED_AGAIN | {P.CANCELLED}
    assert not LIVE & OWED_AGAIN


def test_cash_and_mobile_money_files_are_offered():
    assert OFFERED == (Channel.CASH_DESK, Channel.MOBILE_MONEY_FILE)


KIND_OF = {
    P.PENDING: AccountKind.OWED,
    P.INSTRUCTED: AccountKind.IN_TRANSIT,
    P.ACCEPTED: AccountKind.IN_TRANSIT,
    P.SETTLED: AccountKind.PAID,
    P.CONFIRMED: AccountKind.PAID,
    P.FAILED: AccountKind.OWED,
    P.RETURNED: AccountKind.OWED,
    P.CANCELLED: AccountKind.OWED,
}


def follow(place: AccountKind, cause: Cause, undone: Cause | None) -> AccountKind:
    """Where money that lies in `place` is after an entry; a reversal exchanges the sides of `undone`."""
    ((debit, credit),) = ARROWS[undone or cause]
    if undone:
        debit, credit = credit, debit
    assert place is debit
    return credit


@given(st.lists(st.sampled_from(list(PaymentMove)), max_size=20))
def test_the_money_is_always_where_the_state_says(moves):
    """Invariants 11 and 12: what each move posts takes the money to the account of the new state, and only once."""
    state, place = P.PENDING, AccountKind.OWED
    for move in moves:
        try:
            new = move_payment("X-1", state, move, by_hand=True)
        except PaymentCannotMove:
            continue
        for cause in PAYMENT_ARROWS[move].posts:
            place = follow(place, cause, Cause.FAIL if cause is Cause.REVERSE else None)
        state = new
        assert place is KIND_OF[state]
