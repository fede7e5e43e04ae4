"""A pay file is taken by whoever gave code and reason, once within a quarter of an hour; again is told to approvers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from receiver.access import RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.stipends import actions
from receiver.stipends.models import FileWindow
from receiver.stipends.queries.windows import asked_again, asked_for
from receiver.stipends.rules.approval import DownloadNeedsReason
from receiver.stipends.rules.runs import ReasonMissing
from receiver.stipends.rules.windows import TOLD, WindowClosed
from tests.factories.stipends import make_people, make_run, make_team, settle_all
from tests.stipends.records import kinds, last_record

WHY = "It is paid out today."


class TestActs:
    @pytest.fixture
    def team(self, session):
        return make_team(session)

    @pytest.fixture
    def run(self, session, team):
        make_people(session, team, 3)
        return make_run(session, team, "approved")

    @pytest.fixture
    def file(self, session, team, run):
        return actions.release_run(session, team.releaser, run)[0]

    def test_it_is_taken_once_by_whoever_said_why(self, session, team, run, file):
        actions.open_file(session, team.releaser, file, reason=f" {WHY} ")
        assert last_record(session)["kind"] == Kind.PAY_FILE_OPENED
        assert "today" not in str(last_record(session)["facts"])
        with pytest.raises(WindowClosed):
            actions.take_file(session, team.finance, file)
        taken = actions.take_file(session, team.releaser, file)
        assert (taken.sha256, file.downloads) == (file.sha256, 1)
        assert last_record(session)["kind"] == Kind.PAY_FILE_DOWNLOADED
        with pytest.raises(WindowClosed):
            actions.take_file(session, team.releaser, file)
        ((told,),) = asked_for(session, run).values()
        assert (told.by, told.reason, told.window.again) == ("Bosco", WHY, False)
        assert asked_again(session, team.approver, 5, clock.now()) == ([], 0)

    def test_for_a_quarter_of_an_hour(self, session, team, file):
        actions.open_file(session, team.releaser, file, reason=WHY)
        with time_machine.travel(clock.now() + timedelta(minutes=15)), pytest.raises(WindowClosed):
            actions.take_file(session, team.releaser, file)

    def test_again_with_a_reason_of_its_own_and_the_approver_is_told(self, session, team, run, file):
        with pytest.raises(ReasonMissing):
            actions.open_file(session, team.releaser, file, reason=" ")
        first = actions.download_file(session, team.releaser, file)
        with pytest.raises(DownloadNeedsReason):
            actions.open_file(session, team.releaser, file, reason="")
        actions.open_file(session, team.finance, file, reason="The printer had no paper.")
        ((window, told, of, programme),), count = asked_again(session, team.approver, 5, clock.now())
        assert (window.again, window.number, told.id, of.id, programme.id, count) == (
            *(True, 2, file.id, run.id, team.programme.id, 1),
        )
        assert actions.take_file(session, team.finance, file).content == first.content
        settle_all(session, team, run)
        actions.close_run(session, team.releaser, run)
        assert asked_again(session, team.approver, 5, clock.now())[1] == 1  # also when the run is closed, for a while
        assert asked_again(session, team.approver, 5, clock.now() + TOLD) == ([], 0)
        assert kinds(session).count(Kind.PAY_FILE_DOWNLOADED) == 2

    def test_two_who_asked_before_anybody_had_it_do_not_both_take_it(self, session, team, file):
        for one in (team.releaser, team.finance):
            actions.open_file(session, one, file, reason=WHY)
        actions.take_file(session, team.releaser, file)
        with pytest.raises(WindowClosed):
            actions.take_file(session, team.finance, file)
        assert asked_again(session, team.approver, 5, clock.now()) == ([], 0)
        actions.open_file(session, team.finance, file, reason="The other copy was lost.")
        actions.take_file(session, team.finance, file)
        assert asked_again(session, team.approver, 5, clock.now())[1] == 1

    def test_not_for_everybody(self, session, team, file):
        with pytest.raises(RoleNeeded):
            actions.open_file(session, team.approver, file, reason=WHY)
        with pytest.raises(RoleNeeded):
            actions.take_file(session, team.approver, file)
        with pytest.raises(RoleNeeded):
            asked_again(session, team.finance, 5, clock.now())

    def test_the_database_keeps_it(self, session, team, file):
        actions.open_file(session, team.releaser, file, reason=WHY)
        assert b"today" not in session.scalars(select(FileWindow.reason)).one()
        for statement in (update(FileWindow).values(ends_at=clock.now()), delete(FileWindow)):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(statement)


class TestPages:
    def test_code_and_reason_open_it_and_each_is_logged(self, releaser, finance, bring, at, kinds):
        bring("released")
        asks, takes = at("files/mobile_money_file/windows"), at("files/mobile_money_file")
        page = releaser.get(at("instruction"))
        form = page.form(asks)
        assert "Why it is needed" in releaser.submit(form, status=422).text(".//*[@class='errs']")
        releaser.post(takes, status=409)
        page = releaser.follow(releaser.submit(form, reason=WHY, _key=None))
        assert "You can take the file now, once." in page.text()
        assert asks not in {each.get("action") for each in page.all(".//form")}
        assert takes not in {each.get("action") for each in finance.get(at("instruction")).all(".//form")}
        finance.post(takes, status=409)
        form = page.form(takes)
        taken = releaser.submit(form, status=200)
        assert taken.response.headers["content-disposition"].startswith("attachment")
        releaser.submit(form, status=409)  # also under the same key
        releaser.post(takes, status=409)
        assert WHY in releaser.get(at("instruction")).text()
        assert kinds()[:2] == [Kind.PAY_FILE_DOWNLOADED, Kind.PAY_FILE_OPENED]

    def test_the_approver_sees_under_today_that_one_was_asked_for_again(self, releaser, approver, bring, at):
        bring("released")
        asks, takes = at("files/cash_desk/windows"), at("files/cash_desk")
        for reason in (WHY, "The printer had no paper."):
            page = releaser.follow(releaser.submit(releaser.get(at("instruction")).form(asks), reason=reason))
            releaser.submit(page.form(takes), status=200)
        page = approver.get("/today")
        assert "Pay files taken again" in page.text()
        assert at("instruction") in page.links.values()
        assert "The printer had no paper." in approver.get(at("instruction")).text()
        approver.post(asks, {"reason": WHY}, status=403)
        approver.post(takes, status=403)
        assert "Pay files taken again" not in releaser.get("/today").text()
