"""What is asked about a manifest: the file, its columns, one cell, one likeness, and the import itself."""

from receiver.kit.tables import TableError
from receiver.kit.words import LabelledEnum, Words, _, p_
from receiver.people.rules import RowVerdict
from receiver.people.rules.manifest import CELL_AT_MOST, ManifestField
from receiver.people.rules.manifest_files import ManifestTable, read_manifest, refused_kind
from receiver.web.forms import Choice, FieldError, File, FileKind, Form, Hidden, Line, OneOf, Text, Upload, optional
from receiver.web.sent import SentFile


class DateOrder(LabelledEnum):
    """How the office that made a list orders day and month; a year that comes first is read as it stands."""

    DMY = "dmy", p_("date order", "Day first, such as 27/11/2026")
    MDY = "mdy", p_("date order", "Month first, such as 11/27/2026")


class ManifestFile(File):
    """A CSV file or a workbook; what cannot be taken is told precisely."""

    def parse_file(self, sent: SentFile) -> Upload:
        """The file, judged.

        Raises:
            FieldError: it is too large, empty, of another kind, or holds macros.
        """
        why = refused_kind(sent.data) if len(sent.data) <= self.most else None
        if why is not None:
            raise FieldError(why)
        return super().parse_file(sent)


class UploadForm(Form):
    """A manifest and how it is to be read."""

    programme = OneOf(_("Programme"))
    office = OneOf(_("Office that receives them"))
    batch = optional(
        OneOf(
            _("With which arrival"),
            hint=_("Leave it open if the file has the day of arrival; an arrival is then made for each day."),
        )
    )
    date_order = Choice(_("How dates are written"), DateOrder)
    sheet = Line(
        _("Name of the sheet"), length=60, optional=True, hint=_("Of a workbook with several. Else the first.")
    )
    file = ManifestFile(
        _("File"), (FileKind.CSV, FileKind.XLSX), hint=_("CSV or Excel (XLSX), up to 5 MB and 2,000 people.")
    )

    def read_table(self) -> ManifestTable | None:
        """The rows of the file; what is wrong with it as a whole is said at the file."""
        try:
            return read_manifest(self.file.data, self.sheet)
        except TableError as error:
            self.add_error("file", error.words)
            return None


class ColumnsForm(Form):
    """Which column holds what, and how dates are read; the options are the columns of the file."""

    sending_number = optional(OneOf(ManifestField.SENDING_NUMBER.label))
    full_name = optional(OneOf(ManifestField.FULL_NAME.label))
    name_latin = optional(OneOf(ManifestField.NAME_LATIN.label))
    sex = optional(OneOf(ManifestField.SEX.label))
    date_of_birth = optional(OneOf(ManifestField.DATE_OF_BIRTH.label))
    birth_precision = optional(OneOf(ManifestField.BIRTH_PRECISION.label))
    nationality = optional(OneOf(ManifestField.NATIONALITY.label))
    languages = optional(OneOf(ManifestField.LANGUAGES.label))
    document_type = optional(OneOf(ManifestField.DOCUMENT_TYPE.label))
    document_number = optional(OneOf(ManifestField.DOCUMENT_NUMBER.label))
    household = optional(OneOf(ManifestField.HOUSEHOLD.label))
    relationship = optional(OneOf(ManifestField.RELATIONSHIP.label))
    arrival_date = optional(OneOf(ManifestField.ARRIVAL_DATE.label))
    notes = optional(OneOf(ManifestField.NOTES.label))
    date_order = Choice(_("How dates are written"), DateOrder)

    def offer_columns(self, columns: list[tuple[str, Words | str]]) -> None:
        """Let every field be any column."""
        for field in ManifestField:
            self.offer(field.value, columns)

    @property
    def columns(self) -> dict[str, int]:
        """The chosen column of each field that has one."""
        chosen = {field.value: getattr(self, field.value) for field in ManifestField}
        return {name: int(place) for name, place in chosen.items() if place}


class RowsFilter(Form):
    """Which rows the review shows; what is sent from there says it too, so that the answer shows the same rows."""

    show = optional(Choice(p_("row", "Rows"), RowVerdict))
    after = optional(Hidden(_("Place in the list")))


class CellForm(RowsFilter):
    """Another text for one cell of a row."""

    field = Choice(_("Column"), ManifestField)
    value = Text(_("Corrected value"), length=CELL_AT_MOST, optional=True)


class DecisionForm(RowsFilter):
    """Whether a row is somebody known: the reference of a person, or that it is somebody else, or later."""

    choice = OneOf(_("Who is this?"))


class MergeForm(Form):
    """The import of the manifest as it stands."""

    versioned = True


class RestForm(Form):
    """Why the rows that are left over from an import are not wanted."""

    versioned = True
    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))


class LanguageFilter(Form):
    """In which language the headings of a template are."""

    lang = Line(_("Language"), length=10, optional=True)
