"""Pay runs through the pages: no step for the wrong human, and what refuses one says why and who can."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from receiver.access import Role
from receiver.audit import Kind
from receiver.kit import clock
from receiver.partners.models import Programme
from receiver.settings import Settings
from receiver.stipends import actions, queries
from tests.factories.accounts import acting, make_user
from tests.factories.partners import make_programme
from tests.factories.stipends import (
    NOVEMBER,
    enrolled,
    make_people,
    make_run,
    on_hold,
    payments,
    results,
    rwf,
    sheet,
    wallet,
)
from tests.support.queries import counted


def errors(page):
    return page.text(".//*[@class='errs']")


def decides(form):
    """Whether a form decides on a row that did not fit."""
    action = form.get("action", "")
    return "/exceptions/" in action and "/assignment" not in action


def has_form(page, action):
    return any(form.get("action") == action for form in page.all(".//form"))


class TestList:
    def test_it_has_few_questions(self, finance, bring, system):
        bring("closed")
        with counted(system.database) as asked:
            page = finance.get("/stipends")
        assert "Closed" in page.text(".//table")
        assert "RWF 180,000" in page.text(".//table")
        assert len(asked) <= 6
        assert finance.get("/stipends", hx=True).by_id("rows") is not None

    def test_a_supervisor_sees_totals_only(self, enter, team, bring, at):
        bring("submitted")
        supervisor = enter(team.supervisor)
        assert "2026-11" in supervisor.get("/stipends").text(".//table")
        assert not [link for link in supervisor.get("/stipends").links.values() if "/runs/2026" in link]
        supervisor.get(at(), status=403)
        supervisor.get("/stipends/runs/new", status=403)

    def test_a_name_of_several_programmes_asks_for_one(self, finance, bring, system, team):
        bring()
        with system.database.write() as session:
            other = make_programme(session)
            actions.build_run(session, team.finance, session.get_one(Programme, other.id), NOVEMBER)
        page = finance.get("/stipends/runs/2026-11", status=422)
        assert team.programme.code in page.text()
        finance.get(f"/stipends/runs/2026-11?programme={other.code}")
        finance.get("/stipends/runs/2027-01", status=404)
        finance.get("/stipends/runs/november", status=422)


class TestDraft:
    def test_a_month_is_built_once(self, finance, bring, team):
        bring("submitted")
        page = finance.get("/stipends/runs/new")
        page = finance.submit(page.form("/stipends/runs"), status=422, month="2026-11")
        assert "Pay run 2026-11 is not released yet." in errors(page)

    def test_what_is_missing_is_told(self, finance, system, team):
        with system.database.write() as session:
            make_programme(session)
        page = finance.get("/stipends/runs/new")
        page = finance.submit(page.form("/stipends/runs"), status=422, month="soon", programme=None)
        assert "Programme" in errors(page)

    def test_lines_have_few_questions_and_filters(self, finance, system, team, bring, at):
        bring("draft", 26)
        with system.database.write() as session:
            enrolled(session, team, "Waits", pay="waiting")
            (run,) = queries.runs_of_month(session, team.programme.id, NOVEMBER)
            actions.rebuild_run(session, team.finance, run)
        with counted(system.database) as asked:
            page = finance.get(at())
        assert len(asked) <= 6, asked
        assert len(page.all(".//tbody/tr")) == 20
        assert len(finance.get(page.links["Next"]).all(".//tbody/tr")) == 7
        missed = finance.get(f"{at()}&show=missed", hx=True)
        assert "Lines: 27. Paid by this run: 26, RWF 1,560,000." in page.text()  # who is left out is not paid
        assert "Number not confirmed" in missed.text()
        assert "1 line, RWF 60,000" in missed.text()
        assert "There are no such lines." in finance.get(f"{at()}&show=held").text()

    def test_nobody_chosen_and_ids_that_are_none(self, finance, bring, at):
        bring()
        form = finance.get(at()).form(at("acceptance"))
        assert "Choose at least one line." in errors(finance.submit(form, status=422, reason="Fine."))
        page = finance.post(at("cash-desk-lines"), status=422)
        assert "Choose at least one line." in errors(page)
        finance.post(at("acceptance"), {"person": "nobody", "reason": "Fine."}, status=404)
        finance.post(at("cash-desk-lines"), {"person": "R-0000000"}, status=404)

    def test_who_works_through_a_list_stays_in_it(self, finance, system, team, bring, at):
        with system.database.write() as session:
            people = [enrolled(session, team, f"Waits {number}", pay="none") for number in range(27)]
        bring()
        first = finance.get(f"{at()}&show=missed")
        last = finance.get(first.links["Next"])
        person = max(one.reference for one in people)
        form = last.form(at("acceptance"))
        assert (form.values["show"], bool(form.values["after"])) == ("missed", True)
        page = finance.submit(form, status=422, person=person)
        assert "Please say why this is right" in errors(page)
        assert [box.get("value") for box in page.all(".//tbody//input[@checked]")] == [person]
        assert len(page.all(".//tbody/tr")) == 7
        answer = finance.submit(form, person=person, reason="Comes next month.", _key=None)
        assert answer.response.headers["location"] == f"{at()}&show=missed"
        form = finance.get(f"{at()}&show=missed").form(at("acceptance"))
        answer = finance.post(at("cash-desk-lines"), form.with_(person=person, reason=None))
        assert "1 person will be paid at the cash desk." in finance.follow(answer).text()
        assert "26 lines" in finance.get(f"{at()}&show=missed").text()
        answer = finance.post(at("cash-desk-lines"), form.with_(person=person, show="nothing", _key=None))
        assert answer.response.headers["location"] == at()

    def test_it_is_built_again_by_the_background(self, finance, bring, at, work_done, kinds):
        bring()
        page = finance.submit(finance.get(at()).form(at("build")))
        assert page.response.headers["location"].startswith("/progress/")
        work_done()
        assert kinds()[0] is Kind.PAY_RUN_REBUILT

    def test_something_that_changed_since_is_not_sent(self, finance, bring, at, system, team):
        bring()
        with system.database.write() as session:
            enrolled(session, team, "Newly here", pay="desk")
        form = finance.get(at("submission")).form(at("submission"))
        page = finance.submit(form, status=409, accept_because="Fine.")
        assert "Please build it again." in page.text()

    def test_a_fund_that_is_too_small_needs_a_reason(self, finance, system, team, at):
        with system.database.write() as session:
            make_people(session, team, 1)
            actions.approve_version(
                session,
                team.approver,
                actions.draft_version(
                    session,
                    team.finance,
                    team.policy,
                    terms=actions.PolicyTerms(valid_from=NOVEMBER, base=rwf(200_000_000)),
                ),
                end_previous=True,
            )
            make_run(session, team)
        page = finance.get(at("submission"))
        assert "Less than the total" in page.text()
        page = finance.submit(page.form(at("submission")), status=422, accept_because="Fine.")
        assert "would be short by" in errors(page)
        form = page.form(at("submission"))
        assert form.values["accept_because"].strip() == "Fine."
        finance.submit(form, overdraw_because="The instalment is on its way.", _key=None)
        assert "no longer a draft" in finance.get(at("submission")).text()

    def test_it_is_abandoned_with_a_reason(self, finance, bring, at, kinds):
        bring("submitted")
        form = finance.get(at("abandonment")).form(at("abandonment"))
        assert "Why" in errors(finance.submit(form, status=422))
        page = finance.follow(finance.submit(form, reason="Wrong month.", _key=None))
        assert "The run is abandoned." in page.text()
        assert kinds()[0] is Kind.PAY_RUN_ABANDONED
        assert "Abandoned" in finance.get(at("approval")).text()


class TestApproval:
    def test_whoever_prepared_it_is_told_who_can(self, sign_in, system, team, at):
        with system.database.write() as session:
            make_people(session, team, 1)
            both = make_user(session, Role.FINANCE_OFFICER, Role.APPROVER, name="Both")
            actor = acting(session, both)
            run = actions.build_run(session, actor, team.programme, NOVEMBER)
            actions.submit_run(session, actor, run, accept_because="Fine.")
        browser = sign_in(both)
        page = browser.get(at("approval"))
        assert "You prepared pay run 2026-11, so someone else must approve it." in page.text()
        assert "You can ask:" in page.text()
        assert not has_form(page, at("approval"))
        data = {"compared": "1", "sampled": "1", "total": "60000", "digest": run.digest}
        assert "someone else must approve it" in browser.post(at("approval"), data, status=409).text()

    def test_finance_reads_it_and_is_told_who_can(self, finance, bring, at):
        bring("submitted")
        page = finance.get(at("approval"))
        assert "You can ask: Claire and David." in page.text()
        assert not has_form(page, at("approval"))
        finance.post(at("approval"), status=403)
        finance.post(at("rejection"), {"reason": "No."}, status=403)

    def test_both_ticks_and_the_total_are_needed(self, approver, bring, at):
        bring("submitted")
        form = approver.get(at("approval")).form(at("approval"))
        page = approver.submit(form, status=422)
        assert len(page.all(".//*[@class='errs']//li")) == 3
        page = approver.submit(form, status=422, compared="1", sampled="1", total="much", _key=None)
        assert "cannot read this as an amount" in errors(page)

    def test_another_digest_is_another_run(self, approver, bring, at):
        bring("submitted")
        form = approver.get(at("approval")).form(at("approval"))
        page = approver.submit(form, status=409, compared="1", sampled="1", total="180000", digest="0" * 64)
        assert "changed while you were reading it" in page.text()

    def test_a_run_that_is_no_longer_waiting_is_not_approved(self, approver, bring, at):
        run = bring("approved")
        page = approver.get(at("approval"))
        assert not has_form(page, at("approval"))
        data = {"compared": "1", "sampled": "1", "total": "180000", "digest": run.digest}
        approver.post(at("approval"), data, status=409)

    def test_an_old_sign_in_is_confirmed_first(self, approver, releaser, bring, at):
        bring("submitted")
        form = approver.get(at("approval")).form(at("approval"))
        with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
            assert "Confirm that it is you" in approver.get(at("approval")).links
            approver.submit(form, status=403, compared="1", sampled="1", total="180000")
            releaser.post(at("instruction"), status=403)
            releaser.post(at("files/cash_desk/windows"), {"reason": "Today."}, status=403)

    def test_two_approve_above_the_threshold(self, approver, enter, team, system, settings, bring, at):
        limited = Settings(**{**settings.model_dump(), "two_approvers_above": 100_000})
        system.database.info["settings"] = limited
        bring("submitted")
        for browser, told in ((approver, "Another approver is needed."), (enter(team.second), "The run is approved.")):
            page = browser.get(at("approval"))
            form = page.form(at("approval"))
            answer = browser.submit(form, compared="1", sampled="1", total="180000")
            assert told in browser.follow(answer).text()
            if browser is approver:
                assert "You have already approved pay run 2026-11." in browser.get(at("approval")).text()

    def test_it_is_returned_with_a_reason(self, approver, bring, at, kinds):
        bring("approved")
        form = approver.get(at("approval")).form(at("rejection"))
        assert "Why" in errors(approver.submit(form, status=422))
        page = approver.follow(approver.submit(form, reason="One amount is odd.", _key=None))
        assert "a draft again" in page.text()
        assert kinds()[0] is Kind.PAY_RUN_REJECTED

    def test_what_differs_and_what_changed_is_shown(self, approver, system, team, at):
        with system.database.write() as session:
            person = enrolled(session, team, "Selam Haile", arrived_on=NOVEMBER.first + timedelta(days=15))
            make_run(session, team, "closed")
            wallet(session, team, enrolled(session, team, "Idris Omar", pay="none"))
            run = actions.build_run(session, team.finance, team.programme, NOVEMBER + 1)
            actions.submit_run(session, team.finance, run, accept_because="Looked at.")
        page = approver.get(f"/stipends/runs/2026-12/approval?programme={team.programme.code}")
        assert "RWF 30,000, now RWF 60,000" in page.text()
        assert "confirmed by Claire" in page.text()
        assert person.reference in page.text()
        assert "Wrong" not in page.text()

    def test_an_auditor_sees_references_only(self, sign_in, bring, at, team):
        bring("submitted")
        auditor = sign_in(Role.AUDITOR)
        for part in ("", "approval", "instruction", "reconciliation", "cash-desk", "close", "print"):
            page = auditor.get(at(part))
            assert "Person A" not in page.text()
        assert team.people[0].reference in auditor.get(at()).text()
        assert not auditor.get(at()).all(".//main//form")


class TestAddresses:
    """Parts that a page shows together have addresses of their own, and the same tab."""

    def test_the_lines(self, finance, bring, at):
        bring("submitted")
        page = finance.get(at("lines") + "&show=missed")
        assert page.h1 == finance.get(at()).h1
        assert "There are no such lines" in page.text(".//*[@id='lines']")
        assert page.text(".//nav[@class='tabs noprint']//a[@aria-current='page']") == "Lines"

    def test_the_review(self, approver, bring, at):
        bring("submitted")
        page = approver.get(at("review"))
        assert page.h1 == approver.get(at("approval")).h1
        assert page.text(".//nav[@class='tabs noprint']//a[@aria-current='page']") == "Approval"


class TestRelease:
    def test_whoever_approved_it_does_not_release_it(self, sign_in, system, team, bring, at):
        run = bring("submitted")
        with system.database.write() as session:
            both = make_user(session, Role.FINANCE_OFFICER, Role.APPROVER, name="Both")
            total = rwf(run.total_minor)
            actions.approve_run(session, acting(session, both), run, total=total, digest=run.digest)
        browser = sign_in(both)
        page = browser.get(at("instruction"))
        assert "You approved pay run 2026-11, so someone else must release it." in page.text()
        assert "You can ask:" in page.text()
        assert "someone else must release it" in browser.post(at("instruction"), status=409).text()

    def test_who_was_put_on_hold_since_is_told_and_not_paid(self, releaser, system, team, bring, at, work_done):
        bring("approved")
        with system.database.write() as session:
            on_hold(session, team, team.people[0])
        page = releaser.get(at("instruction"))
        assert "1 person is not paid, because of what was recorded after the run was frozen." in page.text()
        assert team.people[0].reference in page.text()
        assert "Mobile money, by file: 1 payment, RWF 60,000" in page.text()
        releaser.submit(page.form(at("instruction")))
        work_done()
        page = releaser.get(at("instruction"))
        assert "put on hold" not in page.text()
        assert "Held back: put on hold after the list was frozen" in releaser.get(at()).text()

    def test_one_channel_after_the_other(self, releaser, bring, at, work_done):
        bring("approved")
        form = releaser.get(at("instruction")).form(at("instruction"))
        page = releaser.submit(form, status=422, channel="pigeon")
        assert "answers given" in errors(page)
        releaser.submit(form, channel="cash_desk", _key=None)
        work_done()
        page = releaser.get(at("instruction"))
        assert "Mobile money, by file: 2 payments, RWF 120,000" in page.text()
        releaser.submit(page.form(at("instruction")), template="operator-rw")
        work_done()
        assert "Released" in releaser.get(at()).text()

    def test_lines_are_held_back_after_freezing(self, finance, bring, at, team, kinds):
        bring("approved")
        page = finance.get(at())
        form = page.form(at("held-back-lines"))
        person = team.people[0].reference
        assert "reason" in errors(finance.submit(form, status=422, person=person))
        page = finance.follow(finance.submit(form, person=person, reason="A death was reported.", _key=None))
        assert "1 line is held back." in page.text()
        assert "Paid by this run: 2, RWF 120,000." in page.text()
        assert "RWF 120,000" in page.text(".//*[@class='kpis']")
        assert kinds()[0] is Kind.PAY_RUN_LINE_HELD_BACK
        assert "Choose at least one line." in errors(finance.post(at("held-back-lines"), status=422))

    def test_a_file_that_is_not_there(self, releaser, finance, approver, bring, at):
        bring("approved")
        releaser.post(at("files/cash_desk"), status=404)
        releaser.post(at("files/pigeon"), status=404)
        assert "There are no files yet" not in releaser.get(at("instruction")).text()
        approver.post(at("files/cash_desk"), status=403)
        assert "waits for someone who may release it" in approver.get(at("instruction")).text()


class TestReconciliation:
    def upload(self, browser, at, data, status=303, **said):
        form = browser.get(at("reconciliation")).form(at("reconciliation"))
        values = form.with_(**said) if said else form.values
        return browser.post(form.action, values, files={"file": ("r.csv", data, "text/csv")}, status=status)

    def take(self, browser, at, data, **said):
        answer = self.upload(browser, at, data, **said)
        where = answer.response.headers["location"]
        return browser.follow(browser.submit(browser.get(where).form(where)))

    def test_cells_that_cannot_be_read_are_shown(self, releaser, bring, at):
        bring("released")
        data = b"end_to_end_id,status,amount,currency\nX,arrived,much,RWF\n"
        page = self.upload(releaser, at, data, status=422)
        assert "2 cells of this file cannot be read." in errors(page)
        assert "status" in page.text(".//table")
        page = self.upload(releaser, at, b"a,b\n1\n", status=422)
        assert errors(page)
        page = self.upload(releaser, at, b"end_to_end_id,status,amount,currency\nX,\xff\x00,1,RWF\n", status=422)
        assert errors(page)

    def test_rows_that_do_not_fit_are_decided(self, releaser, bring, at, system, kinds):
        run = bring("released")
        with system.database.read() as session:
            one, two = (each for each in payments(session, run) if each.channel != "cash_desk")
        self.take(releaser, at, results([(one, "failed")]))
        page = self.take(releaser, at, results([(one, "settled")]))
        assert "Contradicts an earlier result" in page.text()
        page = self.take(releaser, at, results([(two, "settled")], amount=1))
        assert "The amount differs" in page.text()
        self.take(releaser, at, b"end_to_end_id,status,amount,currency,reason\nZZZ,settled,5,RWF,Odd one\n")
        page = releaser.get(at("reconciliation"))
        assert "Odd one" in page.text()
        assert "2 results of this run wait for a decision" not in page.text()
        forms = [form for form in page.all(".//form") if decides(form)]
        assert len(forms) == 3
        form = page.form(forms[0].get("action"))
        wrong = releaser.submit(form, status=422, decision="failed", reason="They say so.")
        assert "already stands as you decided" in errors(wrong)
        assert "Why" in errors(releaser.submit(form, status=422, decision="paid", _key=None))
        page = releaser.follow(releaser.submit(form, decision="paid", reason="Statement of 27 November.", _key=None))
        assert "The decision is noted." in page.text()
        assert kinds()[0] is Kind.EXCEPTION_SETTLED
        form = page.form(forms[2].get("action"))
        page = releaser.submit(form, status=422, decision="paid", reason="Theirs.")
        assert "belongs to no payment" in errors(page)

    def test_the_same_rows_in_another_file_say_nothing_new(self, releaser, bring, at, system):
        run = bring("released")
        with system.database.read() as session:
            rows = [(each, "settled") for each in payments(session, run) if each.channel != "cash_desk"]
        self.take(releaser, at, results(rows))
        answer = self.upload(releaser, at, results(rows[::-1]))
        page = releaser.follow(answer)
        assert "Nothing new: all 2 rows were taken in before." in page.text()
        where = answer.response.headers["location"]
        page = releaser.follow(releaser.post(where))
        assert "Nothing new: 2 rows were taken in before." in page.text()

    def test_the_format_is_one_of_the_runs_channels(self, releaser, bring, at, system):
        run = bring("released")
        page = releaser.get(at("reconciliation"))
        codes = [box.get("value") for box in page.all(".//input[@name='format']")]
        assert codes == ["csv:standard", "csv:cash-desk"]
        assert page.form(at("reconciliation")).values["format"] == "csv:standard"
        with system.database.read() as session:
            (desk,) = (each for each in payments(session, run) if each.channel == "cash_desk")
        data = sheet([(desk, "settled")])
        assert "The column “status” is missing." in self.upload(releaser, at, data, status=422).text()
        assert errors(self.upload(releaser, at, data, status=422, format="csv:nothing"))
        page = self.take(releaser, at, data, format="csv:cash-desk")
        assert "1 row is taken in." in page.text()
        assert "Nobody is expected at the cash desk." in releaser.get(at("cash-desk")).text()

    def test_a_run_paid_at_the_desk_alone_offers_its_sheet(self, releaser, bring, at):
        bring("released", 1)
        boxes = releaser.get(at("reconciliation")).all(".//input[@name='format']")
        assert [box.get("value") for box in boxes] == ["csv:cash-desk"]

    def test_a_row_of_another_run_says_whose_it_is_and_is_decided(self, releaser, bring, at, system, team):
        run = bring("released")
        with system.database.write() as session:
            other = make_run(session, team, "released", NOVEMBER - 1)
            mine, theirs = (payments(session, which, channel="mobile_money_file")[0] for which in (run, other))
        there = at("reconciliation").replace("2026-11", "2026-10")
        page = self.upload(releaser, at, results([(theirs, "settled")]), status=422)
        assert f"2026-10 ({team.programme.code})" in errors(page)
        data = results([(mine, "settled"), (theirs, "settled")], reason="PAYEE_NOT_FOUND")
        answer = self.upload(releaser, at, data)
        assert "Of another pay run" in releaser.follow(answer).text()
        where = answer.response.headers["location"]
        page = releaser.follow(releaser.submit(releaser.get(where).form(where)))
        assert "Of another pay run" in page.text()
        assert "The number is not registered with the provider." in page.text()
        assert page.links["2026-10"] == there.replace("/reconciliation", "")
        assert "Of another pay run" in releaser.get(there).text()
        releaser.get(where.replace("2026-11", "2026-10"))
        again = releaser.follow(self.upload(releaser, lambda part: at(part).replace("2026-11", "2026-10"), data))
        assert "This very file was taken in before." in again.text()
        assert again.links["2026-11"] == at("reconciliation")
        (form,) = (form for form in page.all(".//form") if decides(form))
        form = page.form(form.get("action"))
        page = releaser.follow(releaser.submit(form, decision="paid", reason="They confirmed."))
        assert "The decision is noted." in page.text()
        with system.database.read() as session:
            assert payments(session, other, channel="mobile_money_file")[0].state == "settled"

    def test_a_file_that_waits_is_looked_at_on_the_page_of_its_run(self, releaser, bring, at, system, team):
        run = bring("released")
        with system.database.write() as session:
            make_run(session, team, "released", NOVEMBER - 1)
            mine = payments(session, run, channel="mobile_money_file")[0]
        where = self.upload(releaser, at, results([(mine, "settled")])).response.headers["location"]
        releaser.get(where.replace("2026-11", "2026-10"), status=404)
        releaser.post(where.replace("2026-11", "2026-10"), status=404)

    def test_a_large_file_goes_to_the_background(self, releaser, bring, at, system, monkeypatch, work_done):
        monkeypatch.setattr("receiver.stipends.routes.reconciling.AT_ONCE", 0)
        run = bring("released")
        with system.database.read() as session:
            rows = [(each, "settled") for each in payments(session, run) if each.channel != "cash_desk"]
        where = self.upload(releaser, at, results(rows)).response.headers["location"]
        answer = releaser.submit(releaser.get(where).form(where))
        assert answer.response.headers["location"].startswith("/progress/")
        work_done()
        page = releaser.get(answer.response.headers["location"])
        assert page.links["Show the result"] == at("reconciliation")
        releaser.get(page.links["Show the result"])
        assert "This very file was taken in before." in releaser.get(where).text()

    def test_the_cash_desk(self, releaser, bring, at, kinds):
        bring("released")
        form = releaser.get(at("cash-desk")).form(at("cash-desk"))
        assert "Choose at least one line." in errors(releaser.submit(form, status=422))
        assert "Choose at least one line." in errors(releaser.post(at("uncollected"), status=422))
        releaser.post(at("cash-desk"), {"payment": "none"}, status=404)
        releaser.post(at("cash-desk"), {"payment": "01890000-0000-7000-8000-000000000000"}, status=409)
        box = releaser.get(at("cash-desk")).one(".//input[@name='payment']").get("value")
        page = releaser.follow(releaser.post(at("uncollected"), {"payment": box}))
        assert "1 person did not come. The money is owed again." in page.text()
        assert kinds()[0] is Kind.CASH_MARKED

    def test_only_finance_reconciles_and_closes(self, approver, bring, at, releaser):
        bring("reconciling")
        assert not has_form(approver.get(at("reconciliation")), at("reconciliation"))
        assert "It can be closed by a finance officer." in approver.get(at("close")).text()
        for part in ("reconciliation", "cash-desk", "uncollected", "close", "follow-up", "abandonment"):
            approver.post(at(part), status=403)
        page = releaser.follow(releaser.submit(releaser.get(at("close")).form(at("close"))))
        assert "The run is closed." in page.text()

    def test_before_its_release_there_is_nothing_to_take_in(self, releaser, bring, at):
        bring("approved")
        assert "once the run is released" in releaser.get(at("reconciliation")).text()
        assert "A run is closed once results" in releaser.get(at("close")).text()

    def test_a_follow_up_needs_a_released_run(self, finance, bring, at):
        bring("submitted")
        page = finance.post(at("follow-up"), status=409)
        assert "not released yet" in page.text()
