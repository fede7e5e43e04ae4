from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from receiver.stipends.rules.payees import (
    ConfirmerAskedForIt,
    NameAgreement,
    NotWaiting,
    Payee,
    PayeeStanding,
    PayeeState,
    ReadBackDiffers,
    cools_until,
    demand_may_confirm,
    masked,
    name_agreement,
    standing,
)
from receiver.stipends.rules.payments import Channel

ANN, BEN = UUID(int=1), UUID(int=2)
CONFIRMED = date(2026, 11, 10)


def payee(**more):
    known = {"channel": Channel.MOBILE_MONEY_FILE, "state": PayeeState.CONFIRMED, "asked_by": ANN}
    return Payee(**(known | {"confirmed_on": CONFIRMED} | more))


@pytest.mark.parametrize(
    ("given", "days_later", "expected"),
    [
        (None, 0, PayeeStanding.NONE),
        (payee(state=PayeeState.REFUSED), 9, PayeeStanding.NONE),
        (payee(state=PayeeState.REPLACED), 9, PayeeStanding.NONE),
        (payee(state=PayeeState.AWAITING, confirmed_on=None), 9, PayeeStanding.NOT_CONFIRMED),
        (payee(confirmed_on=None), 9, PayeeStanding.NOT_CONFIRMED),
        (payee(), 0, PayeeStanding.READY),
        (payee(changes=True), 0, PayeeStanding.COOLING_OFF),
        (payee(changes=True), 2, PayeeStanding.COOLING_OFF),
        (payee(changes=True), 3, PayeeStanding.READY),
        (payee(channel=Channel.CASH_DESK, state=PayeeState.AWAITING, confirmed_on=None), 0, PayeeStanding.READY),
        (payee(channel=Channel.CASH_DESK, changes=True), 0, PayeeStanding.READY),
        (payee(channel=Channel.CASH_DESK, state=PayeeState.REPLACED), 0, PayeeStanding.NONE),
    ],
)
def test_who_can_be_paid_on_the_cut_off_day(given, days_later, expected):
    assert standing(given, CONFIRMED + timedelta(days=days_later)) is expected


def test_the_installation_sets_how_long_a_change_cools_off():
    changed = payee(changes=True)
    assert cools_until(CONFIRMED, 7) == date(2026, 11, 17)
    assert standing(changed, date(2026, 11, 16), cooling_days=7) is PayeeStanding.COOLING_OFF
    assert standing(changed, CONFIRMED, cooling_days=0) is PayeeStanding.READY


@pytest.mark.parametrize(
    ("state", "user", "read_back", "refusal"),
    [
        (PayeeState.AWAITING, BEN, "3456", None),
        (PayeeState.AWAITING, BEN, "3 4 5 6", None),
        (PayeeState.AWAITING, BEN, "٣٤٥٦", None),
        (PayeeState.AWAITING, BEN, "3457", ReadBackDiffers),
        (PayeeState.AWAITING, BEN, "456", ReadBackDiffers),
        (PayeeState.AWAITING, BEN, "123456", ReadBackDiffers),
        (PayeeState.AWAITING, BEN, "", ReadBackDiffers),
        (PayeeState.AWAITING, ANN, "3456", ConfirmerAskedForIt),
        (PayeeState.CONFIRMED, BEN, "3456", NotWaiting),
        (PayeeState.REFUSED, BEN, "3456", NotWaiting),
        (PayeeState.REPLACED, BEN, "3456", NotWaiting),
    ],
)
def test_a_second_human_confirms_after_read_back(state, user, read_back, refusal):
    waiting = payee(state=state, confirmed_on=None)
    if refusal is None:
        demand_may_confirm(waiting, user, "+250 788 123 456", read_back)
    else:
        with pytest.raises(refusal):
            demand_may_confirm(waiting, user, "+250 788 123 456", read_back)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+250788123456", "•••56"), ("٠٧٨٨١٢٣٤٥٦", "•••56"), ("12345", "•••45"), ("1234", "•••"), ("", "•••")],
)
def test_lists_show_less_than_is_read_back(number, shown):
    assert masked(number) == shown


@pytest.mark.parametrize(
    ("likeness", "word"),
    [
        (100, NameAgreement.SAME),
        (90, NameAgreement.SAME),
        (89, NameAgreement.CLOSE),
        (70, NameAgreement.CLOSE),
        (69, NameAgreement.DIFFERS),
        (0, NameAgreement.DIFFERS),
    ],
)
def test_the_name_on_the_account_has_a_word(likeness, word):
    assert name_agreement(likeness) is word
