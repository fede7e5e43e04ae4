"""The pages of a manifest, from the upload to the people, with a browser that looks at everything."""

from __future__ import annotations

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from receiver.access import Role
from receiver.accounts.models import UserOffice
from receiver.people.models import Arrival, ManifestImport, ManifestRow, Person
from receiver.people.rules import ImportState
from tests.factories.accounts import make_office
from tests.factories.partners import make_programme
from tests.factories.people import make_batch, make_person
from tests.people.test_rules_manifest_files import GOOD, with_part

HEAD = "sending_number,full_name,sex,date_of_birth,nationality,arrival_date,shoes\n"
RIGHT = "A1,محمد أحمد,m,4/3/1990,SDN,2026-11-27,41\n"
TWIN = "A2,Selam Haile,f,1994-05-17,ERI,2026-11-27,38\n"
WRONG = "A3,Mona <b>Idris</b>,f,31/02/1990,SDN,2026-11-27,40\n"


class World:
    """Two offices, a programme, and somebody whom a row of the file looks like."""

    def __init__(self, system):
        with system.database.write() as session:
            self.office, self.abroad = make_office(session), make_office(session, "Huye")
            self.programme = make_programme(session, "PILOT", name="Pilot")
            self.other = make_programme(session, "OTHER", name="Other")
            self.batch = make_batch(session, self.office, self.programme, arrives_on=date(2026, 11, 30))
            self.known = make_person(session, self.office)


@pytest.fixture
def world(system):
    return World(system)


@pytest.fixture
def browser(world, sign_in):
    return sign_in(Role.SUPERVISOR, offices=[world.office])


@pytest.fixture
def upload(browser, world):
    """Send a file; the answer is the page that follows, or the form with what is wrong."""

    def send(data: bytes | str, name: str = "list.csv", *, status: int = 303, **changes):
        form = browser.get("/arrivals/imports/new").form("/arrivals/imports")
        values = form.with_(**{"programme": str(world.programme.id), **changes})
        content = data.encode() if isinstance(data, str) else data
        return browser.post(form.action, values, files={"file": (name, io.BytesIO(content))}, status=status)

    return send


@pytest.fixture
def checked(browser, upload):
    """Upload a file, take the columns that were guessed, and give the address of the review."""

    def send(*lines: str, head: str = HEAD, **changes) -> str:
        columns = browser.follow(upload(head + "".join(lines), **changes))
        form = columns.form(
            next(each.get("action") for each in columns.all(".//form") if "columns" in each.get("action", ""))
        )
        return browser.submit(form).response.headers["location"]

    return send


def count(system, table):
    with system.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def words(element) -> str:
    """What stands in a part of a page."""
    return " ".join("".join(element.itertext()).split())


def test_a_manifest_becomes_people(system, browser, checked, work_done, world):
    here = checked(RIGHT, TWIN, WRONG)
    page = browser.get(here)
    assert "Nothing is written yet." in page.text()
    assert "Mona <b>Idris</b>" in page.text()
    assert "there is no day 31" in page.text()
    fix = page.form(f"{here}/rows/4")
    page = browser.follow(browser.submit(fix, value="30/02/1990"))
    assert "something in it is still wrong" in page.text()
    page = browser.follow(browser.submit(page.form(f"{here}/rows/4"), value="28/02/1990"))
    assert "Row 4 is right now." in page.text()

    page = browser.get(f"{here}?show=decide")
    assert "name" in page.text()
    decide = page.form(f"{here}/rows/3/decision")
    page = browser.follow(browser.submit(decide, choice=world.known.reference))
    assert "Row 3 is somebody known." in page.text()

    page = browser.follow(browser.post(f"{here}/check", {"_key": "k"}))
    assert "Import 3 people" in page.links
    check = browser.get(page.links["Import 3 people"])
    assert check.h1 == "Check before the import"
    progress = browser.submit(check.form()).response.headers["location"]
    assert progress.startswith("/progress/")
    assert count(system, Person) == 1
    [work] = work_done()
    assert (work.state.value, work.result) == ("done", {"people": 2, "known": 1})
    assert browser.get(progress).links["Show the result"] == here
    result = browser.get(here)
    assert "2 people were registered. 1 was known already." in result.text()
    assert "/arrivals/2026-11-27-a" in result.links.values()
    assert browser.get(f"{here}?show=new").status == 200
    assert (count(system, Person), count(system, Arrival)) == (3, 3)
    again = browser.post(f"{here}/merge", {"_key": "again", "_ver": "1"})
    assert again.response.headers["location"] == here
    assert browser.get(f"{here}/merge", status=303).response.headers["location"] == here
    browser.post(f"{here}/cancel", {"_key": "late"}, status=409)


class TestWhatWasRead:
    """The dry run shows what each row was taken for, so that a date that is read the wrong way round is noticed."""

    def test_a_row_that_is_new(self, browser, checked):
        lines = "full_name,date_of_birth,nationality,arrival_date,household\nMona,03/04/1990,SDN,2026-11-27,Tent 4\n"
        cell = words(browser.get(checked(head=lines)).one(".//tbody/tr/th"))
        assert "Date of birth 3 Apr 1990 · Sudan · Day of arrival 27 Nov 2026 · Household Tent 4" in cell

    def test_month_first(self, browser, checked):
        page = browser.get(checked("A1,Mona Idris,f,03/04/1990,SDN,2026-11-27,\n", date_order="mdy"))
        assert "Date of birth 4 Mar 1990" in page.text()

    def test_the_cells_that_are_right_of_a_row_that_is_wrong(self, browser, checked):
        cell = words(browser.get(checked(WRONG)).one(".//tbody/tr/th"))
        assert "Sudan · Day of arrival 27 Nov 2026" in cell
        assert "· Sudan" not in cell
        assert "Date of birth" not in cell

    def test_a_candidate_stands_beside_the_row(self, browser, checked):
        row = browser.get(f"{checked(TWIN)}?show=decide").one(".//tbody/tr")
        assert "Date of birth 17 May 1994 · Eritrea" in words(row.find("th"))
        assert "Date of birth 17 May 1994" in words(row.find("td/p"))


class TestWhatIsLeft:
    """Rows that are wrong or undecided stay after an import, until they are imported or left out with a reason."""

    @pytest.fixture
    def here(self, browser, checked, work_done):
        here = checked(RIGHT, TWIN, WRONG)
        check = browser.get(browser.get(here).links["Import 1 person"])
        assert "2 rows are wrong or undecided. They are not imported now, and stay here" in check.text()
        browser.submit(check.form())
        work_done()
        return here

    def test_they_are_named_and_counted_under_today(self, browser, here):
        page = browser.get(here)
        assert "1 person was registered." in page.text()
        assert "2 rows of the file are not imported" in page.text()
        assert "Mona <b>Idris</b>" in page.text()
        assert page.links["Go on with the 2 rows that are left"] == f"{here}?show=wrong"
        assert "Selam Haile" in browser.get(f"{here}?show=decide").text()
        assert "محمد أحمد" not in browser.get(f"{here}?show=new").text()
        today = browser.get("/today")
        assert "Manifests that wait" in today.text()
        assert "2 rows are left" in today.text()

    def test_the_same_file_leads_there(self, browser, upload, here):
        answer = upload(HEAD + RIGHT + TWIN + WRONG)
        assert answer.response.headers["location"] == here
        assert "This file was uploaded before" in browser.follow(answer).text()

    def test_what_is_imported_is_not_touched(self, browser, here):
        assert browser.get(f"{here}/columns", status=303).response.headers["location"] == here
        for address, data in (
            ("cancel", {}),
            ("columns", {"full_name": "1"}),
            ("rows/2", {"field": "sex", "value": "f"}),
        ):
            browser.post(f"{here}/{address}", {"_key": address, **data}, status=409)

    def test_they_are_corrected_and_imported_in_their_turn(self, system, browser, here, world, work_done):
        browser.submit(browser.get(here).form(f"{here}/rows/4"), value="28/02/1990")
        decide = browser.get(f"{here}?show=decide").form(f"{here}/rows/3/decision")
        browser.submit(decide, choice=world.known.reference)
        browser.submit(browser.get(browser.get(here).links["Import 2 people"]).form())
        work_done()
        page = browser.get(here)
        assert "2 people were registered. 1 was known already." in page.text()
        assert "Go on with" not in page.text()
        assert (count(system, Person), count(system, Arrival)) == (3, 3)
        assert browser.get(f"{here}/rest", status=303).response.headers["location"] == here
        assert "Manifests that wait" not in browser.get("/arrivals/imports/new").text()

    def test_they_are_left_out_with_a_reason(self, system, browser, here):
        page = browser.get(browser.get(here).links["Leave out the rest"])
        assert "2 rows of the file are not imported. They are deleted" in page.text()
        assert "Reason" in browser.submit(page.form(), reason="", status=422).text()
        done = browser.follow(browser.submit(page.form(), reason="They came with another flight"))
        assert "The rest is left out" in done.text()
        assert "Mona" not in done.text()
        assert "Wrong · Date of birth" in browser.get(f"{here}?show=wrong").text()
        with system.database.read() as session:
            assert session.scalars(select(ManifestImport)).one().state is ImportState.MERGED
            assert not any(session.scalars(select(ManifestRow.cells)))

    def test_before_an_import_there_is_no_rest(self, browser, checked):
        here = checked(RIGHT)
        assert browser.get(f"{here}/rest", status=303).response.headers["location"] == here
        browser.post(f"{here}/rest", {"_key": "k", "_ver": "2", "reason": "none"}, status=409)


def test_hidden_signs_are_not_shown(browser, upload):
    """As the import takes them: a name that is turned round looks like another."""
    columns = browser.follow(upload(HEAD + "A1,\u202eselaM\u202c Haile,f,,ERI,2026-11-27,\n"))
    assert "\u202e" not in columns.text()
    form = columns.form(
        next(each.get("action") for each in columns.all(".//form") if "columns" in each.get("action", ""))
    )
    page = browser.follow(browser.submit(form))
    assert "selaM Haile" in page.text()
    assert "\u202e" not in page.text()


def test_a_long_text_has_room(browser, checked):
    page = browser.get(checked(f"A1,{'x' * 300},f,,ERI,2026-11-27,\n"))
    assert len(page.all(".//textarea[@name='value']")) == 1


def test_fragments(browser, checked):
    here = checked(RIGHT, TWIN, WRONG)
    fragment = browser.get(f"{here}?show=new", hx=True)
    assert fragment.one(".//section").get("id") == "preview"
    form = browser.get(here).form(f"{here}/rows/4")
    answer = browser.submit(form, value="1990", hx=True, status=200)
    assert "Row 4 is right now" in answer.text()
    assert "There is" not in answer.text()


def test_what_is_sent_wrong_in_the_review(browser, checked):
    here = checked(RIGHT, TWIN, WRONG)
    form = browser.get(here).form(f"{here}/rows/4")
    page = browser.submit(form, value="x" * 2_001, status=422)
    assert "2,000" in page.text()
    decide = browser.get(f"{here}?show=decide").form(f"{here}/rows/3/decision")
    page = browser.submit(decide, choice="R-0000000", status=422)
    assert "Please choose one of the answers given." in page.text()
    browser.post(f"{here}/rows/99", {"_key": "k", "field": "sex", "value": "f"}, status=404)


class TestThePlaceIsKept:
    """Who corrects row 30 goes on with row 31."""

    LINES = "".join(f"B{number},Mona Idris {number},f,31/02/1990,SDN,2026-11-27,\n" for number in range(60))

    @pytest.fixture
    def second(self, browser, checked):
        return browser.get(browser.get(checked(self.LINES)).links["Next"])

    def rows(self, page):
        return [int(words(each)) for each in page.all(".//tbody/tr/td[1]")]

    def cell(self, page, number):
        """The form that corrects the one wrong cell of a row."""
        addresses = [each.get("action") for each in page.all(".//td//form")]
        return page.form(next(each for each in addresses if each.endswith(f"/rows/{number}")))

    def test_after_a_cell_was_corrected(self, browser, second):
        page = browser.follow(browser.submit(self.cell(second, 30), value="28/02/1990"))
        assert "Row 30 is right now." in page.text()
        assert self.rows(page) == [27, 28, 29, *range(31, 53)]
        assert "26–50 of 59" in page.text()
        page = browser.submit(self.cell(page, 31), value="1990", hx=True, status=200)
        assert self.rows(page) == [27, 28, 29, *range(32, 54)]

    def test_what_is_refused_stands_in_its_cell(self, browser, second):
        page = browser.submit(self.cell(second, 30), value="x" * 2_001, status=422)
        said = "“Date of birth” may be up to 2,000 characters long; this has 2,001."
        place = "r30-date_of_birth-value"
        assert page.one(f".//*[@id='{place}']").text.strip() == "x" * 2_001
        assert words(page.one(f".//*[@id='{place}-e']")) == said
        assert page.links[said] == f"#{place}"
        assert self.rows(page)[0] == 27

    def test_what_is_refused_of_a_row_that_a_colleague_corrected(self, browser, second):
        late = self.cell(second, 30)
        browser.submit(self.cell(second, 30), value="1990")
        page = browser.submit(late, _key="another", value="x" * 2_001, status=422)
        assert "2,001" in page.text()
        assert self.rows(page)[:4] == [27, 28, 29, 31]

    def test_after_the_last_row_of_the_last_page_the_list_begins_anew(self, browser, second):
        page = browser.get(second.links["Next"])
        for number in self.rows(page):
            page = browser.follow(browser.submit(self.cell(page, number), value="1990"))
        assert self.rows(page)[0] == 2

    def test_a_place_that_is_none_changes_nothing(self, browser, second):
        form = self.cell(second, 30)
        browser.submit(form, value="1990", after="junk", status=422)
        assert "60" in words(
            browser.get(form.action.removesuffix("/rows/30")).one(".//ul[@class='kpis']//a[@aria-current='true']")
        )


class TestTheOtherCell:
    """What is wrong can be put right in each cell that its words name."""

    HEAD = "sending_number,full_name,date_of_birth,document_type,document_number,household,relationship,arrival_date\n"
    HEADS = "A1,Mona Idris,1990,,,1,head,2026-11-27\nA2,Omar Idris,1985,,,1,head,2026-11-27\n"
    TWICE = "A1,Mona Idris,1990,,,,,2026-11-27\n,Omar Idris,1985,,,,,2026-11-27\n,Omar Idris,1985,,,,,2026-11-27\n"

    @pytest.mark.parametrize(
        ("lines", "row", "field", "value"),
        [
            ("A1,Mona Idris,1990,passport,,,,2026-11-27\n", 2, "document_type", ""),
            ("A1,Mona Idris,1990,passport,,,,2026-11-27\n", 2, "document_number", "K1"),
            ("A1,Mona Idris,1990,,,,child,2026-11-27\n", 2, "relationship", ""),
            (HEADS, 3, "household", "2"),
            (HEADS, 3, "relationship", "spouse"),
            (TWICE, 4, "date_of_birth", "1986"),
            (TWICE, 4, "sending_number", "A9"),
        ],
    )
    def test_it_is_offered_and_enough(self, browser, checked, lines, row, field, value):
        page = browser.get(checked(lines, head=self.HEAD))
        cells = page.all(".//td/form/input[@name='field']/..")
        [form] = [each for each in cells if each.find("input[@name='field']").get("value") == field]
        sent = {each.get("name"): each.get("value") for each in form.iter("input")} | {"value": value}
        page = browser.follow(browser.post(form.get("action"), sent))
        assert f"Row {row} is right now." in page.text()

    def test_only_the_cell_that_is_wrong_is_marked(self, browser, checked):
        page = browser.get(checked(self.HEADS, head=self.HEAD))
        assert [each.get("id") for each in page.all(".//td//input[@aria-invalid]")] == ["r3-relationship-value"]


class TestOneRowIsLeftOut:
    """What the file has too much is left out row by row, and taken back until the import."""

    def test_and_taken_back(self, browser, checked):
        here = checked(RIGHT, WRONG, WRONG.replace("A3", "A4"))
        page = browser.submit(browser.get(here).form(f"{here}/rows/3/out"), hx=True, status=200)
        assert "Row 3 is left out." in page.text()
        assert "A4" not in words(page.one(".//tbody"))
        page = browser.get(f"{here}?show=ignored")
        assert [words(each) for each in page.all(".//tbody/tr/td[1]")] == ["3"]
        assert "Mona" in words(page.one(".//tbody"))
        page = browser.follow(browser.submit(page.form(f"{here}/rows/3/back")))
        assert "Row 3 is taken back." in page.text()
        assert len(browser.get(here).all(".//tbody/tr")) == 2

    def test_with_it_the_import_is_whole(self, system, browser, checked, work_done):
        here = checked(RIGHT, WRONG)
        browser.submit(browser.get(here).form(f"{here}/rows/3/out"))
        browser.submit(browser.get(f"{here}/merge").form())
        work_done()
        with system.database.read() as session:
            assert session.scalars(select(ManifestImport)).one().state is ImportState.MERGED
        assert "1" in words(browser.get(f"{here}?show=ignored").one(".//a[@aria-current='true']"))

    def test_of_what_is_left_over_it_is_not_offered(self, browser, checked, work_done):
        here = checked(RIGHT, WRONG)
        browser.submit(browser.get(f"{here}/merge").form())
        work_done()
        assert not [each for each in browser.get(here).all(".//td/form") if each.get("action").endswith("/out")]
        browser.post(f"{here}/rows/3/out", {"_key": "k"}, status=409)


def test_a_decision_that_cannot_be_is_told_where_it_was_made(browser, checked, world):
    here = checked(TWIN, TWIN.replace("A2", "A7").replace("1994-05-17", "1994-05-18"))
    page = browser.get(f"{here}?show=decide")
    browser.submit(page.form(f"{here}/rows/2/decision"), choice=world.known.reference)
    page = browser.submit(page.form(f"{here}/rows/3/decision"), choice=world.known.reference, status=422)
    assert "Row 2 was decided to be this person already." in words(page.one(".//*[@id='d3-choice-e']"))
    browser.submit(page.form(f"{here}/rows/3/decision"), choice="other")
    page = browser.get(f"{here}?show=new")
    page = browser.submit(page.form(f"{here}/rows/3/decision"), choice="R-0000000", status=422)
    assert page.one(".//ul[@class='kpis']//a[@aria-current='true']").get("href") == f"{here}?show=new"


def test_cancelling_deletes_the_upload(system, browser, checked):
    here = checked(RIGHT)
    page = browser.follow(browser.post(f"{here}/cancel", {"_key": "k"}))
    assert "its upload deleted" in page.text()
    assert count(system, ManifestRow) == 0
    assert "was cancelled" in browser.get(here).text()


def test_an_import_that_does_not_say_from_which_version(browser, checked):
    here = checked(RIGHT)
    form = browser.get(f"{here}/merge").form()
    browser.post(form.action, {"_key": "k"}, status=428)
    browser.post(form.action, {"_key": "k", "_ver": "77"}, status=409)


def test_columns_are_asked_first_and_structure_is_told_alone(browser, upload):
    page = browser.follow(upload("Whose,Sex\nSelam,f\n"))
    assert page.h1 == "Columns of the manifest"
    assert "Columns that are left out: Whose" in page.text()
    [action] = [each.get("action") for each in page.all(".//form") if each.get("action", "").endswith("columns")]
    wrong = browser.submit(page.form(action), status=422)
    assert "Your file has no column for “Full name”. Its columns are: Whose and Sex." in wrong.text()
    here = browser.submit(page.form(action), full_name="0").response.headers["location"]
    assert "Please give the day of arrival." in browser.get(here).text()
    assert browser.get(f"{here}/merge").status == 200
    page = browser.submit(browser.get(f"{here}/merge").form(), status=422)
    assert "No row of this manifest can be imported yet." in page.text()


def test_a_file_that_is_no_unicode_is_said_to_be_read_as_western_european(browser, upload):
    told = "read as Western European"
    assert told in browser.follow(upload("Nom,Sexe\nJosé Müller,m\n".encode("cp1252"))).text()
    assert told not in browser.follow(upload("Nom,Sexe\nJosé Müller,m\n".encode())).text()


def test_a_review_waits_for_its_columns(system, browser, upload):
    columns = upload(HEAD + RIGHT).response.headers["location"]
    here = columns.removesuffix("/columns")
    assert browser.get(here, status=303).response.headers["location"] == columns
    assert browser.get(f"{here}/merge", status=303).response.headers["location"] == here
    assert "Manifests that wait" in browser.get("/arrivals/imports/new").text()


def test_everybody_comes_with_the_arrival_that_was_chosen(system, browser, checked, world, work_done):
    here = checked(RIGHT, WRONG.replace("31/02", "28/02"), batch=world.batch.slug)
    browser.submit(browser.get(f"{here}/merge").form())
    work_done()
    with system.database.read() as session:
        assert set(session.scalars(select(Arrival.batch_id))) == {world.batch.id}


def test_an_arrival_of_another_programme_is_refused(system, upload, world):
    page = upload(HEAD + RIGHT, status=422, batch=world.batch.slug, programme=str(world.other.id))
    assert "another programme or office" in page.text()
    assert count(system, ManifestImport) == 0


def test_the_same_file_twice_leads_to_the_first(system, browser, upload):
    columns = upload(HEAD + RIGHT).response.headers["location"]
    again = upload(HEAD + RIGHT, "copy.csv")
    assert again.response.headers["location"] == columns.removesuffix("/columns")
    page = browser.follow(browser.get(again.response.headers["location"], status=303))
    assert page.h1 == "Columns of the manifest"
    assert count(system, ManifestImport) == 1


class TestAnotherOrderOfDayAndMonth:
    """A file whose dates were read the wrong way round is read again, without being cancelled and sent anew."""

    LINE = "A1,Mona Idris,f,03/04/1990,SDN,2026-11-27,\n"

    def columns(self, browser, here):
        page = browser.get(browser.get(here).links["Change the columns"])
        return page, page.form(f"{here}/columns")

    def test_it_is_said_on_the_page_of_the_columns(self, system, browser, checked):
        here = checked(self.LINE)
        page, form = self.columns(browser, here)
        assert "what was corrected or decided in them before begins anew" in page.text()
        browser.submit(form, date_order="mdy")
        assert "Date of birth 4 Mar 1990" in browser.get(here).text()
        assert self.columns(browser, here)[1].values["date_order"] == "mdy"
        assert count(system, ManifestRow) == 1

    def test_the_file_that_comes_again_names_that_way(self, browser, checked, upload):
        here = checked(self.LINE)
        answer = upload(HEAD + self.LINE, date_order="mdy")
        assert answer.response.headers["location"] == here
        assert "“Change the columns” lets you say anew" in browser.follow(answer).text()

    def test_it_is_asked_and_nothing_is_guessed(self, browser, checked):
        here = checked(self.LINE)
        form = self.columns(browser, here)[1]
        page = browser.submit(form, date_order="ymd", status=422)
        assert "How dates are written" in page.text()
        assert "Date of birth 3 Apr 1990" in browser.get(here).text()


def test_the_same_file_of_another_office_is_only_refused(system, upload, world):
    upload(HEAD + RIGHT)
    with system.database.write() as session:
        session.scalars(select(ManifestImport)).one().office_id = world.abroad.id
    page = upload(HEAD + RIGHT, status=422)
    assert "This file was uploaded before" in page.text()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"full_name\n", "no rows below"),
        (b"full_name,sex\nSelam\n", "Row 2 does not fit the first row"),
        (b"full_name\n" + b"a" * 2_001, "more than 2,000 characters"),
        (with_part(GOOD, "xl/vbaProject.bin", b"x"), "has macros"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", b"\0" * 3_000_000), "unpacks to far more"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "older kind"),
        (b"%PDF-1.7", "of another kind"),
    ],
)  # fmt: skip
def test_files_that_are_refused(system, upload, data, said):
    assert said in upload(data, status=422).text()
    assert count(system, ManifestImport) == 0


def test_ten_megabytes_are_refused(browser, upload):
    assert "too large" in upload(b"full_name\n" + b"a" * (10 * 1024 * 1024), status=413).text()


def test_many_rows_are_checked_in_the_background(system, browser, upload, work_done, monkeypatch):
    monkeypatch.setattr("receiver.people.actions.manifest_checks.AT_ONCE", 1)
    columns = browser.follow(upload(HEAD + RIGHT + WRONG))
    [action] = [each.get("action") for each in columns.all(".//form") if each.get("action", "").endswith("columns")]
    progress = browser.submit(columns.form(action)).response.headers["location"]
    assert progress.startswith("/progress/")
    [work] = work_done()
    assert (work.state.value, work.result) == ("done", {"rows": 2})
    with system.database.read() as session:
        found = session.scalars(select(ManifestImport)).one()
        assert (found.state, found.counts["wrong"]) == (ImportState.CHECKED, 1)
    again = browser.post(f"{work.url}/check", {"_key": "k"})
    assert again.response.headers["location"].startswith("/progress/")


def test_whoever_may_no_longer_import_imports_nothing(system, browser, checked, work_done):
    here = checked(RIGHT)
    browser.submit(browser.get(f"{here}/merge").form())
    with system.database.write() as session:
        session.query(UserOffice).filter(UserOffice.user_id == browser.user_id).delete()
    [work] = work_done()
    assert (work.state.value, work.failure) == ("failed", "not-found")
    assert count(system, Person) == 1


@pytest.mark.parametrize("language", ["en", "fr", "rw", "sw", "ar"])
def test_templates(browser, language):
    answer = browser.get(f"/arrivals/template.csv?lang={language}").response
    assert answer.headers["content-disposition"].startswith("attachment")
    assert len(answer.text.split(",")) == 14
    assert browser.send("GET", f"/arrivals/template.xlsx?lang={language}").content.startswith(b"PK")


def test_a_template_in_an_unknown_language(browser):
    for code in ("zz", "a language with a long name"):
        browser.get(f"/arrivals/template.csv?lang={code}", status=422)
    assert "Full name" in browser.get("/arrivals/template.csv").response.text


def test_manifests_of_other_offices_are_not_found(sign_in, world, checked):
    here = checked(RIGHT)
    other = sign_in(Role.SUPERVISOR, offices=[world.abroad])
    for address in (here, f"{here}/columns", f"{here}/merge"):
        other.get(address, status=404)
    for address in (f"{here}/cancel", f"{here}/check"):
        other.post(address, {"_key": "k"}, status=404)
    sign_in(Role.CASEWORKER, offices=[world.office]).get(here, status=403)
