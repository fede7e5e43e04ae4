"""Who may be the same person: the table of weights, and who decides."""

from __future__ import annotations

import pytest

from receiver.kit.ids import new_id
from receiver.people.rules import (
    AlreadyDecided,
    DuplicateReason,
    DuplicateState,
    SecondPairOfEyes,
    Trait,
    check_decider,
    check_open,
    compare,
    share_a_number,
)

BORN = (1990, 3, 4)
HOME = new_id()


def trait(*names, **more):
    return Trait(id=new_id(), names=names or ("Mohamed Ahmed",), **more)


@pytest.mark.parametrize(
    ("one", "other", "ask", "certain"),
    [
        # names alone say nothing
        (trait(), trait(), False, False),
        (trait(nationality="SDN", birth=BORN), trait(nationality="SDN", birth=(1970, 3, 4)), False, False),
        # a date of birth that is not known hides nobody: the same name and nationality are asked about
        (trait(nationality="SDN"), trait(nationality="SDN"), True, False),
        (trait(nationality="SDN", birth=BORN), trait(nationality="SDN"), True, False),
        (trait(nationality="SDN", birth=BORN), trait("Muhammad Ahmad", nationality="SDN"), False, False),
        (trait(nationality="SDN", sex="f"), trait(nationality="SDN", sex="m"), False, False),
        # the same name with a near year and nationality is asked about; one that only sounds alike is not
        (trait(birth=(1990, None, None), nationality="SDN"), trait(birth=(1991, 5, 6), nationality="SDN"), True, False),
        (trait(birth=(1990, None, None)), trait(birth=(1991, 5, 6)), False, False),
        (
            trait(birth=(1990, None, None), nationality="SDN"),
            trait("Muhammad Ahmad", birth=(1991, None, None), nationality="SDN"),
            False,
            False,
        ),
        # three years apart are two people
        (
            trait(birth=(1990, None, None), nationality="SDN"),
            trait(birth=(1993, 1, 2), nationality="SDN"),
            False,
            False,
        ),
        # a known birthday with a name that sounds alike, in any script
        (trait(birth=BORN), trait("محمد أحمد", birth=BORN), True, False),
        # a name in another script is never the same: there one that sounds alike is asked about,
        # where year and nationality agree, or one of them does and the other is not known
        (
            trait(birth=(1990, None, None), nationality="SYR"),
            trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"),
            True,
            False,
        ),
        (trait(birth=(1990, None, None)), trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"), True, False),
        (trait(nationality="SYR"), trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"), True, False),
        (trait(birth=(1990, 1, 1)), trait("محمد أحمد", birth=(1990, 5, 12)), True, False),
        # where a year is near and not the same, a day or a nationality another, or nothing known, it is not
        (
            trait(birth=(1991, None, None), nationality="SYR"),
            trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"),
            False,
            False,
        ),
        (
            trait(birth=(1975, None, None), nationality="SYR"),
            trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"),
            False,
            False,
        ),
        (
            trait(birth=(1990, 3, 4), nationality="SYR"),
            trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"),
            False,
            False,
        ),
        (
            trait(birth=(1990, None, None), nationality="SDN"),
            trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"),
            False,
            False,
        ),
        (trait(), trait("محمد أحمد"), False, False),
        (trait(), trait("محمد أحمد", birth=(1990, 5, 12), nationality="SYR"), False, False),
        # nor where both are known in one script too, and differ there
        (
            trait("Muhammad Ahmad", "محمد أحمد", birth=(1990, None, None), nationality="SYR"),
            trait(birth=(1990, 5, 12), nationality="SYR"),
            False,
            False,
        ),
        # the first of January is written for people who do not know their day
        (trait(birth=(1990, 1, 1)), trait("Muhammad Ahmad", birth=(1990, 1, 1)), False, False),
        # another sex speaks against it, and may be a slip where all else is the same
        (trait(birth=BORN, sex="f"), trait(birth=BORN, sex="m"), False, False),
        (
            trait(birth=BORN, sex="f", nationality="SDN"),
            trait(birth=BORN, sex="m", nationality="SDN"),
            True,
            False,
        ),
        (
            trait(birth=BORN, sex="f", nationality="SDN"),
            trait("Muhammad Ahmad", birth=BORN, sex="m", nationality="SDN"),
            False,
            False,
        ),
        (
            trait(birth=BORN, sex="f", phones=frozenset({b"9"})),
            trait(birth=BORN, sex="m", phones=frozenset({b"9"})),
            True,
            False,
        ),
        (trait(marks=frozenset({b"1"}), sex="f"), trait(marks=frozenset({b"1"}), sex="m"), True, False),
        (trait("Omar", sex="f"), trait("Selam", sex="m"), False, False),
        # one household needs a number
        (trait(birth=BORN, sex="f"), trait(birth=BORN, sex="u"), True, False),
        (trait(birth=BORN, household=HOME), trait(birth=BORN, household=HOME), False, False),
        (
            trait(birth=BORN, household=HOME, marks=frozenset({b"1"})),
            trait(birth=BORN, household=HOME, marks=frozenset({b"1"})),
            True,
            True,
        ),
        # one document number is enough to ask; with the name it is certain
        (trait("Selam", marks=frozenset({b"1"})), trait("Omar", marks=frozenset({b"1", b"2"})), True, False),
        (trait(marks=frozenset({b"1"})), trait(marks=frozenset({b"1"})), True, True),
        # whatever else agrees, another name is asked about
        (
            trait("Tesfalem Haile", birth=BORN, nationality="ERI", marks=frozenset({b"1"})),
            trait("John Doe", birth=BORN, nationality="ERI", marks=frozenset({b"1"})),
            True,
            False,
        ),
        (trait(sending_marks=frozenset({b"7"})), trait(sending_marks=frozenset({b"7"})), True, True),
        (trait(sending_marks=frozenset({b"7"})), trait(marks=frozenset({b"7"})), False, False),
        # a family shares a telephone
        (trait(phones=frozenset({b"9"})), trait("Selam Haile", phones=frozenset({b"9"})), False, False),
        (trait(phones=frozenset({b"9"})), trait("Muhammad Ahmad", phones=frozenset({b"9"})), True, False),
        (trait("", phones=frozenset({b"9"})), trait(phones=frozenset({b"9"})), False, False),
    ],
)
def test_who_is_asked_about(one, other, ask, certain):
    likeness = compare(one, other)
    assert (likeness.ask, likeness.certain) == (ask, certain), likeness
    assert likeness.other == other.id
    assert compare(other, one).score == likeness.score


def test_reasons_are_told_the_strongest_first():
    one = trait(birth=BORN, nationality="SDN", marks=frozenset({b"1"}), phones=frozenset({b"2"}))
    assert compare(one, one).reasons == (
        DuplicateReason.DOCUMENT,
        DuplicateReason.PHONE,
        DuplicateReason.NAME,
        DuplicateReason.BIRTH,
        DuplicateReason.NATIONALITY,
    )
    assert compare(one, one).score == 100


ME, OTHER = new_id(), new_id()
SAME, DIFFERENT = DuplicateState.SAME, DuplicateState.DIFFERENT


@pytest.mark.parametrize(
    ("verdict", "reasons", "raised_by", "decider", "refused"),
    [
        (SAME, ["name"], ME, ME, True),
        (SAME, ["name"], ME, OTHER, False),
        (SAME, ["name"], None, ME, False),
        (SAME, ["name"], None, None, False),
        (DIFFERENT, ["name", "birth"], ME, ME, False),
        (DIFFERENT, ["document"], ME, ME, True),
        (DIFFERENT, ["sending_number"], ME, ME, True),
        (DIFFERENT, ["document"], ME, OTHER, False),
    ],
)
def test_a_second_pair_of_eyes(verdict, reasons, raised_by, decider, refused):
    if refused:
        with pytest.raises(SecondPairOfEyes):
            check_decider(verdict, reasons, raised_by=raised_by, decider=decider)
    else:
        check_decider(verdict, reasons, raised_by=raised_by, decider=decider)


def test_a_decision_is_made_once():
    check_open(DuplicateState.OPEN)
    for state in (SAME, DIFFERENT):
        with pytest.raises(AlreadyDecided, match=str(state.label)):
            check_open(state)


@pytest.mark.parametrize(
    ("reasons", "shared"),
    [(["document"], True), (["sending_number", "name"], True), (["name", "phone"], False), ([], False)],
)
def test_what_counts_as_a_shared_number(reasons, shared):
    assert share_a_number(reasons) is shared


@pytest.mark.parametrize(
    ("year", "reason"),
    [(1990, DuplicateReason.SAME_YEAR), (1991, DuplicateReason.BIRTH_YEAR), (1988, DuplicateReason.BIRTH_YEAR)],
)
def test_equal_birth_years_are_called_the_same(year, reason):
    one, other = trait(birth=(1990, None, None)), trait(birth=(year, 5, 6))
    assert reason in compare(one, other).reasons
    assert len({DuplicateReason.SAME_YEAR, DuplicateReason.BIRTH_YEAR} & set(compare(one, other).reasons)) == 1
