from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from receiver import i18n
from receiver.access import RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.kit.months import Month
from receiver.people.models import PossibleDuplicate
from receiver.stipends import actions, queries
from receiver.stipends.models import RunLine
from receiver.stipends.rules.checklist import AcceptanceNeedsReason, Flag
from receiver.stipends.rules.enrolments import EndReason, HoldReason
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import (
    LineStatus,
    MonthHasRun,
    MonthTooFar,
    NotADraft,
    NothingToFollow,
    NotOnTheList,
    RunAct,
    RunKind,
    RunState,
    RunUnderway,
)
from tests.factories.people import make_household, make_person
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    bring,
    enrolled,
    make_people,
    make_policy,
    make_run,
    make_team,
    payments,
    results,
    rwf,
    wallet,
)
from tests.stipends.records import kinds, last_record, recorded


@pytest.fixture
def team(session):
    return make_team(session)


def build(session, team, month=NOVEMBER):
    return actions.build_run(session, team.finance, team.programme, month)


def lines(session, run):
    found = session.scalars(select(RunLine).where(RunLine.run_id == run.id).execution_options(populate_existing=True))
    return {line.person_id: line for line in found}


def line_of(session, run, person):
    return lines(session, run)[person.id]


class TestWhatADraftSays:
    def test_of_people_who_are_paid_as_usual(self, session, team):
        people = make_people(session, team, 3)
        since = len(recorded(session))
        run = build(session, team)
        assert (run.name, run.kind, run.state, run.people, run.total_minor) == (
            "2026-11",
            RunKind.REGULAR,
            RunState.DRAFT,
            3,
            3 * BASE,
        )
        assert kinds(session, since) == [Kind.PAY_RUN_STARTED, Kind.PAY_RUN_BUILT]
        channels = [line_of(session, run, person).channel for person in people]
        assert channels == [Channel.MOBILE_MONEY_FILE, Channel.MOBILE_MONEY_FILE, Channel.CASH_DESK]
        assert {line.findings for line in lines(session, run).values()} == {(Flag.FIRST_PAYMENT,)}
        assert [step.act for step in queries.history(session, run)] == [RunAct.BUILD]

    @pytest.mark.parametrize(
        ("pay", "flag"),
        [("none", Flag.NO_PAYEE), ("waiting", Flag.NUMBER_NOT_CONFIRMED)],
    )
    def test_of_people_without_a_way_to_pay(self, session, team, pay, flag):
        person = enrolled(session, team, pay=pay)
        line = line_of(session, build(session, team), person)
        assert (line.status, line.channel, line.payee_id) == (LineStatus.MISSED, None, None)
        assert line.findings == (flag, Flag.FIRST_PAYMENT)

    def test_of_a_number_that_rests(self, session, team):
        person = enrolled(session, team)
        wallet(session, team, person)
        line = line_of(session, build(session, team), person)
        assert line.findings == (Flag.COOLING_OFF, Flag.FIRST_PAYMENT)

    def test_of_somebody_on_hold(self, session, team):
        person = enrolled(session, team)
        review = clock.today("Africa/Kigali") + timedelta(days=9)
        given = {"reason": HoldReason.NOT_REACHED, "review_on": review, "notice_language": "ti"}
        hold = actions.place_hold(session, team.supervisor, person, **given)
        run = build(session, team)
        assert line_of(session, run, person).findings == (Flag.ON_HOLD, Flag.FIRST_PAYMENT)
        actions.release_hold(session, team.supervisor, hold, reason="Reached.")
        actions.rebuild_run(session, team.finance, run)
        assert line_of(session, run, person).status is LineStatus.INCLUDED

    def test_of_somebody_who_left_or_died(self, session, team):
        left = enrolled(session, team, "One Who Left")
        died = enrolled(session, team, "One Who Died")
        for person, kind in ((left, "left"), (died, "died")):
            person.left_on, person.left_kind = date(2026, 11, 10), kind
        session.flush()
        run = build(session, team)
        one, other = line_of(session, run, left), line_of(session, run, died)
        assert (one.findings, one.amount_minor) == ((Flag.LEFT, Flag.FIRST_PAYMENT), BASE // 3)
        assert (other.findings, other.channel, other.payee_id) == (
            (Flag.DIED, Flag.FIRST_PAYMENT),
            Channel.CASH_DESK,
            None,
        )
        december = build(session, team, NOVEMBER + 1)
        assert lines(session, december) == {}  # who left before the month is not looked at

    def test_of_two_records_that_look_alike(self, session, team):
        one, other = make_people(session, team, 2)
        first, second = sorted((one.id, other.id))
        session.add(PossibleDuplicate(a_id=first, b_id=second, score=95, reasons=[]))
        session.flush()
        line = line_of(session, build(session, team), one)
        assert (line.status, line.channel) == (LineStatus.INCLUDED, Channel.CASH_DESK)
        assert Flag.OPEN_DUPLICATE in line.findings

    def test_of_a_number_and_a_name_that_are_not_only_theirs(self, session, team):
        one, other = (enrolled(session, team, name, pay="none") for name in ("Selam Haile", "Boris Kovac"))
        for person in (one, other):
            wallet(session, team, person, number="+250788999888", name="Selam Haile")
        run = build(session, team)
        assert line_of(session, run, one).findings == (Flag.SHARED_NUMBER, Flag.FIRST_PAYMENT)
        assert line_of(session, run, other).findings == (Flag.NAME_MISMATCH, Flag.SHARED_NUMBER, Flag.FIRST_PAYMENT)

    def test_of_people_who_arrive_leave_a_policy_or_change_it_within_the_month(self, session, team):
        late = enrolled(session, team, arrived_on=date(2026, 11, 21))
        never = make_person(session, team.office, arrived_on=date(2026, 11, 1))
        actions.enrol(session, team.finance, [never.id], team.policy, since=date(2026, 12, 1))
        moved = enrolled(session, team)
        enrolment = queries.live_enrolment(session, moved.id)
        given = {"last_day": date(2026, 11, 10), "reason": EndReason.TRANSFERRED}
        actions.end_enrolment(session, team.finance, enrolment, **given)
        double = make_policy(session, team.finance, team.approver, team.programme, base=rwf(2 * BASE))
        actions.enrol(session, team.finance, [moved.id], double)
        run = build(session, team)
        assert line_of(session, run, late).amount_minor == BASE // 3
        assert never.id not in lines(session, run)
        assert line_of(session, run, moved).amount_minor == BASE // 3 + 2 * BASE * 2 // 3

    def test_of_an_enrolment_that_was_an_error(self, session, team):
        person = enrolled(session, team)
        enrolment = queries.live_enrolment(session, person.id)
        given = {"last_day": enrolment.since - timedelta(days=1), "reason": EndReason.DUPLICATE_RECORD}
        actions.end_enrolment(session, team.finance, enrolment, **given)
        assert lines(session, build(session, team)) == {}

    def test_of_a_policy_that_says_nothing_for_the_month(self, session, team):
        other = make_policy(session, team.finance, team.approver, team.programme, valid_from=Month(2027, 1))
        person = make_person(session, team.office, arrived_on=date(2026, 10, 1))
        actions.enrol(session, team.finance, [person.id], other)
        line = line_of(session, build(session, team), person)
        assert (line.amount_minor, line.findings) == (0, (Flag.NO_PAYEE, Flag.NOTHING_OWED, Flag.FIRST_PAYMENT))

    def test_of_a_draft_policy_nothing_counts(self, session, team):
        draft = actions.draft_policy(
            session,
            team.finance,
            programme_id=team.programme.id,
            code="DRAFT",
            name="Draft",
            terms=actions.PolicyTerms(valid_from=Month(2026, 1), base=rwf(1)),
        )
        person = make_person(session, team.office, arrived_on=date(2026, 10, 1))
        actions.enrol(session, team.finance, [person.id], queries.policy_of(session, draft))
        assert line_of(session, build(session, team), person).amount_minor == 0

    def test_of_somebody_who_is_not_here_after_all(self, session, team):
        person = enrolled(session, team)
        person.arrived_on = None
        session.flush()
        assert line_of(session, build(session, team), person).amount_minor == 0

    def test_of_people_erased_or_of_another_programme(self, session, team):
        gone, other = enrolled(session, team), make_team(session)
        gone.erased_at = clock.now()
        enrolled(session, other)
        session.flush()
        assert lines(session, build(session, team)) == {}


class TestHousehold:
    @pytest.fixture
    def team(self, session):
        return make_team(session, base=rwf(BASE), member=rwf(9_000), members_most=2)

    def child(self, session, team, arrived_on=date(2026, 10, 1), **more):
        return make_person(session, team.office, "A Child", arrived_on=arrived_on, **more)

    def test_the_one_who_collects_gets_the_top_up_for_those_without_a_stipend(self, session, team):
        head, spouse = enrolled(session, team, "Head"), enrolled(session, team, "Spouse")
        make_household(
            session,
            head,
            spouse,
            self.child(session, team),
            self.child(session, team),
            self.child(session, team),
            since=date(2026, 10, 1),
        )
        run = build(session, team)
        assert [line_of(session, run, person).amount_minor for person in (head, spouse)] == [BASE + 18_000, BASE]

    def test_else_the_one_who_was_enrolled_first(self, session, team):
        collector = self.child(session, team)
        second, first = enrolled(session, team, arrived_on=date(2026, 10, 9)), enrolled(session, team)
        make_household(session, collector, second, first, since=date(2026, 10, 1))
        run = build(session, team)
        assert [line_of(session, run, person).amount_minor for person in (second, first)] == [BASE, BASE + 9_000]

    def test_days_count_on_which_both_lived_there_and_were_here(self, session, team):
        head = enrolled(session, team)
        late = self.child(session, team, arrived_on=date(2026, 11, 16))
        gone = self.child(session, team, left_on=date(2026, 11, 10), left_kind="left")
        before = self.child(session, team, left_on=date(2026, 11, 2), left_kind="left")
        make_household(session, head, late, gone, before, since=date(2026, 11, 4))
        run = build(session, team)
        line = line_of(session, run, head)
        assert line.amount_minor == BASE + 9_000 * 15 // 30 + 9_000 * 7 // 30
        entitlement = next(
            one for one in queries.work_out_run(session, run, clock.now()).people if one.who.person_id == head.id
        ).figures
        assert (entitlement.full_minor, entitlement.days) == (BASE + 9_000, 30)

    def test_members_enrolled_elsewhere_are_not_counted(self, session, team):
        other = make_team(session)
        head = enrolled(session, team)
        make_household(session, head, enrolled(session, other), since=date(2026, 10, 1))
        assert line_of(session, build(session, team), head).amount_minor == BASE

    def test_nobody_gets_it_where_nobody_is_enrolled(self, session, team):
        make_household(session, self.child(session, team), self.child(session, team))
        enrolled(session, team)
        assert build(session, team).total_minor == BASE


class TestStarting:
    def test_one_run_of_a_month_at_a_time_and_one_regular_run_for_ever(self, session, team):
        make_people(session, team, 2)
        run = build(session, team)
        for start in (actions.start_run, actions.start_follow_up):
            with pytest.raises(RunUnderway):
                start(session, team.finance, team.programme, NOVEMBER)
        build(session, team, NOVEMBER - 1)
        bring(session, team, run, "released")
        with pytest.raises(MonthHasRun):
            build(session, team)

    def test_an_abandoned_run_keeps_its_name(self, session, team):
        make_people(session, team, 1)
        first = build(session, team)
        actions.abandon_run(session, team.finance, first, reason="Wrong month.")
        second = build(session, team)
        assert (second.name, second.kind, second.follows_id) == ("2026-11-r1", RunKind.REGULAR, None)

    def test_nothing_follows_what_was_never_released(self, session, team):
        make_people(session, team, 1)
        with pytest.raises(NothingToFollow):
            actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        actions.abandon_run(session, team.finance, build(session, team), reason="Wrong month.")
        with pytest.raises(NothingToFollow):
            actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)

    def test_who_may(self, session, team):
        run = build(session, team)
        for act in (
            lambda: build(session, team.__class__(**{**vars(team), "finance": team.approver})),
            lambda: actions.start_follow_up(session, team.approver, team.programme, NOVEMBER),
            lambda: actions.fill_run(session, team.supervisor, run),
            lambda: actions.build_in_background(session, team.supervisor, run),
            lambda: actions.accept_findings(session, team.approver, run, reason="Fine."),
            lambda: actions.pay_at_desk(session, team.approver, run, []),
        ):
            with pytest.raises(RoleNeeded):
                act()

    def test_it_can_be_left_to_the_background(self, session, team):
        make_people(session, team, 1)
        run = actions.start_run(session, team.finance, team.programme, NOVEMBER)
        assert run.built_at is None
        work = actions.build_in_background(session, team.finance, run)
        assert actions.build_in_background(session, team.finance, run) == work  # pressed twice
        actions.fill_run(session, team.finance, run)
        assert [step.act for step in queries.history(session, run)] == [RunAct.BUILD]
        again = actions.build_in_background(session, team.finance, run)
        assert again != work  # the first build is over, and leaves no other step behind
        actions.rebuild_run(session, team.finance, run)
        assert actions.build_in_background(session, team.finance, run) not in {work, again}

    def test_at_most_for_the_month_after_this_one(self, session, team):
        last = Month.of(clock.today(i18n.zone())) + 1
        assert actions.start_run(session, team.finance, team.programme, last).month == last
        with pytest.raises(MonthTooFar):
            actions.start_run(session, team.finance, team.programme, last + 1)

    def test_whoever_fills_it_has_prepared_it(self, session, team):
        run = actions.start_run(session, team.finance, team.programme, NOVEMBER)
        actions.fill_run(session, team.releaser, run)
        assert queries.humans(session, run).prepared_by == {team.finance.user_id, team.releaser.user_id}
        assert last_record(session)["kind"] == Kind.PAY_RUN_BUILT
        actions.rebuild_run(session, team.finance, run)
        assert last_record(session)["kind"] == Kind.PAY_RUN_REBUILT

    def test_what_is_frozen_is_not_built_again(self, session, team):
        make_people(session, team, 1)
        run = make_run(session, team, "submitted")
        for act in (actions.rebuild_run, actions.build_in_background):
            with pytest.raises(NotADraft):
                act(session, team.finance, run)


class TestFindings:
    def test_are_accepted_with_a_reason_and_stay_accepted_while_they_are_the_same(self, session, team):
        one, other = make_people(session, team, 2)
        run = build(session, team)
        assert queries.open_findings(session, run) == 2
        assert actions.accept_findings(session, team.finance, run, [one.id], reason="They were told.") == 1
        assert queries.open_findings(session, run) == 1
        ((acceptance, reason),) = queries.acceptances(session, run)
        assert (acceptance.people, reason) == (1, "They were told.")
        actions.rebuild_run(session, team.finance, run)
        assert line_of(session, run, one).acceptance_id == acceptance.id
        one.left_on, one.left_kind = date(2026, 11, 20), "left"
        session.flush()
        actions.rebuild_run(session, team.finance, run)
        assert line_of(session, run, one).acceptance_id is None
        assert actions.accept_findings(session, team.releaser, run, reason="All of them.") == 2
        assert team.releaser.user_id in queries.humans(session, run).prepared_by
        assert line_of(session, run, other).acceptance_id is not None

    def test_only_those_that_are_open_and_only_with_a_reason(self, session, team):
        (one,) = make_people(session, team, 1)
        run = build(session, team)
        with pytest.raises(AcceptanceNeedsReason):
            actions.accept_findings(session, team.finance, run, reason="  ")
        with pytest.raises(NotOnTheList):
            actions.accept_findings(session, team.finance, run, [one.id, new_id()], reason="Both.")
        actions.accept_findings(session, team.finance, run, reason="All.")
        for people in (None, [one.id]):
            with pytest.raises(NotOnTheList):
                actions.accept_findings(session, team.finance, run, people, reason="Again.")

    def test_who_has_no_payee_can_be_paid_at_the_desk_from_now_on(self, session, team):
        person = enrolled(session, team, pay="none")
        run = build(session, team)
        assert actions.pay_at_desk(session, team.finance, run, [person.id]) == 1
        (payee,) = queries.payees_now(session, person.id)
        line = line_of(session, run, person)
        assert (line.channel, line.payee_id, line.at_desk) == (Channel.CASH_DESK, payee.id, True)
        assert (run.people, run.missed) == (1, 0)

    def test_who_waits_for_confirmation_is_paid_there_this_once(self, session, team):
        person = enrolled(session, team, pay="waiting")
        run = build(session, team)
        assert actions.pay_at_desk(session, team.finance, run, [person.id]) == 1
        line = line_of(session, run, person)
        assert (line.channel, line.payee_id, line.findings) == (Channel.CASH_DESK, None, (Flag.FIRST_PAYMENT,))
        actions.rebuild_run(session, team.finance, run)
        assert line_of(session, run, person).channel is Channel.CASH_DESK
        assert build(session, team, NOVEMBER + 1).people == 0

    def test_a_hold_is_no_matter_of_the_way(self, session, team):
        person = enrolled(session, team, pay="none")
        review = clock.today("Africa/Kigali") + timedelta(days=9)
        given = {"reason": HoldReason.NOT_REACHED, "review_on": review, "notice_language": "ti"}
        actions.place_hold(session, team.supervisor, person, **given)
        assert actions.pay_at_desk(session, team.finance, build(session, team), [person.id]) == 0

    @pytest.mark.parametrize("people", [[], [new_id()]])
    def test_only_people_on_the_list(self, session, team, people):
        make_people(session, team, 1)
        with pytest.raises(NotOnTheList):
            actions.pay_at_desk(session, team.finance, build(session, team), people)


class TestLater:
    def test_the_next_month_sees_what_was_paid(self, session, team):
        one, other = make_people(session, team, 2)
        make_run(session, team, "closed", NOVEMBER - 1)
        other.left_on, other.left_kind = date(2026, 11, 15), "left"
        session.flush()
        run = build(session, team)
        assert (line_of(session, run, one).previous_minor, line_of(session, run, one).flags) == (BASE, 0)
        assert line_of(session, run, other).findings == (Flag.LEFT, Flag.AMOUNT_CHANGED)
        assert not line_of(session, run, one).payee_changed
        actions.ask_cash_desk(session, team.finance, one)
        actions.rebuild_run(session, team.finance, run)
        assert line_of(session, run, one).payee_changed

    def test_a_follow_up_is_about_what_came_back_and_who_can_be_paid_now(self, session, team):
        failed, held, paid = make_people(session, team, 3)
        missed = enrolled(session, team, "Missed Before", pay="none")
        still = enrolled(session, team, "Missed Still", pay="none")
        run = bring(session, team, build(session, team), "approved")
        actions.hold_back(session, team.finance, run, [held.id], reason="A doubt.")
        actions.release_run(session, team.releaser, run)
        (its,) = [one for one in payments(session, run) if one.person_id == failed.id]
        actions.take_results(session, team.releaser, run, results([(its, "failed")]))
        actions.mark_paid(session, team.releaser, run, [one.id for one in payments(session, run, channel="cash_desk")])
        actions.close_run(session, team.finance, run)
        actions.ask_cash_desk(session, team.finance, missed)
        follow_up = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        assert (follow_up.name, follow_up.kind, follow_up.follows_id) == ("2026-11-r1", RunKind.FOLLOW_UP, run.id)
        assert last_record(session)["kind"] == Kind.PAY_RUN_FOLLOW_UP_BUILT
        assert set(lines(session, follow_up)) == {failed.id, held.id, missed.id}
        assert line_of(session, follow_up, failed).reissue_of == its.id
        assert follow_up.already == 1
        assert {paid.id, still.id}.isdisjoint(lines(session, follow_up))

    def test_what_another_programme_owes_for_the_month_is_left_alone(self, session, team):
        (person,) = make_people(session, team, 1)
        make_run(session, team, "submitted")
        enrolment = queries.live_enrolment(session, person.id)
        given = {"last_day": date(2026, 11, 10), "reason": EndReason.TRANSFERRED}
        actions.end_enrolment(session, team.finance, enrolment, **given)
        other = make_team(session)
        actions.enrol(session, other.finance, [person.id], other.policy)
        run = build(session, other)
        assert (lines(session, run), run.already) == ({}, 1)
