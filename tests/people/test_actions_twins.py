"""Look-alikes are noted once, decided once, and by someone else where a second pair of eyes is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from receiver import audit
from receiver.access import Permission, Role
from receiver.audit import Kind
from receiver.kit.dates import PartialDate
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.people import actions, queries
from receiver.people.actions import Paper
from receiver.people.rules import AlreadyDecided, DocumentKind, DuplicateState, SecondPairOfEyes
from tests.factories.accounts import make_actor, make_office
from tests.factories.people import make_person

BORN = PartialDate(1990, 3, 4)


def twins(session, office, other_office=None):
    return (
        make_person(session, office, "Mohamed Ahmed", born=BORN),
        make_person(session, other_office or office, "Muhammad Ahmad", born=BORN),
    )


def noted(session, actor, person):
    (duplicate,) = actions.look_again(session, actor, person)
    return duplicate


def test_a_pair_is_noted_once_whoever_looks(session, actor, office):
    one, other = twins(session, office)
    first = noted(session, actor, one)
    assert noted(session, actor, other) is first
    assert first.a_id < first.b_id
    assert queries.open_duplicates(session, None) == {one.id, other.id}
    session.commit()
    assert [each.kind for each in audit.trail(session, limit=5)].count(Kind.DUPLICATE_FOUND) == 1


def test_reasons_are_kept_fresh_while_it_is_open(session, actor, office):
    one, other = twins(session, office)
    duplicate = noted(session, actor, one)
    actions.add_document(session, actor, one, Paper(DocumentKind.PASSPORT, "AB123456"))
    actions.add_document(session, actor, other, Paper(DocumentKind.PASSPORT, "AB123456"))
    assert (duplicate.reasons[0], duplicate.score) == ("document", 100)


def test_two_people_stay_two_people(session, actor, office):
    one, other = twins(session, office)
    duplicate = noted(session, actor, one)
    actions.decide_duplicate(session, actor, one, duplicate, same=False, reason="They stood side by side")
    assert (duplicate.state, duplicate.decided_by) == (DuplicateState.DIFFERENT, actor.user_id)
    assert queries.open_duplicates(session, [one.id, other.id]) == set()
    assert actions.look_again(session, actor, other) == []
    session.commit()
    entry = audit.trail(session, limit=1)[0]
    assert (entry.kind, entry.facts["decided"], entry.has_reason) == (Kind.DUPLICATE_DECIDED, "different", True)


def test_one_person_is_said_by_somebody_else_and_stays_marked(session, actor, supervisor, office):
    one, other = twins(session, office)
    duplicate = noted(session, actor, one)
    with pytest.raises(SecondPairOfEyes):
        actions.decide_duplicate(session, actor, one, duplicate, same=True)
    actions.decide_duplicate(session, supervisor, one, duplicate, same=True)
    assert duplicate.state is DuplicateState.SAME
    assert queries.open_duplicates(session, [one.id, other.id]) == {one.id, other.id}
    with pytest.raises(AlreadyDecided):
        actions.decide_duplicate(session, supervisor, one, duplicate, same=False)


class TestWhoSees:
    def test_a_pair_over_two_offices_is_seen_by_those_of_both(self, session, actor, office):
        huye = make_office(session, "Huye")
        here, there = twins(session, office, huye)
        duplicate = noted(session, actor, here)
        assert queries.open_duplicates(session, [here.id, there.id]) == {here.id, there.id}
        assert queries.pairs_of(session, actor, here) == []
        with pytest.raises(NotFound):
            queries.pair_of(session, actor, here, duplicate.id)
        both = make_actor(session, Role.SUPERVISOR, offices=[office, huye])
        pair = queries.pair_of(session, both, here, duplicate.id)
        assert (pair.one, pair.other) == (here, there)
        assert queries.pairs_of(session, both, there)[0].other == here
        assert session.execute(queries.visible_pairs(actor)).all() == []
        assert len(session.execute(queries.visible_pairs(both)).all()) == 1

    def test_a_pair_belongs_to_its_two_people(self, session, actor, office):
        one, _other = twins(session, office)
        duplicate = noted(session, actor, one)
        with pytest.raises(NotFound):
            queries.pair_of(session, actor, make_person(session, office, "Omar"), duplicate.id)
        with pytest.raises(NotFound):
            queries.pair_of(session, actor, one, new_id())


class TestLookingFor:
    def test_among_the_visible_only_when_asked(self, session, actor, office):
        here, there = twins(session, office, make_office(session, "Huye"))
        trait = queries.traits_of(session, [here])[here.id]
        assert [each.other for each in queries.look_alikes(session, trait)] == [there.id]
        among = queries.visible_people(actor, Permission.PERSON_VIEW)
        assert queries.look_alikes(session, trait, among) == []

    def test_the_erased_are_nobody(self, session, office):
        one, other = twins(session, office)
        other.erased_at = other.created_at
        trait = queries.traits_of(session, [one])[one.id]
        assert queries.look_alikes(session, trait) == []

    def test_without_a_year_or_number_nobody_is_asked_about(self, session, office):
        one, _other = twins(session, office)
        trait = queries.traits_of(session, [one])[one.id]
        assert queries.look_alikes(session, replace(trait, birth=(None, None, None))) == []
        assert queries.look_alikes(session, replace(trait, names=())) == []

    def test_a_birth_year_far_away_is_somebody_else(self, session, office):
        one = make_person(session, office, "Mohamed Ahmed", born=BORN)
        make_person(session, office, "Mohamed Ahmed", born=PartialDate(1996, 3, 4))
        assert queries.look_alikes(session, queries.traits_of(session, [one])[one.id]) == []

    def test_the_likest_comes_first(self, session, actor, office):
        one, alike = twins(session, office)
        same = make_person(session, office, "Ahmed Mohamed", born=BORN, arrived_on=date(2026, 11, 4))
        found = queries.look_alikes(session, queries.traits_of(session, [one])[one.id])
        assert [each.other for each in found] == [same.id, alike.id]
