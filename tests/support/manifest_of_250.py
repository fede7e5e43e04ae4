"""A manifest of 250 people, 40 of whom have a fault, no two rows wrong in quite the same way; all of them invented."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

import xlsxwriter

from receiver.kit.dates import Precision
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, Words, _
from receiver.people.rules import Relationship, Sex
from receiver.people.rules.manifest import ManifestField as F
from receiver.practice.names import TRADITIONS, invent

if TYPE_CHECKING:
    from collections.abc import Sequence

PEOPLE, FAULTY, EARLY = 250, 40, 150
FIRST_ROW = 2
"""Row 1 names the columns."""
Cells = dict[F, str]


@dataclass(frozen=True)
class Fault:
    """What stands in the cells instead, and what is said of each that is wrong.

    `formula` and `number` are columns of a workbook whose cell holds no text.
    """

    cells: Cells
    says: tuple[Words, ...]
    formula: F | None = None
    number: F | None = None


@dataclass
class Manifest:
    """The rows of a file in order, by their numbers, and what is wrong with some."""

    month: Month
    rows: dict[int, Cells] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)

    @property
    def right(self) -> dict[int, Cells]:
        """The rows with which nothing is wrong."""
        return {number: cells for number, cells in self.rows.items() if number not in self.faults}

    def csv(self, headings: Sequence[str]) -> bytes:
        """As a CSV file under these headings, one for each field in order."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(headings)
        writer.writerows([cells[each] for each in F] for cells in self.rows.values())
        return text.getvalue().encode()

    def xlsx(self, headings: Sequence[str]) -> bytes:
        """As a workbook under these headings."""
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, headings)
        for number, cells in self.rows.items():
            fault = self.faults.get(number)
            for place, each in enumerate(F):
                if fault is not None and each is fault.formula:
                    sheet.write_formula(number - 1, place, cells[each])
                elif fault is not None and each is fault.number:
                    sheet.write_number(number - 1, place, int(cells[each]))
                else:
                    sheet.write_string(number - 1, place, cells[each])
        book.close()
        return buffer.getvalue()


def manifest(month: Month, today: date, *, workbook: bool) -> Manifest:
    """150 people who came on the first of the month and 100 who came on the 16th; every sixth row has a fault."""
    random, made = Random(250), Manifest(month)
    people = _people(random, month)
    faults = [*_faults(people, today), *(_in_a_workbook() if workbook else _in_a_text())]
    assert len(faults) == FAULTY
    for number, cells in enumerate(people, FIRST_ROW):
        made.rows[number] = cells
        if number % 6 == 0 and faults:
            fault = made.faults[number] = faults.pop(0)
            made.rows[number] = {**cells, **fault.cells}
    assert (len(made.rows), len(made.faults)) == (PEOPLE, FAULTY)
    return made


def _people(random: Random, month: Month) -> list[Cells]:
    """People no two of whom share a name or a birthday; the first hundred live in households of four."""
    people: list[Cells] = []
    names: set[str] = set()
    born = date(1955, 3, 2)
    while len(people) < PEOPLE:
        tradition = random.choice(TRADITIONS)
        woman = random.random() < 0.5
        name = invent(random, tradition, woman=woman)
        if name.latin in names:
            continue
        names.add(name.latin)
        place = len(people)
        born += timedelta(days=71)
        together = place < 100
        people.append(
            {
                F.SENDING_NUMBER: f"S-{place + 1:04d}",
                F.FULL_NAME: name.full,
                F.NAME_LATIN: name.latin if name.latin != name.full else "",
                F.SEX: "f" if woman else "m",
                F.DATE_OF_BIRTH: _written(born, place),
                F.BIRTH_PRECISION: "",
                F.NATIONALITY: random.choice(tradition.nationalities),
                F.LANGUAGES: ", ".join(tradition.languages),
                F.DOCUMENT_TYPE: "passport" if place % 3 == 0 else "",
                F.DOCUMENT_NUMBER: f"P{700_000 + place}" if place % 3 == 0 else "",
                F.HOUSEHOLD: f"H{place // 4}" if together else "",
                F.RELATIONSHIP: ("head" if place % 4 == 0 else "relative") if together else "",
                F.ARRIVAL_DATE: f"{month}-01" if place < EARLY else f"16/{month.month}/{month.year}",
                F.NOTES: "",
            }
        )
    return people


def _written(born: date, place: int) -> str:
    """A birthday as offices write it: in both orders, without the day, without day and month, or not at all."""
    forms = (born.isoformat(), f"{born.day}/{born.month}/{born.year}", f"{born.year}-{born.month:02d}", str(born.year))
    return forms[place % 4] if place % 25 else ""


def _faults(people: Sequence[Cells], today: date) -> list[Fault]:
    """Everything that can be wrong with the text of a cell, or with two rows beside one another."""
    whole_day = _("The whole day of arrival is needed: day, month and year.")
    no_date = _("We cannot read this as a date. Please write it like 2026-11-05 or 5/11/2026.")
    shared = {"row": str(FIRST_ROW)}  # the first row is right
    first = people[0]
    return [
        Fault({F.SEX: "q"}, (_sex("q"),)),
        Fault({F.FULL_NAME: ""}, (_NO_NAME,)),
        Fault({F.FULL_NAME: "… –"}, (_NO_NAME,)),
        Fault({F.FULL_NAME: "Long " * 41}, (_long(204, 200),)),
        Fault({F.NAME_LATIN: "L" * 201}, (_long(201, 200),)),
        Fault({F.SEX: "both"}, (_sex("both"),)),
        Fault({F.DATE_OF_BIRTH: "31/02/1990"}, (_no_day(31, Month(1990, 2)),)),
        Fault({F.DATE_OF_BIRTH: "05/13/1990"}, (_NO_MONTH.with_(month=13),)),
        Fault({F.DATE_OF_BIRTH: "34523"}, (_SERIAL.with_(number="34523"),)),
        Fault({F.DATE_OF_BIRTH: "5/3/90"}, (_("Please write the year with four digits."),)),
        Fault({F.DATE_OF_BIRTH: "1370/05/02"}, (_OTHER_CALENDAR.with_(year="1370"),)),
        Fault({F.DATE_OF_BIRTH: "in spring"}, (_NO_BIRTHDAY,)),
        Fault({F.DATE_OF_BIRTH: f"{today.year + 1}-01-01"}, (_("This day of birth lies in the future."),)),
        Fault({F.DATE_OF_BIRTH: "1880-01-01"}, (_TOO_OLD.with_(years=120),)),
        Fault({F.DATE_OF_BIRTH: "1990", F.BIRTH_PRECISION: "so so"}, (_not_one_of("so so", Precision),)),
        Fault({F.DATE_OF_BIRTH: "1990", F.BIRTH_PRECISION: "day"}, (_DIFFERS.with_(precision=Precision.DAY.label),)),
        Fault({F.NATIONALITY: "Atlantis"}, (_NO_COUNTRY.with_(typed="Atlantis"),)),
        Fault({F.LANGUAGES: "en, Lakeish"}, (_("“%(typed)s” is not a language that we know.", typed="Lakeish"),)),
        Fault({F.LANGUAGES: "en fr ar sw so am ti"}, (_("Please name at most %(most)s languages.", most=6),)),
        Fault({F.DOCUMENT_TYPE: "passport", F.DOCUMENT_NUMBER: ""}, (_NO_NUMBER_OF_IT,)),
        Fault({F.DOCUMENT_TYPE: "library card", F.DOCUMENT_NUMBER: "7"}, (_NO_KIND.with_(typed="library card"),)),
        Fault({F.DOCUMENT_TYPE: "", F.DOCUMENT_NUMBER: "/ /"}, (_NO_SIGNS,)),
        Fault({F.SENDING_NUMBER: "?!"}, (_NO_SIGNS,)),
        Fault({F.SENDING_NUMBER: "S" * 61}, (_long(61, 60),)),
        Fault({F.HOUSEHOLD: "H" * 61, F.RELATIONSHIP: ""}, (_long(61, 60),)),
        Fault({F.HOUSEHOLD: "H", F.RELATIONSHIP: "the cat"}, (_not_one_of("the cat", Relationship),)),
        Fault({F.HOUSEHOLD: "", F.RELATIONSHIP: "child"}, (_NO_HOUSEHOLD,)),
        Fault({F.ARRIVAL_DATE: ""}, (_("Please give the day of arrival."),)),
        Fault({F.ARRIVAL_DATE: f"{today.year}-{today.month}"}, (whole_day,)),
        Fault({F.ARRIVAL_DATE: str(today.year)}, (whole_day,)),
        Fault({F.ARRIVAL_DATE: f"{today.year + 3}-01-01"}, (_FAR,)),
        Fault({F.ARRIVAL_DATE: "soon"}, (no_date,)),
        Fault({F.NOTES: "n" * 301}, (_long(301, 300),)),
        Fault({F.SENDING_NUMBER: first[F.SENDING_NUMBER].lower()}, (_SAME_NUMBER.with_(**shared),)),
        Fault({F.DOCUMENT_NUMBER: first[F.DOCUMENT_NUMBER]}, (_SAME_DOCUMENT.with_(**shared),)),
        Fault({F.HOUSEHOLD: first[F.HOUSEHOLD], F.RELATIONSHIP: "head"}, (_SECOND_HEAD.with_(**shared),)),
    ]


def _in_a_text() -> list[Fault]:
    """Four more in a file of text."""
    return [
        Fault({F.DATE_OF_BIRTH: "٣١/٠٤/١٩٩٠"}, (_no_day(31, Month(1990, 4)),)),
        Fault({F.SEX: "?", F.NATIONALITY: "Lakeland"}, (_sex("?"), _NO_COUNTRY.with_(typed="Lakeland"))),
        Fault({F.FULL_NAME: "\u200b \u2800"}, (_NO_NAME,)),
        Fault({F.DATE_OF_BIRTH: "5 Brumaire 1990"}, (_NO_BIRTHDAY,)),
    ]


def _in_a_workbook() -> list[Fault]:
    """Four more that only a workbook can have."""
    formula = _("This cell holds a formula, which is never worked out here. Please paste its value instead.")
    return [
        Fault({F.FULL_NAME: '="Row "&ROW()'}, (formula,), formula=F.FULL_NAME),
        Fault({F.DATE_OF_BIRTH: "=TODAY()"}, (formula,), formula=F.DATE_OF_BIRTH),
        Fault({F.DOCUMENT_NUMBER: "12345678901234567"}, (_LONG_NUMBER,), number=F.DOCUMENT_NUMBER),
        Fault({F.DATE_OF_BIRTH: "34524"}, (_SERIAL.with_(number="34524"),), number=F.DATE_OF_BIRTH),
    ]


def _long(length: int, most: int) -> Words:
    return _("This has %(length)s characters. At most %(most)s fit here.", length=length, most=most)


def _sex(typed: str) -> Words:
    return _not_one_of(typed, Sex)


def _not_one_of(typed: str, meant: type[LabelledEnum]) -> Words:
    return _NOT_ONE_OF.with_(typed=typed, words=[each.label for each in meant])


def _no_day(day: int, month: Month) -> Words:
    return _("%(month)s has %(days)s days; there is no day %(day)s in it.", month=month, days=month.days, day=day)


# The sentences are written once more here: what the program means to say is not asked of the program.
_NO_NAME = _("Please write the name, as the person gives it.")
_NO_BIRTHDAY = _(
    "We cannot read this as a date of birth. Please write it like 2026-11-05 or 5/11/2026. "
    "Where no more is known, write the year alone, or leave this empty."
)
_NO_MONTH = _("There is no month %(month)s. Please check which number is the day and which is the month.")
_SERIAL = _(
    "%(number)s looks like a date in the inner form of a spreadsheet. "
    "Please format the column as a date, year first, and save it again."
)
_OTHER_CALENDAR = _("The year %(year)s does not look like a year of the common calendar. Please convert it first.")
_TOO_OLD = _("Whoever was born then would be more than %(years)s years old.")
_NOT_ONE_OF = _("“%(typed)s” is not understood. Please write one of these: %(words)s.")
_DIFFERS = _("This does not fit the date of birth beside it: “%(precision)s”.")
_NO_COUNTRY = _("“%(typed)s” is no country that we know. Please write its name or its three letters.")
_NO_NUMBER_OF_IT = _("Please write the number of the document, or leave its kind empty.")
_NO_KIND = _("“%(typed)s” is no kind of document that we know.")
_NO_SIGNS = _("This number has neither letters nor digits.")
_NO_HOUSEHOLD = _("Please say to which household this person belongs.")
_FAR = _("This day lies more than two years ahead. Please check the year.")
_SAME_NUMBER = _("Row %(row)s has the same number. Two people cannot share it.")
_SAME_DOCUMENT = _("Row %(row)s has the same document number. Two people cannot share it.")
_SECOND_HEAD = _("Row %(row)s is the head of this household already.")
_LONG_NUMBER = _(
    "A spreadsheet keeps only 15 digits of a number, so this one is not what was typed. "
    "Please write it here, and format the column as text."
)
