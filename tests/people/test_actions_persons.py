"""People are registered with their arrival, changed, and recorded as having left."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from receiver import audit
from receiver.audit import Kind
from receiver.kit.dates import PartialDate, Precision
from receiver.kit.ids import is_reference
from receiver.people import actions, hooks, queries
from receiver.people.actions import Speech
from receiver.people.models import NameKey
from receiver.people.rules import (
    AlreadyLeft,
    ArrivalState,
    ArrivedBeforeProgramme,
    ArrivedInFuture,
    ArrivedTooEarly,
    BatchState,
    Identity,
    LeftBeforeArrival,
    LeftKind,
    NameParts,
    Need,
    NotHereYet,
    Sex,
)
from tests.factories.people import ARRIVED, make_batch, make_household, make_person

pytestmark = pytest.mark.usefixtures("alone")

WHO = Identity(
    "محمد أحمد",
    name_latin="Mohamed Ahmed",
    sex=Sex.MALE,
    born=PartialDate(1990, precision=Precision.YEAR),
    nationality="SDN",
)
SPEECH = Speech(("ar", "en"), interpreter_needed=True, needs=(Need.INFANT, Need.DOCTOR), remark="Waits at gate 3")


@pytest.fixture
def batch(session, office, programme):
    return make_batch(session, office, programme, arrives_on=date(2026, 11, 19))


@pytest.fixture
def told():
    """Who the hooks told of."""
    heard = []
    hooks.PERSON_ARRIVED.connect(
        lambda _s, _a, person, programme, worker: heard.append((person.id, programme, worker)), name="test"
    )
    hooks.PERSON_LEFT.connect(lambda _s, _a, person: heard.append((person.id, person.left_on)), name="test")
    yield heard
    hooks.PERSON_ARRIVED.clear()
    hooks.PERSON_LEFT.clear()


def entries(session, number=20):
    session.commit()
    return audit.trail(session, limit=number)


class TestRegistering:
    def test_somebody_who_is_expected(self, session, actor, batch, office, told):
        person = actions.register_person(session, actor, batch, WHO, speech=SPEECH)
        assert is_reference(person.reference, "R")
        assert (person.office_id, person.full_name, person.arrived_on) == (office.id, "محمد أحمد", None)
        assert (person.birth_year, person.birth_month, person.birth_precision) == (1990, None, Precision.YEAR)
        assert person.languages == ["ar", "en"]
        assert queries.needs_of(session, [person]) == {person.id: (Need.DOCTOR, Need.INFANT)}
        assert queries.remark_of(session, person) == "Waits at gate 3"
        assert queries.arrival_in(session, batch.id, person.id).state is ArrivalState.EXPECTED
        assert told == []
        assert b"Waits" not in person.remark
        assert b"infant" not in person.needs

    def test_somebody_who_is_here(self, session, actor, batch, programme, told):
        person = actions.register_person(
            session, actor, batch, Identity("Selam"), arrived_on=date(2026, 11, 19), caseworker_id=actor.user_id
        )
        assert person.arrived_on == date(2026, 11, 19)
        assert queries.arrival_in(session, batch.id, person.id).state is ArrivalState.MET
        assert told == [(person.id, programme.id, actor.user_id)]
        assert (queries.remark_of(session, person), queries.needs_of(session, [person])) == ("", {})

    def test_nobody_arrives_tomorrow(self, session, actor, batch):
        with pytest.raises(ArrivedInFuture):
            actions.register_person(session, actor, batch, WHO, arrived_on=date(2026, 11, 21))

    def test_the_record_has_keyed_hashes_and_no_name(self, session, actor, batch):
        person = actions.register_person(session, actor, batch, WHO)
        registered = next(each for each in entries(session) if each.kind is Kind.PERSON_REGISTERED)
        assert (registered.subject, registered.person) == (person.reference, person.id)
        assert registered.facts["batch"] == batch.slug
        assert set(registered.facts["values"]) >= {"full_name", "birth_year"}
        assert "birth_day" not in registered.facts["values"]
        assert all(re.fullmatch("[0-9a-f]{32}", value) for value in registered.facts["values"].values())

    def test_a_reference_that_is_taken_is_drawn_again(self, session, actor, batch, monkeypatch):
        first = actions.register_person(session, actor, batch, WHO)
        drawn = iter([first.reference, "R-0000000"])
        monkeypatch.setattr("receiver.people.actions.persons.new_reference", lambda _prefix: next(drawn))
        assert actions.register_person(session, actor, batch, Identity("Selam")).reference == "R-0000000"

    def test_a_look_alike_is_noted_and_stops_nothing(self, session, actor, batch, office):
        born = PartialDate(1990, 3, 4)
        first = make_person(session, office, "Muhammad Ahmad", born=born, sex=Sex.MALE)
        second = actions.register_person(session, actor, batch, Identity("محمد أحمد", born=born))
        (pair,) = queries.pairs_of(session, actor, second)
        assert (pair.one, pair.other) == (second, first)
        assert pair.duplicate.reasons == ["name_alike", "birth", "other_script"]
        assert pair.duplicate.raised_by == actor.user_id
        assert Kind.DUPLICATE_FOUND in [each.kind for each in entries(session)]


class TestChanging:
    def test_the_new_name_is_found_and_the_old_is_not(self, session, actor, office):
        person = make_person(session, office, "Selam Haile")
        actions.change_identity(session, actor, person, Identity("Tesfaye Gebremedhin", sex=Sex.OTHER))
        keys = set(session.scalars(select(NameKey.key).where(NameKey.person_id == person.id)))
        assert "t:tesfaye" in keys
        assert not any("selam" in key for key in keys)
        assert (person.sex, person.birth_year, person.birth_precision) == (Sex.OTHER, None, Precision.UNKNOWN)
        changed = entries(session, 1)[0]
        assert changed.kind is Kind.PERSON_CHANGED
        assert set(changed.facts["values"]) >= {"full_name", "sex", "birth_year"}
        assert changed.facts["values"]["birth_year"][1] is None

    def test_somebody_is_found_by_the_parts_of_the_name_too(self, session, actor, office):
        person = make_person(session, office, "Abu Omar")
        actions.change_name_parts(session, actor, person, NameParts("Hassan", "Ali", family_name="Tikriti"))
        keys = set(session.scalars(select(NameKey.key).where(NameKey.person_id == person.id)))
        assert {"t:hassan", "t:ali", "t:tikriti"} <= keys
        changed = entries(session, 1)[0]
        assert changed.kind is Kind.PERSON_CHANGED
        assert set(changed.facts["values"]) == {"given_name", "father_name", "family_name"}
        before = len(entries(session))
        actions.change_name_parts(session, actor, person, NameParts("Hassan", "Ali", family_name="Tikriti"))
        assert len(entries(session)) == before

    def test_nothing_changed_is_nothing_recorded(self, session, actor, batch):
        person = actions.register_person(session, actor, batch, WHO, speech=SPEECH)
        before = len(entries(session))
        actions.change_identity(session, actor, person, WHO)
        actions.change_speech(session, actor, person, SPEECH)
        assert len(entries(session)) == before

    def test_languages_and_needs(self, session, actor, batch):
        person = actions.register_person(session, actor, batch, WHO, speech=SPEECH)
        actions.change_speech(session, actor, person, Speech(("ar",), needs=(), remark=""))
        assert (person.languages, person.interpreter_needed, person.needs, person.remark) == (["ar"], False, None, None)
        assert set(entries(session, 1)[0].facts["values"]) == {"languages", "interpreter_needed", "needs", "remark"}

    def test_a_change_may_bring_a_look_alike_up(self, session, actor, office):
        born = PartialDate(1990, 3, 4)
        make_person(session, office, "Mohamed Ahmed", born=born)
        person = make_person(session, office, "Selam Haile", born=born)
        actions.change_identity(session, actor, person, Identity("Mohamed Ahmed", born=born))
        assert queries.open_duplicates(session, [person.id]) == {person.id}


class TestArrivalDay:
    def test_it_is_corrected_with_a_reason(self, session, actor, office):
        person = make_person(session, office)
        actions.correct_arrival(session, actor, person, on=date(2026, 11, 4), reason="The plane landed after midnight")
        assert person.arrived_on == date(2026, 11, 4)
        entry = entries(session, 1)[0]
        assert entry.facts == {"arrived_on": "2026-11-04", "was": "2026-11-03"}
        assert entry.has_reason

    def test_it_lies_between_the_possible_days(self, session, actor, office):
        gone = make_person(session, office, left_on=date(2026, 11, 10), left_kind=LeftKind.LEFT)
        actions.correct_arrival(session, actor, gone, on=date(2026, 11, 10), reason="x")
        with pytest.raises(LeftBeforeArrival):
            actions.correct_arrival(session, actor, gone, on=date(2026, 11, 11), reason="x")
        with pytest.raises(ArrivedInFuture):
            actions.correct_arrival(session, actor, gone, on=date(2026, 11, 21), reason="x")
        with pytest.raises(NotHereYet):
            actions.correct_arrival(
                session, actor, make_person(session, office, arrived_on=None), on=ARRIVED, reason="x"
            )

    def test_what_was_derived_from_it_follows(self, session, actor, office, told):
        person, other = make_person(session, office), make_person(session, office, "Dawit")
        batch = make_batch(session, office, None, person, other, state=BatchState.ARRIVED)
        hooks.ARRIVAL_CORRECTED.connect(lambda _s, _a, who, was: told.append((who.arrived_on, was)), name="test")
        actions.correct_arrival(session, actor, person, on=date(2026, 11, 9), reason="Mistyped")
        actions.correct_arrival(session, actor, person, on=date(2026, 11, 9), reason="Sent twice")
        assert told == [(date(2026, 11, 9), ARRIVED)]
        assert batch.arrived_on == ARRIVED, "it is still the day of the other one"
        actions.correct_arrival(session, actor, other, on=date(2026, 11, 10), reason="Mistyped")
        assert batch.arrived_on == date(2026, 11, 9)
        assert Kind.BATCH_CHANGED in [entry.kind for entry in entries(session, 3)]

    def test_a_batch_whose_day_nobody_had_keeps_it(self, session, actor, office):
        person = make_person(session, office)
        batch = make_batch(session, office, None, person, state=BatchState.ARRIVED, arrives_on=date(2026, 11, 2))
        actions.correct_arrival(session, actor, person, on=date(2026, 11, 9), reason="Mistyped")
        assert batch.arrived_on == date(2026, 11, 2)

    def test_it_lies_near_the_day_of_the_batch_they_came_with(self, session, actor, office):
        person = make_person(session, office)
        make_batch(session, office, None, person)
        later = make_batch(session, office, None, arrives_on=date(2026, 11, 19))
        actions.add_arrival(session, actor, later, person)
        with pytest.raises(ArrivedTooEarly):
            actions.correct_arrival(session, actor, person, on=date(2026, 10, 2), reason="x")
        with pytest.raises(ArrivedBeforeProgramme):
            actions.correct_arrival(session, actor, person, on=date(2020, 1, 5), reason="x")
        actions.correct_arrival(session, actor, person, on=date(2026, 10, 3), reason="x")
        assert person.arrived_on == date(2026, 10, 3)


class TestLeaving:
    def test_somebody_left(self, session, actor, office, told):
        person = make_person(session, office)
        actions.mark_left(session, actor, person, kind=LeftKind.LEFT, on=date(2026, 11, 10), reason="Went to family")
        assert (person.left_on, person.left_kind) == (date(2026, 11, 10), LeftKind.LEFT)
        assert told == [(person.id, date(2026, 11, 10))]
        assert entries(session, 1)[0].facts == {"left": "left", "on": "2026-11-10"}
        with pytest.raises(AlreadyLeft):
            actions.mark_left(session, actor, person, kind=LeftKind.DIED, on=date(2026, 11, 10))

    def test_who_leaves_collects_for_nobody(self, session, actor, office):
        head, spouse = make_person(session, office), make_person(session, office, "Dawit")
        household = make_household(session, head, spouse)
        household.alternate_id = spouse.id
        actions.mark_left(session, actor, head, kind=LeftKind.DIED, on=date(2026, 11, 10))
        assert (household.collector_id, household.alternate_id) == (spouse.id, None)
        assert Kind.COLLECTOR_CHANGED in [each.kind for each in entries(session)]

    def test_an_error_is_taken_back(self, session, actor, office, told):
        person = make_person(session, office)
        actions.undo_left(session, actor, person, reason="x")
        actions.mark_left(session, actor, person, kind=LeftKind.LEFT, on=date(2026, 11, 10))
        actions.undo_left(session, actor, person, reason="Another person of this name")
        assert (person.left_on, person.left_kind) == (None, None)
        assert told == [(person.id, date(2026, 11, 10)), (person.id, None)]
        assert [each.kind for each in entries(session, 2)] == [Kind.PERSON_LEFT_UNDONE, Kind.PERSON_LEFT]

    @pytest.mark.parametrize(
        ("arrived", "on", "refused"),
        [(None, ARRIVED, NotHereYet), (ARRIVED, date(2026, 11, 2), LeftBeforeArrival)],
    )
    def test_impossible_days_are_refused(self, session, actor, office, arrived, on, refused):
        person = make_person(session, office, arrived_on=arrived)
        with pytest.raises(refused):
            actions.mark_left(session, actor, person, kind=LeftKind.LEFT, on=on)
