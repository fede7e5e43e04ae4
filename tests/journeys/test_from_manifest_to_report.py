"""From a manifest of 250 people to the report of a month that equals the ledger: one story, told in Chromium.

Everything goes through the pages, in the windows of six people, over a server process of its own on a fresh
installation: files are chosen and taken as in any browser, lists are ticked, buttons pressed by what they say. It is
told with a script and without, in English from a file of text, in Arabic from a workbook. What stands ready before it
begins is the installation with its staff, a programme with money, and a policy in force; nothing is done beside the
pages afterwards, and no clock is moved: the month that is paid is the last full one.

In the end the dump of the ledger is judged by the script that knows nothing of the program.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from receiver import audit
from receiver.cases.rules import NoteKind
from receiver.kit import clock
from receiver.kit.months import Month
from receiver.kit.words import _, n_, p_
from receiver.ledger.queries import dump_json
from receiver.people.rules import ArrivalState
from receiver.reports.rules import ReportForm
from receiver.stipends.forms.people import PayWay
from receiver.worker import open_system
from tests.soak.invariants import breaches
from tests.support.chromium import launched, needed
from tests.support.desk import Desk, plain
from tests.support.installation import BASE, STAFF, install
from tests.support.manifest_of_250 import EARLY, FAULTY, FIRST_ROW, PEOPLE, manifest
from tests.support.run_folder import this_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from playwright.sync_api import Browser

    from tests.support.installation import Installation

pytestmark = needed

PROGRAMME = "LAKE"
CORRECTED = 6
"""The row that is put right before the import: its sex was no sex."""
IMPORTED = PEOPLE - FAULTY + 1
BY_PHONE, FAILING, NEW_NUMBER = 10, 9, 3
"""People paid by mobile money, how many of these payments fail, and how many people have a new number after that."""
NOTE = {"en": "Visited at home. Asked about a school.", "ar": "زيارة في البيت. سألت عن المدرسة."}
CASES = [
    pytest.param("en", True, id="en-script"),
    pytest.param("ar", False, id="ar-no-script"),
    pytest.param("en", False, id="en-no-script", marks=pytest.mark.slow),
    pytest.param("ar", True, id="ar-script", marks=pytest.mark.slow),
]


class Journey:
    """The story so far: who sits where, and what they know."""

    def __init__(self, browser: Browser, made: Installation, language: str, folder: Path, *, script: bool) -> None:
        self.installation, self.language, self.folder = made, language, folder
        today = clock.today(made.settings.timezone)
        self.month = Month.of(today) - 1
        self.workbook = language == "ar"
        self.manifest = manifest(self.month, today, workbook=self.workbook)
        origin = made.settings.base_url
        self.desks = {who: Desk(browser, origin, language, script=script) for who in STAFF}
        self.numbers: dict[str, str] = {}

    def at(self, who: str) -> Desk:
        """The window of somebody, who signs in when first needed."""
        desk = self.desks[who]
        return desk if desk.looked_at else desk.sign_in(who)

    # ---- People

    def import_the_manifest(self) -> None:
        """Take the empty list, fill it in, upload it, read what is wrong with each row, correct one, import."""
        desk = self.at("reception").click(p_("menu", "Arrivals"), within="nav.nav").click(_("Import a manifest"))
        ending = "xlsx" if self.workbook else "csv"
        empty = f'a[href="/arrivals/template.{ending}?lang={self.language}"]'
        name, content = desk.take(empty, self.folder)
        assert name == f"manifest-{self.language}.{ending}"
        filled = self.manifest.xlsx(_headings(content)) if self.workbook else self.manifest.csv(_table(content)[0])
        desk.put("file", f"people.{ending}", filled).press(_("Upload"))
        desk.reads(_("The file is uploaded."), n_("%(n)s row", "%(n)s rows", PEOPLE))
        desk.press(_("Check the rows")).wait_for_work().reads(_("Nothing is written yet."))
        found = dict(self._faults_shown(desk))
        expected = {row: [desk.say(words) for words in fault.says] for row, fault in self.manifest.faults.items()}
        assert len(expected) == FAULTY
        assert found == expected

        desk.follow('.kpis a[href$="show=wrong"]').type_into(f"/rows/{CORRECTED}", value="f")
        desk.submit(f"/rows/{CORRECTED}").reads(_("Row %(row)s is right now.", row=str(CORRECTED)))
        del self.manifest.faults[CORRECTED]
        desk.click(n_("Import %(n)s person", "Import %(n)s people", IMPORTED)).submit("/merge").wait_for_work()
        desk.reads(n_("%(n)s person was registered.", "%(n)s people were registered.", IMPORTED))

    def _faults_shown(self, desk: Desk) -> Iterator[tuple[int, list[str]]]:
        """What the review says of each row that is wrong, page by page."""
        while True:
            for row in desk.tree().findall(".//*[@id='preview']//tbody/tr"):
                told = [_text(each) for each in row.iter("span") if each.get("class") == "msg"]
                yield int(_text(row.find("td"))), told
            if not desk.has("#preview a[rel=next]"):
                return
            desk.follow("#preview a[rel=next]")

    def meet_everybody(self) -> None:
        """Both arrivals came, everybody in them was met, and a caseworker has their cases."""
        for day, number in (("01", self.early), ("16", IMPORTED - self.early)):
            desk = self.at("reception").click(p_("menu", "Arrivals"), within="nav.nav")
            desk.follow(f'tbody a[href^="/arrivals/{self.month}-{day}"]').submit("/state")
            desk.reads(_("The arrival is recorded."))
            batch = desk.page.url
            desk.choose("state", ArrivalState.MET).tick("every").press(_("Mark"))
            desk.reads(n_("%(n)s person is marked.", "%(n)s people are marked.", number))
            desk = self.at("supervisor").open(batch).tick("every").press(_("Arrange meeting, room, caseworker"))
            desk.choose("caseworker", STAFF["caseworker"][0]).press(_("Arrange it")).reads(_("It is arranged."))

    @property
    def early(self) -> int:
        """How many came on the first day of the month."""
        return sum(number < FIRST_ROW + EARLY for number in self.manifest.right)

    def write_a_note(self) -> None:
        """The caseworker writes down a visit."""
        desk = self.at("caseworker").click(p_("menu", "People"), within="nav.nav").follow("#results tbody th a")
        desk.click(_("Add a note")).choose("kind", NoteKind.VISIT).type(text=NOTE[self.language])
        desk.type(contact_on__day="20", contact_on__month=str(self.month.month), contact_on__year=str(self.month.year))
        desk.press(_("Save the note")).reads(NOTE[self.language], NoteKind.VISIT)

    # ---- How people are paid

    def note_numbers(self) -> None:
        """Ten people want mobile money: the caseworker notes the numbers, the approver hears them read back."""
        desk = self.at("caseworker").click(p_("menu", "People"), within="nav.nav")
        listed = [_text(each) for each in desk.tree().findall(".//*[@id='results']//tbody/tr/th/small")]
        for place, reference in enumerate(listed[:BY_PHONE]):
            self.note_number(reference, f"+25078810{place:04d}")
        self.confirm_numbers(BY_PHONE)

    def note_number(self, reference: str, number: str) -> None:
        """The caseworker notes a number for somebody, in the name that the person goes by."""
        desk = self.at("caseworker").open(f"/people/{reference}/payee")
        name = _text(desk.tree().find(".//p[@class='facts']/b"))
        desk.choose("way", PayWay.MOBILE_MONEY).type(number=number, name=name).submit("/payee")
        self.numbers[reference] = number

    def confirm_numbers(self, number: int) -> None:
        """The approver hears each number that waits read back."""
        desk = self.at("approver").open("/menu").click(p_("menu", "Payee changes"), within="main")
        for _each in range(number):
            desk.follow("tbody th a")
            reference = _text(desk.tree().find(".//main//h1/span"))
            desk.type(read_back=self.numbers[reference][-4:]).press(_("Confirm the details"))
            desk.reads(_("The payment details are confirmed."))
        desk.reads(_("No change waits for confirmation."))

    def enrol_everybody(self) -> None:
        """Finance enrols all who came."""
        desk = self.at("finance").open("/menu").click(p_("menu", "Enrol people"), within="main")
        desk.choose("policy", "Monthly support").tick("every").press(_("Enrol them"))
        desk.reads(n_("%(n)s person is enrolled.", "%(n)s people are enrolled.", IMPORTED))

    # ---- A run, from its draft to its end

    def start_the_run(self) -> None:
        """Finance builds the list of the month."""
        desk = self.at("finance").click(p_("menu", "Pay runs"), within="nav.nav").click(_("Start a run"))
        desk.type(month=str(self.month)).press(_("Build the list")).wait_for_work()

    def start_the_follow_up(self) -> None:
        """Finance builds the list of those who are still to be paid."""
        self.at("finance").open(self.run()).press(_("Start a follow-up")).wait_for_work()

    def settle_the_list(self, name: str, *, by_phone: int, at_desk: int, total: int) -> None:
        """Whoever has no number that can be used collects the money at the cash desk; then the list is frozen."""
        desk = self.at("finance").open(self.run(name))
        assert desk.figures() == [by_phone, at_desk]
        desk.follow('.chips a[href*="show=missed"]')
        sent = 0
        while sent < at_desk:
            chosen = desk.tick_rows()
            desk.press(_("Pay at the cash desk this once"))
            desk.reads(
                n_("%(n)s person will be paid at the cash desk.", "%(n)s people will be paid at the cash desk.", chosen)
            )
            sent += chosen
        assert (sent, desk.figures()) == (at_desk, [by_phone + at_desk, 0])
        desk.click(_("Check and send to approval"))
        if not name:  # everybody is paid for the first time, which somebody has to look at
            desk.reads(p_("checklist", "First payment")).type(accept_because="Looked at, one by one.")
        desk.submit("/submission").reads(_("The list is frozen. Someone else has to approve it."))
        assert not desk.open(self.run(name, "approval")).has('form[action*="/approval"]')

        desk = self.at("approver").click(p_("menu", "Pay runs"), within="nav.nav")
        desk.click(f"{self.month}{name}", within="main").click(_("Review and approve")).confirm_if_asked()
        desk.tick("compared").tick("sampled").type(total=str(total)).submit("/approval")
        desk.reads(_("The run is approved."))

    def release(self, name: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """Another of finance sends the money on its way, and takes the files: by phone, and of the cash desk."""
        desk = self.at("releaser").click(p_("menu", "Pay runs"), within="nav.nav")
        desk.click(f"{self.month}{name}", within="main").click(_("Release"), within="main .act").confirm_if_asked()
        desk.submit("/instruction").wait_for_work().open(self.run(name, "instruction"))
        channels = ("mobile_money_file", "cash_desk")
        for channel in channels:
            asking = f"/files/{channel}/windows"
            desk.type_into(asking, reason="It is paid out today.").submit(asking)
            desk.reads(_("You can take the file now, once."))
        by_phone, at_desk = (
            _rows(desk.take(f'form[action*="/files/{channel}?"] button', self.folder)[1]) for channel in channels
        )
        return by_phone, at_desk

    def take_in(self, name: str, rows: list[dict[str, str]], failing: int = 0) -> None:
        """The provider's file comes back: the first so many payments failed, the others arrived."""
        desk = self.at("releaser").open(self.run(name)).click(_("Results"), within="nav.tabs")
        desk.put("file", "results.csv", _results(rows, failing, self.month)).press(_("Look what it says"))
        desk.reads(_("Nothing has been changed so far.")).follow('form[action*="/results/"] button')
        desk.reads(n_("%(n)s row is taken in.", "%(n)s rows are taken in.", len(rows)))

    def pay_at_the_desk(self, name: str, number: int) -> None:
        """Everybody who was to come to the cash desk came, signed and was paid."""
        desk = self.at("releaser").open(self.run(name)).click(_("Cash desk"), within="nav.tabs")
        while number:
            chosen = desk.tick_rows()
            desk.press(_("They were paid")).reads(n_("%(n)s person was paid.", "%(n)s people were paid.", chosen))
            number -= chosen
        desk.reads(_("Nobody is expected at the cash desk."))

    def close(self, name: str) -> None:
        """The run adds up and is closed."""
        desk = self.at("releaser").open(self.run(name)).click(_("Closing"), within="nav.tabs")
        desk.press(_("Close the run")).reads(_("The run is closed."))

    def run(self, name: str = "", part: str = "") -> str:
        """The address of a page of a run."""
        return f"/stipends/runs/{self.month}{name}" + (f"/{part}" if part else "") + f"?programme={PROGRAMME}"

    # ---- The report, and what an auditor makes of it

    def report(self) -> dict[str, Any]:
        """Finance reads the report, makes it final, and takes it along."""
        desk = self.at("finance").click(p_("menu", "Reports"), within="nav.nav").follow("tbody th a")
        desk.click(_("Finalise this report")).confirm_if_asked().submit("/finalising")
        desk.reads(_("The report is final. Later changes stand in later reports."))
        printed = desk.choose("format", ReportForm.PDF).take('form[action$="/files"] button', self.folder)
        assert printed[1].startswith(b"%PDF")
        desk.open(desk.page.url).choose("format", ReportForm.JSON)
        figures: dict[str, Any] = json.loads(desk.take('form[action$="/files"] button', self.folder)[1])
        return figures

    def ledger(self) -> dict[str, Any]:
        """Everything of the ledger, as `receiver ledger dump --format json` writes it beside the server."""
        system = open_system(self.installation.settings)
        with system.database.read() as session:
            whole: dict[str, Any] = json.loads("".join(dump_json(session)))
            assert audit.verify(session).ok
        system.close()
        return whole


@pytest.mark.parametrize(("language", "script"), CASES)
def test_from_manifest_to_report(language: str, script: bool, tmp_path: Path) -> None:
    folder = this_folder() / f"journey-{language}-{script}"
    folder.mkdir(mode=0o700)
    made = install(folder, PROGRAMME, Month.of(clock.today("Africa/Kigali")) - 2)
    try:
        with made.served(), launched() as browser:
            journey = Journey(browser, made, language, tmp_path, script=script)
            try:
                tell(journey)
            except BaseException as error:
                error.add_note(f"The windows are in {_photographed(journey, tmp_path)}.")
                raise
            assert [fault for desk in journey.desks.values() for fault in desk.faults] == []
        assert made.complaints() == []
    finally:
        shutil.rmtree(folder)


def tell(journey: Journey) -> None:
    """The story, and what must be true in the end."""
    whole, half = BASE, _half_of(journey.month)
    journey.import_the_manifest()
    journey.meet_everybody()
    journey.write_a_note()
    journey.note_numbers()
    journey.enrol_everybody()
    total = whole * journey.early + half * (IMPORTED - journey.early)

    journey.start_the_run()
    journey.settle_the_list("", by_phone=BY_PHONE, at_desk=IMPORTED - BY_PHONE, total=total)
    by_phone, at_desk = journey.release("")
    assert {row["phone"] for row in by_phone} == {number.lstrip("+") for number in journey.numbers.values()}
    assert len(at_desk) == IMPORTED - BY_PHONE
    assert sum(int(row["amount"]) for row in (*by_phone, *at_desk)) == total
    journey.take_in("", by_phone, FAILING)
    journey.pay_at_the_desk("", IMPORTED - BY_PHONE)
    journey.close("")

    failed = by_phone[:FAILING]
    owner = {number.lstrip("+"): reference for reference, number in journey.numbers.items()}
    for place, row in enumerate(failed[:NEW_NUMBER]):
        journey.note_number(owner[row["phone"]], f"+25078820{place:04d}")
    journey.confirm_numbers(NEW_NUMBER)
    owed = sum(int(row["amount"]) for row in failed)
    journey.start_the_follow_up()
    # What changed lately rests for two days; who cannot wait collects the money once more at the cash desk.
    journey.settle_the_list("-r1", by_phone=FAILING - NEW_NUMBER, at_desk=NEW_NUMBER, total=owed)
    again, at_desk_again = journey.release("-r1")
    assert {row["phone"] for row in again} == {row["phone"] for row in failed[NEW_NUMBER:]}
    assert {row["end_to_end_id"] for row in (*again, *at_desk_again)}.isdisjoint(row["end_to_end_id"] for row in failed)
    journey.take_in("-r1", again)
    journey.pay_at_the_desk("-r1", NEW_NUMBER)
    journey.close("-r1")

    judge(journey.report(), journey.ledger(), total=total, owed=owed, month=str(journey.month))


def judge(figures: dict[str, Any], told: dict[str, Any], *, total: int, owed: int, month: str) -> None:
    """Report and ledger say the same as our own arithmetic, and everybody was paid once."""
    assert breaches(told) == []
    equation, totals = figures["equation"], figures["totals"]
    assert figures["month"] == month
    assert (equation["difference"], equation["closing"], figures["gaps_minor"]) == (0, 0, 0)
    assert (equation["entitled"], equation["instructed"], equation["failed_returned"]) == (total, total + owed, owed)
    assert (totals["people"], totals["paid_minor"], totals["pending_minor"]) == (IMPORTED, total, 0)

    moved: Counter[str] = Counter()
    for side in told["entries"]:
        moved[side["cause"]] += side["credit_minor"]
    assert (moved["entitle"], moved["instruct"], moved["settle"], moved["fail"]) == (total, total + owed, total, owed)
    states = Counter(payment["state"] for payment in told["payments"])
    assert states == {"settled": IMPORTED, "failed": FAILING}
    paid = [payment for payment in told["payments"] if payment["state"] == "settled"]
    assert len({payment["person"] for payment in paid}) == IMPORTED
    failed = {payment["id"]: payment for payment in told["payments"] if payment["state"] == "failed"}
    follow_up = [payment for payment in told["payments"] if payment["run"] == f"{month}-r1"]
    assert {payment["reissue_of"] for payment in follow_up} == failed.keys()
    assert {payment["person"] for payment in follow_up} == {payment["person"] for payment in failed.values()}
    assert {payment["state"] for payment in follow_up} == {"settled"}
    assert {run["run"]: run["state"] for run in told["runs"]} == {month: "closed", f"{month}-r1": "closed"}
    [report] = told["reports"]
    assert (report["month"], report["state"], len(report["payments"])) == (month, "finalised", IMPORTED + FAILING)


def _half_of(month: Month) -> int:
    """What is owed to who came on the 16th, by the rule of three."""
    days = month.days - 15
    return int((Decimal(BASE) * days / month.days).quantize(Decimal(1), ROUND_HALF_UP))


def _results(rows: list[dict[str, str]], failing: int, month: Month) -> bytes:
    lines = ["end_to_end_id,status,amount,currency,reason,provider_reference,at"]
    for place, row in enumerate(rows):
        status, why = ("failed", "Phone was off") if place < failing else ("settled", "")
        lines.append(f"{row['end_to_end_id']},{status},{row['amount']},{row['currency']},{why},MP-{place},{month}-28")
    return "\n".join([*lines, ""]).encode()


def _table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def _headings(workbook: bytes) -> list[str]:
    [row] = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0].iter_rows(values_only=True)
    return [str(cell) for cell in row]


def _text(element: ET.Element | None) -> str:
    assert element is not None
    return plain("".join(element.itertext()))


def _photographed(journey: Journey, folder: Path) -> Path:
    """Pictures of every window as it stands, for who looks why a journey ended."""
    for who, desk in journey.desks.items():
        if desk.looked_at:
            desk.page.screenshot(path=folder / f"{who}.png", full_page=True)
            (folder / f"{who}.html").write_text(desk.page.content())
    return folder
