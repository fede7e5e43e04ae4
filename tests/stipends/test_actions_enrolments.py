from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from receiver.access import SYSTEM, Role, RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.people.actions import mark_left, undo_left
from receiver.people.rules import LeftKind
from receiver.stipends import queries
from receiver.stipends.actions import (
    Enrolled,
    end_enrolment,
    enrol,
    extend_hold,
    place_hold,
    release_hold,
)
from receiver.stipends.models import Hold
from receiver.stipends.queries.enrolments import closing_objections
from receiver.stipends.rules.enrolments import (
    EndReason,
    EndsBeforeStart,
    EnrolmentCannotMove,
    EnrolmentState,
    HoldEnded,
    HoldNeedsSecondPerson,
    HoldReason,
    NoticeInFuture,
    NoticeMissing,
    ReviewDateWrong,
)
from receiver.stipends.rules.runs import ReasonMissing
from tests.factories.accounts import make_actor, make_office
from tests.factories.people import make_person
from tests.factories.stipends import enrolled, make_team
from tests.stipends.records import last_record

ARRIVED = date(2026, 10, 1)
COLUMNS = [column.name for column in Hold.__table__.columns]


@pytest.fixture
def team(session):
    return make_team(session, funded=0)


@pytest.fixture
def today():
    return clock.today("Africa/Kigali")


@pytest.fixture
def selam(session, team):
    return enrolled(session, team)


def the_enrolment(session, person):
    return queries.enrolments_of(session, person.id)[0][0]


class TestEnrolment:
    def test_many_are_enrolled_from_their_arrival(self, session, team):
        early = make_person(session, team.office, arrived_on=date(2026, 9, 3))
        late = make_person(session, team.office, arrived_on=date(2026, 11, 3))
        awaited = make_person(session, team.office, arrived_on=None)
        gone = make_person(
            session, team.office, arrived_on=date(2026, 9, 3), left_on=date(2026, 9, 9), left_kind="left"
        )
        everyone = [early.id, late.id, awaited.id, gone.id]
        assert enrol(session, team.finance, everyone, team.policy) == Enrolled(new=2, already=0, absent=2)
        assert [the_enrolment(session, one).since for one in (early, late)] == [date(2026, 9, 3), date(2026, 11, 3)]
        assert last_record(session)["facts"] == {"people": 2, "already": 0, "since": None}
        assert enrol(session, team.finance, everyone, team.policy) == Enrolled(new=0, already=2, absent=2)

    def test_from_a_later_day_where_that_is_said(self, session, team):
        person = make_person(session, team.office, arrived_on=ARRIVED)
        enrol(session, team.finance, [person.id], team.policy, since=date(2026, 10, 15))
        assert the_enrolment(session, person).since == date(2026, 10, 15)
        other = make_person(session, team.office, arrived_on=ARRIVED)
        enrol(session, team.finance, [other.id], team.policy, since=date(2026, 1, 1))
        assert the_enrolment(session, other).since == ARRIVED

    def test_a_second_enrolment_begins_after_the_first(self, session, team, selam):
        last = date(2026, 10, 20)
        end_enrolment(session, team.finance, the_enrolment(session, selam), last_day=last, reason=EndReason.GOALS_MET)
        enrol(session, team.finance, [selam.id], team.policy)
        (new, policy), (old, _policy) = queries.enrolments_of(session, selam.id)
        assert (policy, new.since, old.until) == (team.policy, date(2026, 10, 21), last)

    def test_somebody_of_another_office_stops_it_for_all(self, session, team):
        reception = make_actor(session, Role.RECEPTION_OFFICER, offices=[make_office(session)])
        person = make_person(session, team.office)
        with pytest.raises(NotFound):
            enrol(session, reception, [person.id], team.policy)
        with pytest.raises(RoleNeeded):
            enrol(session, team.approver, [person.id], team.policy)

    def test_it_ends_once_with_a_reason(self, session, team, selam):
        enrolment = the_enrolment(session, selam)
        end_enrolment(session, team.finance, enrolment, last_day=date(2026, 11, 9), reason=EndReason.AT_OWN_WISH)
        assert (enrolment.state, enrolment.until) == (EnrolmentState.ENDED, date(2026, 11, 9))
        assert last_record(session)["facts"] == {"last_day": "2026-11-09", "end": "at_own_wish"}
        with pytest.raises(EnrolmentCannotMove):
            end_enrolment(session, team.finance, enrolment, last_day=date(2026, 11, 9), reason=EndReason.DIED)
        assert queries.live_enrolment(session, selam.id) is None

    def test_one_that_was_an_error_counts_no_day(self, session, team, selam):
        enrolment = the_enrolment(session, selam)
        day_before = enrolment.since - timedelta(days=1)
        with pytest.raises(EndsBeforeStart):
            reason = EndReason.DUPLICATE_RECORD
            end_enrolment(session, team.finance, enrolment, last_day=day_before - timedelta(days=1), reason=reason)
        end_enrolment(session, team.finance, enrolment, last_day=day_before, reason=EndReason.DUPLICATE_RECORD)
        assert enrolment.until == day_before

    def test_what_is_not_there_is_not_found(self, session, selam):
        with pytest.raises(NotFound):
            queries.enrolment_by_id(session, selam.id)


def hold(session, team, person, today, **more):
    given = {"reason": HoldReason.IDENTITY_IN_DOUBT, "review_on": today + timedelta(days=10), "notice_language": "ti"}
    return place_hold(session, team.supervisor, person, **(given | more))


class TestHold:
    def test_it_stops_the_enrolment_until_it_is_released(self, session, team, selam, today):
        placed = hold(session, team, selam, today)
        assert (placed.since, placed.notice_on, placed.placed_by) == (today, today, team.supervisor.user_id)
        assert the_enrolment(session, selam).state is EnrolmentState.ON_HOLD
        assert last_record(session)["facts"]["hold"] == "identity_in_doubt"
        release_hold(session, team.finance, placed, reason="She showed her passport.")
        assert (placed.until, placed.released_by) == (today, team.finance.user_id)
        assert the_enrolment(session, selam).state is EnrolmentState.ACTIVE
        assert last_record(session)["kind"] == Kind.HOLD_RELEASED
        with pytest.raises(HoldEnded):
            release_hold(session, team.finance, placed, reason="Again.")
        with pytest.raises(HoldEnded):
            extend_hold(session, team.finance, placed, review_on=today + timedelta(days=5), reason="Again.")

    def test_one_at_a_time(self, session, team, selam, today):
        hold(session, team, selam, today)
        with pytest.raises(EnrolmentCannotMove):
            hold(session, team, selam, today)
        with pytest.raises(IntegrityError), session.begin_nested():
            other = queries.holds_of(session, selam.id)[0]
            columns = {name: getattr(other, name) for name in COLUMNS if name != "id"}
            session.add(Hold(**columns))
            session.flush()

    @pytest.mark.parametrize(
        ("more", "refusal"),
        [
            ({"review": 0}, ReviewDateWrong),
            ({"review": 32}, ReviewDateWrong),
            ({"notice_language": " "}, NoticeMissing),
        ],
    )
    def test_never_without_review_and_notice(self, session, team, selam, today, more, refusal):
        if "review" in more:
            more = {"review_on": today + timedelta(days=more["review"])}
        with pytest.raises(refusal):
            hold(session, team, selam, today, **more)

    def test_only_of_somebody_in_a_policy_within_reach(self, session, team, selam, today):
        with pytest.raises(NotFound):
            hold(session, team, make_person(session, team.office), today)
        elsewhere = make_person(session, make_office(session))
        with pytest.raises(NotFound):
            hold(session, team, elsewhere, today)
        with pytest.raises(RoleNeeded):
            place_hold(
                session,
                team.approver,
                selam,
                reason=HoldReason.NOT_REACHED,
                review_on=today,
                notice_language="en",
            )
        with pytest.raises(RoleNeeded):
            place_hold(session, SYSTEM, selam, reason=HoldReason.NOT_REACHED, review_on=today, notice_language="en")

    def test_the_person_is_told_by_then(self, session, team, selam, today):
        with pytest.raises(NoticeInFuture):
            hold(session, team, selam, today, notice_on=today + timedelta(days=1))

    def test_it_is_looked_at_again_with_a_reason(self, session, team, selam, today):
        placed = hold(session, team, selam, today, notice_on=today - timedelta(days=1))
        with pytest.raises(ReasonMissing):
            extend_hold(session, team.supervisor, placed, review_on=today + timedelta(days=20), reason=" ")
        with pytest.raises(ReviewDateWrong):
            extend_hold(session, team.supervisor, placed, review_on=today + timedelta(days=50), reason="Waiting.")
        extend_hold(session, team.supervisor, placed, review_on=today + timedelta(days=20), reason="Waiting.")
        assert (placed.review_on, placed.notice_on) == (today + timedelta(days=20), today - timedelta(days=1))
        with pytest.raises(ReasonMissing):
            release_hold(session, team.supervisor, placed, reason="")

    def test_after_a_month_somebody_else_releases_it(self, session, team, selam, today):
        placed = hold(session, team, selam, today)
        old = {"since": today - timedelta(days=40), "placed_at": clock.now() - timedelta(days=40)}
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Hold).where(Hold.id == placed.id).values(**old))  # nobody backdates a hold
        session.expunge(placed)
        older = Hold(
            **{name: getattr(placed, name) for name in COLUMNS if name not in {*old, "id", "version"}},
            **old,
        )
        older.person_id = enrolled(session, team, "Somebody Else").id
        session.add(older)
        session.flush()
        with pytest.raises(HoldNeedsSecondPerson):
            release_hold(session, team.supervisor, older, reason="Found.")
        release_hold(session, team.finance, older, reason="Found.")
        assert older.until == today

    def test_it_outlives_the_enrolment(self, session, team, selam, today):
        placed = hold(session, team, selam, today)
        enrolment = the_enrolment(session, selam)
        end_enrolment(session, team.finance, enrolment, last_day=today, reason=EndReason.MOVED_ONWARD)
        release_hold(session, team.finance, placed, reason="Nothing to hold any more.")
        assert enrolment.state is EnrolmentState.ENDED

    def test_what_still_runs_or_stands_objects_to_closing_a_case(self, session, team, selam, today):
        said = lambda: [str(each.words) for each in closing_objections(session, selam.id)]  # noqa: E731
        assert said() == ["The stipend still runs. End the enrolment first."]
        hold = place_hold(
            session,
            team.supervisor,
            selam,
            reason=HoldReason.NUMBER_IN_DOUBT,
            review_on=today + timedelta(days=7),
            notice_language="ti",
        )
        assert said() == ["The stipend still runs. End the enrolment first.", "A hold on the stipend stands."]
        mark_left(session, team.supervisor, selam, kind=LeftKind.LEFT, on=today)
        assert said() == ["A hold on the stipend stands."]
        release_hold(session, team.supervisor, hold, reason="Settled.")
        assert said() == []
        undo_left(session, team.supervisor, selam, reason="An error.")
        end_enrolment(
            session,
            team.supervisor,
            queries.live_enrolment(session, selam.id),
            last_day=today,
            reason=EndReason.GOALS_MET,
        )
        assert said() == []

    def test_holds_are_seen_as_far_as_somebody_reaches(self, session, team, selam, today):
        placed = hold(session, team, selam, today)
        assert [row[0] for row in queries.standing_holds(session, team.supervisor)] == [placed]
        assert queries.hold_by_id(session, team.finance, placed.id) is placed
        elsewhere = make_actor(session, Role.SUPERVISOR, offices=[make_office(session)])
        assert queries.standing_holds(session, elsewhere) == []
        with pytest.raises(NotFound):
            queries.hold_by_id(session, elsewhere, placed.id)
