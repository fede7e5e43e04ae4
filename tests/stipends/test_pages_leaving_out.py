"""Leaving somebody out of a draft through the pages: beside the line, on the approver's page, among missed months."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.audit import Kind
from receiver.stipends import actions
from receiver.stipends.queries import runs_of_month
from receiver.stipends.rules.leaving_out import LeaveOutReason
from tests.factories.stipends import NOVEMBER
from tests.factories.stipends import bring as bring_on
from tests.support.queries import counted


@pytest.fixture
def person(team, bring):
    """Who stands on the draft of November, first of three."""
    bring()
    return team.people[0]


@pytest.fixture
def where(at, person):
    return at(f"lines/{person.reference}/left-out")


def leave_out(finance, where, **more):
    values = {"reason": "days_to_check", "text": "The day of arrival is wrong.", **more}
    return finance.submit(finance.get(where).form(where), **values)


def errors(page):
    return page.text(".//*[@class='errs']")


def test_a_line_leads_to_it_and_the_reason_stands_beside_it(finance, at, where, person, kinds):
    assert where in {link.get("href") for link in finance.get(at()).all(".//tbody//a")}
    page = finance.follow(leave_out(finance, where))
    assert "The person is left out of this run." in page.text()
    row = page.text(".//tbody/tr")
    assert person.reference in row
    assert "Left out on purpose" in row
    assert "The days of the month must be checked" in row
    assert "The day of arrival is wrong." in row
    assert kinds()[0] is Kind.PAY_RUN_LINE_LEFT_OUT
    assert "RWF 120,000" in finance.get(at()).text()  # the two who are left


def test_it_takes_a_reason_and_words(finance, where):
    form = finance.get(where).form(where)
    page = finance.submit(form, status=422)
    assert "Why" in errors(page)
    assert "What the approver should know" in errors(page)
    finance.submit(form, status=422, reason="behaviour", text="Was rude.", _key=None)


def test_it_is_taken_back_without_javascript(finance, at, where, person, kinds):
    leave_out(finance, where)
    page = finance.get(where)
    assert "The day of arrival is wrong." in page.text()
    back = at(f"lines/{person.reference}/taken-back")
    page = finance.follow(finance.submit(page.form(back)))
    assert "The person is on the list of this run again." in page.text()
    assert kinds()[0] is Kind.PAY_RUN_LINE_TAKEN_BACK
    assert "Left out on purpose" not in page.text()
    finance.post(back, status=409)


def test_twice_or_too_late_is_refused(finance, system, at, where, team, person):
    leave_out(finance, where)
    finance.post(where, {"reason": "other", "text": "Again."}, status=409)
    with system.database.write() as session:
        (run,) = november_runs(session, team)
        bring_on(session, team, run, "submitted")
    assert "no longer a draft" in finance.get(where).text()
    finance.post(where, {"reason": "other", "text": "Late."}, status=409)
    finance.post(at(f"lines/{person.reference}/taken-back"), status=409)
    assert where not in {link.get("href") for link in finance.get(at()).all(".//tbody//a")}
    finance.get(at("lines/R-0000000/left-out"), status=404)


def test_the_approver_reads_it_and_the_auditor_not_what_it_says(
    finance, approver, sign_in, system, at, where, team, person
):
    leave_out(finance, where)
    approver.get(where, status=403)
    approver.post(where, {"reason": "other", "text": "No."}, status=403)
    with system.database.write() as session:
        (run,) = november_runs(session, team)
        bring_on(session, team, run, "submitted")
    page = approver.get(at("approval"))
    assert "Left out on purpose" in page.text()
    assert "The day of arrival is wrong." in page.text()
    auditor = sign_in(Role.AUDITOR)
    page = auditor.get(at("approval"))
    assert "The days of the month must be checked" in page.text()
    assert "wrong" not in page.text()
    assert "wrong" not in auditor.get(f"{at()}&show=missed").text()
    assert person.full_name not in page.text()


def test_the_month_is_missed_with_that_reason_and_paid_by_a_follow_up(finance, system, where, team, person):
    leave_out(finance, where)
    with system.database.write() as session:
        (run,) = november_runs(session, team)
        bring_on(session, team, run, "closed")
    page = finance.get("/stipends/missed?why=left_out")
    assert person.reference in page.text(".//tbody")
    assert "The days of the month must be checked" in page.text(".//tbody")
    assert "Can be paid now" in page.text(".//tbody")
    told = finance.get(f"/people/{person.reference}/stipend").text()
    assert "Left out on purpose A follow-up run pays what is owed for the month." in told
    assert "taken back" not in told


def test_the_lines_have_few_questions(finance, system, at, team, bring):
    bring("draft", 26)
    with system.database.write() as session:
        (run,) = november_runs(session, team)
        for one in team.people[:3]:
            actions.leave_out(session, team.finance, run, one.id, reason=LeaveOutReason.OTHER, text="Later.")
    with counted(system.database) as asked:
        page = finance.get(f"{at()}&show=missed")
    assert page.text().count("Another reason: Later.") == 3
    assert len(asked) <= 8, asked


def november_runs(session, team):
    return runs_of_month(session, team.programme.id, NOVEMBER)
