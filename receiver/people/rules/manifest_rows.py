"""Rows of a manifest read into values, or into what is wrong with them: cell by cell, then against one another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from receiver.kit.text import clean_text
from receiver.kit.words import Words, _
from receiver.people.rules import manifest_cells as cell
from receiver.people.rules.manifest import ManifestField
from receiver.people.rules.manifest_cells import Cells, Household, Terms, Wrong
from receiver.people.rules.person import DocumentKind, Identity, Relationship, plain_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

F = ManifestField

CELL_FAULTS = {
    "formula": _("This cell holds a formula, which is never worked out here. Please paste its value instead."),
    "cell_error": _("This cell holds an error of the spreadsheet. Please correct it there, or write the value here."),
    "long_number": _(
        "A spreadsheet keeps only 15 digits of a number, so this one is not what was typed. "
        "Please write it here, and format the column as text."
    ),
}
"""What a workbook may have in a cell instead of text, by code."""

_BESIDE = {
    "no_document": (F.DOCUMENT_TYPE,),
    "no_household": (F.RELATIONSHIP,),
    "precision_differs": (F.DATE_OF_BIRTH,),
    "same_row": (F.SENDING_NUMBER, F.DATE_OF_BIRTH, F.DOCUMENT_NUMBER),
    "second_head": (F.HOUSEHOLD,),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell; `row` is another row that it is about."""

    field: ManifestField
    code: str
    words: Words
    row: int | None = None

    @property
    def beside(self) -> tuple[ManifestField, ...]:
        """Other cells of the row in which it can be put right too, as its words say."""
        return _BESIDE.get(self.code, ())


@dataclass(frozen=True, slots=True)
class RowValues:
    """What a row says of a person."""

    identity: Identity
    languages: tuple[str, ...] = ()
    sending_number: str = ""
    document: tuple[DocumentKind, str] | None = None
    household: Household | None = None
    arrives_on: date | None = None
    notes: str = ""


@dataclass(frozen=True)
class RowRead:
    """A row that was read: its values if nothing is wrong with it. `blank` has nothing in the columns that count.

    `told` are the cells that could be read, by field, also where others are wrong.
    """

    number: int
    values: RowValues | None
    problems: list[Problem] = field(default_factory=list)
    blank: bool = False
    told: Mapping[ManifestField, Any] = field(default_factory=dict)


def read_row(number: int, cells: Cells, terms: Terms, faults: Mapping[ManifestField, str] | None = None) -> RowRead:
    """Read the cells of a row; `faults` are codes of `CELL_FAULTS` for cells that hold no text."""
    typed = {each: clean_text(cells.get(each, "")) for each in F}
    if not any(typed.values()):
        return RowRead(number, None, blank=True)
    problems = [Problem(each, code, CELL_FAULTS[code]) for each, code in (faults or {}).items()]
    read: dict[ManifestField, Any] = {}
    for each, reader in _READERS.items():
        if faults and each in faults:
            continue
        try:
            read[each] = reader(typed, terms)
        except Wrong as wrong:
            problems.append(Problem(wrong.field or each, wrong.code, wrong.words))
    if problems:
        order = list(F)
        return RowRead(number, None, sorted(problems, key=lambda problem: order.index(problem.field)), told=read)
    identity = Identity(
        full_name=read[F.FULL_NAME],
        name_latin=read[F.NAME_LATIN],
        sex=read[F.SEX],
        born=read[F.DATE_OF_BIRTH],
        nationality=read[F.NATIONALITY],
    )
    values = RowValues(
        identity,
        languages=read[F.LANGUAGES],
        sending_number=read[F.SENDING_NUMBER],
        document=read[F.DOCUMENT_NUMBER],
        household=read[F.HOUSEHOLD],
        arrives_on=read[F.ARRIVAL_DATE],
        notes=read[F.NOTES],
    )
    return RowRead(number, values, told=read)


_READERS: dict[ManifestField, Callable[[Cells, Terms], Any]] = {
    F.SENDING_NUMBER: lambda typed, _terms: cell.read_number(typed[F.SENDING_NUMBER]),
    F.FULL_NAME: lambda typed, _terms: cell.read_name(typed[F.FULL_NAME], needed=True),
    F.NAME_LATIN: lambda typed, _terms: cell.read_name(typed[F.NAME_LATIN]),
    F.SEX: lambda typed, _terms: cell.read_sex(typed[F.SEX]),
    F.DATE_OF_BIRTH: cell.read_born,
    F.NATIONALITY: lambda typed, _terms: cell.read_nationality(typed[F.NATIONALITY]),
    F.LANGUAGES: lambda typed, _terms: cell.read_languages(typed[F.LANGUAGES]),
    F.DOCUMENT_NUMBER: lambda typed, _terms: cell.read_document(typed),
    F.HOUSEHOLD: lambda typed, _terms: cell.read_household(typed),
    F.ARRIVAL_DATE: lambda typed, terms: cell.read_arrives_on(typed[F.ARRIVAL_DATE], terms),
    F.NOTES: lambda typed, _terms: cell.read_notes(typed[F.NOTES]),
}


def only_day(texts: Iterable[str], terms: Terms) -> date | None:
    """The one day of arrival that a manifest names, for rows that name none; None if there are several or none."""
    days = set()
    for text in texts:
        try:
            days.add(cell.read_arrives_on(text, terms))
        except Wrong:
            continue
    return days.pop() if len(days) == 1 else None


_ACROSS = {
    "same_number": _("Row %(row)s has the same number. Two people cannot share it."),
    "same_document": _("Row %(row)s has the same document number. Two people cannot share it."),
    "same_row": _(
        "Row %(row)s says exactly the same. If this is another person, please write what tells them apart; "
        "if not, this row is not needed."
    ),
    "second_head": _("Row %(row)s is the head of this household already."),
}


def across(rows: Sequence[RowRead]) -> dict[int, list[Problem]]:
    """What is wrong with rows beside one another: numbers or whole rows that come twice, households with two heads."""
    found: dict[int, list[Problem]] = {}
    seen: dict[tuple[str, str], int] = {}
    whole: dict[RowValues, int] = {}
    for row in rows:
        for place, code, value in _alone(row.values):
            first = seen.setdefault((code, value), row.number)
            if first != row.number:
                found.setdefault(row.number, []).append(problem_across(place, code, first))
        if row.values is not None and row.number not in found:
            first = whole.setdefault(row.values, row.number)
            if first != row.number:
                found[row.number] = [problem_across(F.FULL_NAME, "same_row", first)]
    return found


def problem_across(place: ManifestField, code: str, row: int) -> Problem:
    """What is wrong with a cell because of another row."""
    return Problem(place, code, _ACROSS[code].with_(row=str(row)), row)


def told_problems(stored: Sequence[Sequence[Any]], read: RowRead) -> list[Problem]:
    """What was found wrong with a row, in words again: stored are fields, codes and row numbers only."""
    here = {(problem.field, problem.code): problem for problem in read.problems}
    told = []
    for name, code, row in stored:
        place = ManifestField(name)
        if row is not None:
            told.append(problem_across(place, code, row))
        else:
            told.append(here.get((place, code)) or Problem(place, code, _("Please check this cell again.")))
    return told


def _alone(values: RowValues | None) -> Iterable[tuple[ManifestField, str, str]]:
    """What no other row may say too."""
    if values is None:
        return
    if values.sending_number:
        yield F.SENDING_NUMBER, "same_number", plain_number(values.sending_number)
    if values.document:
        yield F.DOCUMENT_NUMBER, "same_document", plain_number(values.document[1])
    if values.household and values.household.relationship is Relationship.HEAD:
        yield F.RELATIONSHIP, "second_head", values.household.key
