"""Contacts and documents are sealed, found by the whole number, and opened only with a record."""

from __future__ import annotations

from datetime import date

import pytest

from receiver import audit
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.people import actions, queries
from receiver.people.actions import Paper, Way
from receiver.people.rules import ContactKind, DocumentKind, NoDocumentNumber
from tests.factories.people import make_batch, make_person

PHONE = Way(ContactKind.PHONE, "0788 123 456", note="after six", safe_to_call=True)


@pytest.fixture
def person(session, office):
    return make_person(session, office)


def entries(session, number=20):
    session.commit()
    return audit.trail(session, limit=number)


class TestWays:
    def test_it_is_sealed_and_the_first_is_the_main_one(self, session, actor, person):
        way = actions.add_way(session, actor, person, PHONE)
        second = actions.add_way(session, actor, person, Way(ContactKind.ADDRESS, "KG 11 Ave, Kigali"))
        assert (way.main, second.main) == (True, False)
        assert b"0788 123 456" not in way.value
        assert (queries.value_of(session, way), queries.note_of(session, way)) == ("0788 123 456", "after six")
        assert queries.note_of(session, second) == ""
        entry = entries(session, 1)[0]
        assert (entry.kind, entry.facts["act"], entry.facts["way_kind"]) == (Kind.CONTACT_CHANGED, "added", "address")
        assert "KG 11" not in str(entry.facts)

    def test_one_is_the_main_one(self, session, actor, person):
        first = actions.add_way(session, actor, person, PHONE)
        second = actions.add_way(session, actor, person, Way(ContactKind.EMAIL, "s@example.org", main=True))
        assert (first.main, second.main) == (False, True)
        actions.change_way(session, actor, person, first, Way(ContactKind.PHONE, "", main=True))
        assert (first.main, second.main) == (True, False)
        actions.remove_way(session, actor, person, first)
        assert queries.ways_of(session, person) == [second]
        assert second.main
        actions.remove_way(session, actor, person, second)
        assert queries.ways_of(session, person) == []

    def test_one_that_is_not_main_goes_quietly(self, session, actor, person):
        first = actions.add_way(session, actor, person, PHONE)
        actions.remove_way(session, actor, person, actions.add_way(session, actor, person, PHONE))
        assert [way.main for way in queries.ways_of(session, person)] == [True]
        assert first.main

    def test_an_empty_value_leaves_the_number(self, session, actor, person):
        way = actions.add_way(session, actor, person, PHONE)
        actions.change_way(session, actor, person, way, Way(ContactKind.PHONE, "", safe_to_text=True, shared=True))
        assert queries.value_of(session, way) == "0788 123 456"
        assert (way.safe_to_call, way.safe_to_text, way.shared, way.note) == (False, True, True, None)
        actions.change_way(session, actor, person, way, Way(ContactKind.PHONE, "0788 999 999"))
        assert queries.value_of(session, way) == "0788 999 999"

    def test_opening_is_recorded(self, session, actor, person):
        way = actions.add_way(session, actor, person, PHONE)
        assert actions.reveal_ways(session, actor, person) == {way.id: ("0788 123 456", "after six")}
        entry = entries(session, 1)[0]
        assert (entry.kind, entry.person, entry.facts) == (Kind.CONTACT_REVEALED, person.id, {"ways": 1})

    def test_a_way_of_somebody_else_is_not_found(self, session, actor, office, person):
        way = actions.add_way(session, actor, make_person(session, office), PHONE)
        with pytest.raises(NotFound):
            queries.way_of(session, person, way.id)
        with pytest.raises(NotFound):
            queries.way_of(session, person, person.id)


class TestDocuments:
    def test_the_number_is_sealed_and_its_end_is_shown(self, session, actor, person):
        paper = Paper(DocumentKind.PASSPORT, "AB 123-456", country="ERI", expires_on=date(2030, 1, 1), seen=True)
        document = actions.add_document(session, actor, person, paper)
        assert (document.tail, document.country, document.expires_on, document.seen) == (
            "456",
            "ERI",
            date(2030, 1, 1),
            True,
        )
        assert b"123-456" not in document.number
        entry = entries(session, 1)[0]
        assert (entry.kind, entry.facts["document_kind"]) == (Kind.DOCUMENT_CHANGED, "passport")

    def test_opening_takes_a_reason(self, session, actor, person):
        document = actions.add_document(session, actor, person, Paper(DocumentKind.PASSPORT, "AB123456"))
        assert actions.reveal_document(session, actor, person, document, reason="Visa form") == "AB123456"
        entry = entries(session, 1)[0]
        assert (entry.kind, entry.has_reason) == (Kind.DOCUMENT_REVEALED, True)
        assert audit.reason_of(session, entry.seq) == "Visa form"

    def test_an_empty_number_leaves_it(self, session, actor, person):
        document = actions.add_document(session, actor, person, Paper(DocumentKind.PASSPORT, "AB123456"))
        actions.change_document(session, actor, person, document, Paper(DocumentKind.TRAVEL_DOCUMENT, "", seen=True))
        assert (document.kind, document.seen) == (DocumentKind.TRAVEL_DOCUMENT, True)
        assert queries.number_of(session, document) == "AB123456"
        actions.change_document(session, actor, person, document, Paper(DocumentKind.PASSPORT, "CD789012"))
        assert document.tail == "012"

    def test_a_number_of_signs_is_none(self, session, actor, person):
        with pytest.raises(NoDocumentNumber):
            actions.add_document(session, actor, person, Paper(DocumentKind.PASSPORT, "-- /"))

    def test_a_document_of_somebody_else_is_not_found(self, session, actor, office, person):
        other = make_person(session, office)
        document = actions.add_document(session, actor, other, Paper(DocumentKind.PASSPORT, "AB123456"))
        assert queries.documents_of(session, person) == []
        with pytest.raises(NotFound):
            queries.document_of(session, person, document.id)
        with pytest.raises(NotFound):
            queries.document_of(session, person, person.id)

    def test_one_number_with_two_people_is_a_question(self, session, actor, office, person):
        other = make_person(session, office, "Omar")
        for one in (person, other):
            actions.add_document(session, actor, one, Paper(DocumentKind.PASSPORT, "AB123456"))
        assert queries.open_duplicates(session, [person.id, other.id]) == {person.id, other.id}

    def test_numbers_of_two_sending_states_are_not_one(self, session, actor, office, person):
        other = make_person(session, office, "Omar")
        for one in (person, other):
            make_batch(session, office, None, one)
            actions.add_document(session, actor, one, Paper(DocumentKind.SENDING_NUMBER, "77"))
        assert queries.open_duplicates(session, [person.id, other.id]) == set()
