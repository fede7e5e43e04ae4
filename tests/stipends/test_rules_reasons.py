from __future__ import annotations

import pytest

from receiver.kit.words import Words
from receiver.stipends.rules.reasons import REASONS, explained


@pytest.mark.parametrize("said", ["PAYEE_NOT_FOUND", "payee not found", " Payee-Not-Found "])
def test_a_known_code_is_told_in_a_sentence(said):
    assert str(explained(said)) == "The number is not registered with the provider."


@pytest.mark.parametrize("said", ["", "Wallet closed", "E-4711", "زبون غير معروف"])
def test_other_words_stay_as_they_came(said):
    assert explained(said) is said


def test_every_sentence_is_whole():
    assert all(isinstance(words, Words) and str(words).endswith(".") for words in REASONS.values())
