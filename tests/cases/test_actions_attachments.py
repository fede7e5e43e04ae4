"""Attachments are sealed, plain, kept once, opened and removed on record."""

from __future__ import annotations

import pytest

from receiver import audit
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.rules import MediaType, WrongFile, judged
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from tests.factories.cases import A_PDF, a_png
from tests.factories.people import make_person


@pytest.fixture
def person(session, office):
    return make_person(session, office)


def add(session, actor, person, data=A_PDF, name="permit of Selam.pdf"):
    return actions.add_attachment(session, actor, person, name=name, file=judged(data))


def kinds(session):
    session.commit()
    return [entry.kind for entry in audit.trail(session, limit=3)]


def test_it_is_sealed_and_opened_on_record(session, actor, person):
    attachment = add(session, actor, person)
    assert (attachment.media_type, attachment.size) == (MediaType.PDF, len(A_PDF))
    assert b"%PDF" not in attachment.content
    assert b"Selam" not in attachment.name
    assert actions.open_attachment(session, actor, person, attachment) == A_PDF
    (row,) = queries.attachment_rows(session, person)
    assert (row.name, row.added_by) == ("permit of Selam.pdf", "Diane Uwase")
    assert kinds(session)[:2] == [Kind.ATTACHMENT_OPENED, Kind.ATTACHMENT_ADDED]


def test_a_picture_is_kept_without_the_words_in_it(session, actor, person):
    attachment = add(session, actor, person, a_png(b"1.9441 S 30.0619 E"))
    assert b"30.0619" not in actions.open_attachment(session, actor, person, attachment)


def test_the_same_file_is_kept_once_for_each_person(session, actor, office, person):
    first = add(session, actor, person)
    assert add(session, actor, person, name="again.pdf") is first
    other = make_person(session, office, "Other")
    assert add(session, actor, other) is not first


def test_anything_else_is_refused(session, actor, person):
    with pytest.raises(WrongFile):
        add(session, actor, person, b"<html>")


def test_removed_it_is_gone_and_the_reason_stays(session, actor, person):
    attachment = add(session, actor, person)
    actions.remove_attachment(session, actor, person, attachment, reason="Of another person")
    assert queries.attachment_rows(session, person) == []
    assert kinds(session)[0] is Kind.ATTACHMENT_REMOVED
    assert audit.trail(session, limit=1)[0].has_reason


def test_it_is_found_with_its_own_person_only(session, actor, office, person):
    attachment = add(session, actor, person)
    assert queries.attachment_of(session, person, attachment.id) is attachment
    for someone, attachment_id in ((make_person(session, office, "Other"), attachment.id), (person, new_id())):
        with pytest.raises(NotFound):
            queries.attachment_of(session, someone, attachment_id)
