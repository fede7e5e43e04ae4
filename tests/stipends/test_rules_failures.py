from __future__ import annotations

import pytest

from receiver.stipends.rules.failures import Failure, failure_of


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        ("PAYEE_NOT_FOUND", Failure.NUMBER),
        ("PAYEE_NOT_ALLOWED_TO_RECEIVE: wallet limit", Failure.NUMBER),
        ("AC04", Failure.NUMBER),
        ("number not registered", Failure.NUMBER),
        ("Account not active", Failure.NUMBER),
        ("compte fermé", Failure.NUMBER),
        ("wrong wallet", Failure.NUMBER),
        ("EXPIRED", Failure.PASSING),
        ("AB05", Failure.PASSING),
        ("account holder limit reached", Failure.PASSING),
        ("request timed out", Failure.PASSING),
        ("plafond atteint", Failure.PASSING),
        ("", Failure.UNKNOWN),
        ("R1", Failure.UNKNOWN),
    ],
)
def test_what_a_provider_says_is_read(reason, failure):
    assert failure_of(reason) is failure
