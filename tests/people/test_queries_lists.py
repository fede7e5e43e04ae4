"""Households over time, rows of batches and of people in them."""

from __future__ import annotations

from datetime import date

import pytest

from receiver.access import Permission, Role
from receiver.people import actions, queries
from receiver.people.actions import Speech, Way
from receiver.people.models import Arrival
from receiver.people.rules import ArrivalState, BatchState, ContactKind, LeftKind, Need
from tests.factories.accounts import make_actor, make_office, make_user
from tests.factories.people import make_batch, make_household, make_person

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def day(number):
    return date(2026, 11, number)


class TestHouseholdSpans:
    @pytest.mark.parametrize(
        ("moved_in", "moved_out", "arrived", "left", "expected"),
        [
            (day(3), None, day(3), None, (day(3), None)),
            (day(3), None, day(10), None, (day(10), None)),
            (day(12), None, day(3), None, (day(12), None)),
            (day(3), day(20), day(3), None, (day(3), day(20))),
            (day(3), day(20), day(3), day(15), (day(3), day(15))),
            (day(3), None, None, None, None),
            (day(3), None, date(2026, 12, 1), None, None),
            (date(2026, 9, 1), date(2026, 10, 31), date(2026, 9, 1), None, None),
            (date(2026, 9, 1), date(2026, 11, 1), date(2026, 9, 1), None, (day(3), day(1))),
        ],
    )
    def test_the_days_of_another_member(self, session, office, moved_in, moved_out, arrived, left, expected):
        head = make_person(session, office)
        household = make_household(session, head)
        kind = LeftKind.LEFT if left else None
        other = make_person(session, office, "Dawit", arrived_on=arrived, left_on=left, left_kind=kind)
        place = make_household(session, other, since=moved_in)
        (member, _person) = queries.members_of(session, place.id)[0]
        member.household_id, member.until = household.id, moved_out
        session.flush()
        spans = queries.household_spans(session, [head.id, other.id], *NOVEMBER)
        if expected is None or (expected[1] and expected[1] < expected[0]):
            assert head.id not in spans
        else:
            assert spans[head.id] == (queries.Together(other.id, *expected),)

    def test_sizes(self, session, office):
        head, child, alone = (make_person(session, office, name) for name in ("Selam", "Dawit", "Omar"))
        household = make_household(session, head, child)
        baby = make_person(session, office, "Ruth", arrived_on=day(10))
        actions.join_household(session, make_actor(session), household, baby, relationship="child", since=day(10))
        ids = [head.id, child.id, baby.id, alone.id]
        assert list(queries.household_sizes(session, ids, day(9)).values()) == [2, 2, 1, 1]
        assert list(queries.household_sizes(session, ids, day(10)).values()) == [3, 3, 3, 1]
        assert list(queries.household_sizes(session, ids, day(2)).values()) == [1, 1, 1, 1]

    def test_who_collects_for_whom(self, session, office):
        head, child, alone = (make_person(session, office, name) for name in ("Selam", "Dawit", "Omar"))
        household = make_household(session, head, child)
        found = queries.collectors(session, [child.id, alone.id])
        assert set(found) == {child.id}
        assert (found[child.id].household, found[child.id].collector.id, found[child.id].alternate) == (
            household.reference,
            head.id,
            None,
        )
        assert queries.collects_for(session, head.id) == [household]
        assert queries.collects_for(session, child.id) == []


class TestBatchRows:
    def test_names_and_numbers(self, session, actor, office, programme):
        here, coming = make_person(session, office), make_person(session, office, "Dawit", arrived_on=None)
        batch = make_batch(session, office, programme, here, coming)
        empty = make_batch(session, office, programme, arrives_on=day(2))
        rows = queries.batch_rows(session, queries.batches_page(actor).order_by("arrives_on"))
        assert [row.batch for row in rows] == [empty, batch]
        assert (rows[1].programme, rows[1].programme_code, rows[1].office) == (
            programme.name,
            programme.code,
            office.name,
        )
        assert rows[1].counts == {ArrivalState.MET: 1, ArrivalState.EXPECTED: 1}
        assert (rows[0].people, rows[1].people) == (0, 2)
        assert queries.expected_in(session, batch.id) == 1
        assert queries.people_under(session, programme.id) == 2

    def test_people_of_a_batch(self, session, actor, office, programme):
        user = make_user(session, Role.RECEPTION_OFFICER, offices=[office], name="Aline")
        worker = make_user(session, Role.CASEWORKER, offices=[office], name="Eric")
        person = make_person(session, office, arrived_on=None)
        other = make_person(session, office, "Dawit", arrived_on=None)
        actions.change_speech(session, actor, person, Speech(("ti",), needs=(Need.INFANT,)))
        batch = make_batch(session, office, programme, person, other)
        arrival = queries.arrival_in(session, batch.id, person.id)
        actions.plan_arrivals(session, actor, batch, [arrival.id], meets_id=user.id, room="12")
        actions.assign_caseworker(session, actor, batch, [arrival.id], worker.id)
        rows = queries.arrival_rows(session, queries.arrivals_page(actor, batch.id).order_by(Arrival.id))
        assert [(row.person, row.meets, row.caseworker, row.needs) for row in rows] == [
            (person, "Aline", "Eric", (Need.INFANT,)),
            (other, None, None, ()),
        ]

        def found(**filters):
            return [
                row.person for row in queries.arrival_rows(session, queries.arrivals_page(actor, batch.id, **filters))
            ]

        assert found(state=ArrivalState.MET) == []
        assert found(meets_id=user.id) == [person]
        assert queries.company_of(session, [batch.id]) == {batch.id: queries.Company(("ti",), ("Aline",))}

    def test_the_languages_of_a_batch_the_most_frequent_first(self, session, office, programme):
        people = [
            make_person(session, office, languages=spoken) for spoken in (["ar"], ["ti", "ar"], ["ti"], [], ["am"])
        ]
        batch = make_batch(session, office, programme, *people)
        assert queries.company_of(session, [batch.id]) == {batch.id: queries.Company(("ti", "am", "ar"))}

    def test_the_batches_of_a_person(self, session, office, programme):
        person = make_person(session, office)
        first = make_batch(session, office, programme, person)
        later = make_batch(session, office, None, person, arrives_on=day(20))
        assert [batch for _arrival, batch in queries.arrivals_of_person(session, person.id)] == [later, first]
        assert queries.programme_ids_of(session, [person.id]) == {person.id: later.programme_id}

    def test_who_arrives_soon(self, session, actor, office, programme):
        overdue = make_batch(session, office, programme, arrives_on=day(1))
        soon = make_batch(session, office, programme, arrives_on=day(27))
        make_batch(session, office, programme, arrives_on=day(28))
        make_batch(session, office, programme, arrives_on=day(20), state=BatchState.ARRIVED)
        make_batch(session, make_office(session, "Huye"), programme, arrives_on=day(20))
        assert set(session.scalars(queries.soon_arriving(actor, day(27)))) == {overdue, soon}


class TestWays:
    def test_masked_with_others_who_have_the_same(self, session, actor, office):
        person, sister = make_person(session, office), make_person(session, office, "Ruth")
        abroad = make_person(session, make_office(session, "Huye"), "Omar")
        for one in (person, sister, abroad):
            actions.add_way(session, actor, one, Way(ContactKind.PHONE, "0788 123 456"))
        actions.add_way(session, actor, person, Way(ContactKind.ADDRESS, "KG 11 Ave"))
        rows = queries.way_rows(session, actor, Permission.PERSON_VIEW, person)
        assert [(row.way.kind, row.tail, row.others) for row in rows] == [
            (ContactKind.PHONE, "456", 1),
            (ContactKind.ADDRESS, "", 0),
        ]
        assert queries.way_rows(session, actor, Permission.PERSON_VIEW, make_person(session, office)) == []
