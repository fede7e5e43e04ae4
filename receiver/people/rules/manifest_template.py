"""An empty manifest to fill in: the headings in a language, as CSV and as a workbook whose cells are text."""

from __future__ import annotations

import io

import xlsxwriter

from receiver import i18n
from receiver.kit.csvs import write_csv
from receiver.people.rules.manifest import ManifestField

_WIDTH = 24  # characters of a column
_SHEET = "Manifest"


def headings_in(locale: str | None = None) -> list[str]:
    """The heading of every column, in a language."""
    return [i18n.text(field, locale) for field in ManifestField]


def template_csv(locale: str | None = None) -> str:
    """The headings as a CSV file; Excel knows by its first mark that it is UTF-8."""
    return "".join(write_csv([headings_in(locale)], mark=True))


def template_xlsx(locale: str | None = None) -> bytes:
    """The headings as a workbook; its columns are text, so that dates and long numbers stay what was typed."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(_SHEET)
    if i18n.language(locale).dir == "rtl":
        sheet.right_to_left()
    names = headings_in(locale)
    sheet.set_column(0, len(names) - 1, _WIDTH, book.add_format({"num_format": "@"}))
    for place, name in enumerate(names):
        sheet.write_string(0, place, name, book.add_format({"bold": True}))
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
