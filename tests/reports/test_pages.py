"""Reports through the pages: months, one month, its people, files, the last look before it is final."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from receiver import i18n
from receiver.access import Role
from receiver.accounts.queries import user_names
from receiver.audit import Kind
from receiver.audit import queries as audit
from receiver.kit import clock
from receiver.kit.months import Month
from receiver.reports import queries
from receiver.stipends import actions as stipends
from receiver.stipends.models import PayRun
from receiver.stipends.rules.payments import PaymentState
from tests.factories.reports import finalise, small_month
from tests.factories.stipends import NOVEMBER, bring, make_run, payments, results
from tests.support.pages import ORIGIN

FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": ORIGIN}


@pytest.fixture
def team(system):
    with system.database.write() as session:
        return small_month(session)


@pytest.fixture
def address(team):
    return f"/reports/stipends/2026-11?programme={team.programme.code}"


class TestMonths:
    def test_nothing_yet(self, sign_in):
        assert "There is no report yet" in sign_in(Role.AUDITOR).get("/reports").text()

    def test_a_month_leads_to_its_report(self, sign_in, team):
        page = sign_in(Role.FINANCE_OFFICER).get("/reports")
        assert f"November 2026 {team.programme.code}" in page.links
        assert "Provisional" in page.text()
        assert page.links["Reports"] == "/reports"

    def test_who_has_no_right(self, sign_in, team):
        sign_in(Role.CASEWORKER, offices=[team.office]).get("/reports", status=403)


class TestReport:
    @pytest.mark.parametrize("language", ["en", "fr", "rw", "sw", "ar"])
    def test_in_every_language(self, sign_in, address, language):
        browser = sign_in(Role.FINANCE_OFFICER)
        page = browser.get(f"{address}&lang={language}")
        assert page.root.get("lang") == language
        assert "180" in page.text()
        assert len(page.all(".//*[@class='kpis']/li")) == 6
        assert page.all(".//figure//*[@class='ch']")
        assert page.all(".//figcaption//table")

    def test_a_language_can_be_asked_for(self, sign_in, address):
        assert sign_in(Role.AUDITOR).get(f"{address}&lang=ar").root.get("dir") == "rtl"

    def test_provisional_until_it_is_final(self, sign_in, system, team, address):
        browser = sign_in(Role.AUDITOR)
        assert "Provisional" in browser.get(address).text()
        with system.database.write() as session:
            stored = finalise(session, team)
        page = browser.get(address)
        assert "Provisional" not in page.text()
        assert stored.hash in page.text()

    def test_a_fragment(self, sign_in, address):
        fragment = sign_in(Role.AUDITOR).get(address, hx=True)
        assert fragment.by_id("report") is not None

    def test_a_month_without_a_run(self, sign_in, team):
        page = sign_in(Role.AUDITOR).get(f"/reports/stipends/2026-05?programme={team.programme.code}")
        assert "No run for this month" in page.text()

    def test_what_is_no_month(self, sign_in, team):
        sign_in(Role.AUDITOR).get("/reports/stipends/november", status=422)

    def test_an_unknown_programme(self, sign_in, team):
        sign_in(Role.AUDITOR).get("/reports/stipends/2026-11?programme=NONE", status=404)


class TestComparison:
    @pytest.fixture
    def december(self, system, team):
        """A month after the small one, in which only one of the failed and missed is paid."""
        with system.database.write() as session:
            make_run(session, team, "closed", NOVEMBER + 1)
        return f"/reports/stipends/2026-12?programme={team.programme.code}"

    def test_with_any_earlier_month(self, sign_in, december):
        browser = sign_in(Role.AUDITOR)
        page = browser.get(december)
        assert "Compared with November 2026:" in page.text()
        assert "Beside another month" not in page.text()
        assert [one.get("value") for one in page.all(".//select[@name='compare']/option")] == ["", "2026-11"]
        page = browser.get(f"{december}&compare=2026-11&lang=ar")
        assert page.root.get("dir") == "rtl"
        page = browser.get(f"{december}&compare=2026-11")
        assert "Beside another month" in page.text()
        assert "In November 2026" in page.text()
        assert page.form("/reports/stipends/2026-12/files").values["compare"] == "2026-11"
        assert "Beside another month" not in browser.get(f"{december}&compare=2027-01").text()

    @pytest.mark.parametrize("form", ["html", "pdf", "xlsx", "csv", "json"])
    def test_files_have_it_too(self, sign_in, december, form):
        browser = sign_in(Role.AUDITOR)
        sent = browser.get(f"{december}&compare=2026-11").form("/reports/stipends/2026-12/files").with_(format=form)
        answer = browser.send("POST", "/reports/stipends/2026-12/files", data=sent, headers=FROM_HERE)
        assert answer.status_code == 200
        if form == "csv":
            assert "comparison,people,difference," in answer.text
        if form == "json":
            assert json.loads(answer.content)["comparison"]["month"] == "2026-11"

    def test_a_final_report_beside_a_final_one(self, sign_in, system, team, december):
        with system.database.write() as session:
            finalise(session, team)
        with clock.pretend(datetime(2026, 12, 28, 12, tzinfo=UTC)), system.database.write() as session:
            stored = finalise(session, team, NOVEMBER + 1)
        page = sign_in(Role.AUDITOR).get(f"{december}&compare=2026-11")
        assert "Beside another month" in page.text()
        assert stored.hash in page.text()


class TestPeople:
    def test_by_reference_never_by_name(self, sign_in, team):
        page = sign_in(Role.AUDITOR).get(f"/reports/stipends/2026-11/people?programme={team.programme.code}")
        text = page.text()
        assert [one.reference for one in team.people[:3] if one.reference not in text] == [], text
        assert not any(person.full_name in text for person in team.people)
        assert "3 people" in text

    def test_a_supervisor_of_another_office_sees_nobody(self, sign_in, team, system):
        from tests.factories.accounts import make_office

        with system.database.write() as session:
            other = make_office(session, "Huye")
        browser = sign_in(Role.SUPERVISOR, offices=[other])
        page = browser.get(f"/reports/stipends/2026-11/people?programme={team.programme.code}")
        assert "Nobody here" in page.text()


class TestFiles:
    @pytest.mark.parametrize("form", ["html", "pdf", "xlsx", "csv", "json"])
    def test_a_file_is_recorded(self, sign_in, system, address, form):
        browser = sign_in(Role.AUDITOR)
        sent = browser.get(address).form("/reports/stipends/2026-11/files").with_(format=form)
        answer = browser.send("POST", "/reports/stipends/2026-11/files", data=sent, headers=FROM_HERE)
        assert answer.status_code == 200
        assert f".{form}" in answer.headers["content-disposition"]
        with system.database.read() as session:
            (record,) = audit.trail(session, kinds=[Kind.REPORT_EXPORTED])
        assert record.facts["form"] == form

    def test_for_publication_without_people(self, sign_in, address):
        browser = sign_in(Role.AUDITOR)
        sent = browser.get(address).form("/reports/stipends/2026-11/files").with_(format="json", public="yes")
        answer = browser.send("POST", "/reports/stipends/2026-11/files", data=sent, headers=FROM_HERE)
        found = json.loads(answer.content)
        assert found["persons"] == []
        assert found["public"] is True

    def test_no_form_chosen(self, sign_in, team):
        sign_in(Role.AUDITOR).post("/reports/stipends/2026-11/files", {"programme": team.programme.code}, status=404)


class TestFinalising:
    def test_look_then_freeze(self, sign_in, system, team, address):
        browser = sign_in(Role.FINANCE_OFFICER)
        check = browser.get(address).links["Finalise this report"]
        page = browser.submit(browser.get(check).form())
        assert "The report is final" in browser.follow(page).text()
        with system.database.read() as session:
            assert queries.newest_report(session, team.programme, NOVEMBER).finalised_by == browser.user_id
        assert "final already" in browser.get(check).text()

    def test_other_figures_than_those_read(self, sign_in, address):
        browser = sign_in(Role.FINANCE_OFFICER)
        check = browser.get(browser.get(address).links["Finalise this report"])
        browser.submit(check.form(), status=409, seen="0" * 64)

    def test_a_month_too_early_offers_no_form(self, sign_in, system, team, address):
        with system.database.write() as session:
            finalise(session, team)
        browser = sign_in(Role.FINANCE_OFFICER)
        later = f"/reports/stipends/{Month.of(clock.today(i18n.zone())) + 1}"
        assert "Finalise this report" not in browser.get(f"{later}?programme={team.programme.code}").links
        page = browser.get(f"{later}/finalising?programme={team.programme.code}")
        assert "has not begun yet" in page.text()
        assert not page.all(".//form[@action='" + later + "/finalising']")

    def test_nothing_to_revise(self, sign_in, system, team, address):
        with system.database.write() as session:
            finalise(session, team)
        browser = sign_in(Role.FINANCE_OFFICER)
        browser.submit(browser.get(address).form("/reports/stipends/2026-11/revisions"), status=409, reason="Late.")

    def test_a_revision_says_why_and_what_in_words(self, sign_in, system, team, address):
        with system.database.write() as session:
            finalise(session, team)
            run = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
            bring(session, team, run, "closed")
        browser = sign_in(Role.FINANCE_OFFICER)
        revisions = "/reports/stipends/2026-11/revisions"
        without = browser.submit(browser.get(address).form(revisions), status=422, reason="")
        assert "Why" in without.text(".//*[@class='errs']")
        page = browser.follow(browser.submit(browser.get(address).form(revisions), reason="The number was wrong."))
        assert "The number was wrong." in page.text()
        assert "Later for this month, told in later reports: " in page.text()
        assert "later.instruct" not in page.text()
        assert "RWF 60,000" in page.text()
        told = {" ".join(row.itertext()) for row in page.all(".//tr") if "2026-11-r1: " in " ".join(row.itertext())}
        with system.database.read() as session:
            names = user_names(session, [team.finance.user_id, team.approver.user_id])
        assert f"By pay run: 2026-11-r1: Approved by – {names[team.approver.user_id]}" in told
        assert "By pay run: 2026-11-r1: State – Closed" in told
        for form in ("csv", "xlsx", "html", "pdf"):
            sent = page.form("/reports/stipends/2026-11/files").with_(format=form, lang="fr")
            answer = browser.send("POST", "/reports/stipends/2026-11/files", data=sent, headers=FROM_HERE)
            assert answer.status_code == 200
            assert str(team.approver.user_id) not in answer.text
            assert form != "csv" or f"approved_by.0,now,{names[team.approver.user_id]}," in answer.text

    def test_rows_that_wait_for_a_decision_are_told_first(self, sign_in, system, team, address):
        browser = sign_in(Role.FINANCE_OFFICER)
        assert "still wait for a decision" not in browser.get(address.replace("?", "/finalising?")).text()
        with system.database.write() as session:
            run = session.scalars(select(PayRun)).one()
            failed = payments(session, run, state=PaymentState.FAILED)
            stipends.take_results(session, team.releaser, run, results([(failed[0], "settled")]))
        page = browser.get(address.replace("?", "/finalising?"))
        assert "still wait for a decision" in page.text()
        assert page.links["Pay run 2026-11"].startswith("/stipends/runs/2026-11/reconciliation")

    def test_one_office_is_told_that_the_report_is_for_all(self, sign_in, team, address):
        page = sign_in(Role.AUDITOR).get(f"{address}&office={team.office.code}")
        assert "for all offices together" in page.text()

    def test_only_who_may(self, sign_in, address):
        browser = sign_in(Role.AUDITOR)
        assert "Finalise this report" not in browser.get(address).links
        browser.get(address.replace("?", "/finalising?"), status=403)
