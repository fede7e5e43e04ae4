from __future__ import annotations

import pytest

from receiver.kit.words import Words
from receiver.stipends.rules.reasons import REASONS, Failure, NoCode, counted_as, explained, failure_of, words_of


@pytest.mark.parametrize("said", ["PAYEE_NOT_FOUND", "payee not found", " Payee-Not-Found "])
def test_a_known_code_is_told_in_a_sentence(said):
    assert str(explained(said)) == "The number is not registered with the provider."


@pytest.mark.parametrize("said", ["", "Wallet closed", "E-4711", "زبون غير معروف"])
def test_other_words_stay_as_they_came(said):
    assert explained(said) is said


def test_every_sentence_is_whole():
    assert all(isinstance(one.words, Words) and str(one.words).endswith(".") for one in REASONS.values())


@pytest.mark.parametrize(
    ("reason", "failure"),
    [
        ("PAYEE_NOT_FOUND", Failure.NUMBER),
        ("payee not found", Failure.NUMBER),
        ("PAYEE_NOT_ALLOWED_TO_RECEIVE: wallet limit", Failure.NUMBER),
        ("AC04", Failure.NUMBER),
        ("number not registered", Failure.NUMBER),
        ("Account not active", Failure.NUMBER),
        ("compte fermé", Failure.NUMBER),
        ("wrong wallet", Failure.NUMBER),
        ("EXPIRED", Failure.PASSING),
        ("AB05", Failure.PASSING),
        ("payer not found", Failure.PASSING),
        ("account holder limit reached", Failure.PASSING),
        ("request timed out", Failure.PASSING),
        ("plafond atteint", Failure.PASSING),
        ("REJECTED", Failure.UNKNOWN),
        ("", Failure.UNKNOWN),
        ("R1", Failure.UNKNOWN),
    ],
)
def test_what_a_provider_says_is_read(reason, failure):
    assert failure_of(reason) is failure


@pytest.mark.parametrize(
    ("reason", "counted"),
    [
        ("AC04", "AC04"),
        ("payee not found", "PAYEE_NOT_FOUND"),
        ("AC04: the wallet of somebody", "AC04"),
        ("number not registered", "number"),
        ("request timed out", "passing"),
        ("R1 زبون", "other"),
        ("  ", "none"),
    ],
)
def test_what_a_failure_is_counted_by_holds_no_words_of_the_provider(reason, counted):
    assert counted_as(reason) == counted
    assert words_of(counted) is not None


def test_all_that_is_counted_fits_its_column_and_has_words():
    assert max(len(one) for one in (*REASONS, *NoCode)) <= 40
    assert REASONS.keys().isdisjoint(set(NoCode))
    assert words_of("minor") is None
