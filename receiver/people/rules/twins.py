"""Who may be the same person: reasons with weights, never names alone, and never decided by the program.

Names are too often alike to let a computer decide (domain: Duplicates). A comparison gives a score and the reasons in
words; a human says whether it is one person. The weights are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from receiver.kit import names
from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

ASK_FROM = 55
"""From this score on a human is asked: the same name with a near birth year and nationality, or more."""
KNOWN_FROM = 100
"""From this score on, with an equal number and a name alike, a manifest row counts as somebody already here."""
ALIKE_FROM = 85
"""Names count as alike from this likeness (0 to 100)."""
WHOLLY_ALIKE = 100


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
    SAME_YEAR = "same_year", p_("duplicate", "same birth year")
    BIRTH_YEAR = "birth_year", p_("duplicate", "birth years close together")
    NATIONALITY = "nationality", p_("duplicate", "same nationality")
    BIRTH_UNKNOWN = "birth_unknown", p_("duplicate", "a date of birth is not known")
    OTHER_SCRIPT = "other_script", p_("duplicate", "name written in another script")
    OTHER_SEX = "other_sex", p_("duplicate", "but different sex")


_WEIGHT = {
    DuplicateReason.DOCUMENT: 70,
    DuplicateReason.SENDING_NUMBER: 70,
    DuplicateReason.PHONE: 25,
    DuplicateReason.NAME: 40,
    DuplicateReason.NAME_ALIKE: 30,
    DuplicateReason.BIRTH: 25,
    DuplicateReason.SAME_YEAR: 10,
    DuplicateReason.BIRTH_YEAR: 10,
    DuplicateReason.NATIONALITY: 5,
    DuplicateReason.BIRTH_UNKNOWN: 10,
    DuplicateReason.OTHER_SCRIPT: 20,
    DuplicateReason.OTHER_SEX: -15,
}
_YEARS_APART = 2
_WRITTEN_FOR_UNKNOWN = (1, 1)  # month and day that offices write for people who do not know theirs


class SecondPairOfEyes(Refusal):
    """Whoever registered a record does not settle alone whether it is a second one."""

    sentence = _("You registered one of the two, so someone else has to decide this.")
    status = 403


class AlreadyDecided(Refusal):
    """A decision is made once; what follows from it is undone elsewhere."""

    sentence = _("This has been decided already: %(decided)s.")


@dataclass(frozen=True)
class Trait:
    """What is compared of one person.

    `marks`, `sending_marks` and `phones` are keyed hashes of document numbers, of numbers that the sending state gave,
    and of telephone numbers.
    """

    id: UUID
    names: tuple[str, ...]
    sex: str = "u"
    birth: tuple[int | None, int | None, int | None] = (None, None, None)
    nationality: str | None = None
    marks: frozenset[bytes] = frozenset()
    sending_marks: frozenset[bytes] = frozenset()
    phones: frozenset[bytes] = frozenset()
    household: UUID | None = None


@dataclass(frozen=True)
class Likeness:
    """How alike two are, and why; `certain` when name and a number that only one person has agree."""

    other: UUID
    score: int
    reasons: tuple[DuplicateReason, ...] = field(default=())

    @property
    def certain(self) -> bool:
        """Whether a manifest row can be taken as somebody already here without asking."""
        named = bool({DuplicateReason.NAME, DuplicateReason.NAME_ALIKE} & set(self.reasons))
        doubted = DuplicateReason.OTHER_SEX in self.reasons
        return self.score >= KNOWN_FROM and share_a_number(self.reasons) and named and not doubted

    @property
    def ask(self) -> bool:
        """Whether a human should look."""
        return self.score >= ASK_FROM


def compare(one: Trait, other: Trait) -> Likeness:
    """Weigh what two records share. Members of one household need a shared number to count.

    A different sex speaks against one person and may still be a slip of whoever wrote it: the same name, birthday and
    nationality, or a shared telephone, are asked about all the same. A missing date of birth hides nobody: there the
    same name and nationality are enough to ask. A name in two scripts is never written the same, so one that sounds
    alike counts for more there, as long as birth and nationality agree or are not known.
    """
    reasons = list(_reasons(one, other))
    together = one.household is not None and one.household == other.household
    counts = share_a_number(reasons) or not together
    score = sum(_WEIGHT[reason] for reason in reasons) if counts else 0
    return Likeness(other.id, max(0, min(score, 100)), tuple(reasons))


def share_a_number(reasons: Iterable[str]) -> bool:
    """Whether the reasons hold a number that only one person has."""
    return bool({DuplicateReason.DOCUMENT, DuplicateReason.SENDING_NUMBER} & set(reasons))


def check_decider(
    verdict: DuplicateState, reasons: Iterable[str], *, raised_by: UUID | None, decider: UUID | None
) -> None:
    """Refuse whoever registered one of two records as the only judge of what a second pair of eyes must see.

    That two records are one person always needs it; that they are two people needs it where they share a number.

    Raises:
        SecondPairOfEyes
    """
    alone = raised_by is not None and raised_by == decider
    if alone and (verdict is DuplicateState.SAME or share_a_number(reasons)):
        raise SecondPairOfEyes


def check_open(state: DuplicateState) -> None:
    """Refuse a second decision.

    Raises:
        AlreadyDecided
    """
    if state is not DuplicateState.OPEN:
        raise AlreadyDecided(decided=state.label)


def _reasons(one: Trait, other: Trait) -> Iterable[DuplicateReason]:
    if one.marks & other.marks:
        yield DuplicateReason.DOCUMENT
    if one.sending_marks & other.sending_marks:
        yield DuplicateReason.SENDING_NUMBER
    if one.phones & other.phones:
        yield DuplicateReason.PHONE
    yield from _reasons_of_life(one, other)
    if "u" not in {one.sex, other.sex} and one.sex != other.sex:
        yield DuplicateReason.OTHER_SEX


def _reasons_of_life(one: Trait, other: Trait) -> Iterable[DuplicateReason]:
    """Name, birth and nationality: what many people share."""
    likeness = max((names.likeness(a, b) for a in one.names for b in other.names if a and b), default=0)
    if likeness == WHOLLY_ALIKE:
        yield DuplicateReason.NAME
    elif likeness >= ALIKE_FROM:
        yield DuplicateReason.NAME_ALIKE
    if None not in one.birth and one.birth == other.birth and one.birth[1:] != _WRITTEN_FOR_UNKNOWN:
        yield DuplicateReason.BIRTH
    elif one.birth[0] and other.birth[0] and abs(one.birth[0] - other.birth[0]) <= _YEARS_APART:
        yield DuplicateReason.SAME_YEAR if one.birth[0] == other.birth[0] else DuplicateReason.BIRTH_YEAR
    if one.nationality and one.nationality == other.nationality:
        yield DuplicateReason.NATIONALITY
    if likeness == WHOLLY_ALIKE and not (one.birth[0] and other.birth[0]):
        yield DuplicateReason.BIRTH_UNKNOWN
    if ALIKE_FROM <= likeness < WHOLLY_ALIKE and _only_scripts_differ(one, other):
        yield DuplicateReason.OTHER_SCRIPT


def _only_scripts_differ(one: Trait, other: Trait) -> bool:
    """Whether two with names alike share no script, and birth or nationality agree and neither speaks against it."""
    years, nations = {one.birth[0], other.birth[0]}, {one.nationality, other.nationality}
    if any(len(known - {None}) > 1 for known in (years, nations)) or None in years & nations:
        return False
    days = [each.birth for each in (one, other) if None not in each.birth and each.birth[1:] != _WRITTEN_FOR_UNKNOWN]
    if len(set(days)) > 1:
        return False
    return not set(map(names.script, one.names)) & set(map(names.script, other.names))
