"""Missed months on the pages: the list, Today, the run of the month, and the person whose month it is."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.stipends import actions
from tests.factories.accounts import make_actor
from tests.factories.stipends import NOVEMBER, enrolled, make_people, make_run
from tests.support.queries import counted


@pytest.fixture
def person(system, team):
    """Somebody without a way to be paid, whom the run of November left out."""
    with system.database.write() as session:
        make_people(session, team, 2)
        one = enrolled(session, team, "Selam Haile", pay="none")
        make_run(session, team, "closed")
        return one


def pay_at_desk(system, team, person):
    with system.database.write() as session:
        actions.ask_cash_desk(session, team.finance, person)


class TestList:
    def test_it_says_who_why_and_how_much(self, enter, team, person, system):
        finance = enter(team.finance)
        with counted(system.database) as asked:
            page = finance.get("/stipends/missed")
        assert len(asked) <= 6
        row = page.text(".//tbody/tr")
        for words in (
            "Selam Haile",
            person.reference,
            "November 2026",
            "RWF 60,000",
            "No way to pay",
            "Cannot be paid",
        ):
            assert words in row
        pay_at_desk(system, team, person)
        assert "Can be paid now" in finance.get("/stipends/missed").text(".//tbody/tr")

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("why=no_payee", True),
            ("why=on_hold", False),
            ("month=2026-11&show=not_yet", True),
            ("show=ready", False),
            ("show=all", True),
        ],
    )
    def test_it_is_filtered(self, enter, team, person, asked, found):
        page = enter(team.finance).get(f"/stipends/missed?{asked}&programme={team.programme.code}")
        assert (person.reference in page.text(".//main")) is found
        if not found:
            assert "There are no such missed months." in page.text(".//main")

    def test_its_rows_are_a_fragment(self, enter, team, person):
        assert enter(team.finance).get("/stipends/missed", hx=True).by_id("rows") is not None

    def test_it_is_empty(self, enter, team):
        assert "No month was missed." in enter(team.finance).get("/stipends/missed").text(".//main")

    def test_an_auditor_sees_references_only(self, enter, team, person, system):
        with system.database.write() as session:
            auditor = make_actor(session, Role.AUDITOR)
        row = enter(auditor).get("/stipends/missed").text(".//tbody/tr")
        assert person.reference in row
        assert "Selam" not in row


class TestToday:
    def test_finance_and_the_caseworker_are_told(self, enter, team, person, system):
        with system.database.write() as session:
            worker = make_actor(session, Role.CASEWORKER, offices=[team.office])
            elsewhere = make_actor(session, Role.CASEWORKER)
        for actor in (team.finance, worker):
            part = enter(actor).get("/today").text(".//section[@id='missed']")
            assert "No way to pay" in part
            assert person.reference in part
        assert "No month was missed." in enter(elsewhere).get("/today").text(".//section[@id='missed']")


class TestThePerson:
    def test_the_months_not_paid_explain_themselves(self, enter, team, person):
        page = enter(team.finance).get(f"/people/{person.reference}/stipend")
        table = page.text(".//table")
        for words in ("November 2026", "RWF 60,000", "Base amount for a whole month", "No way to pay", "Ask how"):
            assert words in table

    def test_a_draft_explains_its_amounts(self, enter, team, system):
        with system.database.write() as session:
            (one,) = make_people(session, team, 1)
            make_run(session, team)
        table = enter(team.finance).get(f"/people/{one.reference}/stipend").text(".//table")
        assert "still a draft" in table
        assert "Base amount for a whole month" in table


class TestTheRun:
    def test_it_says_whom_a_follow_up_could_pay(self, enter, team, person, system):
        finance, address = enter(team.finance), f"/stipends/runs/2026-11?programme={team.programme.code}"
        assert "1 person was missed in this month. None of them can be paid yet." in finance.get(address).text(
            ".//main"
        )
        pay_at_desk(system, team, person)
        page = finance.get(address)
        assert "A follow-up run can pay 1 of them now." in page.text(".//main")
        assert finance.get(page.links["Missed months"]).status == 200
        with system.database.write() as session:
            made = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
            assert made.people == 1
