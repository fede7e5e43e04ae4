"""Notes are sealed, corrected by new versions, and read by those who may."""

from __future__ import annotations

from datetime import date

import pytest

from receiver import audit
from receiver.access import Role
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.rules import ContactInFuture, NoteUnchanged
from receiver.kit.errors import NotFound, StaleVersion
from tests.factories.accounts import make_actor
from tests.factories.cases import make_case, make_note
from tests.factories.people import make_person


@pytest.fixture
def person(session, office):
    return make_person(session, office)


def read(session, reader, note):
    return [row.text for row in queries.versions_of(session, reader, note)]


def test_a_note_is_sealed_and_belongs_to_the_case(session, actor, person):
    case = make_case(session, person)
    note = make_note(session, actor, person)
    assert (note.case_id, note.author_id, note.versions) == (case.id, actor.user_id, 1)
    assert b"Gikondo" not in queries.latest_version(session, note).text
    assert read(session, actor, note) == ["She found a room in Gikondo."]
    session.commit()
    entry = audit.trail(session, limit=1)[0]
    assert (entry.kind, entry.facts["note"], entry.facts["what"]) == (Kind.NOTE_WRITTEN, str(note.id), "visit")


def test_reading_one_that_is_not_sensitive_leaves_no_record(session, actor, person):
    note = make_note(session, actor, person)
    actions.note_opened(session, actor, person, note)
    session.commit()
    assert audit.trail(session, limit=1)[0].kind is Kind.NOTE_WRITTEN


def test_it_needs_no_case(session, actor, person):
    assert make_note(session, actor, person).case_id is None


def test_a_contact_of_tomorrow_is_refused(session, actor, person):
    with pytest.raises(ContactInFuture):
        make_note(session, actor, person, on=date(2026, 11, 21))


def test_a_correction_is_a_new_version_and_the_old_one_stays(session, actor, supervisor, person):
    note = make_note(session, actor, person)
    actions.correct_note(
        session, supervisor, person, note, text="She found a room in Remera.", reason="Wrong place", began_from=1
    )
    rows = queries.versions_of(session, actor, note)
    assert [(row.version.number, row.text, row.reason) for row in rows] == [
        (2, "She found a room in Remera.", "Wrong place"),
        (1, "She found a room in Gikondo.", ""),
    ]
    assert [row.author for row in rows] == ["Eric Habimana", "Diane Uwase"]
    session.commit()
    entry = audit.trail(session, limit=1)[0]
    assert (entry.kind, entry.facts["number"]) == (Kind.NOTE_CORRECTED, 2)


def test_a_correction_changes_something_and_begins_from_the_latest(session, actor, person):
    note = make_note(session, actor, person)
    with pytest.raises(NoteUnchanged):
        actions.correct_note(
            session, actor, person, note, text="She found a room in Gikondo.", reason="Why not", began_from=1
        )
    actions.correct_note(session, actor, person, note, text="Another", reason="Slip", began_from=1)
    with pytest.raises(StaleVersion):
        actions.correct_note(session, actor, person, note, text="A third", reason="Slip", began_from=1)


class TestSensitive:
    def test_who_wrote_it_and_the_supervisor_read_it(self, session, actor, supervisor, office, person):
        note = make_note(session, actor, person, "He beats her.", sensitive=True)
        colleague = make_actor(session, Role.CASEWORKER, offices=[office])
        assert read(session, actor, note) == ["He beats her."]
        assert read(session, supervisor, note) == ["He beats her."]
        assert read(session, colleague, note) == [None]
        assert queries.notes_by_id(session, colleague, [note.id])[note.id].text is None
        with pytest.raises(NotFound):
            actions.correct_note(session, colleague, person, note, text="x", reason="y", began_from=1)

    def test_who_reads_no_notes_reads_none(self, session, actor, person):
        note = make_note(session, actor, person)
        finance = make_actor(session, Role.FINANCE_OFFICER)
        assert read(session, finance, note) == [None]
