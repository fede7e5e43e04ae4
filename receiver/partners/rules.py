"""What holds for programmes and partner organisations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from datetime import date

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


class ProgrammeState(LabelledEnum):
    """Whether people can still arrive under a programme."""

    OPEN = "open", p_("programme", "Open")
    ENDED = "ended", p_("programme", "Ended")


class ProgrammeCodeTaken(Refusal):
    """Two programmes cannot share a code."""

    sentence = _("Another programme already has this code.")
    status = 422


class OrganisationCodeTaken(Refusal):
    """Two organisations cannot share a code."""

    sentence = _("Another organisation already has this code.")
    status = 422


class NotACode(Refusal):
    """A code that could not stand in a file or an address."""

    sentence = _("A code has capital letters, digits and dashes only, such as GASHORA-1, up to 20 of them.")
    status = 422


class ProgrammeEndsBeforeStart(Refusal):
    """Dates the wrong way round."""

    sentence = _("The programme would end before it starts. Please check the two dates.")
    status = 422


class ProgrammeFull(Refusal):
    """More people than the arrangement allows."""

    sentence = _(
        "The arrangement “%(programme)s” allows %(cap)s people; with these there would be %(people)s. "
        "Please check the list, or ask an administrator to change the number."
    )


class ProgrammeClosed(Refusal):
    """Nobody arrives under a programme that has ended."""

    sentence = _("The programme “%(programme)s” has ended. Please choose another one.")


def clean_code(text: str) -> str:
    """A code as it is kept, however it was typed.

    Raises:
        NotACode
    """
    code = text.strip().upper().replace(" ", "-")
    if not _CODE.fullmatch(code):
        raise NotACode
    return code


def check_dates(starts_on: date, ends_on: date | None) -> None:
    """Refuse an end before the start.

    Raises:
        ProgrammeEndsBeforeStart
    """
    if ends_on is not None and ends_on < starts_on:
        raise ProgrammeEndsBeforeStart


def check_room(*, programme: str, state: ProgrammeState, cap: int | None, people: int, more: int) -> None:
    """Refuse arrivals that the arrangement does not cover; a cap that is not known refuses nobody.

    Raises:
        ProgrammeClosed, ProgrammeFull
    """
    if state is ProgrammeState.ENDED:
        raise ProgrammeClosed(programme=programme)
    if cap is not None and people + more > cap:
        raise ProgrammeFull(programme=programme, cap=cap, people=people + more)
