"""Leaving somebody out of a draft: the run pays them nothing, says why, and a follow-up pays the month."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from receiver import vault
from receiver.access import SYSTEM, Role, RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.stipends import actions, queries
from receiver.stipends.models import LeftOut, MissedMonth, RunLine
from receiver.stipends.queries.leaving_out import omissions
from receiver.stipends.queries.missed import missed_page
from receiver.stipends.rules.approval import ApproverPreparedRun
from receiver.stipends.rules.checklist import ChecklistOpen, Flag
from receiver.stipends.rules.leaving_out import LeaveOutReason, LeftOutAlready, NotLeftOut, WhyLeftOut
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import LineStatus, NotADraft, NotOnTheList, RunAct
from tests.factories.accounts import make_actor
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    approve,
    bring,
    enrolled,
    make_people,
    make_run,
    make_team,
    payments,
    results,
    rwf,
)
from tests.stipends.records import last_record

WHY = "The day of arrival is being corrected."


@pytest.fixture
def team(session):
    return make_team(session)


@pytest.fixture
def people(session, team):
    return make_people(session, team, 3)


@pytest.fixture
def run(session, team, people):
    run = make_run(session, team)
    actions.accept_findings(session, team.finance, run, reason="First payments.")
    return run


def leave_out(session, team, run, person, text=WHY, by=None):
    actions.leave_out(session, by or team.finance, run, person.id, reason=LeaveOutReason.DAYS_TO_CHECK, text=text)


def line(session, run, person):
    wanted = select(RunLine).where(RunLine.run_id == run.id, RunLine.person_id == person.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


class TestADraft:
    def test_it_pays_them_nothing_and_says_why(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        one = line(session, run, people[0])
        assert (one.status, one.amount_minor, one.channel) == (LineStatus.MISSED, BASE, None)
        assert Flag.LEFT_OUT in one.findings
        assert (run.people, run.total_minor, run.missed) == (2, 2 * BASE, 1)
        (told,) = omissions(session, run, told=True).values()
        assert (told.reference, told.reason, told.by, told.text) == (
            *(people[0].reference, LeaveOutReason.DAYS_TO_CHECK, "Aline", WHY),
        )
        assert omissions(session, run, told=False)[people[0].reference].text == ""
        assert omissions(session, run, [people[1].reference], told=True) == {}

    def test_it_is_sealed_and_recorded(self, session, team, run, people):
        leave_out(session, team, run, people[0], f" {WHY} ")
        (row,) = session.scalars(select(LeftOut))
        assert b"arrival" not in row.text
        record = last_record(session)
        assert record["kind"] == Kind.PAY_RUN_LINE_LEFT_OUT
        assert record["facts"]["why"] == "days_to_check"
        assert "arrival" not in str(record["facts"])
        assert queries.history(session, run)[-1].act is RunAct.LEAVE_OUT

    def test_building_it_again_keeps_it(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        actions.rebuild_run(session, team.finance, run)
        assert line(session, run, people[0]).status is LineStatus.MISSED
        assert (run.people, run.missed) == (2, 1)

    def test_the_cash_desk_does_not_bring_them_back(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        assert actions.pay_at_desk(session, team.finance, run, [people[0].id]) == 0

    def test_it_is_taken_back_while_it_is_a_draft(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        actions.take_back(session, team.finance, run, people[0].id)
        assert line(session, run, people[0]).status is LineStatus.INCLUDED
        assert (run.people, run.total_minor, run.missed) == (3, 3 * BASE, 0)
        assert omissions(session, run, told=True) == {}
        assert last_record(session)["kind"] == Kind.PAY_RUN_LINE_TAKEN_BACK
        assert queries.history(session, run)[-1].act is RunAct.TAKE_BACK
        with pytest.raises(NotLeftOut):
            actions.take_back(session, team.finance, run, people[0].id)
        leave_out(session, team, run, people[0])  # and left out again
        assert run.people == 2

    def test_who_was_sent_to_the_desk_is_taken_back_to_the_desk(self, session, team, run, people):
        actions.pay_at_desk(session, team.finance, run, [people[0].id])
        leave_out(session, team, run, people[0])
        actions.take_back(session, team.finance, run, people[0].id)
        assert line(session, run, people[0]).channel.value == "cash_desk"


class TestRefusals:
    def test_it_takes_words(self, session, team, run, people):
        with pytest.raises(WhyLeftOut):
            leave_out(session, team, run, people[0], "  ")
        assert run.people == 3

    def test_only_once(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        with pytest.raises(LeftOutAlready):
            leave_out(session, team, run, people[0])

    def test_only_who_is_on_the_list(self, session, team, run):
        late = enrolled(session, team)
        with pytest.raises(NotOnTheList):
            leave_out(session, team, run, late)

    @pytest.mark.parametrize("until", ["submitted", "approved", "released", "closed"])
    def test_only_of_a_draft(self, session, team, people, until):
        run = make_run(session, team, until)
        with pytest.raises(NotADraft):
            leave_out(session, team, run, people[0])
        with pytest.raises(NotADraft):
            actions.take_back(session, team.finance, run, people[0].id)

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.CASEWORKER, Role.SUPERVISOR, Role.AUDITOR])
    def test_only_who_prepares_runs(self, session, team, run, people, role):
        other = make_actor(session, role, offices=[team.office])
        with pytest.raises(RoleNeeded):
            leave_out(session, team, run, people[0], by=other)
        with pytest.raises(RoleNeeded):
            actions.take_back(session, other, run, people[0].id)

    def test_whoever_left_somebody_out_has_prepared_it(self, session, team, run, people):
        both = replace(team.approver, roles=frozenset({Role.FINANCE_OFFICER, Role.APPROVER}))
        leave_out(session, team, run, people[0], by=both)
        actions.submit_run(session, team.finance, run, accept_because="Looked at.")
        with pytest.raises(ApproverPreparedRun):
            approve(session, team, run)

    def test_the_database_keeps_it(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        for statement in (update(LeftOut).values(reason=LeaveOutReason.OTHER), delete(LeftOut)):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(statement)
        row = session.scalars(select(LeftOut)).one()
        again = LeftOut(id=new_id(), run_id=run.id, person_id=row.person_id, reason=row.reason)
        again.text, again.left_out_by = row.text, row.left_out_by
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(again)
            session.flush()


class TestAfterwards:
    def test_it_is_accepted_before_it_is_sent_to_approval(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        with pytest.raises(ChecklistOpen):
            actions.submit_run(session, team.finance, run)
        actions.submit_run(session, team.finance, run, accept_because="The days are being looked at.")
        assert people[0].id not in {one.person_id for one in payments(session, run)}

    def test_a_returned_run_still_leaves_them_out(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        bring(session, team, run, "submitted")
        actions.reject_run(session, team.approver, run, reason="Look again.")
        actions.rebuild_run(session, team.finance, run)
        assert line(session, run, people[0]).status is LineStatus.MISSED
        actions.take_back(session, team.finance, run, people[0].id)
        assert run.people == 3

    def test_the_month_is_missed_and_a_follow_up_pays_it(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        bring(session, team, run, "closed")
        (row,) = missed_page(session, team.finance, clock.now(), None).rows
        assert (row.reference, row.missed.reasons, row.left_out, row.ready) == (
            *(people[0].reference, (Flag.LEFT_OUT,), LeaveOutReason.DAYS_TO_CHECK, True),
        )
        assert row.missed.amount == rwf(BASE)
        again = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        assert line(session, again, people[0]).status is LineStatus.INCLUDED
        bring(session, team, again, "closed")
        assert session.scalars(select(MissedMonth.settled_run_id)).one() == again.id

    def test_a_follow_up_can_leave_them_out_too(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        bring(session, team, run, "closed")
        late = enrolled(session, team, pay="desk")
        again = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        leave_out(session, team, again, people[0], "Still open.")
        assert line(session, again, people[0]).status is LineStatus.MISSED
        actions.rebuild_run(session, team.finance, again)
        assert [one.person_id for one in (line(session, again, people[0]), line(session, again, late))]
        bring(session, team, again, "closed")
        open_ = session.scalars(select(MissedMonth).where(MissedMonth.settled_at.is_(None))).all()
        assert [one.person_id for one in open_] == [people[0].id]

    def test_money_that_failed_stays_among_the_failed(self, session, team, run, people):
        bring(session, team, run, "released")
        first = next(one for one in payments(session, run) if one.channel is not Channel.CASH_DESK)
        actions.take_results(session, team.releaser, run, results([(first, "failed")], reason="timed out"))
        again = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        person = next(one for one in people if one.id == first.person_id)
        late = enrolled(session, team, pay="desk")
        actions.rebuild_run(session, team.finance, again)
        leave_out(session, team, again, person)
        assert line(session, again, late).status is LineStatus.INCLUDED
        bring(session, team, again, "released")
        assert session.scalars(select(MissedMonth).where(MissedMonth.person_id == person.id)).all() == []

    def test_once_the_person_is_erased_nothing_more_is_told(self, session, team, run, people):
        leave_out(session, team, run, people[0])
        vault.destroy(session, people[0].id)
        assert omissions(session, run, told=True)[people[0].reference].text == ""


def test_only_a_human_does_it(session, team, run, people):
    with pytest.raises(RoleNeeded):
        leave_out(session, team, run, people[0], by=SYSTEM)
