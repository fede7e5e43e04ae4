"""Programmes and organisations are added and changed, each time with a record."""

from __future__ import annotations

from datetime import date

import pytest

from receiver import audit
from receiver.access import SYSTEM, Role
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.partners import actions, queries
from receiver.partners.actions import Terms
from receiver.partners.rules import (
    NotACode,
    OrganisationCodeTaken,
    ProgrammeCodeTaken,
    ProgrammeEndsBeforeStart,
    ProgrammeState,
)
from tests.factories.accounts import make_actor
from tests.factories.partners import make_programme

TERMS = Terms(name="Pilot", starts_on=date(2026, 1, 1), bank_account="BNR-1", people_cap=250)


def kinds(session):
    session.commit()
    return [entry.kind for entry in audit.trail(session, limit=20)]


def test_a_programme_is_added_under_a_clean_code(session):
    made = actions.add_programme(session, SYSTEM, code="pilot 1", currency="RWF", terms=TERMS)
    assert (made.code, made.currency, made.people_cap, made.state) == ("PILOT-1", "RWF", 250, ProgrammeState.OPEN)
    assert kinds(session) == [Kind.PROGRAMME_ADDED]


def test_a_code_is_given_once(session):
    actions.add_programme(session, SYSTEM, code="PILOT", currency="RWF", terms=TERMS)
    with pytest.raises(ProgrammeCodeTaken):
        actions.add_programme(session, SYSTEM, code="pilot", currency="RWF", terms=TERMS)
    with pytest.raises(NotACode):
        actions.add_programme(session, SYSTEM, code="?", currency="RWF", terms=TERMS)


def test_dates_the_wrong_way_round_are_refused(session):
    wrong = Terms(name="Pilot", starts_on=date(2026, 2, 1), ends_on=date(2026, 1, 1), bank_account="BNR-1")
    with pytest.raises(ProgrammeEndsBeforeStart):
        actions.add_programme(session, SYSTEM, code="PILOT", currency="RWF", terms=wrong)
    made = make_programme(session)
    with pytest.raises(ProgrammeEndsBeforeStart):
        actions.change_programme(session, SYSTEM, made, terms=wrong, state=ProgrammeState.OPEN)


def test_a_change_names_the_fields(session):
    made = actions.add_programme(session, SYSTEM, code="PILOT", currency="RWF", terms=TERMS)
    later = Terms(**{**vars(TERMS), "people_cap": None, "payer": "The sending state"})
    actions.change_programme(session, SYSTEM, made, terms=later, state=ProgrammeState.ENDED)
    session.commit()
    entry = audit.trail(session, limit=1)[0]
    assert entry.kind is Kind.PROGRAMME_CHANGED
    assert entry.facts["changed"] == ["payer", "people_cap", "state"]
    assert (made.people_cap, made.state) == (None, ProgrammeState.ENDED)


def test_organisations(session):
    made = actions.add_organisation(session, SYSTEM, code="lake", name="Friends of the Lake")
    with pytest.raises(OrganisationCodeTaken):
        actions.add_organisation(session, SYSTEM, code="LAKE", name="Another")
    actions.change_organisation(session, SYSTEM, made, name="Friends", active=False)
    assert queries.organisations(session) == []
    assert [one.name for one in queries.organisations(session, retired=True)] == ["Friends"]
    assert queries.organisation_by_code(session, "lake ") is made
    with pytest.raises(NotFound):
        queries.organisation_by_code(session, "sea")
    assert kinds(session) == [Kind.ORGANISATION_CHANGED, Kind.ORGANISATION_ADDED]


def test_programmes_are_found_by_code_by_those_who_see_any(session):
    open_one, ended = make_programme(session, "B"), make_programme(session, "A", state=ProgrammeState.ENDED)
    finance = make_actor(session, Role.FINANCE_OFFICER)
    assert queries.programmes(session) == [open_one]
    assert set(queries.programmes(session, ended=True)) == {open_one, ended}
    assert queries.programme_by_code(session, finance, " b") is open_one
    assert queries.programme(session, ended.id) is ended
    assert queries.programme(session, ended.id, lock=True) is ended
    assert queries.programme_names(session, [ended.id]) == {ended.id: ended.name}
    with pytest.raises(NotFound):
        queries.programme(session, new_id())
    with pytest.raises(NotFound):
        queries.programme_by_code(session, finance, "C")
    partner = make_actor(session, Role.PARTNER_USER)
    with pytest.raises(NotFound):
        queries.programme_by_code(session, partner, "B")
