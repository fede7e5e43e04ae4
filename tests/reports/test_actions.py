"""Finalising: what it refuses, what it freezes; revisions and exports."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from receiver import i18n
from receiver.access import SYSTEM, RoleNeeded
from receiver.audit import Kind
from receiver.audit import queries as audit
from receiver.kit import clock
from receiver.kit.months import Month
from receiver.ledger.queries import closed_until
from receiver.ledger.rules import MonthsOpenBefore
from receiver.reports import actions, queries, rules
from receiver.reports.models import MonthlyReport
from receiver.reports.rules import ReportForm
from receiver.stipends import actions as stipends
from receiver.stipends.rules.approval import HumanNeeded
from receiver.stipends.rules.runs import ReasonMissing
from tests.factories.reports import finalise, small_month
from tests.factories.stipends import NOVEMBER, bring, make_people, make_run, make_team


class TestFinalising:
    def test_it_freezes_signs_and_closes_the_month(self, database):
        with database.write() as session:
            team = small_month(session)
        with database.write() as session:
            stored = finalise(session, team)
            assert stored.hash == rules.digest(stored.figures)
            assert (stored.revision, stored.figures["state"]) == (1, "finalised")
            assert closed_until(session, team.programme.code) == NOVEMBER
        with database.read() as session:
            (record,) = audit.trail(session, kinds=[Kind.REPORT_FINALISED])
            assert record.facts["sha256"] == stored.hash
            assert record.subject == f"report:{team.programme.code}:2026-11"
            shown = queries.report(session, team.programme, NOVEMBER)
            assert shown.figures["hash"] == stored.hash

    def test_what_comes_later_stands_in_the_next_report(self, session):
        team = small_month(session)
        finalise(session, team)
        run = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        bring(session, team, run, "closed")
        now = clock.now()
        november = queries.work_out(session, queries.Look(team.programme, NOVEMBER, now))
        december = queries.work_out(session, queries.Look(team.programme, Month(2026, 12), now))
        assert november["equation"]["closing"] == december["equation"]["opening"] == 60_000
        assert december["equation"]["instructed"] == 60_000
        assert december["equation"]["closing"] == 0
        assert december["of_earlier"] == [{"key": "2026-11.instructed", "minor": 60_000}]
        assert november["of_earlier"] == []
        assert [row["people"] for row in december["breakdowns"]["channel"]] == [1]

    def test_nobody_without_the_right(self, session):
        team = small_month(session)
        with pytest.raises(RoleNeeded):
            finalise(session, team, actor=team.approver)
        with pytest.raises((HumanNeeded, RoleNeeded)):
            finalise(session, team, actor=SYSTEM)

    def test_not_twice(self, session):
        team = small_month(session)
        finalise(session, team)
        with pytest.raises(rules.AlreadyFinal):
            finalise(session, team)

    def test_not_while_a_run_is_open(self, session):
        team = make_team(session)
        make_people(session, team, 2)
        make_run(session, team, "released")
        with pytest.raises(rules.RunsStillOpen):
            finalise(session, team)

    def test_not_a_month_that_has_not_begun(self, session):
        """What is still owed from before would make its report look like one."""
        team = small_month(session)
        current = Month.of(clock.today(i18n.zone()))
        finalise(session, team)
        for month in (current + 1, current + 2):
            with pytest.raises(rules.MonthNotBegun):
                finalise(session, team, month)
            assert queries.newest_report(session, team.programme, month) is None

    def test_a_month_without_a_run_of_its_own_has_to_be_over(self, session):
        team = small_month(session)
        finalise(session, team)
        with clock.pretend(datetime(2026, 12, 31, 12, tzinfo=UTC)), pytest.raises(rules.MonthNotOver):
            finalise(session, team, NOVEMBER + 1)
        with clock.pretend(datetime(2027, 1, 1, 12, tzinfo=UTC)):
            assert finalise(session, team, NOVEMBER + 1).revision == 1

    def test_not_an_empty_month(self, session):
        team = make_team(session)
        with pytest.raises(rules.NothingToReport):
            finalise(session, team)

    def test_not_with_a_franc_missing(self, session):
        team = small_month(session)
        run = queries.work_out(session, queries.Look(team.programme, NOVEMBER, clock.now()))["runs"][0]
        assert run["key"] == "2026-11"
        on = " ON ledger_entries" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER tr_ledger_entries_no_update{on}"))
        session.execute(text("UPDATE ledger_entries SET amount_minor = amount_minor - 1 WHERE cause = 'fail'"))
        with pytest.raises(rules.NotEqualToLedger):
            finalise(session, team)

    def test_not_what_was_not_read(self, session):
        team = small_month(session)
        with pytest.raises(rules.ReportMoved):
            actions.finalise_report(session, team.finance, team.programme, NOVEMBER, seen="0" * 64)

    def test_months_in_their_order(self, session):
        team = make_team(session)
        make_people(session, team, 2)
        make_run(session, team, "closed", month=Month(2026, 10))
        make_run(session, team, "closed")
        with pytest.raises(MonthsOpenBefore):
            finalise(session, team)


class TestRevising:
    def test_a_revision_lists_what_differs(self, session):
        team = small_month(session)
        first = finalise(session, team)
        with pytest.raises(rules.NothingChanged):
            actions.revise_report(session, team.finance, team.programme, NOVEMBER, reason="A late result.")
        with pytest.raises(ReasonMissing):
            actions.revise_report(session, team.finance, team.programme, NOVEMBER, reason=" ")
        run = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        bring(session, team, run, "closed")
        second = actions.revise_report(session, team.finance, team.programme, NOVEMBER, reason="A late result.")
        assert second.figures["reason"] == "A late result."
        changed = {each["figure"]: (each["was"], each["now"]) for each in second.figures["differences"]}
        assert changed["later.instruct"] == (None, 60_000)
        assert second.figures["equation"] == first.figures["equation"]
        assert [one.revision for one in queries.revisions(session, team.programme, NOVEMBER)] == [1, 2]
        assert queries.report(session, team.programme, NOVEMBER).figures["revision"] == 2

    def test_only_what_is_final(self, session):
        team = small_month(session)
        with pytest.raises(rules.NotFinalYet):
            actions.revise_report(session, team.finance, team.programme, NOVEMBER, reason="Why not.")

    def test_the_database_keeps_what_is_final(self, session):
        team = small_month(session)
        finalise(session, team)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(MonthlyReport).values(revision=9))


def test_an_export_is_recorded(database):
    with database.write() as session:
        team = small_month(session)
        shown = queries.report(session, team.programme, NOVEMBER)
        actions.record_export(session, team.approver, shown, ReportForm.CSV, "fr", "a" * 64)
    with database.read() as session:
        (record,) = audit.trail(session, kinds=[Kind.REPORT_EXPORTED])
        assert record.facts["form"] == "csv"
        assert record.facts["language"] == "fr"
