"""What approvers write beside lines, the page after an approval, and the way of pay files, through the pages."""

from __future__ import annotations

from receiver.access import Role
from receiver.audit import Kind
from receiver.stipends import actions
from tests.factories.stipends import NOVEMBER, enrolled, on_hold
from tests.support.pages import ORIGIN
from tests.support.queries import counted

FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Origin": ORIGIN}


def errors(page):
    return page.text(".//*[@class='errs']")


class TestComments:
    def test_the_preparer_reads_them_beside_the_lines_until_the_next_submission(
        self, approver, finance, sign_in, bring, at, system, team, kinds
    ):
        bring("submitted", 20)
        person = team.people[0].reference
        where = at(f"lines/{person}/comment")
        assert where in approver.get(at()).links.values()
        form = approver.get(where).form(where)
        assert "What is to be looked at again" in errors(approver.submit(form, status=422))
        page = approver.follow(approver.submit(form, text="He moved to Huye.", _key=None))
        assert "The comment is noted." in page.text()
        assert "He moved to Huye." in page.text()
        assert kinds()[0] is Kind.PAY_RUN_LINE_COMMENTED
        assert "He moved to Huye." in approver.get(where).text()
        auditor = sign_in(Role.AUDITOR)
        assert "Huye" not in auditor.get(at("approval")).text() + auditor.get(at()).text()
        approver.submit(page.form(at("rejection")), reason="One line is odd.")
        with counted(system.database) as asked:
            page = finance.get(at())
        assert len(asked) <= 8, asked
        assert "Claire has returned this run" in page.text()
        assert page.text().count("One line is odd.") == 2
        assert page.text().count("He moved to Huye.") == 3
        approver.get(where)
        answer = finance.submit(finance.get(at("submission")).form(at("submission")), accept_because="Right.")
        page = finance.follow(answer)
        assert page.text().count("He moved to Huye.") == 1

    def test_not_for_lines_that_are_not_there_nor_at_any_time(self, approver, finance, bring, at, team):
        bring("draft")
        where = at(f"lines/{team.people[0].reference}/comment")
        assert not [form for form in approver.get(where).all(".//form") if form.get("action") == where]
        approver.post(where, {"text": "Early."}, status=409)
        approver.get(at("lines/R-0000000/comment"), status=404)
        finance.get(where, status=403)


def test_who_is_paid_for_the_first_time_is_a_list_of_its_own(finance, bring, at, system, team):
    bring("closed")
    with system.database.write() as session:
        enrolled(session, team, "Newly here", pay="desk")
        actions.build_run(session, team.finance, team.programme, NOVEMBER + 1)
    december = at().replace("2026-11", "2026-12")
    page = finance.get(f"{december}&show=new")
    assert "Newly here" in page.text(".//table")
    assert "Person A" not in page.text(".//table")


class TestApproved:
    def test_what_was_approved_and_who_comes_next(self, approver, releaser, bring, at):
        run = bring("submitted")
        releaser.get(at("approved"), status=303)
        form = approver.get(at("approval")).form(at("approval"))
        answer = approver.submit(form, compared="1", sampled="1", total="180000")
        assert answer.response.headers["location"] == at("approved")
        page = approver.follow(answer)
        assert "The run is approved." in page.text()
        assert "3 payments, RWF 180,000" in page.text()
        assert run.digest[:16] in page.text()
        assert "someone who did not approve it releases it" in page.text()
        assert at("instruction") in releaser.get(at("approved")).links.values()

    def test_before_and_after(self, approver, bring, at):
        bring("released")
        assert "someone who did not approve it releases it" not in approver.get(at("approved")).text()

    def test_a_draft_has_none(self, approver, bring, at):
        bring("draft")
        assert approver.get(at("approved"), status=303).response.headers["location"] == at()


class TestHandingOver:
    def test_a_file_that_was_taken_is_handed_over_once(self, releaser, approver, bring, at, kinds):
        bring("released")
        page = releaser.get(at("instruction"))
        where = at("files/mobile_money_file/handovers")
        assert page.text().count("Not handed over yet") == 2
        releaser.post(where, {"way": "portal", "on": "24/11/2026"}, status=409)
        asking = page.form(at("files/mobile_money_file/windows"))
        page = releaser.follow(releaser.submit(asking, reason="It is paid out today."))
        taking = page.form(at("files/mobile_money_file"))
        assert releaser.send("POST", taking.action, data=taking.values, headers=FROM_HERE).status_code == 200
        page = releaser.get(at("instruction"))
        assert "This file was taken before." in page.text()
        assert "1 time Bosco, " in page.text()
        form = page.form(where)
        assert form.values["way"] == "portal"
        wrong = releaser.submit(form, status=422, **{"on-year": "2025"})
        assert "when the file was made" in errors(wrong)
        page = releaser.follow(releaser.submit(form, reference="B-77", _key=None))
        assert "It is noted that the file was handed over." in page.text()
        assert "B-77" in page.text()
        assert kinds()[0] is Kind.PAY_FILE_HANDED_OVER
        assert "may have people paid twice" in page.text()
        form = page.form(where)
        assert "Please say why again." in errors(releaser.submit(form, status=422))
        page = releaser.follow(releaser.submit(form, reason="They lost it.", _key=None))
        assert "They lost it." in page.text()
        approver.post(where, status=403)
        assert "B-77" in approver.get(at("instruction")).text()

    def test_a_file_that_is_not_there(self, releaser, bring, at):
        bring("approved")
        releaser.post(at("files/cash_desk/handovers"), {"way": "paper", "on": "24/11/2026"}, status=404)


class TestEverybody:
    def test_all_who_have_no_way_to_be_paid_go_to_the_desk(self, finance, system, team, bring, at, kinds):
        with system.database.write() as session:
            for number in range(27):
                enrolled(session, team, f"Waits {number}", pay="none" if number % 2 else "waiting")
            on_hold(session, team, enrolled(session, team, "On hold", pay="none"))
        bring("draft")
        where = at("cash-desk-lines/all")
        assert where in finance.get(f"{at()}&show=missed").links.values()
        page = finance.get(where)
        form = page.form(where)
        assert form.values["seen"] == "27"
        assert "Pay 27 people, RWF 1,620,000, at the cash desk" in page.text()
        page = finance.submit(form, status=422, seen="26")
        assert "it has 27 lines now" in errors(page)
        page = finance.follow(finance.submit(page.form(where), _key=None))
        assert "27 people will be paid at the cash desk." in page.text()
        assert kinds()[0] is Kind.PAY_RUN_LINE_SETTLED
        assert "There are no such lines." in finance.get(where).text()
        assert "On hold" in finance.get(f"{at()}&show=missed").text()

    def test_not_once_the_list_is_frozen(self, finance, approver, bring, at):
        bring("submitted")
        assert "There are no such lines." in finance.get(at("cash-desk-lines/all")).text()
        finance.post(at("cash-desk-lines/all"), {"seen": "0"}, status=422)
        approver.get(at("cash-desk-lines/all"), status=403)

    def test_all_on_the_sheet_were_paid(self, releaser, approver, bring, at, kinds, system, team):
        with system.database.write() as session:
            for number in range(26):
                enrolled(session, team, f"Collects {number}", pay="desk")
        bring("released")
        where = at("cash-desk/all")
        assert where in releaser.get(at("cash-desk")).links.values()
        box = releaser.get(at("cash-desk")).all(".//input[@name='payment']")[0].get("value")
        form = releaser.get(where).form(where)
        releaser.post(at("uncollected"), {"payment": box})
        page = releaser.submit(form, status=422)
        assert "it has 26 lines now" in errors(page)
        assert "26 people were paid, RWF 1,560,000" in page.text()
        page = releaser.follow(releaser.submit(page.form(where), _key=None))
        assert "26 people were paid." in page.text()
        assert kinds()[0] is Kind.CASH_MARKED
        assert "Nobody is expected at the cash desk." in releaser.get(where).text()
        approver.post(where, status=403)

    def test_nobody_was_paid_before_the_release(self, releaser, bring, at):
        bring("approved")
        assert "Nobody is expected at the cash desk." in releaser.get(at("cash-desk/all")).text()
        releaser.post(at("cash-desk/all"), {"seen": "0"}, status=422)
