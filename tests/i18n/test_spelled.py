from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from receiver.i18n.fmt import amount_in_words
from receiver.i18n.locales import REAL
from receiver.kit.money import Money

# francs and their words in each language, as a clerk of the country would write them on a receipt
AMOUNTS = Path(__file__).with_name("amounts.csv").read_text("utf-8").splitlines()
CASES = [(int(row["francs"]), code, row[code]) for row in csv.DictReader(AMOUNTS, delimiter=";") for code in REAL]


@pytest.mark.parametrize(("francs", "code", "words"), CASES)
def test_francs_in_words(francs, code, words):
    assert amount_in_words(Money(francs, "RWF"), code) == words


@pytest.mark.parametrize(
    ("money", "code", "words"),
    [
        (Money(1205, "USD"), "en", "twelve US dollars and 5/100"),
        (Money(1205, "USD"), "fr", "douze dollars des États-Unis et 5/100"),
        (Money(1205, "USD"), "rw", "amadolari y’Amerika cumi n’abiri na 5/100"),
        (Money(1205, "USD"), "sw", "dola za Marekani kumi na mbili na 5/100"),
        (Money(1205, "USD"), "ar", "اثنا عشر دولارًا أمريكيًا و5/100"),
        (Money(100_000_000, "EUR"), "fr", "un million d’euros"),
        (Money(200, "EUR"), "ar", "يوروان"),
        (Money(100, "EUR"), "rw", "iyero rimwe"),
        (Money(10_200, "KES"), "en", "one hundred and two KES"),
        (Money(100_000_000, "KES"), "fr", "un million KES"),
        (Money(10_200, "KES"), "rw", "amafaranga (KES) ijana n’abiri"),
        (Money(100, "KES"), "sw", "KES moja"),
        (Money(10_200, "KES"), "ar", "مائة واثنان KES"),
        (Money(200_000, "KES"), "ar", "ألفان KES"),
        (Money(0, "KES"), "ar", "صفر KES"),
        (Money(1_005, "TND"), "en", "one TND and 5/1000"),
    ],
)
def test_other_currencies_and_parts_of_a_unit(money, code, words):
    assert amount_in_words(money, code) == words


@pytest.mark.parametrize("code", REAL)
def test_no_two_amounts_are_written_alike(code):
    dice = random.Random(7)
    amounts = {*range(12_000), *range(99_900, 130_500), *range(199_900, 201_100), *range(249_900, 256_100)}
    amounts |= {dice.randrange(10**exponent) for exponent in range(6, 13) for _each in range(500)}
    amounts |= {million * 10**6 + rest for million in (1, 2, 20, 21, 100, 120) for rest in range(150)}
    assert len({amount_in_words(Money(amount, "RWF"), code) for amount in amounts}) == len(amounts)


@pytest.mark.parametrize("minor", [-1, 10**12, -(10**12)])
def test_what_no_receipt_says_is_refused(minor):
    with pytest.raises(ValueError, match="10\\^12"):
        amount_in_words(Money(minor, "RWF"), "en")
