"""Codes, dates and the room that an arrangement leaves."""

from __future__ import annotations

from datetime import date

import pytest

from receiver.partners.rules import (
    NotACode,
    ProgrammeClosed,
    ProgrammeEndsBeforeStart,
    ProgrammeFull,
    ProgrammeState,
    check_dates,
    check_room,
    clean_code,
)


@pytest.mark.parametrize(
    ("typed", "code"), [("gashora", "GASHORA"), (" Pilot 1 ", "PILOT-1"), ("A", "A"), ("2026-UK", "2026-UK")]
)
def test_a_code_is_kept_in_one_form(typed, code):
    assert clean_code(typed) == code


@pytest.mark.parametrize("typed", ["", "  ", "é", "-A", "A/B", "A" * 21, "=A", "محمد"])
def test_what_could_not_stand_in_a_file_is_no_code(typed):
    with pytest.raises(NotACode):
        clean_code(typed)


@pytest.mark.parametrize("end", [None, date(2026, 1, 1), date(2027, 1, 1)])
def test_an_end_may_be_open_or_later(end):
    check_dates(date(2026, 1, 1), end)


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ProgrammeEndsBeforeStart):
        check_dates(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("state", "cap", "people", "more", "refused"),
    [
        (ProgrammeState.OPEN, None, 10_000, 500, None),
        (ProgrammeState.OPEN, 250, 249, 1, None),
        (ProgrammeState.OPEN, 250, 250, 0, None),
        (ProgrammeState.OPEN, 250, 250, 1, ProgrammeFull),
        (ProgrammeState.ENDED, None, 0, 1, ProgrammeClosed),
        (ProgrammeState.ENDED, 250, 250, 1, ProgrammeClosed),
    ],
)
def test_room_under_an_arrangement(state, cap, people, more, refused):
    def ask():
        check_room(programme="Pilot", state=state, cap=cap, people=people, more=more)

    if refused is None:
        ask()
    else:
        with pytest.raises(refused, match="Pilot"):
            ask()
