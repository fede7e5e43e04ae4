"""Manifests of arriving people: what they may say, which column says it, and what cannot be done with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.tables import TableError
from receiver.kit.text import clean_line
from receiver.kit.words import LabelledEnum, Words, _, p_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from receiver.kit.tables import Table

MANIFEST_PREFIX = "MI"
"""Of the references of imports."""
ROWS_AT_MOST = 2_000
COLUMNS_AT_MOST = 64
CELL_AT_MOST = 2_000  # characters
SAMPLES = 3
_NAMED = 20  # column names that a sentence lists


class ManifestField(LabelledEnum):
    """A column that is understood. The value is its name for programs, the words its heading in every language."""

    SENDING_NUMBER = "sending_number", p_("manifest", "Number of the sending state")
    FULL_NAME = "full_name", p_("manifest", "Full name")
    NAME_LATIN = "name_latin", p_("manifest", "Name in Latin letters")
    SEX = "sex", p_("manifest", "Sex")
    DATE_OF_BIRTH = "date_of_birth", p_("manifest", "Date of birth")
    BIRTH_PRECISION = "birth_precision", p_("manifest", "How well the date of birth is known")
    NATIONALITY = "nationality", p_("manifest", "Nationality")
    LANGUAGES = "languages", p_("manifest", "Languages")
    DOCUMENT_TYPE = "document_type", p_("manifest", "Kind of document")
    DOCUMENT_NUMBER = "document_number", p_("manifest", "Number of the document")
    HOUSEHOLD = "household", p_("manifest", "Household")
    RELATIONSHIP = "relationship", p_("manifest", "Relationship to the head of household")
    ARRIVAL_DATE = "arrival_date", p_("manifest", "Day of arrival")
    NOTES = "notes", p_("manifest", "Notes")


class KnownManifest(Refusal):
    """The same file twice changes nothing, also where it is sent with another order of day and month."""

    sentence = _(
        "This file was uploaded before, as %(reference)s. Nothing has been changed. "
        "Until it is imported, “Change the columns” lets you say anew what its columns hold and how dates are written."
    )


class ManifestOver(Refusal):
    """What was imported or cancelled is closed, and what it held is gone."""

    sentence = _("This manifest is closed: %(state)s. Its rows can no longer be changed.")


class ManifestNotChecked(Refusal):
    """Columns come first, then rows."""

    sentence = _("Please say first which column holds what.")


class ManifestChanged(Refusal):
    """Somebody corrected or decided something after the import was confirmed."""

    sentence = _("The manifest has changed since the import was confirmed. Nothing was imported; please look again.")


class RowsImported(Refusal):
    """What became people cannot be taken back by changing or deleting the list from which they came."""

    sentence = _("Rows of this manifest are imported already. The rest can be corrected, or left out with a reason.")


class RowImported(Refusal):
    """A row becomes somebody once."""

    sentence = _("Row %(row)s is imported already.")


class NothingLeft(Refusal):
    """Before anything is imported a manifest is cancelled, and afterwards only a rest can be left out."""

    sentence = _("No row of this manifest is left over from an import.")


class NothingToImport(Refusal):
    """No row is right yet."""

    sentence = _("No row of this manifest can be imported yet.")
    status = 422


class NotToDecide(Refusal):
    """A decision where there is no question."""

    sentence = _("Row %(row)s needs no decision.")


class RowsAgree(Refusal):
    """Two rows cannot be one person."""

    sentence = _("Row %(row)s was decided to be this person already.")
    status = 422


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its place from 0, its heading, and the first things in it."""

    place: int
    header: str
    samples: tuple[str, ...]


def columns_of(table: Table) -> list[Column]:
    """The columns that have a heading, each with up to three different values, without hidden signs."""
    found = []
    for place, header in enumerate(table.headers):
        if header:
            shown = (clean_line(row.cells[place]) for row in table.rows)
            values = dict.fromkeys(text for text in shown if text)
            found.append(Column(place, header, tuple(values)[:SAMPLES]))
    return found


def guess_columns(headers: Sequence[str], meaning: Callable[[str], ManifestField | None]) -> dict[str, int]:
    """Which column holds what, as far as the headings tell: the value of a field to the place of its column.

    Of two columns for one field the first is taken.
    """
    guessed: dict[str, int] = {}
    for place, header in enumerate(headers):
        field = meaning(header)
        if field is not None:
            guessed.setdefault(field.value, place)
    return guessed


def structure_fault(headers: Sequence[str], columns: Mapping[str, int]) -> TableError | None:
    """What is wrong with the columns as a whole; told first and alone, because no row can be read before."""
    if ManifestField.FULL_NAME.value not in columns:
        return TableError(1, None, _no_column(ManifestField.FULL_NAME, headers))
    taken: dict[int, str] = {}
    for field, place in columns.items():
        if place in taken:
            both = [ManifestField(taken[place]).label, ManifestField(field).label]
            twice = _("The column “%(name)s” is chosen for two things: %(both)s.", name=headers[place], both=both)
            return TableError(1, place + 1, twice)
        taken[place] = field
    return None


def _no_column(field: ManifestField, headers: Sequence[str]) -> Words:
    named = [header for header in headers if header][:_NAMED]
    return _("Your file has no column for “%(field)s”. Its columns are: %(columns)s.", field=field.label, columns=named)
