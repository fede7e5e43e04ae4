from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from receiver.stipends.rules.payees import (
    TRIES,
    ConfirmerAskedForIt,
    NameAgreement,
    NotWaiting,
    Payee,
    PayeeStanding,
    PayeeState,
    ReadBackDiffers,
    TooManyTries,
    cools_until,
    demand_confirmer,
    demand_read_back,
    masked,
    must_be_heard,
    name_agreement,
    standing,
    tail_of,
)
from receiver.stipends.rules.payments import Channel

ANN, BEN = UUID(int=1), UUID(int=2)
CONFIRMED = datetime(2026, 11, 10, 9, tzinfo=UTC)


def payee(**more):
    known = {"channel": Channel.MOBILE_MONEY_FILE, "state": PayeeState.CONFIRMED, "asked_by": ANN}
    return Payee(**(known | {"usable_from": CONFIRMED} | more))


CHANGED = cools_until(CONFIRMED, 48, changes=True)


@pytest.mark.parametrize(
    ("given", "hours_later", "expected"),
    [
        (None, 0, PayeeStanding.NONE),
        (payee(state=PayeeState.REFUSED), 99, PayeeStanding.NONE),
        (payee(state=PayeeState.REPLACED), 99, PayeeStanding.NONE),
        (payee(state=PayeeState.AWAITING, usable_from=None), 99, PayeeStanding.NOT_CONFIRMED),
        (payee(usable_from=None), 99, PayeeStanding.NOT_CONFIRMED),
        (payee(), 0, PayeeStanding.READY),
        (payee(usable_from=CHANGED), 0, PayeeStanding.COOLING_OFF),
        (payee(usable_from=CHANGED), 47, PayeeStanding.COOLING_OFF),
        (payee(usable_from=CHANGED), 48, PayeeStanding.READY),
        (payee(channel=Channel.CASH_DESK, state=PayeeState.AWAITING, usable_from=None), 0, PayeeStanding.READY),
        (payee(channel=Channel.CASH_DESK, usable_from=CHANGED), 0, PayeeStanding.READY),
        (payee(channel=Channel.CASH_DESK, state=PayeeState.REPLACED), 0, PayeeStanding.NONE),
    ],
)
def test_who_can_be_paid_at_the_cut_off(given, hours_later, expected):
    assert standing(given, CONFIRMED + timedelta(hours=hours_later)) is expected


@pytest.mark.parametrize(
    ("hours", "changes", "later"), [(48, True, 48), (48, False, 0), (0, True, 0), (0, False, 0), (1, True, 1)]
)
def test_only_a_change_cools_off(hours, changes, later):
    assert cools_until(CONFIRMED, hours, changes=changes) == CONFIRMED + timedelta(hours=later)


@pytest.mark.parametrize(
    ("state", "user", "wrong", "refusal"),
    [
        (PayeeState.AWAITING, BEN, 0, None),
        (PayeeState.AWAITING, BEN, TRIES - 1, None),
        (PayeeState.AWAITING, BEN, TRIES, TooManyTries),
        (PayeeState.AWAITING, ANN, 0, ConfirmerAskedForIt),
        (PayeeState.CONFIRMED, BEN, 0, NotWaiting),
        (PayeeState.REFUSED, BEN, 0, NotWaiting),
        (PayeeState.REPLACED, BEN, 0, NotWaiting),
    ],
)
def test_a_second_human_confirms(state, user, wrong, refusal):
    waiting = payee(state=state, usable_from=None)
    if refusal is None:
        demand_confirmer(waiting, user, wrong)
    else:
        with pytest.raises(refusal):
            demand_confirmer(waiting, user, wrong)


@pytest.mark.parametrize("read_back", ["3456", "3 4 5 6", "٣٤٥٦"])
def test_the_last_four_digits_are_read_back(read_back):
    demand_read_back("+250 788 123 456", read_back)


@pytest.mark.parametrize("read_back", ["3457", "456", "123456", ""])
def test_other_digits_are_refused(read_back):
    with pytest.raises(ReadBackDiffers):
        demand_read_back("+250 788 123 456", read_back)


@pytest.mark.parametrize(
    ("state", "user", "confirms", "waits", "hidden"),
    [
        (PayeeState.AWAITING, BEN, True, False, True),
        (PayeeState.AWAITING, ANN, True, False, False),
        (PayeeState.AWAITING, BEN, False, True, False),
        (PayeeState.CONFIRMED, BEN, True, False, False),
        (PayeeState.CONFIRMED, BEN, True, True, True),
        (PayeeState.REFUSED, BEN, True, False, True),
        (PayeeState.REPLACED, BEN, True, False, True),
    ],
)
def test_who_confirms_hears_the_number_instead_of_seeing_it(state, user, confirms, waits, hidden):
    assert must_be_heard(payee(state=state, usable_from=None), user, confirms=confirms, waits=waits) is hidden


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+250788123456", "•••56"), ("٠٧٨٨١٢٣٤٥٦", "•••56"), ("12345", "•••45"), ("1234", "•••"), ("", "•••")],
)
def test_lists_show_less_than_is_read_back(number, shown):
    assert masked(number) == shown
    assert shown in {"•••", f"•••{tail_of(number)}"}


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
