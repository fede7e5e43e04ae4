"""Who may be the same person: reasons with weights, never names alone, and never decided by the program.

Names are too often alike to let a computer decide (domain: Duplicates). A comparison gives a score and the reasons in
words; a human says whether it is one person. The weights are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from receiver.kit import names
from receiver.kit.words import LabelledEnum, p_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

ASK_FROM = 60
"""From this score on a human is asked."""
KNOWN_FROM = 100
"""From this score on, with an equal document or sending number, a manifest row counts as somebody already here."""
ALIKE_FROM = 85
"""Names count as alike from this likeness (0 to 100)."""


class DuplicateState(LabelledEnum):
    """What was said of two records that look alike."""

    OPEN = "open", p_("duplicate", "To decide")
    SAME = "same", p_("duplicate", "One person")
    DIFFERENT = "different", p_("duplicate", "Two people")


class DuplicateReason(LabelledEnum):
    """Why two records look alike."""

    DOCUMENT = "document", p_("duplicate", "same document number")
    SENDING_NUMBER = "sending_number", p_("duplicate", "same number of the sending state")
    PHONE = "phone", p_("duplicate", "same phone number")
    NAME = "name", p_("duplicate", "same name")
    NAME_ALIKE = "name_alike", p_("duplicate", "name sounds alike")
    BIRTH = "birth", p_("duplicate", "same date of birth")
    BIRTH_YEAR = "birth_year", p_("duplicate", "birth years close together")
    NATIONALITY = "nationality", p_("duplicate", "same nationality")


_WEIGHT = {
    DuplicateReason.DOCUMENT: 70,
    DuplicateReason.SENDING_NUMBER: 70,
    DuplicateReason.PHONE: 25,
    DuplicateReason.NAME: 40,
    DuplicateReason.NAME_ALIKE: 30,
    DuplicateReason.BIRTH: 25,
    DuplicateReason.BIRTH_YEAR: 10,
    DuplicateReason.NATIONALITY: 5,
}
_YEARS_APART = 2


@dataclass(frozen=True)
class Trait:
    """What is compared of one person; `marks` are keyed hashes of document numbers, `phones` of phone numbers."""

    id: UUID
    names: tuple[str, ...]
    sex: str = "u"
    birth: tuple[int | None, int | None, int | None] = (None, None, None)
    nationality: str | None = None
    marks: frozenset[bytes] = frozenset()
    sending_number: str = ""
    phones: frozenset[bytes] = frozenset()
    household: object = None


@dataclass(frozen=True)
class Likeness:
    """How alike two are, and why; `certain` when a number that only one person has is the same."""

    other: UUID
    score: int
    reasons: tuple[DuplicateReason, ...] = field(default=())

    @property
    def certain(self) -> bool:
        """Whether a manifest row can be taken as somebody already here without asking."""
        return self.score >= KNOWN_FROM and bool(
            {DuplicateReason.DOCUMENT, DuplicateReason.SENDING_NUMBER} & set(self.reasons)
        )

    @property
    def ask(self) -> bool:
        """Whether a human should look."""
        return self.score >= ASK_FROM


def compare(one: Trait, other: Trait) -> Likeness:
    """Weigh what two records share. Different sexes, and members of one household, need a shared number to count."""
    reasons = list(_reasons(one, other))
    numbers = {DuplicateReason.DOCUMENT, DuplicateReason.SENDING_NUMBER} & set(reasons)
    different = "u" not in {one.sex, other.sex} and one.sex != other.sex
    together = one.household is not None and one.household == other.household
    score = 0 if (different or together) and not numbers else sum(_WEIGHT[reason] for reason in reasons)
    return Likeness(other.id, min(score, 100), tuple(reasons))


def _reasons(one: Trait, other: Trait) -> Iterable[DuplicateReason]:
    if one.marks & other.marks:
        yield DuplicateReason.DOCUMENT
    if one.sending_number and one.sending_number == other.sending_number:
        yield DuplicateReason.SENDING_NUMBER
    if one.phones & other.phones:
        yield DuplicateReason.PHONE
    likeness = max((names.likeness(a, b) for a in one.names for b in other.names if a and b), default=0)
    if likeness == 100:  # noqa: PLR2004 - per cent
        yield DuplicateReason.NAME
    elif likeness >= ALIKE_FROM:
        yield DuplicateReason.NAME_ALIKE
    if None not in one.birth and one.birth == other.birth:
        yield DuplicateReason.BIRTH
    elif one.birth[0] and other.birth[0] and abs(one.birth[0] - other.birth[0]) <= _YEARS_APART:
        yield DuplicateReason.BIRTH_YEAR
    if one.nationality and one.nationality == other.nationality:
        yield DuplicateReason.NATIONALITY
