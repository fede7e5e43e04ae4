"""Comments beside lines, and the handing of pay files to the provider."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from receiver import i18n, vault
from receiver.access import RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.stipends import actions, queries
from receiver.stipends.models import Handover, LineComment
from receiver.stipends.queries.comments import comments
from receiver.stipends.queries.handovers import handovers
from receiver.stipends.rules.handovers import HandedOverBefore, HandoverDayWrong, HandoverWay, NotTaken
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import NotOnTheList, NotUnderReview, ReasonMissing, RunState
from tests.factories.stipends import make_people, make_run, make_team
from tests.stipends.records import last_record


@pytest.fixture
def team(session):
    return make_team(session)


@pytest.fixture
def people(session, team):
    return make_people(session, team, 3)


class TestComments:
    @pytest.mark.parametrize("until", ["submitted", "approved"])
    def test_they_are_kept_with_the_submission_and_sealed(self, session, team, people, until):
        run = make_run(session, team, until)
        actions.comment_line(session, team.approver, run, people[0].id, text=" Why twice? ")
        (row,) = session.scalars(select(LineComment))
        assert b"twice" not in row.text
        assert last_record(session)["kind"] == Kind.PAY_RUN_LINE_COMMENTED
        assert "twice" not in str(last_record(session))
        (told,) = comments(session, run)
        assert (told.reference, told.attempt, told.by, told.text) == (people[0].reference, 1, "Claire", "Why twice?")
        assert comments(session, run, told=False)[0].text == ""
        actions.reject_run(session, team.approver, run, reason="See the lines.")
        assert [one.attempt for one in comments(session, run)] == [run.attempt]
        actions.submit_run(session, team.finance, run, accept_because="Looked at.")
        assert [one.attempt for one in comments(session, run)] == [run.attempt - 1]

    def test_only_while_somebody_could_still_return_it(self, session, team, people):
        run = make_run(session, team)
        assert comments(session, run) == []
        with pytest.raises(NotUnderReview):
            actions.comment_line(session, team.approver, run, people[0].id, text="Early.")
        run = actions.submit_run(session, team.finance, run, accept_because="Looked at.")
        with pytest.raises(ReasonMissing):
            actions.comment_line(session, team.approver, run, people[0].id, text=" ")
        with pytest.raises(NotOnTheList):
            actions.comment_line(session, team.approver, run, new_id(), text="Who?")
        with pytest.raises(RoleNeeded):
            actions.comment_line(session, team.finance, run, people[0].id, text="Mine.")
        assert run.state is RunState.SUBMITTED

    def test_they_stay_as_written(self, session, team, people):
        run = make_run(session, team, "submitted")
        actions.comment_line(session, team.approver, run, people[0].id, text="Why?")
        for change in (update(LineComment).values(attempt=9), delete(LineComment)):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(change)

    def test_they_go_with_the_key_of_the_person(self, session, team, people):
        run = make_run(session, team, "submitted")
        actions.comment_line(session, team.approver, run, people[0].id, text="Why?")
        vault.destroy(session, people[0].id)
        assert comments(session, run)[0].text == ""


class TestHandingOver:
    @pytest.fixture
    def file(self, session, team, people):
        run = make_run(session, team, "released")
        return next(one for one in queries.instructions(session, run) if one.channel is Channel.MOBILE_MONEY_FILE)

    @pytest.fixture
    def today(self):
        return clock.today(i18n.zone())

    def test_who_by_which_way_and_when(self, session, team, file, today):
        with pytest.raises(NotTaken):
            actions.hand_over(session, team.releaser, file, way=HandoverWay.PORTAL, on=today)
        actions.download_file(session, team.releaser, file)
        with pytest.raises(HandoverDayWrong):
            actions.hand_over(session, team.releaser, file, way=HandoverWay.PORTAL, on=today + timedelta(days=1))
        actions.hand_over(session, team.releaser, file, way=HandoverWay.PORTAL, on=today, reference=" B-77 ")
        record = last_record(session)
        assert (record["kind"], record["facts"]["way"]) == (Kind.PAY_FILE_HANDED_OVER, "portal")
        (run, _programme) = session.execute(queries.visible_runs(team.finance, "pay_run.list")).one()
        ((row, why),) = handovers(session, run)[file.id]
        assert (row.number, row.reference, row.handed_by, why) == (1, "B-77", team.releaser.user_id, "")

    def test_again_needs_a_reason(self, session, team, file, today):
        actions.download_file(session, team.releaser, file)
        actions.hand_over(session, team.releaser, file, way=HandoverWay.PORTAL, on=today)
        with pytest.raises(HandedOverBefore):
            actions.hand_over(session, team.finance, file, way=HandoverWay.CARRIER, on=today)
        actions.hand_over(session, team.finance, file, way=HandoverWay.CARRIER, on=today, reason="They lost it.")
        (run, _programme) = session.execute(queries.visible_runs(team.finance, "pay_run.list")).one()
        assert [(row.number, why) for row, why in handovers(session, run)[file.id]] == [(1, ""), (2, "They lost it.")]
        with pytest.raises(RoleNeeded):
            actions.hand_over(session, team.approver, file, way=HandoverWay.PORTAL, on=today)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(delete(Handover))
