"""Months that were not paid are seen, and paid once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from receiver import audit
from receiver.audit import Kind
from receiver.kit import clock
from receiver.ledger.queries import check, person_account
from receiver.people.actions import correct_arrival, mark_left, undo_left
from receiver.people.rules import LeftKind
from receiver.reports.queries import Look
from receiver.reports.queries.people import people_counts
from receiver.stipends import actions, queries
from receiver.stipends.actions.missed import look_again, note_late
from receiver.stipends.models import Enrolment, MissedMonth, RunLine
from receiver.stipends.queries.missed import expected_months, missed_counts, missed_page, missed_today
from receiver.stipends.rules.checklist import ChecklistOpen, Flag
from receiver.stipends.rules.enrolments import EndReason, EnrolmentState
from receiver.stipends.rules.listing import MissedFilter
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import LineStatus, RunAct
from receiver.stipends.wiring import _days_changed, wire
from tests.factories.people import make_person
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    bring,
    enrolled,
    make_people,
    make_run,
    make_team,
    on_hold,
    payments,
    results,
    rwf,
    settle_all,
    wallet,
)


@pytest.fixture
def team(session):
    return make_team(session)


def missed(session):
    found = session.scalars(select(MissedMonth).order_by(MissedMonth.id).execution_options(populate_existing=True))
    return {one.person_id: one for one in found}


def still(session):
    return {person for person, one in missed(session).items() if one.settled_at is None}


def follow_up(session, team, month=NOVEMBER, until="closed"):
    return bring(session, team, actions.build_follow_up(session, team.finance, team.programme, month), until)


def lines(session, run):
    found = session.scalars(select(RunLine).where(RunLine.run_id == run.id).execution_options(populate_existing=True))
    return {line.person_id: line for line in found}


def bring_on(session, team, run):
    """From its approval to its end."""
    actions.release_run(session, team.releaser, run)
    settle_all(session, team, run)
    actions.close_run(session, team.releaser, run)


class TestAMissedMonth:
    @pytest.mark.parametrize(("pay", "flag"), [("none", Flag.NO_PAYEE), ("waiting", Flag.NUMBER_NOT_CONFIRMED)])
    def test_is_noted_when_the_run_goes_out(self, session, team, pay, flag):
        make_people(session, team, 1)
        person = enrolled(session, team, pay=pay)
        run = make_run(session, team, "approved")
        assert missed(session) == {}
        actions.release_run(session, team.releaser, run)
        (one,) = missed(session).values()
        assert (one.person_id, one.reasons, one.amount, one.run_id) == (person.id, (flag,), rwf(BASE), run.id)
        assert (one.month, one.settled_at) == (NOVEMBER, None)

    def test_is_paid_by_a_follow_up_once_the_reason_is_gone_and_once_only(self, session, team):
        make_people(session, team, 1)
        one, other = (enrolled(session, team, name, pay="none") for name in ("Selam Haile", "Boris Kovac"))
        run = make_run(session, team, "closed")
        now = clock.now()
        assert still(session) == {one.id, other.id}
        assert missed_counts(session, run, now) == type(missed_counts(session, run, now))(2, 0)
        actions.ask_cash_desk(session, team.finance, one)
        assert missed_counts(session, run, clock.now()).ready == 1
        again = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        assert set(lines(session, again)) == {one.id}
        bring(session, team, again, "closed")
        assert still(session) == {other.id}
        paid = missed(session)[one.id]
        assert (paid.settled_run_id, paid.settled_at) == (again.id, paid.settled_at)
        assert person_account(session, one.id).balance.minor == 0
        third = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        assert lines(session, third) == {}
        assert check(session) == []

    def test_stays_missed_when_the_follow_up_is_abandoned(self, session, team):
        make_people(session, team, 1)
        person = enrolled(session, team, pay="none")
        make_run(session, team, "closed")
        actions.ask_cash_desk(session, team.finance, person)
        again = follow_up(session, team, until="submitted")
        assert still(session) == {person.id}
        actions.abandon_run(session, team.finance, again, reason="Too early.")
        assert still(session) == {person.id}

    def test_of_somebody_on_hold_or_held_back_says_why(self, session, team):
        people = make_people(session, team, 3)
        held = enrolled(session, team, "One On Hold")
        on_hold(session, team, held)
        run = make_run(session, team, "approved")
        actions.hold_back(session, team.finance, run, [people[0].id], reason="A doubt.")
        on_hold(session, team, people[1])
        actions.release_run(session, team.releaser, run)
        assert {person: one.reasons for person, one in missed(session).items()} == {
            held.id: (Flag.ON_HOLD,),
            people[0].id: (Flag.HELD_BACK,),
            people[1].id: (Flag.ON_HOLD,),
        }
        again = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        assert Flag.HELD_BACK in lines(session, again)[people[0].id].findings

    def test_is_none_where_nothing_is_owed_or_a_payment_failed(self, session, team):
        make_people(session, team, 1)
        failed = enrolled(session, team, "One Whose Number Failed")
        run = make_run(session, team, "released")
        (payment,) = [one for one in payments(session, run) if one.person_id == failed.id]
        actions.take_results(session, team.releaser, run, results([(payment, "failed")], reason="AC04"))
        follow_up(session, team, until="draft")
        assert missed(session) == {}

    def test_that_was_paid_stays_paid(self, session, team):
        person = enrolled(session, team, pay="none")
        make_people(session, team, 1)
        make_run(session, team, "closed")
        actions.ask_cash_desk(session, team.finance, person)
        follow_up(session, team)
        with pytest.raises(IntegrityError), session.begin_nested():
            missed(session)[person.id].settled_run_id = None
            session.flush()


class TestOneWhoComesLate:
    def test_is_owed_the_months_that_went_out(self, session, team):
        make_people(session, team, 1)
        make_run(session, team, "closed")
        person = make_person(session, team.office, "Late On The List", arrived_on=date(2026, 11, 16))
        actions.enrol(session, team.finance, [person.id], team.policy)
        one = missed(session)[person.id]
        assert (one.reasons, one.amount, one.month) == ((Flag.ENROLLED_LATE,), rwf(BASE // 2), NOVEMBER)
        told = people_counts(session, Look(team.programme, NOVEMBER, clock.now()))
        assert (told["missed"], told["missed_reasons"]) == (1, {"enrolled_late": 1})
        actions.ask_cash_desk(session, team.finance, person)
        follow_up(session, team)
        assert still(session) == set()

    def test_between_submission_and_release_is_noted_with_the_run(self, session, team):
        make_people(session, team, 1)
        run = make_run(session, team, "approved")
        person = enrolled(session, team, "Late On The List")
        assert missed(session) == {}
        actions.release_run(session, team.releaser, run)
        assert missed(session)[person.id].reasons == (Flag.ENROLLED_LATE,)

    def test_is_not_told_of_who_was_on_the_list_of_the_month(self, session, team):
        """Whenever their enrolment was written: a follow-up lists only those whom it pays."""
        people = make_people(session, team, 2)
        other = enrolled(session, team, "No Payee", pay="none")
        run = make_run(session, team, "approved")
        actions.hold_back(session, team.finance, run, [people[0].id], reason="A doubt.")
        bring_on(session, team, run)
        session.execute(update(Enrolment).values(created_at=clock.now() + timedelta(days=1)))
        follow_up(session, team)
        assert missed(session)[other.id].reasons == (Flag.NO_PAYEE,)
        assert still(session) == {other.id}

    def test_of_whom_it_was_said_in_error_that_they_left_is_noted(self, session, team):
        make_people(session, team, 1)
        person = enrolled(session, team)
        mark_left(session, team.supervisor, person, kind=LeftKind.LEFT, on=date(2026, 10, 20))
        session.flush()
        make_run(session, team, "closed")
        assert missed(session) == {}
        undo_left(session, team.supervisor, person, reason="An error.")
        _days_changed(session, team.supervisor, person)
        assert missed(session)[person.id].reasons == (Flag.ENROLLED_LATE,)

    def test_of_whom_it_was_said_in_error_that_they_left_before_is_told_again(self, session, team):
        make_people(session, team, 1)
        make_run(session, team, "closed")
        person = enrolled(session, team, "Late On The List")
        person.left_on, person.left_kind = date(2026, 10, 20), LeftKind.LEFT
        _days_changed(session, team.supervisor, person)
        assert still(session) == set()
        person.left_on = person.left_kind = None
        _days_changed(session, team.supervisor, person)
        assert still(session) == {person.id}
        assert missed(session)[person.id].amount == rwf(BASE)

    def test_who_was_never_enrolled_misses_nothing(self, session, team):
        person = make_person(session, team.office, "Not Enrolled", arrived_on=date(2026, 11, 1))
        assert note_late(session, [person.id]) == 0


class TestACorrectedArrival:
    """A day of arrival that was mistyped: nothing is offered for days before the real one."""

    @pytest.fixture(autouse=True)
    def connected(self):
        wire()

    def correct(self, session, team, person, on):
        correct_arrival(session, team.supervisor, person, on=on, reason="Mistyped.")

    def test_takes_back_what_was_offered_for_the_days_before(self, session, team):
        make_people(session, team, 1)
        for month in (NOVEMBER - 1, NOVEMBER):
            make_run(session, team, "closed", month)
        person = enrolled(session, team, "Mistyped")
        assert len(missed_page(session, team.finance, clock.now(), None).rows) == 2
        self.correct(session, team, person, date(2026, 11, 16))
        rows = missed_page(session, team.finance, clock.now(), None).rows
        assert [(row.missed.month, row.missed.amount) for row in rows] == [(NOVEMBER, rwf(BASE // 2))]
        assert missed_today(session, team.finance, clock.now(), 5)[1] == 1
        enrolment = queries.live_enrolment(session, person.id)
        assert (enrolment.since, enrolment.state) == (date(2026, 11, 16), EnrolmentState.ACTIVE)
        session.commit()
        moved = next(one for one in audit.trail(session, limit=9) if one.kind is Kind.ENROLMENT_MOVED)
        assert moved.facts == {"since": "2026-11-16", "was": "2026-10-01"}

    def test_offers_the_days_that_were_forgotten(self, session, team):
        make_people(session, team, 1)
        make_run(session, team, "closed", NOVEMBER - 1)
        person = enrolled(session, team, "Forgotten", arrived_on=date(2026, 11, 2))
        assert still(session) == set()
        self.correct(session, team, person, date(2026, 10, 1))
        assert missed(session)[person.id].amount == rwf(BASE)

    def test_leaves_an_enrolment_that_was_paid_or_held_or_began_later(self, session, team):
        paid = make_people(session, team, 1)[0]
        make_run(session, team, "closed")
        held, later = enrolled(session, team, "Held"), enrolled(session, team, "Later")
        on_hold(session, team, held)
        queries.live_enrolment(session, later.id).since = date(2026, 11, 3)
        alone = make_person(session, team.office, "Not Enrolled", arrived_on=date(2026, 10, 1))
        for person in (paid, held, later, alone):
            self.correct(session, team, person, date(2026, 10, 5))
        began = [queries.live_enrolment(session, one.id).since for one in (paid, held, later)]
        assert began == [date(2026, 10, 1), date(2026, 10, 1), date(2026, 11, 3)]


class TestLookingAgain:
    def test_what_is_owed_is_worked_out_anew(self, session, team):
        make_people(session, team, 1)
        one, other = (enrolled(session, team, name, pay="none") for name in ("Selam Haile", "Boris Kovac"))
        make_run(session, team, "closed")
        one.left_on, one.left_kind = date(2026, 11, 15), LeftKind.LEFT
        session.flush()
        assert look_again(session) == 1
        assert missed(session)[one.id].amount == rwf(BASE // 2)
        enrolment = session.scalars(select(Enrolment).where(Enrolment.person_id == other.id)).one()
        last = date(2026, 9, 30)
        actions.end_enrolment(session, team.finance, enrolment, last_day=last, reason=EndReason.DUPLICATE_RECORD)
        gone = missed(session)[other.id]
        assert (gone.amount_minor, gone.settled_run_id) == (0, None)
        assert still(session) == {one.id}


class TestTheList:
    def test_is_narrowed_and_counted(self, session, team):
        make_people(session, team, 1)
        one, other = (enrolled(session, team, name, pay="none") for name in ("Selam Haile", "Boris Kovac"))
        on_hold(session, team, other)
        make_run(session, team, "closed")
        actions.ask_cash_desk(session, team.finance, one)

        def found(**narrowed):
            page = missed_page(session, team.finance, clock.now(), None, **narrowed)
            return {row.missed.person_id for row in page.rows}

        assert found() == {one.id, other.id}
        assert found(why=Flag.ON_HOLD) == {other.id}
        assert found(which=MissedFilter.READY) == {one.id}
        assert found(which=MissedFilter.NOT_YET) == {other.id}
        assert found(programme=team.programme.code, month=NOVEMBER) == {one.id, other.id}
        assert found(month=NOVEMBER + 1) == found(programme="NONE") == set()
        rows, count = missed_today(session, team.finance, clock.now(), 1)
        assert (len(rows), count) == (1, 2)
        assert missed_today(session, team.supervisor, clock.now(), 5)[1] == 2


class TestAMonthThatIsExpected:
    def test_is_explained_before_the_run_is_submitted_and_after_it_was_missed(self, session, team):
        person, other = enrolled(session, team), enrolled(session, team, "No Payee", pay="none")
        run = make_run(session, team)
        (month,) = expected_months(session, person)
        assert (month.month, month.amount, month.reasons, month.run) == (NOVEMBER, rwf(BASE), (), run)
        assert [line.amount for line in month.lines] == [rwf(BASE)]
        bring(session, team, run, "closed")
        assert expected_months(session, person) == []
        (month,) = expected_months(session, other)
        assert (month.amount, month.reasons) == (rwf(BASE), (Flag.NO_PAYEE,))


class TestDeathAfterFreezing:
    @pytest.fixture
    def people(self, session, team):
        return make_people(session, team, 4)

    @pytest.fixture
    def approved(self, session, team, people):
        return make_run(session, team, "approved")

    def test_lines_are_held_back_at_the_release_and_what_was_lived_is_owed(self, session, team, people, approved):
        for person, kind in ((people[0], LeftKind.DIED), (people[1], LeftKind.LEFT)):
            person.left_on, person.left_kind = date(2026, 11, 15), kind
        session.flush()
        stopped = {one.person_id: one.why for one in queries.stopped(session, approved)}
        assert stopped == {people[0].id: RunAct.STOP_DIED, people[1].id: RunAct.STOP_LEFT}
        actions.release_run(session, team.releaser, approved)
        states = {one.person_id: one.state for one in payments(session, approved)}
        assert [states[one.id] is PaymentState.CANCELLED for one in people] == [True, True, False, False]
        acts = [step.act for step in queries.history(session, approved)]
        assert acts[-3:] == [RunAct.STOP_DIED, RunAct.STOP_LEFT, RunAct.RELEASE]
        assert {one.reasons for one in missed(session).values()} == {(Flag.DIED,), (Flag.LEFT,)}
        again = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        died = lines(session, again)[people[0].id]
        assert (died.amount_minor, died.channel, died.status) == (BASE // 2, Channel.CASH_DESK, LineStatus.INCLUDED)
        bring(session, team, again, "approved")
        assert queries.stopped(session, again) == []  # now the approver has read it
        actions.release_run(session, team.releaser, again)
        assert still(session) == set()
        assert check(session) == []

    def test_who_left_after_the_month_is_paid_and_who_died_after_it_is_not(self, session, team, people, approved):
        people[0].left_on, people[0].left_kind = date(2026, 12, 2), LeftKind.LEFT
        people[1].left_on, people[1].left_kind = date(2026, 12, 2), LeftKind.DIED
        session.flush()
        assert [one.person_id for one in queries.stopped(session, approved)] == [people[1].id]

    def test_an_earlier_day_than_the_list_said_is_news(self, session, team):
        people = make_people(session, team, 2)
        people[0].left_on, people[0].left_kind = date(2026, 11, 20), LeftKind.LEFT
        session.flush()
        run = make_run(session, team, "approved")
        assert queries.stopped(session, run) == []
        people[0].left_on = date(2026, 11, 10)
        session.flush()
        assert [one.why for one in queries.stopped(session, run)] == [RunAct.STOP_LEFT]

    def test_a_death_says_more_than_a_hold(self, session, team, people, approved):
        on_hold(session, team, people[0])
        people[0].left_on, people[0].left_kind = date(2026, 11, 15), LeftKind.DIED
        session.flush()
        assert [(one.why, str(one.label)) for one in queries.stopped(session, approved)] == [(RunAct.STOP_DIED, "Died")]


class TestANumberThatFailed:
    @pytest.fixture
    def failed(self, session, team):
        def fail(reason):
            make_people(session, team, 1)
            person = enrolled(session, team, "One Whose Number Failed")
            run = make_run(session, team, "released")
            (payment,) = [one for one in payments(session, run) if one.person_id == person.id]
            actions.take_results(session, team.releaser, run, results([(payment, "failed")], reason=reason))
            return person

        return fail

    def follow(self, session, team, person):
        return lines(session, actions.build_follow_up(session, team.finance, team.programme, NOVEMBER))[person.id]

    def test_for_good_goes_out_again_only_when_somebody_says_why(self, session, team, failed):
        person = failed("number not registered")
        run = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        line = lines(session, run)[person.id]
        assert (line.status, line.findings) == (LineStatus.INCLUDED, (Flag.PAYEE_TO_CHECK,))
        with pytest.raises(ChecklistOpen):
            actions.submit_run(session, team.finance, run)
        actions.pay_at_desk(session, team.finance, run, [person.id])
        line = lines(session, run)[person.id]
        assert (line.status, line.channel, line.findings) == (LineStatus.INCLUDED, Channel.CASH_DESK, ())

    @pytest.mark.parametrize("reason", ["request timed out", ""])
    def test_for_a_while_goes_in(self, session, team, failed, reason):
        assert self.follow(session, team, failed(reason)).status is LineStatus.INCLUDED

    def test_and_was_confirmed_again_goes_in(self, session, team, failed):
        person = failed("AC04")
        actions.ask_cash_desk(session, team.finance, person)
        assert self.follow(session, team, person).status is LineStatus.INCLUDED

    def test_of_somebody_who_died_is_paid_at_the_desk(self, session, team, failed):
        person = failed("AC04")
        person.left_on, person.left_kind = date(2026, 11, 29), LeftKind.DIED
        session.flush()
        line = self.follow(session, team, person)
        assert (line.status, line.channel) == (LineStatus.INCLUDED, Channel.CASH_DESK)
        assert Flag.PAYEE_TO_CHECK not in line.findings

    def test_that_was_changed_rests_as_ever(self, session, team, failed):
        person = failed("AC04")
        wallet(session, team, person)
        assert self.follow(session, team, person).findings == (Flag.COOLING_OFF,)
