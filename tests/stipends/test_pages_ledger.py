"""The ledger for paper and as a table: the same entries as on the page, under keys that stay and in words."""

from __future__ import annotations

import csv
import io

import pytest

from receiver import i18n
from receiver.access import Role
from receiver.audit import Kind
from receiver.kit import clock
from receiver.ledger.actions import reverse_instalment
from receiver.ledger.queries import instalments
from tests.factories.stipends import enrolled, make_people, make_run
from tests.support.pages import ORIGIN

BALANCES = {
    "account": ["100000000", "99940000", "99880000", "99820000"],
    "person": ["60000", "0", "0"],
    "": [""] * 10,
}
"""What a fund still has, and what somebody is owed, after each entry; with all accounts nothing adds up."""
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": ORIGIN}


@pytest.fixture
def closed(system, team):
    """A closed run of three people, one of them paid at the cash desk: ten entries with the money received."""
    with system.database.write() as session:
        make_people(session, team, 3)
        return make_run(session, team, "closed")


def test_the_same_for_paper_and_as_a_table(finance, sign_in, closed, team, kinds):
    page = finance.get("/stipends/ledger")
    fund = next(option.get("value") for option in page.all(".//option") if option.text == f"fund:{team.programme.code}")
    person = team.people[0].reference
    for asked, lines in ((f"account={fund}", 4), (f"person={person}&month=2026-11", 3), ("", 10)):
        page = finance.get(f"/stipends/ledger?{asked}")
        assert len(page.all(".//tbody/tr")) == lines
        paper = finance.get(page.links["For paper"])
        assert len(paper.all(".//tbody/tr")) == lines
        form = page.form("/stipends/ledger/files")
        answer = finance.send("POST", form.action, data=form.values, headers=FROM_HERE)
        assert "attachment" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert rows[0]["cause_words"] == "Cause in words"
        assert len(rows) == lines + 1
        assert rows[1]["entry_id"] == page.all(".//tbody/tr")[0].get("id")
        balances = [row["balance_minor"] for row in rows[1:]]
        assert balances == BALANCES[asked.partition("=")[0]]
        shown, printed = (
            ["".join(filter(str.isdigit, "".join(cell.itertext()))) for cell in one.all(".//td[@data-l='Balance']")]
            for one in (page, paper)
        )
        assert shown == printed == [one for one in balances if one]
        assert kinds()[0] is Kind.LEDGER_LISTED
    assert {row["person"] for row in rows[1:]} == {"", *(one.reference for one in team.people)}
    assert "Person A" not in answer.text
    sign_in(Role.APPROVER).post("/stipends/ledger/files", status=403)


def test_in_the_language_of_the_reader(sign_in, closed):
    browser = sign_in(Role.AUDITOR)
    browser.post("/language", {"language": "ar", "next": "/"})
    answer = browser.send("POST", "/stipends/ledger/files", data={}, headers=FROM_HERE)
    keys, words = list(csv.reader(io.StringIO(answer.text)))[:2]
    assert keys[0] == "entry_id"
    assert words[0] == "القيد"


def test_a_person_whom_the_ledger_does_not_know(finance, system, team):
    with system.database.write() as session:
        person = enrolled(session, team)
    asked = {"person": person.reference}
    answer = finance.send("POST", "/stipends/ledger/files", data=asked, headers=FROM_HERE)
    assert len(answer.text.splitlines()) == 2
    assert "No entry fits this." in finance.get(f"/stipends/ledger/print?person={person.reference}").text()


def test_what_takes_an_entry_back_leads_to_it(finance, system, team):
    with system.database.write() as session:
        (row, _taken) = instalments(session, team.programme.code)[0]
        reverse_instalment(session, team.finance, row.id, on=clock.today(i18n.zone()), reason="Wrong bank.")
    page = finance.get("/stipends/ledger")
    where = next(link for name, link in page.links.items() if name == "E-1")
    assert finance.get(where).all(".//tbody/tr")[0].get("id") == "E-1"
