"""Batches are announced, filled, marked and moved, each with a record; for all who were chosen or for nobody."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from receiver import audit
from receiver.access import Role
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.partners.rules import ProgrammeClosed, ProgrammeFull, ProgrammeState
from receiver.people import actions, hooks, queries
from receiver.people.actions import Journey
from receiver.people.queries.households import Together, household_spans
from receiver.people.rules import (
    AlreadyHere,
    AlreadyLeft,
    ArrivalState,
    ArrivedBeforeProgramme,
    ArrivedInFuture,
    ArrivedTooEarly,
    BatchCannotMove,
    BatchState,
    LeftKind,
    PeopleInBatch,
    ReceivedTooEarly,
)
from tests.factories.accounts import make_office, make_user
from tests.factories.partners import make_programme
from tests.factories.people import make_batch, make_household, make_person

pytestmark = pytest.mark.usefixtures("alone")

DAY = date(2026, 11, 27)


@pytest.fixture
def arrived():
    """Who the hook told of: (reference, programme, caseworker)."""
    told = []
    hooks.PERSON_ARRIVED.connect(
        lambda _session, _actor, person, programme_id, caseworker_id: told.append(
            (person.reference, programme_id, caseworker_id)
        ),
        name="test",
    )
    yield told
    hooks.PERSON_ARRIVED.clear()


def announce(session, actor, programme, office, **more):
    return actions.announce_batch(
        session, actor, programme_id=programme.id, office_id=office.id, journey=Journey(DAY, **more)
    )


def expected(session, office, programme, number=2, **changes):
    people = [make_person(session, office, f"Selam {each}", arrived_on=None) for each in range(number)]
    batch = make_batch(session, office, programme, *people, **changes)
    return batch, [queries.arrival_in(session, batch.id, person.id) for person in people], people


def kinds(session, number=20):
    session.commit()
    return [entry.kind for entry in audit.trail(session, limit=number)]


class TestAnnouncing:
    def test_batches_of_a_day_are_lettered(self, session, actor, programme, office):
        made = [announce(session, actor, programme, office, origin="Tripoli", announced=40) for _each in range(3)]
        assert [batch.slug for batch in made] == ["2026-11-27-a", "2026-11-27-b", "2026-11-27-c"]
        assert (made[0].origin, made[0].announced, made[0].state) == ("Tripoli", 40, BatchState.ANNOUNCED)
        assert kinds(session, 3) == [Kind.BATCH_ANNOUNCED] * 3

    def test_a_letter_taken_at_this_moment_is_passed_over(self, session, actor, programme, office, monkeypatch):
        announce(session, actor, programme, office)
        monkeypatch.setattr("receiver.people.actions.arrivals._taken", lambda _session, _day: set())
        assert announce(session, actor, programme, office).slug == "2026-11-27-b"

    def test_another_fault_of_the_database_is_not_taken_for_a_name(self, session, actor, programme):
        with pytest.raises(IntegrityError):
            actions.announce_batch(session, actor, programme_id=programme.id, office_id=new_id(), journey=Journey(DAY))

    def test_more_than_the_arrangement_allows_is_refused(self, session, actor, office):
        small = make_programme(session, people_cap=10)
        with pytest.raises(ProgrammeFull):
            announce(session, actor, small, office, announced=11)
        ended = make_programme(session, state=ProgrammeState.ENDED)
        with pytest.raises(ProgrammeClosed):
            announce(session, actor, ended, office)


class TestChanging:
    def test_the_journey_changes_and_the_name_stays(self, session, actor, programme, office):
        batch = announce(session, actor, programme, office)
        later = Journey(date(2026, 11, 29), carrier="RW 702")
        actions.change_batch(session, actor, batch, programme_id=programme.id, office_id=office.id, journey=later)
        assert (batch.slug, batch.arrives_on, batch.carrier) == ("2026-11-27-a", date(2026, 11, 29), "RW 702")
        session.commit()
        assert audit.trail(session, limit=1)[0].facts == {"changed": ["arrives_on", "carrier"]}

    def test_programme_and_office_stay_once_people_are_in_it(self, session, actor, programme, office):
        other = make_programme(session)
        batch = announce(session, actor, programme, office)
        journey = Journey(DAY)
        actions.change_batch(session, actor, batch, programme_id=other.id, office_id=office.id, journey=journey)
        actions.add_arrival(session, actor, batch, make_person(session, office, arrived_on=None))
        with pytest.raises(PeopleInBatch):
            actions.change_batch(session, actor, batch, programme_id=programme.id, office_id=office.id, journey=journey)
        actions.change_batch(session, actor, batch, programme_id=other.id, office_id=office.id, journey=journey)


class TestMovingOn:
    def test_from_announced_to_received(self, session, actor, programme, office):
        batch, arrivals, _people = expected(session, office, programme, arrives_on=date(2026, 11, 19))
        actions.move_batch(session, actor, batch, BatchState.ARRIVED, on=date(2026, 11, 19))
        assert batch.arrived_on == date(2026, 11, 19)
        with pytest.raises(ReceivedTooEarly):
            actions.move_batch(session, actor, batch, BatchState.RECEIVED)
        ids = [arrival.id for arrival in arrivals]
        actions.mark_arrivals(session, actor, batch, ids, ArrivalState.NOT_ARRIVED)
        actions.move_batch(session, actor, batch, BatchState.RECEIVED)
        assert batch.state is BatchState.RECEIVED
        assert kinds(session, 1) == [Kind.BATCH_RECEIVED]
        with pytest.raises(BatchCannotMove):
            actions.move_batch(session, actor, batch, BatchState.ARRIVED)

    def test_it_arrives_today_unless_said_otherwise(self, session, actor, programme, office, today):
        batch = announce(session, actor, programme, office)
        with pytest.raises(ArrivedInFuture):
            actions.move_batch(session, actor, batch, BatchState.ARRIVED, on=DAY)
        actions.move_batch(session, actor, batch, BatchState.ARRIVED)
        assert batch.arrived_on == today


class TestAdding:
    def test_somebody_is_added_once(self, session, actor, programme, office):
        batch = announce(session, actor, programme, office)
        person = make_person(session, office, arrived_on=None)
        first = actions.add_arrival(session, actor, batch, person)
        assert actions.add_arrival(session, actor, batch, person) is first
        assert first.state is ArrivalState.EXPECTED
        assert kinds(session).count(Kind.ARRIVAL_ADDED) == 1

    def test_the_cap_counts_people_and_not_those_who_did_not_come(self, session, actor, office):
        small = make_programme(session, people_cap=2)
        batch, arrivals, _people = expected(session, office, small)
        with pytest.raises(ProgrammeFull):
            actions.add_arrival(session, actor, batch, make_person(session, office, arrived_on=None))
        actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.NOT_ARRIVED)
        actions.add_arrival(session, actor, batch, make_person(session, office, arrived_on=None))


class TestMarking:
    def test_who_is_met_is_here_and_gets_a_case(self, session, actor, programme, office, arrived):
        batch, arrivals, people = expected(session, office, programme, arrives_on=date(2026, 11, 18))
        worker = make_user(session, Role.CASEWORKER, offices=[office])
        actions.assign_caseworker(session, actor, batch, [arrivals[0].id], worker.id)
        assert actions.mark_arrivals(session, actor, batch, [each.id for each in arrivals], ArrivalState.MET) == 2
        assert [person.arrived_on for person in people] == [date(2026, 11, 18)] * 2
        assert (batch.state, batch.arrived_on) == (BatchState.ARRIVED, date(2026, 11, 18))
        assert arrived == [
            (people[0].reference, programme.id, worker.id),
            (people[1].reference, programme.id, None),
        ]
        session.commit()
        marked = [entry for entry in audit.trail(session, limit=20) if entry.kind is Kind.ARRIVAL_MARKED]
        assert {entry.person for entry in marked} == {person.id for person in people}
        assert {entry.facts["state"] for entry in marked} == {"met"}

    def test_the_case_opens_once(self, session, actor, programme, office, arrived):
        batch, arrivals, _people = expected(session, office, programme, 1)
        for state in (ArrivalState.HOSPITAL, ArrivalState.MET, ArrivalState.MET):
            actions.mark_arrivals(session, actor, batch, [arrivals[0].id], state, on=date(2026, 11, 19))
        assert len(arrived) == 1

    def test_the_day_may_be_said(self, session, actor, programme, office, arrived):
        batch, arrivals, people = expected(session, office, programme, 1, arrives_on=DAY)
        with pytest.raises(ArrivedInFuture):
            actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.MET, on=DAY)
        actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.MET, on=date(2026, 11, 17))
        assert people[0].arrived_on == date(2026, 11, 17)

    def test_a_mistyped_day_gives_back_no_pay(self, session, actor, programme, office, arrived):
        """Refused for all, unless the expected day of the batch is changed first."""
        batch, arrivals, people = expected(session, office, programme, 1, arrives_on=DAY)
        for wrong, told in ((date(2020, 1, 5), ArrivedBeforeProgramme), (date(2026, 1, 5), ArrivedTooEarly)):
            with pytest.raises(told):
                actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.MET, on=wrong)
            with pytest.raises(told):
                actions.move_batch(session, actor, batch, BatchState.ARRIVED, on=wrong)
        assert (people[0].arrived_on, batch.arrived_on, arrived) == (None, None, [])
        batch.arrives_on = date(2026, 1, 20)
        actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.MET, on=date(2026, 1, 5))
        assert people[0].arrived_on == date(2026, 1, 5)

    def test_who_did_not_come_needs_no_day(self, session, actor, office):
        later = make_programme(session, starts_on=date(2026, 11, 25))
        batch, arrivals, _people = expected(session, office, later, 1, arrives_on=DAY)
        actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.NOT_ARRIVED)
        assert arrivals[0].state is ArrivalState.NOT_ARRIVED

    def test_an_early_batch_arrives_today(self, session, actor, programme, office, arrived, today):
        batch, arrivals, people = expected(session, office, programme, 1, arrives_on=DAY)
        actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.MET)
        assert people[0].arrived_on == today

    @pytest.mark.parametrize("planned", [DAY, date(2026, 11, 12)])
    def test_a_household_lives_here_from_the_real_day(self, session, actor, programme, office, arrived, planned):
        """Whether the batch came before or after the planned day."""
        batch, arrivals, people = expected(session, office, programme, arrives_on=planned)
        household = make_household(session, *people, since=planned)
        day = date(2026, 11, 17)
        actions.mark_arrivals(session, actor, batch, [each.id for each in arrivals], ArrivalState.MET, on=day)
        assert {place.since for place, _person in queries.members_of(session, household.id)} == {day}
        spans = household_spans(session, [people[0].id], date(2026, 11, 1), date(2026, 11, 30))
        assert spans[people[0].id] == (Together(people[1].id, day, None),)
        session.commit()
        changed = [entry for entry in audit.trail(session, limit=20) if entry.kind is Kind.HOUSEHOLD_CHANGED]
        assert {entry.person for entry in changed} == {person.id for person in people}
        assert changed[0].facts == {"act": "arrived", "on": str(day), "was": str(planned)}

    def test_others_are_marked_without_a_case(self, session, actor, programme, office, arrived):
        batch, arrivals, people = expected(session, office, programme)
        for arrival, state in zip(arrivals, (ArrivalState.NOT_ARRIVED, ArrivalState.OTHER), strict=True):
            actions.mark_arrivals(session, actor, batch, [arrival.id], state)
        assert [person.arrived_on for person in people] == [None, None]
        assert (arrived, batch.state) == ([], BatchState.ANNOUNCED)

    def test_that_somebody_was_met_is_not_unsaid(self, session, actor, programme, office, arrived):
        batch, arrivals, people = expected(session, office, programme, 1)
        actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.MET)
        with pytest.raises(AlreadyHere, match=people[0].reference):
            actions.mark_arrivals(session, actor, batch, [arrivals[0].id], ArrivalState.NOT_ARRIVED)

    def test_who_has_left_is_not_met_again(self, session, actor, programme, office):
        person = make_person(session, office, left_on=date(2026, 11, 10), left_kind=LeftKind.LEFT)
        batch = make_batch(session, office, programme)
        arrival = actions.add_arrival(session, actor, batch, person)
        with pytest.raises(AlreadyLeft):
            actions.mark_arrivals(session, actor, batch, [arrival.id], ArrivalState.MET)

    def test_one_foreign_id_refuses_the_whole(self, session, actor, programme, office, arrived):
        batch, arrivals, people = expected(session, office, programme)
        _other_batch, others, _others = expected(session, office, programme)
        ids = [arrivals[0].id, others[0].id]
        worker = make_user(session, Role.CASEWORKER, offices=[office])
        for act in (
            lambda: actions.mark_arrivals(session, actor, batch, ids, ArrivalState.MET),
            lambda: actions.plan_arrivals(session, actor, batch, ids, room="12"),
            lambda: actions.assign_caseworker(session, actor, batch, ids, worker.id),
            lambda: actions.mark_arrivals(session, actor, batch, [new_id()], ArrivalState.MET),
        ):
            with pytest.raises(NotFound):
                act()
        assert (people[0].arrived_on, arrivals[0].room, arrivals[0].caseworker_id, arrived) == (None, "", None, [])

    def test_who_lives_under_another_office_now_is_foreign_too(self, session, actor, programme, office, arrived):
        batch, arrivals, people = expected(session, office, programme)
        people[0].office_id = make_office(session, "Huye").id
        ids = [arrival.id for arrival in arrivals]
        worker = make_user(session, Role.CASEWORKER, offices=[office])
        for act in (
            lambda: actions.mark_arrivals(session, actor, batch, ids, ArrivalState.MET),
            lambda: actions.plan_arrivals(session, actor, batch, ids, room="12"),
            lambda: actions.assign_caseworker(session, actor, batch, ids, worker.id),
        ):
            with pytest.raises(NotFound):
                act()
        assert actions.plan_arrivals(session, actor, batch, ids[1:], room="12") == 1
        assert ([each.room for each in arrivals], arrived) == (["", "12"], [])


class TestPlanning:
    def test_who_meets_and_where_they_sleep(self, session, actor, programme, office):
        batch, arrivals, _people = expected(session, office, programme)
        user = make_user(session, Role.CASEWORKER, offices=[office])
        ids = [arrival.id for arrival in arrivals]
        assert actions.plan_arrivals(session, actor, batch, ids, meets_id=user.id) == 2
        assert actions.plan_arrivals(session, actor, batch, ids[:1], room="12") == 1
        assert [(each.meets_id, each.room) for each in arrivals] == [(user.id, "12"), (user.id, "")]
        assert kinds(session, 2) == [Kind.ARRIVAL_PLANNED] * 2

    def test_a_caseworker_of_the_office_takes_over(self, session, supervisor, programme, office):
        told = []
        hooks.CASEWORKER_CHOSEN.connect(
            lambda _session, _actor, people, programme_id, user_id: told.append((list(people), programme_id, user_id)),
            name="test",
        )
        batch, arrivals, people = expected(session, office, programme)
        worker = make_user(session, Role.CASEWORKER, offices=[office])
        ids = [arrival.id for arrival in arrivals]
        actions.assign_caseworker(session, supervisor, batch, ids, worker.id)
        assert told == []
        actions.mark_arrivals(session, supervisor, batch, ids[:1], ArrivalState.MET)
        actions.assign_caseworker(session, supervisor, batch, ids, worker.id)
        assert told == [([people[0]], programme.id, worker.id)]
        hooks.CASEWORKER_CHOSEN.clear()

    def test_a_caseworker_of_another_office_cannot(self, session, supervisor, programme, office):
        batch, arrivals, _people = expected(session, office, programme)
        stranger = make_user(session, Role.CASEWORKER, offices=[make_office(session, "Huye")])
        for user in (stranger, make_user(session, Role.SUPERVISOR, offices=[office])):
            with pytest.raises(NotFound):
                actions.assign_caseworker(session, supervisor, batch, [arrivals[0].id], user.id)
