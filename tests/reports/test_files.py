"""Every form of a report, opened again by other programs, in English and in Arabic."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess

import openpyxl
import pytest

from receiver import i18n
from receiver.kit.months import Month
from receiver.reports import files, queries
from receiver.reports.files.sheets import LABELS, TITLES
from receiver.reports.rules import ReportForm, ReportState, publishable
from tests.factories.reports import finalise, small_month
from tests.factories.stipends import NOVEMBER

MUCH = pytest.mark.parametrize("language", i18n.REAL)
BOTH = pytest.mark.parametrize("language", ["en", "ar"])


@pytest.fixture
def material(session):
    team = small_month(session)
    shown = queries.report(session, team.programme, NOVEMBER)
    people = list(queries.persons(session, shown.look, team.finance))
    return files.Material(
        shown.figures, people, {str(team.finance.user_id): "Aline", str(team.approver.user_id): "Claire"}
    )


def test_json_has_the_keys_that_programs_rely_on(material):
    found = json.loads(files.make(material, ReportForm.JSON, "en"))
    wanted = {"programme", "month", "as_of", "state", "run_hash", "equation", "totals", "breakdowns", "persons"}
    assert wanted <= found.keys()
    equation = found["equation"]
    owed = equation["opening"] + equation["entitled"] + equation["corrections"] - equation["instructed"]
    assert owed + equation["failed_returned"] - equation["recovered"] == equation["closing"] == 60_000
    assert sum(line["closing"] for line in found["persons"]) == 60_000
    assert {"people", "entitled_minor", "paid_minor", "pending_minor", "failed_minor"} <= found["totals"].keys()
    assert "Aline" not in json.dumps(found)


@BOTH
def test_csv_has_machine_keys_beside_words(material, language):
    rows = list(csv.DictReader(io.StringIO(files.make(material, ReportForm.CSV, language).decode())))
    figures = {(row["section"], row["key"], row["figure"]): row["value"] for row in rows}
    assert figures["equation", "closing", "value"] == "60000"
    assert figures["totals", "paid_minor", "value"] == "120000"
    assert figures["channel", "cash_desk", "paid_minor"] == "60000"
    assert figures["sex_age", "f.25-59", "people"] == "3"
    assert figures["sex_age", "f.25-59", "paid_minor"] == "120000"
    assert sum(row["section"] == "persons" and row["figure"] == "closing" for row in rows) == 3
    assert all(row["currency"] == "RWF" for row in rows if row["section"] == "equation")
    by_name = next(row for row in rows if row["key"] == "closing")
    with i18n.use(language):
        assert by_name[list(rows[0])[6]] == i18n.text(LABELS["closing"])


@BOTH
def test_the_workbook_opens_with_numbers_as_numbers(material, language):
    book = openpyxl.load_workbook(io.BytesIO(files.make(material, ReportForm.XLSX, language)))
    assert {"report", "totals", "equation", "people", "channel", "office", "sex_age", "persons"} <= set(book.sheetnames)
    sheet = book["equation"]
    found = {row[0].value: row[2].value for row in sheet.iter_rows(min_row=3)}
    assert found["closing"] == 60_000
    assert {row[2].number_format for row in sheet.iter_rows(min_row=3)} == {"[$RWF] #,##0"}
    assert sheet.freeze_panes == "C3"
    assert [cell.value for cell in sheet[2]] == ["key", "label", "value"]
    assert bool(sheet.sheet_view.rightToLeft) is (language == "ar")
    assert sum(row[9].value for row in book["persons"].iter_rows(min_row=3)) == 60_000
    with i18n.use(language):
        assert book["equation"]["B1"].value == i18n.text(TITLES["equation"])
        assert book["series"]["B3"].value == i18n.fmt.month(Month.parse(book["series"]["A3"].value))
        state = i18n.text(ReportState.PROVISIONAL.label)
    for page in book:  # the title of its table, whole labels, and on paper a page wide that says it is provisional
        assert all(row[1].alignment.wrap_text for row in page.iter_rows(min_row=3))
        assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert state in page.oddFooter.center.text


def test_what_looks_like_a_formula_is_text(material):
    figures = {**material.figures, "programme_name": '=HYPERLINK("http://example.org")'}
    book = openpyxl.load_workbook(io.BytesIO(files.make(files.Material(figures), ReportForm.XLSX, "en")))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert any("=HYPERLINK" in str(cell.value) for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


@MUCH
def test_the_print_says_the_same_in_every_language(material, language, tmp_path):
    content = files.make(material, ReportForm.PDF, language)
    assert content.startswith(b"%PDF-")
    assert content == files.make(material, ReportForm.PDF, language)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here, so nobody reads what the PDF says")
    (tmp_path / "report.pdf").write_bytes(content)
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"], capture_output=True, check=True, text=True
    ).stdout
    with i18n.use(language):
        amount = i18n.fmt.plain(i18n.fmt.money(queries_money(60_000)))
    assert amount in i18n.fmt.plain(text)
    if language == "en":
        assert "Provisional" in text
        assert "Owed at the end" in text
        assert "Female: 25 to 59 years" in text


def queries_money(minor):
    from receiver.kit.money import Money

    return Money(minor, "RWF")


@BOTH
def test_the_page_stands_alone(material, language):
    html = files.make(material, ReportForm.HTML, language).decode()
    assert f'dir="{i18n.LOCALES[language].dir}"' in html
    assert "<svg" in html
    assert "Aline" in html
    assert "src=" not in html


def test_a_final_report_is_not_provisional(session):
    team = small_month(session)
    finalise(session, team)
    shown = queries.report(session, team.programme, NOVEMBER)
    html = files.make(files.Material(shown.figures), ReportForm.HTML, "en").decode()
    assert "Provisional" not in html
    assert shown.figures["hash"] in html


@pytest.mark.parametrize("form", ReportForm)
def test_what_is_published_names_nobody(material, form):
    open_ = files.Material(publishable(material.figures))
    content = files.make(open_, form, "en")
    assert content
    if form is ReportForm.JSON:
        found = json.loads(content)
        assert found["persons"] == []
        assert found["totals"]["people"] is None


def test_a_long_list_of_people_goes_to_the_workbook(material, monkeypatch):
    monkeypatch.setattr("receiver.reports.files.making.MOST_PRINTED", 2)
    drawn = files.drawn(material)
    assert "persons" not in [table["key"] for table in drawn["tables"]]
    assert "workbook" in drawn["note"]
