"""A report as a file: CSV, XLSX, JSON, PDF, or a page that needs nothing round it; in any language."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from receiver import i18n, letters
from receiver.i18n import fmt
from receiver.kit.csvs import write_csv
from receiver.kit.money import Money, exponent
from receiver.kit.months import Month
from receiver.kit.words import Words, _
from receiver.reports.files.facts import facts, is_provisional, title_of
from receiver.reports.files.sheets import COUNTS, LABELS, TITLES, Sheet, kind_of_figure, sheets
from receiver.reports.rules import MOST_PRINTED, ReportForm, ReportState, compared
from receiver.web.render import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MEDIA = {
    ReportForm.HTML: "text/html; charset=utf-8",
    ReportForm.PDF: "application/pdf",
    ReportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportForm.CSV: "text/csv; charset=utf-8",
    ReportForm.JSON: "application/json",
}
TEMPLATE = Path(__file__).parents[1] / "data" / "report.typ"
_LONG = _("The list of people has more than %(most)s lines. It is in the workbook and in the table file.")
_FOOTER = _("Receiver. Report %(month)s, %(programme)s. %(state)s.")


@dataclass(frozen=True)
class Material:
    """What a file is made from: figures, people one by one, and names of the users who appear in it."""

    figures: Mapping[str, Any]
    persons: Iterable[Mapping[str, Any]] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """The beginning of the name under which it is kept."""
        figures = self.figures
        more = "-public" if figures.get("public") else ""
        word = "-provisional" if is_provisional(figures) else ""
        return f"stipends-{figures['programme']}-{figures['month']}{more}{word}"


def make(material: Material, form: ReportForm, language: str) -> bytes:
    """The file, in this language.

    Raises:
        UnknownLanguage: Receiver does not speak it.
    """
    makers = {
        ReportForm.HTML: _html,
        ReportForm.PDF: _pdf,
        ReportForm.XLSX: _xlsx,
        ReportForm.CSV: _csv,
        ReportForm.JSON: _json,
    }
    with i18n.use(language):
        return makers[form](material)


def cell(value: Any, kind: str, currency: str) -> str:
    """A value as people read it in the current language; what is not published is a dash."""
    if value is None:
        return "\u2013"
    if kind == "money":
        return fmt.money(Money(value, currency))
    return fmt.number(value) if kind == "number" else i18n.text(value if isinstance(value, Words) else str(value))


def kind_of(sheet: Sheet, key: str, kind: str) -> str:
    """What a value is: among totals numbers of people are no money."""
    if sheet.key == "differences":
        return kind_of_figure(key)
    return "number" if sheet.key in {"totals", "comparison"} and key in COUNTS else kind


def _json(material: Material) -> bytes:
    out = io.StringIO()
    first = ("programme", "month", "as_of", "state", "run_hash", "equation", "totals", "breakdowns")
    ordered = {name: material.figures[name] for name in first} | dict(material.figures)
    out.write(json.dumps(ordered, ensure_ascii=False, indent=1)[:-2])
    out.write(',\n "persons": [')
    comma = "\n  "
    for line in material.persons:
        out.write(comma + json.dumps(line, ensure_ascii=False))
        comma = ",\n  "
    out.write("]\n}\n")
    return out.getvalue().encode()


def _csv(material: Material) -> bytes:
    return "".join(write_csv(_csv_rows(material))).encode()


def _csv_rows(material: Material) -> Iterator[list[object]]:
    """One figure a line: machine keys first, then the same in words."""
    figures = material.figures
    yield ["section", "key", "figure", "value", "currency", *map(_said, _CSV_HEADS)]
    title = _said(title_of(figures))
    for key, about, fact in facts(figures, material.names):
        yield ["report", key, "value", _said(fact), None, title, _said(about), None]
    for sheet in sheets(figures, material.persons, material.names):
        for key, label, values in sheet.rows:
            for column, value in zip(sheet.columns, values, strict=True):
                money = figures["currency"] if kind_of(sheet, key, column.kind) == "money" else None
                words = [_said(sheet.title), _said(label), _said(column.label)]
                told = _said(value) if isinstance(value, Words) else value
                yield [sheet.key, key, column.key, told, money, *words]


_CSV_HEADS = (_("Part of the report"), _("What the line is about"), _("What the figure says"))


def _said(words: Any) -> str:
    return fmt.plain(i18n.text(words))


def _xlsx(material: Material) -> bytes:
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {"title": _said(title_of(material.figures)), "author": "Receiver", "created": _made_at(material)}
        )
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        small = book.add_format({"italic": True, "font_size": 8, "font_color": "#555555"})
        number = book.add_format({"num_format": "#,##0", "valign": "top"})
        words = book.add_format({"text_wrap": True, "valign": "top"})
        currency = material.figures["currency"]
        decimals = exponent(currency)
        money = book.add_format(
            {"num_format": f"[${currency}] #,##0" + ("." + "0" * decimals if decimals else ""), "valign": "top"}
        )
        _facts_sheet(book, material, bold, small, words)
        for sheet in sheets(material.figures, material.persons, material.names):
            page = _sheet(book, sheet.key, material)
            page.set_column(0, 0, 16)
            page.set_column(1, 1, 34)
            page.set_column(2, 2 + len(sheet.columns), 18)
            page.freeze_panes(2, 2)
            page.repeat_rows(0, 1)
            heads = [("key", _KEY), ("label", sheet.title), *((each.key, each.label) for each in sheet.columns)]
            for row, style in ((0, bold), (1, small)):
                for place, (name, heading) in enumerate(heads):
                    page.write_string(row, place, name if row else _said(heading), style)
            for row, (key, label, values) in enumerate(sheet.rows, 2):
                page.write_string(row, 0, key, small)
                page.write_string(row, 1, _said(label), words)
                for place, value in enumerate(values, 2):
                    if isinstance(value, int):
                        is_money = kind_of(sheet, key, sheet.columns[place - 2].kind) == "money"
                        shown = value / 10**decimals if is_money else value
                        page.write_number(row, place, shown, money if is_money else number)
                    elif value is not None:
                        page.write_string(row, place, _said(value), words)
    return out.getvalue()


_KEY = _("Machine key")
_TOP = _("About this report")


def _sheet(book: Any, name: str, material: Material) -> Any:
    """An empty sheet in the direction of the language: on paper as wide as a page, and it says whether it is final."""
    page = book.add_worksheet(name)
    if i18n.language().dir == "rtl":
        page.right_to_left()
    page.set_paper(_A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer(f"&C{_said(_footer(material.figures))}&R&P / &N")
    return page


_A4 = 9


def _facts_sheet(book: Any, material: Material, bold: Any, small: Any, words: Any) -> None:
    page = _sheet(book, "report", material)
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 40)
    page.set_column(2, 2, 70)
    page.freeze_panes(2, 0)
    for place, label in enumerate((_KEY, _TOP, title_of(material.figures))):
        page.write_string(0, place, _said(label), bold)
    for place, key in enumerate(("key", "label", "value")):
        page.write_string(1, place, key, small)
    rows = [*facts(material.figures, material.names), ("compared", TITLES["series"], compared(material.figures))]
    for row, (key, label, value) in enumerate(rows, 2):
        page.write_string(row, 0, key, small)
        page.write_string(row, 1, _said(label), words)
        page.write_string(row, 2, _said(value), words)


def _made_at(material: Material) -> datetime:
    return datetime.fromisoformat(material.figures["as_of"]).replace(tzinfo=None)


def _html(material: Material) -> bytes:
    return render("reports/file.html", drawn(material)).encode()


def drawn(material: Material) -> dict[str, Any]:
    """What a page or a print of a report shows, its values written out in the current language."""
    figures, currency = material.figures, material.figures["currency"]
    people = list(_first(material.persons, MOST_PRINTED + 1))
    too_many = len(people) > MOST_PRINTED
    tables = []
    for sheet in sheets(figures, () if too_many else people, material.names):
        rows = [
            [
                i18n.text(label),
                *(
                    cell(value, kind_of(sheet, key, column.kind), currency)
                    for column, value in zip(sheet.columns, values, strict=True)
                ),
            ]
            for key, label, values in sheet.rows
        ]
        if rows:
            tables.append(
                {
                    "key": sheet.key,
                    "title": i18n.text(sheet.title),
                    "head": [i18n.text(sheet.about), *(i18n.text(column.label) for column in sheet.columns)],
                    "numeric": [sheet.key == "persons", *(column.kind != "text" for column in sheet.columns)],
                    "rows": rows,
                }
            )
    return {
        "title": i18n.text(title_of(figures)),
        "provisional": i18n.text(ReportState.PROVISIONAL.label) if is_provisional(figures) else None,
        "lines": [i18n.text(compared(figures))] if not figures.get("public") else [],
        "facts": [[i18n.text(label), i18n.text(value)] for _name, label, value in facts(figures, material.names)],
        "tables": tables,
        "note": i18n.text(_LONG.with_(most=MOST_PRINTED)) if too_many else None,
        "chart": chart(figures),
        "chart_points": points(figures),
        "ticks": ticks(figures),
    }


def chart(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The last months as bars of three parts."""
    parts = ("paid_minor", "returned_minor", "held_minor")
    months = [
        {"label": fmt.month(Month.parse(row["key"])), "key": row["key"], "parts": [row[name] for name in parts]}
        for row in figures["series"]
    ]
    names = [LABELS["paid_minor"], _("Failed or returned"), LABELS["held_minor"]]
    return {"title": i18n.text(TITLES["series"]), "names": [i18n.text(name) for name in names], "months": months}


def points(figures: Mapping[str, Any]) -> list[tuple[str, list[int]]]:
    """The bars as the chart of pages wants them."""
    return [(month["key"], month["parts"]) for month in chart(figures)["months"]]


def ticks(figures: Mapping[str, Any]) -> list[tuple[int, str]]:
    """The axis of the chart: nothing, the half and the whole of a round number above the highest bar."""
    most = max((sum(parts) for _month, parts in points(figures)), default=0)
    step = 10 ** max(len(str(most)) - 1, 0)
    top = -(-most // step) * step or 2
    return [(value, fmt.number(value)) for value in (0, top // 2, top)]


def _first(persons: Iterable[Mapping[str, Any]], most: int) -> Iterator[Mapping[str, Any]]:
    for _count, line in zip(range(most), persons, strict=False):
        yield line


def _footer(figures: Mapping[str, Any]) -> Words:
    state = ReportState(figures["state"]).label
    month, programme = fmt.isolated(figures["month"]), fmt.isolated(figures["programme"])
    return _FOOTER.with_(month=month, programme=programme, state=state)


def _pdf(material: Material) -> bytes:
    figures, language = material.figures, i18n.language()
    data = {**drawn(material), "footer": i18n.text(_footer(figures))}
    made_at = datetime.fromisoformat(figures["as_of"])
    return letters.typeset(TEMPLATE, data, language=language.tag, direction=language.dir, made_at=made_at)
