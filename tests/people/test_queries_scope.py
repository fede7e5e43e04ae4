"""Who sees whom: every query of people begins with what a right of the actor reaches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from receiver.access import MATRIX, OFFICE_BOUND, SYSTEM, Permission, Role
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id, new_reference
from receiver.people import queries
from receiver.people.rules import BatchState
from tests.factories.accounts import make_actor, make_office
from tests.factories.people import make_batch, make_household, make_person

PERMISSIONS = (
    Permission.PERSON_NAME,
    Permission.PERSON_LIST,
    Permission.PERSON_VIEW,
    Permission.PERSON_EDIT,
    Permission.DOCUMENT_REVEAL,
)


@pytest.fixture
def huye(session):
    return make_office(session, "Huye")


@pytest.fixture
def here(session, office):
    return make_person(session, office)


@pytest.fixture
def there(session, huye):
    return make_person(session, huye, "Omar Hassan")


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_its_offices_the_country_or_nobody(session, office, here, there, role):
    actor = make_actor(session, role, offices=[office] if role in OFFICE_BOUND else [])
    for permission in PERMISSIONS:
        seen = set(session.scalars(queries.visible_people(actor, permission)))
        if role not in MATRIX[permission]:
            assert seen == set()
        elif role in OFFICE_BOUND:
            assert seen == {here}
        else:
            assert seen == {here, there}


def test_a_caseworker_without_an_office_sees_nobody(session, actor, here):
    nowhere = replace(actor, offices=frozenset())
    assert list(session.scalars(queries.visible_people(nowhere, Permission.PERSON_VIEW))) == []
    assert list(session.scalars(queries.visible_batches(nowhere))) == []


def test_the_system_sees_everywhere_what_it_may(session, here, there):
    assert set(session.scalars(queries.visible_people(SYSTEM, Permission.PERSON_VIEW))) == {here, there}
    assert list(session.scalars(queries.visible_people(SYSTEM, Permission.DOCUMENT_REVEAL))) == []


def test_unknown_foreign_and_erased_are_told_alike(session, actor, office, here, there):
    assert queries.person_by_reference(session, actor, here.reference.lower(), Permission.PERSON_VIEW) is here
    erased = make_person(session, office, "Selam")
    erased.erased_at = erased.created_at
    session.flush()
    refusals = []
    for reference in (there.reference, erased.reference, new_reference("R"), "junk", ""):
        with pytest.raises(NotFound) as refused:
            queries.person_by_reference(session, actor, reference, Permission.PERSON_VIEW)
        refusals.append(refused.value.words)
    assert len(set(refusals)) == 1


def test_an_act_on_several_is_for_all_or_nobody(session, actor, office, here, there):
    other = make_person(session, office, "Dawit")
    found = queries.people_of(session, actor, Permission.PERSON_VIEW, [here.id, other.id, here.id])
    assert set(found) == {here, other}
    for foreign in (there.id, new_id()):
        with pytest.raises(NotFound):
            queries.people_of(session, actor, Permission.PERSON_VIEW, [here.id, foreign])
    ticked = queries.people_ticked(session, actor, Permission.PERSON_VIEW, [here.reference, other.reference])
    assert set(ticked) == {here, other}
    for foreign in (there.reference, "no-reference"):
        with pytest.raises(NotFound):
            queries.people_ticked(session, actor, Permission.PERSON_VIEW, [here.reference, foreign])
    assert queries.visible_ids(session, actor, Permission.PERSON_VIEW, [here.id, there.id]) == {here.id}


def test_cards_leave_the_erased_out(session, office, here):
    erased = make_person(session, office, "Selam")
    erased.erased_at = erased.created_at
    session.flush()
    cards = queries.people_cards(session, [here.id, erased.id])
    assert set(cards) == {here.id}
    card = cards[here.id]
    assert (card.reference, card.name, card.language, card.arrived_on) == (
        here.reference,
        "Selam Haile",
        "ti",
        here.arrived_on,
    )
    assert queries.PersonCard.of(make_person(session, office, languages=[])).language is None


def test_ids_come_in_parts_that_a_statement_holds(session, here):
    many = [new_id() for _each in range(4_500)]
    assert set(queries.people_cards(session, [*many, here.id])) == {here.id}
    assert [len(some) for some in queries.portions(range(5), 2)] == [2, 2, 1]
    assert list(queries.portions([])) == []


class TestBatches:
    def test_those_of_the_offices_only(self, session, actor, office, huye):
        mine, theirs = make_batch(session, office), make_batch(session, huye)
        assert list(session.scalars(queries.visible_batches(actor))) == [mine]
        assert queries.batch_by_slug(session, actor, mine.slug) is mine
        assert queries.batch_row(session, actor, mine.slug).batch is mine
        for slug in (theirs.slug, "2026-01-01-a"):
            with pytest.raises(NotFound):
                queries.batch_by_slug(session, actor, slug)
            with pytest.raises(NotFound):
                queries.batch_row(session, actor, slug)
        auditor = make_actor(session, Role.AUDITOR)
        assert list(session.scalars(queries.visible_batches(auditor))) == []
        assert set(session.scalars(queries.visible_batches(SYSTEM))) == {mine, theirs}

    def test_filters(self, session, actor, office, programme):
        announced = make_batch(session, office, programme)
        received = make_batch(session, office, state=BatchState.RECEIVED)

        def found(**filters):
            return set(session.scalars(queries.batches_page(actor, **filters)))

        assert found() == {announced, received}
        assert found(state=BatchState.RECEIVED) == {received}
        assert found(programme_id=programme.id) == {announced}
        assert found(office_id=office.id) == {announced, received}
        assert queries.open_batches(session, actor, Permission.PERSON_EDIT) == [announced]


class TestHouseholds:
    def test_found_by_those_who_see_a_member(self, session, actor, here, there):
        mine, theirs = make_household(session, here), make_household(session, there)
        find = queries.household_by_reference
        assert find(session, actor, mine.reference.lower(), Permission.PERSON_VIEW) is mine
        for reference in (theirs.reference, new_reference("HH")):
            with pytest.raises(NotFound):
                find(session, actor, reference, Permission.PERSON_VIEW)

    def test_counts(self, session, here, office):
        household = make_household(session, here, make_person(session, office, "Dawit"))
        assert queries.member_count(session, household.id) == 2
        assert queries.household_of(session, here) is household
        assert queries.household_of(session, make_person(session, office)) is None
