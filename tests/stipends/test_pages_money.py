"""Payments, funds, the ledger, receipts and Today through the pages."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from receiver.access import Role
from receiver.accounts.models import UserSession
from receiver.audit import Kind
from receiver.stipends import actions
from tests.factories.accounts import acting, make_user
from tests.factories.partners import make_programme
from tests.factories.stipends import enrolled, make_people, make_run, payments, results
from tests.support.queries import counted


@pytest.fixture
def auditor(sign_in):
    return sign_in(Role.AUDITOR)


@pytest.fixture
def failed(system, team):
    """A released run of three; the payments by file have failed."""
    with system.database.write() as session:
        make_people(session, team, 3)
        run = make_run(session, team, "released")
        by_file = [(one, "failed") for one in payments(session, run) if one.channel != "cash_desk"]
        actions.take_results(session, team.releaser, run, results(by_file, reason="Phone was off"))
        for payment, _ in by_file:
            session.refresh(payment)
        return by_file


class TestPayments:
    def test_those_that_failed_come_first(self, finance, failed, system):
        with counted(system.database) as asked:
            page = finance.get("/payments")
        assert len(page.all(".//tbody/tr")) == 2
        assert "Phone was off" in page.text()
        assert len(asked) <= 6
        waiting = finance.get("/payments?state=waiting", hx=True)
        assert len(waiting.all(".//tbody/tr")) == 1

    def test_an_auditor_sees_references_and_no_words(self, auditor, failed, team):
        page = auditor.get("/payments?state=all")
        assert "Person A" not in page.text()
        assert team.people[0].reference in page.text()
        assert "Phone was off" not in page.text()

    def test_what_is_on_its_way_again_is_no_longer_failed(self, finance, failed, system, team):
        with system.database.write() as session:
            run = actions.build_follow_up(session, team.finance, team.programme, failed[0][0].month)
            actions.submit_run(session, team.finance, run, accept_because="Again.")
        assert "There are no such payments." in finance.get("/payments").text()

    def test_a_caseworker_sees_those_of_the_office(self, sign_in, failed, team):
        own = sign_in(Role.CASEWORKER, offices=[team.office])
        assert len(own.get("/payments").all(".//tbody/tr")) == 2
        assert not sign_in(Role.CASEWORKER).get("/payments").all(".//tbody/tr")
        sign_in(Role.RECEPTION_OFFICER).get("/payments", status=403)

    def test_pages_go_on_and_back(self, finance, system, team):
        with system.database.write() as session:
            make_people(session, team, 26)
            make_run(session, team, "released")
            enrolled(session, team, "Late", pay="desk")
        page = finance.get("/payments?state=all")
        assert len(page.all(".//tbody/tr")) == 25
        rest = finance.get(page.links["Next"])
        assert len(rest.all(".//tbody/tr")) == 1
        assert len(finance.get(rest.links["Previous"]).all(".//tbody/tr")) == 25


class TestFunds:
    def test_money_received_is_entered_once(self, finance, team, system, kinds):
        with counted(system.database) as asked:
            page = finance.get("/stipends/funds")
        assert "RWF 100,000,000" in page.text()
        assert len(asked) <= 6
        address = f"/stipends/funds/{team.programme.code}"
        form = finance.get(address).form(address)
        values = {"amount": "5 000 000", "received_on": "2026-11-20", "reference": "BNR/2026/77"}
        page = finance.follow(finance.submit(form, **values))
        assert "RWF 5,000,000 was entered" in page.text()
        assert kinds()[0] is Kind.FUND_RECEIVED
        assert "RWF 105,000,000" in page.text(".//*[@class='kpis']")
        again = finance.get(address).form(address)
        other = finance.submit(again, status=422, **{**values, "amount": "6 000 000"})
        assert "BNR/2026/77" in other.text(".//*[@class='errs']")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"amount": "0"}, "above zero"),
            ({"amount": "x"}, "cannot read this as an amount"),
            ({"reference": ""}, "Reference on the bank statement"),
            ({"received_on": "2126-11-20"}, "The day lies in the future."),
        ],
    )
    def test_what_cannot_be_is_told(self, finance, team, changes, told):
        address = f"/stipends/funds/{team.programme.code}"
        values = {"amount": "5000", "received_on": "2026-11-20", "reference": "BNR/1", **changes}
        page = finance.submit(finance.get(address).form(address), status=422, **values)
        assert told in page.text(".//*[@class='errs']")

    def test_what_was_entered_wrongly_is_taken_back(self, finance, team, kinds):
        address = f"/stipends/funds/{team.programme.code}"
        values = {"amount": "5 000 000", "received_on": "2026-11-20", "reference": "BNR/2026/77"}
        page = finance.follow(finance.submit(finance.get(address).form(address), **values))
        where = page.links["Take an instalment back BNR/2026/77"]
        page = finance.get(where)
        assert page.text(".//dl").count("RWF 5,000,000") == 1
        assert not page.all(".//input[@name='overdraw_because']")
        assert "Reason" in finance.submit(page.form(where), status=422).text(".//*[@class='errs']")
        page = finance.follow(finance.submit(page.form(where), reason="Meant for another fund.", _key=None))
        assert "RWF 5,000,000 was taken back." in page.text()
        assert kinds()[0] is Kind.LEDGER_REVERSED
        assert "RWF 100,000,000" in page.text(".//*[@class='kpis']")
        page = finance.get(where)
        assert "This instalment was taken back." in page.text()
        assert not page.all(".//form[@action='" + where + "']")
        assert "is left to be reversed" in finance.post(where, {"reason": "Again."}, status=409).text()

    def test_what_was_promised_is_taken_back_with_a_statement(self, finance, failed, team):
        page = finance.get(f"/stipends/funds/{team.programme.code}")
        where = page.links[f"Take an instalment back {team.programme.code} first"]
        page = finance.get(where)
        assert "Below zero" in page.text()
        told = finance.submit(page.form(where), status=422, reason="Wrong account.")
        assert "would be short by" in told.text(".//*[@class='errs']")
        more = {"reason": "Wrong account.", "overdraw_because": "Comes tomorrow.", "_key": None}
        page = finance.follow(finance.submit(page.form(where), **more))
        assert "was taken back." in page.text()

    def test_taking_back_asks_who_one_is(self, finance, team, system):
        first, other = (f"/stipends/funds/{code}/instalments" for code in (team.programme.code, "NONE"))
        page = finance.get(f"/stipends/funds/{team.programme.code}")
        where = page.links[f"Take an instalment back {team.programme.code} first"]
        finance.get(where.replace(first, other), status=404)
        with system.database.write() as session:
            elsewhere = make_programme(session)
        finance.get(where.replace(team.programme.code, elsewhere.code), status=404)
        with system.database.write() as session:
            session.execute(update(UserSession).values(stepped_up_at=None))
        assert "confirm that it is you" in finance.get(where).text()
        assert "confirm that it is you" in finance.post(where, {"reason": "x"}, status=403).text()

    def test_an_auditor_and_an_approver_look_only(self, auditor, enter, team):
        address = f"/stipends/funds/{team.programme.code}"
        for browser in (auditor, enter(team.approver)):
            page = browser.get(address)
            assert not [form for form in page.all(".//form") if form.get("action") == address]
            browser.post(address, {"amount": "1"}, status=403)

    def test_an_unknown_programme_is_not_there(self, finance):
        finance.get("/stipends/funds/NONE", status=404)


class TestLedger:
    def test_entries_of_a_person_by_reference(self, auditor, failed, team, system):
        person = team.people[0]
        with counted(system.database) as asked:
            page = auditor.get("/stipends/ledger")
        assert len(asked) <= 6
        assert "Person A" not in page.text()
        page = auditor.get(f"/stipends/ledger?person={person.reference}&month=2026-11")
        causes = [row.findall("td")[0].text for row in page.all(".//tbody/tr")]
        assert causes == ["Entitled", "Sent", "Failed"]
        assert page.text(".//table").count(person.reference) == 3

    def test_an_account_shows_its_balance(self, finance, failed, team):
        page = finance.get("/stipends/ledger")
        fund = next(
            option.get("value") for option in page.all(".//option") if option.text == f"fund:{team.programme.code}"
        )
        page = finance.get(f"/stipends/ledger?account={fund}", hx=True)
        assert "RWF 99,820,000" in page.text()
        bank = next(
            option.get("value")
            for option in finance.get("/stipends/ledger").all(".//option")
            if (option.text or "").startswith("bank:")
        )
        assert "RWF 100,000,000" in finance.get(f"/stipends/ledger?account={bank}").text(".//table")

    def test_nothing_is_said_with_a_way_on(self, finance, team, system, sign_in):
        with system.database.write() as session:
            person = enrolled(session, team)
        assert "No entry fits this." in finance.get(f"/stipends/ledger?person={person.reference}").text()
        sign_in(Role.APPROVER).get("/stipends/ledger", status=403)


class TestReceipts:
    @pytest.fixture
    def paid(self, system, team):
        with system.database.write() as session:
            person = enrolled(session, team, "محمود عبد الله", languages=["ar", "ti"])
            make_run(session, team, "closed")
            return person

    def test_one_is_made_in_the_language_of_the_person(self, finance, paid, kinds):
        address = f"/people/{paid.reference}/receipts/2026-11"
        form = finance.get(address).form(address)
        assert form.values["language"] == "ar"
        page = finance.submit(form, status=200)
        assert page.root.get("lang") == "ar"
        assert page.root.get("dir") == "rtl"
        assert page.html.count("<svg") == 2
        assert "60,000" in page.html
        assert kinds()[0] is Kind.RECEIPT_MADE

    def test_and_in_another_one(self, finance, paid):
        address = f"/people/{paid.reference}/receipts/2026-11"
        form = finance.get(address).form(address)
        page = finance.submit(form, status=200, language="en")
        assert "sixty thousand" in page.text().lower()
        assert "answers given" in finance.submit(form, status=422, language="xx", _key=None).text()

    def test_there_is_none_for_money_that_did_not_arrive(self, finance, failed, team):
        address = f"/people/{team.people[0].reference}/receipts/2026-11"
        assert "Nothing was paid for this month yet." in finance.get(address).text()
        finance.post(address, {"payment": str(failed[0][0].id), "language": "en"}, status=404)
        finance.get(f"/people/{team.people[0].reference}/receipts/2026-13", status=404)

    def test_who_may_not_see_the_person_makes_none(self, sign_in, paid, enter, team):
        address = f"/people/{paid.reference}/receipts/2026-11"
        sign_in(Role.CASEWORKER).get(address, status=404)
        enter(team.approver).get(address, status=403)


class TestToday:
    def test_what_waits_for_me_and_never_my_own(self, enter, sign_in, system, team):
        with system.database.write() as session:
            make_people(session, team, 1)
            run = make_run(session, team, "submitted")
            waits = enrolled(session, team, "Waiting", pay="waiting")
            url = f"/stipends/runs/{run.name}/approval?programme={team.programme.code}"
        page = enter(team.approver).get("/today")
        assert url in page.links.values()
        assert waits.reference in page.text(".//*[@id='approve']")
        with system.database.write() as session:
            both = make_user(session, Role.FINANCE_OFFICER, Role.APPROVER, name="Both")
            actor = acting(session, both)
            other = actions.build_run(session, actor, team.programme, run.month + 1)
            actions.submit_run(session, actor, other, accept_because="Fine.")
            actions.ask_mobile_money(session, actor, waits, number="0788999888", name="Waiting")
        mine = sign_in(both).get("/today")
        assert run.name in mine.text(".//*[@id='approve']")
        assert other.name not in mine.text(".//*[@id='approve']")
        assert waits.reference not in mine.text(".//*[@id='approve']")

    def test_payments_that_failed(self, finance, failed, team):
        page = finance.get("/today")
        assert team.people[0].reference in page.text(".//*[@id='failedpay']")

    def test_many_that_failed_are_counted(self, system, team, finance):
        with system.database.write() as session:
            make_people(session, team, 26)
            run = make_run(session, team, "released")
            by_file = [(one, "failed") for one in payments(session, run) if one.channel != "cash_desk"]
            actions.take_results(session, team.releaser, run, results(by_file))
        assert "25" in finance.get("/today").text(".//*[@id='failedpay-h']")
