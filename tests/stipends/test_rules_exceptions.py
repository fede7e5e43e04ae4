from __future__ import annotations

import pytest

from receiver.kit.words import _
from receiver.stipends.rules.checklist import Flag, pack, unpack
from receiver.stipends.rules.exceptions import (
    Decision,
    NoPaymentToMove,
    NothingToDecide,
    PartNotBooked,
    ResultsFaulty,
    decisions_for,
    moves_for,
)
from receiver.stipends.rules.payments import PaymentMove, PaymentState
from receiver.stipends.rules.result_formats import Fault

S, M, D = PaymentState, PaymentMove, Decision


@pytest.mark.parametrize(
    ("decision", "state", "moves"),
    [
        (D.NOTHING, None, ()),
        (D.NOTHING, S.FAILED, ()),
        (D.PAID, S.INSTRUCTED, (M.SETTLE,)),
        (D.PAID, S.ACCEPTED, (M.SETTLE,)),
        (D.PAID, S.FAILED, (M.SETTLE_LATE,)),
        (D.PAID, S.RETURNED, (M.SETTLE,)),  # which the arrows of the payment then refuse
        (D.PAID, S.PENDING, (M.SETTLE,)),
        (D.FAILED, S.INSTRUCTED, (M.FAIL,)),
        (D.FAILED, S.ACCEPTED, (M.FAIL,)),
        (D.FAILED, S.SETTLED, (M.FAIL,)),
        (D.RETURNED, S.INSTRUCTED, (M.SETTLE, M.RETURN)),
        (D.RETURNED, S.ACCEPTED, (M.SETTLE, M.RETURN)),
        (D.RETURNED, S.SETTLED, (M.RETURN,)),
        (D.RETURNED, S.CONFIRMED, (M.RETURN,)),
        (D.RETURNED, S.CANCELLED, (M.RETURN,)),
    ],
)
def test_what_a_decision_asks_of_the_payment(decision, state, moves):
    assert moves_for(decision, state) == moves


@pytest.mark.parametrize("decision", [D.PAID, D.FAILED, D.RETURNED])
def test_a_row_without_a_payment_moves_none(decision):
    with pytest.raises(NoPaymentToMove):
        moves_for(decision, None)


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (D.PAID, S.SETTLED),
        (D.PAID, S.CONFIRMED),
        (D.FAILED, S.FAILED),
        (D.FAILED, S.RETURNED),
        (D.RETURNED, S.RETURNED),
        (D.RETURNED, S.FAILED),
    ],
)
def test_what_is_so_already_is_no_decision(decision, state):
    with pytest.raises(NothingToDecide):
        moves_for(decision, state)


@pytest.mark.parametrize(
    ("has_payment", "other_money", "offered"),
    [
        (True, False, [D.NOTHING, D.PAID, D.FAILED, D.RETURNED]),
        (True, True, [D.NOTHING, D.FAILED, D.RETURNED]),
        (False, False, [D.NOTHING, D.NOT_OURS]),
        (False, True, [D.NOTHING, D.NOT_OURS]),
    ],
)
def test_only_what_the_rules_allow_is_offered(has_payment, other_money, offered):
    assert decisions_for(has_payment=has_payment, other_money=other_money) == tuple(offered)


def test_another_amount_is_never_paid_in_full():
    with pytest.raises(PartNotBooked):
        moves_for(D.PAID, S.SETTLED, other_money=True)
    assert moves_for(D.FAILED, S.INSTRUCTED, other_money=True) == (M.FAIL,)


def test_faults_are_counted_in_the_sentence():
    refused = ResultsFaulty([Fault(2, "amount", _("No."))])
    assert "1 cell of this file" in str(refused)
    assert refused.faults[0].row == 2


@pytest.mark.parametrize("flags", [(), (Flag.NO_PAYEE,), (Flag.LEFT, Flag.FIRST_PAYMENT), tuple(Flag)])
def test_flags_go_into_a_number_and_back(flags):
    assert unpack(pack(flags)) == flags
    assert pack([*flags, *flags]) == pack(flags)
