"""What cannot be true of a person, and what somebody may have meant by a reference or a number."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit.ids import ALPHABET, is_reference, new_id, new_reference
from receiver.people.rules import (
    CollectorOutsideHousehold,
    Identity,
    LeftBeforeArrival,
    LeftInFuture,
    NameParts,
    NotHereYet,
    check_collector,
    check_left,
    plain_number,
    references_in,
    tail_of,
)

ARRIVED, TODAY = date(2026, 11, 3), date(2026, 11, 20)
A, B, C = new_id(), new_id(), new_id()


@pytest.mark.parametrize(
    ("arrived", "left", "refused"),
    [
        (ARRIVED, ARRIVED, None),
        (ARRIVED, TODAY, None),
        (ARRIVED, date(2026, 11, 2), LeftBeforeArrival),
        (ARRIVED, date(2026, 11, 21), LeftInFuture),
        (None, TODAY, NotHereYet),
    ],
)
def test_somebody_leaves_between_arrival_and_today(arrived, left, refused):
    if refused is None:
        check_left(arrived, left, today=TODAY)
    else:
        with pytest.raises(refused):
            check_left(arrived, left, today=TODAY)


@pytest.mark.parametrize(
    ("collector", "alternate", "fine"),
    [
        (A, B, True),
        (A, None, True),
        (None, None, True),
        (None, B, True),
        (A, A, False),
        (A, C, False),
        (C, None, False),
    ],
)
def test_two_different_members_collect(collector, alternate, fine):
    if fine:
        check_collector({A, B}, collector, alternate)
    else:
        with pytest.raises(CollectorOutsideHousehold):
            check_collector({A, B}, collector, alternate)


def test_the_names_of_an_identity_are_those_given():
    assert Identity("محمد", "Mohamed", "Mohamed", "").names == ("محمد", "Mohamed")


def test_the_parts_of_a_name_make_one_more_way_of_writing_it():
    assert NameParts("Hassan", grandfather_name="Omar").whole == "Hassan Omar"
    assert NameParts().whole == ""


@pytest.mark.parametrize(
    ("typed", "plain", "tail"),
    [
        ("AB 123-456", "AB123456", "456"),
        ("ab/123.456", "AB123456", "456"),
        ("٤٥٦٧٨٩", "456789", "789"),
        ("12345", "12345", ""),
        ("1234", "1234", ""),
        ("-- ", "", ""),
        ("ＡＢ１２３４", "AB1234", "234"),
    ],
)
def test_a_number_is_compared_plain_and_shown_by_its_end(typed, plain, tail):
    assert (plain_number(typed), tail_of(typed)) == (plain, tail)


@given(st.data())
def test_one_slip_in_a_reference_is_found_and_not_much_else(data):
    reference = new_reference("R")
    body = reference.removeprefix("R-")
    assert references_in(reference) == (reference,)
    assert references_in(f" r {body[:3].lower()} {body[3:].lower()}") == (reference,)
    at = data.draw(st.integers(0, 6))
    wrong = (
        body[:at] + data.draw(st.sampled_from([letter for letter in ALPHABET if letter != body[at]])) + body[at + 1 :]
    )
    meant = references_in(f"R-{wrong}")
    assert reference in meant
    assert len(meant) <= 7 + 6
    assert all(is_reference(each, "R") for each in meant)


def test_two_letters_swapped_are_found():
    reference = "R-00000A" + next(letter for letter in ALPHABET if is_reference(f"R-00000A{letter}", "R"))
    swapped = reference[:6] + reference[7] + reference[6] + reference[8:]
    assert reference in references_in(swapped)


def test_a_reference_may_come_without_its_letter():
    reference = new_reference("R")
    assert references_in(reference.removeprefix("R-")) == (reference,)


@pytest.mark.parametrize("typed", ["", "Mohamed", "محمد", "Selam Haile", "HH-0000000", "R-123", "0788123456", "R"])
def test_what_is_no_reference_means_none(typed):
    assert references_in(typed) == ()
