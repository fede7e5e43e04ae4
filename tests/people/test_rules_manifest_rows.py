from __future__ import annotations

from datetime import date

import pytest

from receiver import i18n
from receiver.kit.dates import PartialDate, Precision
from receiver.kit.tables import Row, Table
from receiver.people.rules import DocumentKind, Relationship, Sex
from receiver.people.rules import manifest_words as words
from receiver.people.rules.manifest import ManifestField, columns_of, guess_columns, structure_fault
from receiver.people.rules.manifest_cells import Household, Terms, not_understood
from receiver.people.rules.manifest_rows import across, only_day, read_row, told_problems
from receiver.people.rules.manifest_template import headings_in
from receiver.people.rules.manifest_words import heading

F = ManifestField
TODAY = date(2026, 11, 20)
TERMS = Terms(TODAY, "dmy", needs_day=False)
BASE = {F.FULL_NAME: "Selam Haile"}


def read(terms: Terms = TERMS, **cells: str):
    return read_row(2, {**BASE, **{F(name): text for name, text in cells.items()}}, terms)


@pytest.mark.parametrize("locale", i18n.REAL)
def test_every_heading_of_every_language_is_understood(locale):
    headings = headings_in(locale)
    assert guess_columns(headings, heading) == {field.value: place for place, field in enumerate(F)}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("full_name", F.FULL_NAME),
        ("  NAME ", F.FULL_NAME),
        ("Nom et prénoms", F.FULL_NAME),
        ("D.O.B.", F.DATE_OF_BIRTH),
        ("Date de naissance", F.DATE_OF_BIRTH),
        ("Sexe", F.SEX),
        ("Passport No.", F.DOCUMENT_NUMBER),
        ("Family No", F.HOUSEHOLD),
        ("N° dossier", F.SENDING_NUMBER),
        ("Date d'arrivée", F.ARRIVAL_DATE),
        ("Shoe size", None),
    ],
)
def test_headings_as_offices_write_them(header, field):
    assert heading(header) is field


def test_the_first_of_two_columns_for_one_thing_is_taken():
    assert guess_columns(["Name", "Full name", "Sex"], heading) == {"full_name": 0, "sex": 2}


def test_a_file_without_names_is_told_alone():
    fault = structure_fault(["Sex", "", "Shoe size"], {"sex": 0})
    assert fault is not None
    assert str(fault) == "Your file has no column for “Full name”. Its columns are: ['Sex', 'Shoe size']."
    assert i18n.text(fault.words, "en").endswith("Its columns are: Sex and Shoe size.")


def test_a_column_is_chosen_once():
    fault = structure_fault(["Name", "Sex"], {"full_name": 0, "sex": 0})
    assert fault is not None
    assert fault.column == 1
    assert "“Name” is chosen for two things" in i18n.text(fault.words, "en")
    assert structure_fault(["Name"], {"full_name": 0}) is None


def test_three_different_samples_of_each_column():
    cells = [("a", ""), ("a", ""), ("b", ""), ("c", ""), ("d", "")]
    table = Table(("Name", ""), [Row(number, row) for number, row in enumerate(cells, 2)])
    assert [(each.header, each.samples) for each in columns_of(table)] == [("Name", ("a", "b", "c"))]


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("f", Sex.FEMALE), ("F", Sex.FEMALE), ("Female", Sex.FEMALE), ("féminin", Sex.FEMALE), ("m", Sex.MALE),
        ("Homme", Sex.MALE), ("H", Sex.MALE), ("x", Sex.OTHER), ("u", Sex.UNKNOWN), ("", Sex.UNKNOWN),
    ],
)  # fmt: skip
def test_sex(text, sex):
    assert read(sex=text).values.identity.sex is sex


@pytest.mark.parametrize(
    ("text", "precision", "born"),
    [
        ("1994-05-17", "", PartialDate(1994, 5, 17)),
        ("17/5/1994", "", PartialDate(1994, 5, 17)),
        ("17.05.1994", "day", PartialDate(1994, 5, 17)),
        ("17 mai 1994", "", PartialDate(1994, 5, 17)),
        ("١٧/٠٥/١٩٩٤", "", PartialDate(1994, 5, 17)),
        ("۱۹۹۴-۰۵-۱۷", "", PartialDate(1994, 5, 17)),
        ("1994-05-17 00:00:00", "", PartialDate(1994, 5, 17)),
        ("1994-05", "", PartialDate.known(1994, 5)),
        ("1994", "", PartialDate.known(1994)),
        ("1994-01-01", "year", PartialDate.known(1994)),
        ("1994-05-01", "Month", PartialDate.known(1994, 5)),
        ("1994", "estimated", PartialDate(1994, precision=Precision.ESTIMATED)),
        ("about 1990", "", PartialDate(1990, precision=Precision.ESTIMATED)),
        ("c. 1985", "", PartialDate(1985, precision=Precision.ESTIMATED)),
        ("1990 (est.)", "", PartialDate(1990, precision=Precision.ESTIMATED)),
        ("vers 1990", "", PartialDate(1990, precision=Precision.ESTIMATED)),
        ("حوالي ١٩٩٠", "", PartialDate(1990, precision=Precision.ESTIMATED)),
        ("unknown", "", PartialDate(None, precision=Precision.UNKNOWN)),
        ("N/A", "", PartialDate(None, precision=Precision.UNKNOWN)),
        ("?", "unknown", PartialDate(None, precision=Precision.UNKNOWN)),
        ("-", "", PartialDate(None, precision=Precision.UNKNOWN)),
        ("غير معروف", "", PartialDate(None, precision=Precision.UNKNOWN)),
        ("", "unknown", PartialDate(None, precision=Precision.UNKNOWN)),
        ("", "", PartialDate(None, precision=Precision.UNKNOWN)),
    ],
)
def test_dates_of_birth(text, precision, born):
    found = read(date_of_birth=text, birth_precision=precision)
    assert found.problems == []
    assert found.values.identity.born == born


@pytest.mark.parametrize(
    ("cells", "field", "code", "said"),
    [
        ({"full_name": " ", "sex": "f"}, F.FULL_NAME, "no_name", "Please write the name"),
        ({"full_name": "—"}, F.FULL_NAME, "no_name", "Please write the name"),
        ({"full_name": "a" * 201}, F.FULL_NAME, "too_long", "This has 201 characters"),
        ({"sex": "yes"}, F.SEX, "sex", "“yes” is not understood"),
        ({"date_of_birth": "31/02/1990"}, F.DATE_OF_BIRTH, "no_such_day", "there is no day 31"),
        ({"date_of_birth": "05/17/1994"}, F.DATE_OF_BIRTH, "no_such_month", "There is no month 17"),
        ({"date_of_birth": "17/5/94"}, F.DATE_OF_BIRTH, "short_year", "four digits"),
        ({"date_of_birth": "34471"}, F.DATE_OF_BIRTH, "spreadsheet_number", "inner form of a spreadsheet"),
        ({"date_of_birth": "soon"}, F.DATE_OF_BIRTH, "bad_date", "write the year alone, or leave this empty"),
        ({"date_of_birth": "soon 1990"}, F.DATE_OF_BIRTH, "bad_date", "cannot read this as a date of birth"),
        ({"date_of_birth": "about 12 1990"}, F.DATE_OF_BIRTH, "bad_date", "cannot read this as a date of birth"),
        ({"date_of_birth": "1990-1991"}, F.DATE_OF_BIRTH, "bad_date", "cannot read this as a date of birth"),
        ({"date_of_birth": "1373/02/27"}, F.DATE_OF_BIRTH, "other_calendar", "common calendar"),
        ({"date_of_birth": "2026-11-21"}, F.DATE_OF_BIRTH, "born_in_future", "lies in the future"),
        ({"date_of_birth": "1890"}, F.DATE_OF_BIRTH, "too_old", "more than 120 years old"),
        ({"birth_precision": "hm"}, F.BIRTH_PRECISION, "precision", "“hm” is not understood"),
        ({"birth_precision": "day", "date_of_birth": "1990"}, F.BIRTH_PRECISION, "precision_differs", "does not fit"),
        ({"birth_precision": "unknown", "date_of_birth": "1990"}, F.BIRTH_PRECISION, "precision_differs", "not fit"),
        ({"birth_precision": "estimated"}, F.BIRTH_PRECISION, "precision_differs", "does not fit"),
        ({"nationality": "Atlantis"}, F.NATIONALITY, "country", "“Atlantis” is no country"),
        ({"languages": "ti klingon"}, F.LANGUAGES, "language", "“klingon” is not a language"),
        ({"languages": "ti ar en fr sw am so"}, F.LANGUAGES, "many_languages", "at most 6"),
        ({"sending_number": "---"}, F.SENDING_NUMBER, "no_number", "neither letters nor digits"),
        ({"document_type": "ticket", "document_number": "1"}, F.DOCUMENT_TYPE, "document_type", "no kind of document"),
        ({"document_type": "passport"}, F.DOCUMENT_NUMBER, "no_document", "number of the document"),
        ({"household": "A", "relationship": "boss"}, F.RELATIONSHIP, "relationship", "“boss” is not understood"),
        ({"relationship": "child"}, F.HOUSEHOLD, "no_household", "which household"),
        ({"notes": "a" * 301}, F.NOTES, "too_long", "At most 300"),
    ],
)
def test_what_is_wrong_with_a_cell(cells, field, code, said):
    found = read(**cells)
    assert [(each.field, each.code) for each in found.problems] == [(field, code)]
    assert said in str(found.problems[0].words)
    assert found.values is None


@pytest.mark.parametrize(
    ("text", "code"),
    [("ERI", "ERI"), ("eri", "ERI"), ("Eritrea", "ERI"), ("Érythrée", "ERI"), ("إريتريا", "ERI"), ("XXA", "XXA"),
     ("stateless", "XXA"), ("apatride", "XXA"), ("", None)],
)  # fmt: skip
def test_nationalities(text, code):
    assert read(nationality=text).values.identity.nationality == code


@pytest.mark.parametrize(
    ("text", "tags"),
    [("ti ar", ("ti", "ar")), ("Tigrinya; Arabic", ("ti", "ar")), ("fa-AF", ("fa-AF",)), ("ar-SD, AR", ("ar",)),
     ("français", ("fr",)), ("العربية", ("ar",)), ("", ())],
)  # fmt: skip
def test_languages(text, tags):
    assert read(languages=text).values.languages == tags


def test_document_household_and_the_rest():
    values = read(
        sending_number="HO/17", document_type="Passport", document_number="K 123", household=" Fam 1 ",
        relationship="wife", name_latin="Selam", notes="Needs a wheelchair",
    ).values  # fmt: skip
    assert values.document == (DocumentKind.PASSPORT, "K 123")
    assert values.household == Household("fam 1", Relationship.SPOUSE)
    assert (values.sending_number, values.notes) == ("HO/17", "Needs a wheelchair")
    assert read(document_number="K 1").values.document == (DocumentKind.OTHER, "K 1")
    assert read(relationship="head").values.household is None


def test_a_row_that_says_nothing_is_blank():
    assert read_row(9, {F.SEX: "  "}, TERMS).blank


def test_a_formula_is_told_and_never_worked_out():
    found = read_row(4, {**BASE, F.SEX: "=1+1"}, TERMS, {F.SEX: "formula"})
    assert [(each.field, each.code) for each in found.problems] == [(F.SEX, "formula")]
    assert "never worked out" in str(found.problems[0].words)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "no_arrival"), ("11/2026", "arrival_day"), ("2029-01-01", "arrival_far"), ("31/11/2026", "no_such_day")],
)
def test_days_of_arrival_that_do_not_do(text, code):
    found = read(Terms(TODAY, needs_day=True), arrival_date=text)
    assert [each.code for each in found.problems] == [code]


def test_days_of_arrival():
    day = date(2026, 11, 27)
    assert read(Terms(TODAY), arrival_date="27/11/2026").values.arrives_on == day
    assert read(Terms(TODAY, "mdy"), arrival_date="11/27/2026").values.arrives_on == day
    assert read(Terms(TODAY, only_day=day)).values.arrives_on == day
    assert read(TERMS, arrival_date="nonsense").values.arrives_on is None


def test_one_day_stands_for_rows_that_name_none():
    terms = Terms(TODAY)
    assert only_day(["", "2026-11-27", "27/11/2026", "?"], terms) == date(2026, 11, 27)
    assert only_day(["2026-11-27", "2026-11-28"], terms) is None
    assert only_day([""], terms) is None


def test_rows_beside_one_another():
    def row(number, **cells):
        return read_row(number, {**BASE, **{F(name): text for name, text in cells.items()}}, TERMS)

    rows = [
        row(2, sending_number="A-1", document_number="K1", household="x", relationship="head"),
        row(3, sending_number="a1"),
        row(4, document_number="k 1", sex="?"),
        row(5, document_number="k 1"),
        row(6, household="X", relationship="head"),
        row(7, household="y", relationship="head"),
    ]
    found = across(rows)
    assert {number: [(each.field, each.code, each.row) for each in told] for number, told in found.items()} == {
        3: [(F.SENDING_NUMBER, "same_number", 2)],
        5: [(F.DOCUMENT_NUMBER, "same_document", 2)],
        6: [(F.RELATIONSHIP, "second_head", 2)],
    }
    assert str(found[3][0].words) == "Row 2 has the same number. Two people cannot share it."


def test_stored_problems_come_back_in_words():
    found = read(sex="yes")
    stored = [["sex", "sex", None], ["sending_number", "same_number", 5], ["sex", "gone", None]]
    told = told_problems(stored, found)
    assert told[0] == found.problems[0]
    assert "Row 5" in str(told[1].words)
    assert str(told[2].words) == "Please check this cell again."


@pytest.mark.parametrize(
    ("read", "typed", "meant"),
    [
        (words.precisions, "سنة، ukwezi، Mwaka، jour، تقريبي", "year month year day estimated"),
        (words.relationships, "زوجة، Umuhungu، mke، fille، أخ", "spouse child spouse child sibling"),
        (words.sexes, "امرأة، umugabo، Mwanamke، garçon، مجهول", "f m f m u"),
    ],
)
def test_few_words_are_known_in_every_language(read, typed, meant):
    assert [read()[words.fold(each)].value for each in typed.split("،")] == meant.split()


def test_what_is_not_understood_is_told_with_the_words_of_the_reader():
    told = not_understood("hm", Precision)
    assert "Exact day, Month and year, Year only" in i18n.text(told, "en")
    for locale in i18n.REAL:
        assert i18n.text(Precision.ESTIMATED, locale) in i18n.text(told, locale)
        assert all(words.precisions()[words.fold(i18n.text(each, locale))] is each for each in Precision)
