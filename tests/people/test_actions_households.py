"""Households are begun, joined and left, and somebody collects for them."""

from __future__ import annotations

from datetime import date

import pytest

from receiver import audit
from receiver.audit import Kind
from receiver.kit.ids import is_reference
from receiver.people import actions, queries
from receiver.people.rules import (
    CollectorOutsideHousehold,
    LeftKind,
    LivesInHousehold,
    MovedInAfterwards,
    NotInHousehold,
    OtherOffice,
    Relationship,
)
from tests.factories.accounts import make_office
from tests.factories.people import ARRIVED, make_household, make_person

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def head(session, office):
    return make_person(session, office)


@pytest.fixture
def child(session, office):
    return make_person(session, office, "Dawit")


def entries(session, number=20):
    session.commit()
    return audit.trail(session, limit=number)


def test_it_begins_with_its_head_who_collects(session, actor, head):
    household = actions.begin_household(session, actor, head, since=ARRIVED)
    assert is_reference(household.reference, "HH")
    assert household.collector_id == head.id
    ((place, person),) = queries.members_of(session, household.id)
    assert (person, place.relationship, place.since) == (head, Relationship.HEAD, ARRIVED)
    assert entries(session, 1)[0].facts == {"act": "joined", "relationship": "head", "on": "2026-11-03"}
    with pytest.raises(LivesInHousehold):
        actions.begin_household(session, actor, head, since=ARRIVED)


def test_a_reference_that_is_taken_is_drawn_again(session, actor, head, child, monkeypatch):
    taken = make_household(session, head)
    drawn = iter([taken.reference, "HH-0000000"])
    monkeypatch.setattr("receiver.people.actions.households.new_reference", lambda _prefix: next(drawn))
    assert actions.begin_household(session, actor, child, since=ARRIVED).reference == "HH-0000000"


def test_others_move_in_once(session, actor, head, child):
    household = make_household(session, head)
    actions.join_household(session, actor, household, child, relationship=Relationship.CHILD, since=ARRIVED)
    assert [person for _place, person in queries.members_of(session, household.id)] == [head, child]
    with pytest.raises(LivesInHousehold, match=child.reference):
        actions.join_household(session, actor, household, child, relationship=Relationship.CHILD, since=ARRIVED)


def test_it_lives_in_one_place(session, actor, head):
    stranger = make_person(session, make_office(session, "Huye"))
    with pytest.raises(OtherOffice, match=stranger.reference):
        actions.join_household(
            session, actor, make_household(session, head), stranger, relationship=Relationship.SPOUSE, since=ARRIVED
        )


def test_a_relationship_is_corrected(session, actor, head, child):
    household = make_household(session, head, child)
    actions.change_member(session, actor, household, child, relationship=Relationship.SIBLING)
    assert queries.members_of(session, household.id)[1][0].relationship is Relationship.SIBLING
    assert entries(session, 1)[0].facts == {"act": "related", "relationship": "sibling"}


class TestMovingOut:
    def test_the_place_is_kept_for_the_past(self, session, actor, head, child):
        household = make_household(session, head, child)
        actions.leave_household(session, actor, household, child, on=date(2026, 11, 10))
        assert [person for _place, person in queries.members_of(session, household.id)] == [head]
        assert queries.household_sizes(session, [head.id], date(2026, 11, 10)) == {head.id: 2}
        assert queries.household_sizes(session, [head.id], date(2026, 11, 11)) == {head.id: 1}
        with pytest.raises(NotInHousehold):
            actions.leave_household(session, actor, household, child, on=date(2026, 11, 10))
        with pytest.raises(NotInHousehold):
            actions.change_member(session, actor, household, child, relationship=Relationship.CHILD)
        actions.join_household(
            session, actor, household, child, relationship=Relationship.CHILD, since=date(2026, 11, 15)
        )

    def test_on_the_first_day_it_was_an_error(self, session, actor, head, child):
        household = make_household(session, head, child)
        actions.leave_household(session, actor, household, child, on=ARRIVED)
        assert queries.household_sizes(session, [head.id], ARRIVED) == {head.id: 1}

    def test_not_before_moving_in(self, session, actor, head):
        household = make_household(session, head)
        with pytest.raises(MovedInAfterwards):
            actions.leave_household(session, actor, household, head, on=date(2026, 11, 2))

    def test_the_alternate_takes_over(self, session, actor, head, child):
        household = make_household(session, head, child)
        household.alternate_id = child.id
        actions.leave_household(session, actor, household, head, on=date(2026, 11, 10))
        assert (household.collector_id, household.alternate_id) == (child.id, None)
        assert entries(session, 1)[0].kind is Kind.COLLECTOR_CHANGED

    def test_an_alternate_who_leaves_is_replaced_by_nobody(self, session, actor, head, child):
        household = make_household(session, head, child)
        household.alternate_id = child.id
        actions.leave_household(session, actor, household, child, on=date(2026, 11, 10))
        assert (household.collector_id, household.alternate_id) == (head.id, None)


class TestCollecting:
    def test_two_members_are_chosen(self, session, actor, head, child):
        household = make_household(session, head, child)
        actions.set_collectors(session, actor, household, collector_id=child.id, alternate_id=head.id)
        assert entries(session, 1)[0].facts == {"collector": str(child.id), "alternate": str(head.id)}
        both = queries.collectors(session, [head.id, child.id])
        assert both[head.id] == both[child.id]
        assert (both[head.id].collector.id, both[head.id].alternate.id) == (child.id, head.id)

    def test_nobody_may_be_chosen(self, session, actor, head):
        household = make_household(session, head)
        actions.set_collectors(session, actor, household, collector_id=None, alternate_id=None)
        assert queries.collectors(session, [head.id])[head.id].collector is None

    def test_not_from_outside_and_not_who_has_gone(self, session, actor, office, head, child):
        household = make_household(session, head, child)
        stranger = make_person(session, office, "Omar")
        with pytest.raises(CollectorOutsideHousehold):
            actions.set_collectors(session, actor, household, collector_id=stranger.id, alternate_id=None)
        child.left_on, child.left_kind = date(2026, 11, 10), LeftKind.LEFT
        with pytest.raises(CollectorOutsideHousehold):
            actions.set_collectors(session, actor, household, collector_id=child.id, alternate_id=None)


def test_a_stay_that_lies_ahead_never_begins(session, actor, head, child):
    household = make_household(session, head, child, since=date(2026, 11, 30))
    actions.leave_household(session, actor, household, child)
    assert [person for _place, person in queries.members_of(session, household.id)] == [head]


def test_places_that_began_on_the_arrival_are_corrected_with_it(session, actor, head, child):
    earlier = make_household(session, child, since=ARRIVED)
    actions.leave_household(session, actor, earlier, child, on=date(2026, 11, 5))
    household = make_household(session, head, since=ARRIVED)
    actions.join_household(session, actor, household, child, relationship=Relationship.CHILD, since=date(2026, 11, 5))
    for person in (head, child):
        actions.correct_arrival(session, actor, person, on=date(2026, 11, 2), reason="x")
    assert [place.since for place, _person in queries.members_of(session, household.id)] == [
        date(2026, 11, 2),
        date(2026, 11, 5),
    ]
