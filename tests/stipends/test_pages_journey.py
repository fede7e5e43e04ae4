"""A month through the pages: three humans bring a run from its draft to its end, and pay in a follow-up what failed."""

from __future__ import annotations

import pytest

from receiver.audit import Kind
from receiver.background import WorkState
from receiver.stipends import queries
from receiver.stipends.rules.runs import RunState
from tests.factories.stipends import NOVEMBER, enrolled, make_people, payments, results, wallet

RUN = "/stipends/runs/2026-11"


class Story:
    """The browsers, the run, and what is asked of the database in between."""

    def __init__(self, enter, team, system, work_done):
        self.finance, self.approver, self.releaser = map(enter, (team.finance, team.approver, team.releaser))
        self.team, self.system, self.work_done = team, system, work_done
        self.query = f"?programme={team.programme.code}"

    def at(self, part="", name="2026-11"):
        return f"/stipends/runs/{name}{'/' + part if part else ''}{self.query}"

    def done(self):
        ended = self.work_done()
        assert [work.state for work in ended] == [WorkState.DONE], ended

    def build(self, browser=None):
        browser = browser or self.finance
        page = browser.get("/stipends/runs/new")
        answer = browser.submit(page.form("/stipends/runs"), month=str(NOVEMBER))
        browser.follow(answer)
        self.done()

    def send(self, name="2026-11", because="Looked at."):
        page = self.finance.get(self.at("submission", name))
        changes = {"accept_because": because} if because else {}
        return self.finance.follow(self.finance.submit(page.form(self.at("submission", name)), **changes))

    def approve(self, total, name="2026-11"):
        page = self.approver.get(self.at("approval", name))
        form = page.form(self.at("approval", name))
        return self.approver.follow(self.approver.submit(form, total=total, compared="1", sampled="1"))

    def release(self, name="2026-11"):
        page = self.releaser.get(self.at("instruction", name))
        self.releaser.submit(page.form(self.at("instruction", name)))
        self.done()

    def file(self, channel, name="2026-11", reason="It is paid out today."):
        page = self.releaser.get(self.at("instruction", name))
        page = self.releaser.follow(
            self.releaser.submit(page.form(self.at(f"files/{channel}/windows", name)), reason=reason)
        )
        return self.releaser.submit(page.form(self.at(f"files/{channel}", name)), status=200)

    def payments(self, name="2026-11"):
        with self.system.database.read() as session:
            return payments(session, self.run(session, name))

    def run(self, session, name="2026-11"):
        return next(run for run in queries.runs_of_month(session, self.team.programme.id, NOVEMBER) if run.name == name)

    def upload(self, data, name="2026-11"):
        """The page that says what a file would do."""
        page = self.releaser.get(self.at("reconciliation", name))
        form = page.form(self.at("reconciliation", name))
        answer = self.releaser.post(form.action, form.values, files={"file": ("results.csv", data, "text/csv")})
        return answer.response.headers["location"], self.releaser.follow(answer)


@pytest.fixture
def story(enter, team, system, work_done):
    return Story(enter, team, system, work_done)


def test_a_month_from_draft_to_follow_up(story, team, system, kinds):  # noqa: PLR0915 - one story, told in order
    with system.database.write() as session:
        first, second, desk = make_people(session, team, 3)
        missed = enrolled(session, team, "Nobody Asked", pay="none")
    assert "There is no pay run yet." in story.finance.get("/stipends").text()

    story.build()
    page = story.finance.get(story.at())
    assert page.h1 == "Pay run 2026-11"
    assert "Nobody Asked" in page.text(".//*[@id='lines']")
    left_out = story.finance.get(f"{story.at()}&show=missed", hx=True)
    assert missed.reference in left_out.text()
    assert first.reference not in left_out.text()

    form = page.form(RUN + "/acceptance" + story.query)
    page = story.finance.submit(form, status=422, person=missed.reference)
    assert "Please say why this is right" in page.text(".//*[@class='errs']")
    form = page.form(RUN + "/acceptance" + story.query)
    page = story.finance.follow(
        story.finance.submit(form, person=missed.reference, reason="Comes next month.", _key=None)
    )
    assert "1 line is accepted." in page.text()

    check = story.finance.get(story.at("submission"))
    assert "First payment" in check.text()
    page = story.finance.submit(check.form(story.at("submission")), status=422)
    assert "no one has said why that is right" in page.text(".//*[@class='errs']")
    page = story.send()
    assert "The list is frozen." in page.text()
    assert kinds()[0] is Kind.PAY_RUN_SUBMITTED

    page = story.approver.get(story.at("approval"))
    assert "Comes next month." in page.text()
    assert first.reference in page.text()
    form = page.form(story.at("approval"))
    short = story.approver.submit(form, status=422, total="180,001", compared="1", sampled="1")
    assert "is not the total of this run" in short.text(".//*[@class='errs']")
    page = story.approve("180 000")
    assert "The run is approved." in page.text()

    story.release()
    page = story.releaser.get(story.at("instruction"))
    assert "RWF 120,000" in page.text()
    taken = story.file("mobile_money_file")
    assert taken.response.headers["content-disposition"].startswith("attachment")
    assert "end_to_end_id" in taken.response.text
    same = story.file("mobile_money_file", reason="The provider lost it.")
    assert same.response.content == taken.response.content
    assert kinds()[:2] == [Kind.PAY_FILE_DOWNLOADED, Kind.PAY_FILE_OPENED]

    paid, failed = (one for one in story.payments() if one.channel != "cash_desk")
    data = results([(paid, "settled"), (failed, "failed")], reason="Wallet closed")
    where, page = story.upload(data)
    assert "Take in 2 rows" in page.text()
    assert "Nothing has been changed so far." in page.text()
    page = story.releaser.follow(story.releaser.submit(page.form(where.replace("%3D", "="))))
    assert "2 rows are taken in." in page.text()
    _where, page = story.upload(data)
    assert "This very file was taken in before. Nothing new" in page.text()

    page = story.releaser.get(story.at("close"))
    assert "1 payment of this run has no result yet" in page.text()
    story.releaser.post(story.at("close"), status=409)
    page = story.releaser.get(story.at("cash-desk"))
    box = page.one(".//input[@name='payment']").get("value")
    page = story.releaser.follow(story.releaser.submit(page.form(story.at("cash-desk")), payment=box))
    assert "1 person was paid." in page.text()
    assert "Nobody is expected at the cash desk." in page.text()

    page = story.releaser.get(story.at("close"))
    page = story.releaser.follow(story.releaser.submit(page.form(story.at("close"))))
    assert "The run is closed." in page.text()
    assert kinds()[0] is Kind.PAY_RUN_CLOSED
    assert "closed" in story.releaser.get(story.at("close")).text()

    with system.database.write() as session:
        person = next(one for one in (first, second) if one.id == failed.person_id)
        wallet(session, team, person)
    answer = story.finance.submit(story.finance.get(story.at()).form(story.at("follow-up")))
    story.finance.follow(answer)
    story.done()
    page = story.finance.get(story.at("", "2026-11-r1"))
    assert person.reference in page.text(".//*[@id='lines']")
    assert "Payment details changed recently" in page.text(".//*[@id='lines']")
    form = page.form(story.at("acceptance", "2026-11-r1"))
    values = form.with_(person=person.reference)
    page = story.finance.follow(story.finance.post(story.at("cash-desk-lines", "2026-11-r1"), values))
    assert "1 person will be paid at the cash desk." in page.text()
    story.send("2026-11-r1")
    story.approve("60000", "2026-11-r1")
    story.release("2026-11-r1")
    (reissued,) = story.payments("2026-11-r1")
    assert reissued.reissue_of == failed.id
    desk_list = story.releaser.get(story.at("cash-desk", "2026-11-r1"))
    story.releaser.submit(desk_list.form(story.at("cash-desk", "2026-11-r1")), payment=str(reissued.id))
    page = story.releaser.get(story.at("close", "2026-11-r1"))
    story.releaser.submit(page.form(story.at("close", "2026-11-r1")))
    with system.database.read() as session:
        states = {run.name: run.state for run in queries.runs_of_month(session, team.programme.id, NOVEMBER)}
    assert states == {"2026-11": RunState.CLOSED, "2026-11-r1": RunState.CLOSED}
    assert desk.reference in story.finance.get(story.at("print")).text()
