from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.errors import Invalid
from receiver.kit.money import Money, NoSuchCoin, NotAnAmount, TooMuch, UnclearAmount, exponent, parse_money, split

amounts = st.integers(-(10**15), 10**15)


def francs(minor: int) -> Money:
    return Money(minor, "RWF")


@pytest.mark.parametrize(("currency", "decimals"), [("RWF", 0), ("USD", 2), ("EUR", 2), ("KWD", 3), ("UGX", 0)])
def test_currencies_have_their_decimals(currency, decimals):
    assert exponent(currency) == decimals


@pytest.mark.parametrize("minor", [1.0, True, "1", None])
def test_only_whole_numbers_are_money(minor):
    with pytest.raises(TypeError):
        Money(minor, "RWF")


@pytest.mark.parametrize("currency", ["", "RW", "rwf", "RWFX", "RẄF", "123"])
def test_only_currency_codes_are_currencies(currency):
    with pytest.raises(ValueError, match="currency"):
        Money(1, currency)


def test_arithmetic():
    assert francs(5) + francs(7) == francs(12)
    assert francs(5) - francs(7) == francs(-2) == -francs(2)
    assert francs(5) * 3 == 3 * francs(5) == francs(15)
    assert sorted([francs(3), francs(1)]) == [francs(1), francs(3)]
    assert francs(1) < francs(2) <= francs(2)
    assert Money.zero("RWF") == francs(0)
    assert not francs(0)
    assert francs(-1)
    assert len({francs(1), francs(1), Money(1, "USD")}) == 2


@pytest.mark.parametrize("times", [1.5, True, "2"])
def test_money_is_multiplied_by_whole_numbers(times):
    with pytest.raises(TypeError):
        francs(1) * times


@pytest.mark.parametrize("act", [Money.__add__, Money.__sub__, Money.__lt__])
def test_currencies_do_not_mix(act):
    with pytest.raises(ValueError, match="do not mix"):
        act(francs(1), Money(1, "USD"))


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (francs(250_000), "RWF 250000"),
        (francs(-5), "RWF -5"),
        (Money(1205, "USD"), "USD 12.05"),
        (Money(-5, "USD"), "USD -0.05"),
        (Money(1, "KWD"), "KWD 0.001"),
    ],
)
def test_money_in_logs_and_files(money, text):
    assert str(money) == text


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (100, [1, 2, 3], [17, 33, 50]),
        (10, [0, 1], [0, 10]),
        (2, [1, 1, 1], [1, 1, 0]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [3, 4], [0, 0]),
        (250_000, [12, 18], [100_000, 150_000]),
    ],
)
def test_split(minor, weights, parts):
    assert [part.minor for part in split(francs(minor), weights)] == parts


@given(amounts, st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(any))
def test_parts_sum_to_the_whole_and_none_is_off_by_a_unit(minor, weights):
    parts = split(francs(minor), weights)
    assert sum((part.minor for part in parts), 0) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)
        assert weight or not part


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_split_needs_weights(weights):
    with pytest.raises(ValueError, match="weights"):
        split(francs(1), weights)


ARABIC = "\u0662\u0665\u0660\u066c\u0660\u0660\u0660"  # 250,000 in Arabic digits


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("250000", "RWF", 250_000),
        ("250 000", "RWF", 250_000),
        ("250\u00a0000", "RWF", 250_000),
        ("250\u202f000", "RWF", 250_000),
        ("250,000", "RWF", 250_000),
        ("250.000", "RWF", 250_000),
        ("250'000", "RWF", 250_000),
        ("1\u2019250\u2019000", "RWF", 1_250_000),
        (ARABIC, "RWF", 250_000),
        ("\u06f5\u06f0", "RWF", 50),  # Persian digits
        ("\u200e250000\u200f", "RWF", 250_000),
        (" RWF 250,000 ", "RWF", 250_000),
        ("250,000 RWF", "RWF", 250_000),
        ("250 000 Frw", "RWF", 250_000),
        ("rf250000", "RWF", 250_000),
        ("250000.00", "RWF", 250_000),
        ("1.000,00", "RWF", 1_000),
        ("-5", "RWF", -5),
        ("\u22125", "RWF", -5),
        ("007", "RWF", 7),
        ("0", "RWF", 0),
        ("1.000,50", "USD", 100_050),
        ("1,000.50", "USD", 100_050),
        ("1000.5", "USD", 100_050),
        ("12,50", "USD", 1250),
        ("0.05", "USD", 5),
        ("1.000", "USD", 100_000),
        ("5\u066b25", "USD", 525),
        ("1,000,000.123", "KWD", 1_000_000_123),
        ("1 000.5", "KWD", 1_000_500),
        ("1.500.000", "KWD", 1_500_000_000),
    ],
)
def test_amounts_are_read_as_people_write_them(text, currency, minor):
    assert parse_money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "refusal"),
    [
        ("", "RWF", NotAnAmount),
        ("much", "RWF", NotAnAmount),
        ("1e5", "RWF", NotAnAmount),
        ("NaN", "USD", NotAnAmount),
        ("1,00,000", "RWF", NotAnAmount),
        ("1.000.50", "USD", NotAnAmount),
        ("--5", "RWF", NotAnAmount),
        ("5-", "RWF", NotAnAmount),
        ("\u00b25", "RWF", NotAnAmount),  # a superscript
        ("12 USD", "RWF", NotAnAmount),
        ("12 Frw", "USD", NotAnAmount),
        ("RWF", "RWF", NotAnAmount),
        ("=1+1", "RWF", NotAnAmount),
        ("1.000,50", "RWF", NoSuchCoin),
        ("0.5", "RWF", NoSuchCoin),
        ("0.0001", "USD", NoSuchCoin),
        ("1000.000", "RWF", UnclearAmount),
        ("1000,125", "USD", UnclearAmount),
        ("1.500", "KWD", UnclearAmount),
        ("1" * 16, "RWF", TooMuch),
        ("1" * 14, "USD", TooMuch),
        ("9" * 10_000, "RWF", TooMuch),
    ],
)
def test_what_is_no_clear_amount_is_refused(text, currency, refusal):
    with pytest.raises(refusal):
        parse_money(text, currency)


@given(amounts.filter(lambda minor: abs(minor) < 10**15), st.sampled_from(["RWF", "USD"]))
def test_what_we_write_is_read_again(minor, currency):
    money = Money(minor, currency)
    assert parse_money(str(money), currency) == money


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text):
    try:
        read = parse_money(text, "USD")
    except Invalid:
        return
    assert type(read.minor) is int
