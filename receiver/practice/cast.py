"""Who is in a practice system: people invented from a seed, the same for the same seed, households and all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from receiver.kit.dates import UNKNOWN, PartialDate, Precision
from receiver.people.rules import Relationship, Sex
from receiver.practice.names import TRADITIONS, Tradition, invent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

LARGEST_HOUSEHOLD = 6
BATCH_EVERY = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Invented:
    """A person before they are written down; `household` is the same number for those who live together."""

    number: int
    full_name: str
    name_latin: str
    sex: Sex
    born: PartialDate
    nationality: str
    languages: tuple[str, ...]
    interpreter: bool
    household: int | None
    relationship: Relationship
    arrived_on: date
    office: int
    phone: str | None
    pays_by: str
    """mobile, desk, waiting (not confirmed yet) or none."""


@dataclass
class _Family:
    number: int | None
    left: int
    tradition: Tradition
    word: tuple[str, str]
    arrived_on: date
    office: int
    members: int = 0
    languages: tuple[str, ...] = field(default=())


def cast(
    random: Random, people: int, *, first_day: date, last_day: date, offices: int, start: int = 1
) -> Iterator[Invented]:
    """Invent so many people who arrive between two days, in batches, alone or as households."""
    batches = max(1, (last_day - first_day) // BATCH_EVERY)
    family: _Family | None = None
    households = start
    for number in range(start, start + people):
        if family is None or not family.left:
            size = random.choices((1, 2, 3, 4, 5, LARGEST_HOUSEHOLD), (52, 14, 12, 11, 7, 4))[0]
            tradition = random.choice(TRADITIONS)
            # most are here before the first month, the others come while the months go by
            batch = int(batches * random.random() ** 2.2)
            family = _Family(
                number=households if size > 1 else None,
                left=size,
                tradition=tradition,
                word=random.choice(tradition.words),
                arrived_on=first_day + batch * BATCH_EVERY,
                office=random.choices(range(offices), [3, 2, 1][:offices])[0],
            )
            households += 1
        yield _member(random, family, number)
        family.left -= 1
        family.members += 1


def _member(random: Random, family: _Family, number: int) -> Invented:
    tradition, child = family.tradition, family.members > 1
    woman = random.random() < (0.5 if child else 0.4)
    name = invent(random, tradition, woman=woman, word=family.word if family.number is not None else None)
    relationship = (Relationship.HEAD, Relationship.SPOUSE)[family.members] if not child else Relationship.CHILD
    return Invented(
        number=number,
        full_name=name.full,
        name_latin="" if name.latin == name.full else name.latin,
        sex=Sex.FEMALE if woman else Sex.MALE,
        born=_birthday(random, family.arrived_on.year, child=child),
        nationality=random.choice(tradition.nationalities),
        languages=tradition.languages,
        interpreter=random.random() < 0.35,  # noqa: PLR2004 - a share
        household=family.number,
        relationship=relationship,
        arrived_on=family.arrived_on,
        office=family.office,
        phone=None if child else f"+25078{8_000_000 + number % 2_000_000:07d}"[:13],
        pays_by="none" if child and random.random() < 0.2 else _pays_by(random, child=child),  # noqa: PLR2004 - a share
    )


def _pays_by(random: Random, *, child: bool) -> str:
    if child:
        return "desk"
    return random.choices(("mobile", "desk", "waiting", "none"), (82, 12, 3, 3))[0]


def _birthday(random: Random, year: int, *, child: bool) -> PartialDate:
    """A birthday known to the day, the month, the year, about, or not at all."""
    born = year - (random.randrange(17) if child else random.randrange(18, 68))
    kind = random.choices(
        (Precision.DAY, Precision.MONTH, Precision.YEAR, Precision.ESTIMATED, Precision.UNKNOWN), (70, 6, 14, 7, 3)
    )[0]
    if kind is Precision.UNKNOWN:
        return UNKNOWN
    if kind is Precision.DAY:
        return PartialDate(born, random.randrange(1, 13), random.randrange(1, 29), kind)
    return PartialDate(born, random.randrange(1, 13) if kind is Precision.MONTH else None, None, kind)
