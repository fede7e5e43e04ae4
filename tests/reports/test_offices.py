"""Offices in a report are those of its moment: who moves stays where they were, what is renamed keeps its name."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import delete, select

from receiver.access import Role
from receiver.accounts.actions import change_office
from receiver.db import schema
from receiver.kit import clock
from receiver.partners.actions import Terms, change_programme
from receiver.people.actions import move_office
from receiver.people.models import EarlierOffice
from receiver.reports import files, queries
from receiver.reports.rules import ReportForm, canonical
from tests.factories.accounts import make_actor, make_office
from tests.factories.reports import finalise, small_month
from tests.factories.stipends import NOVEMBER

NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = NOON + timedelta(hours=4)


@pytest.fixture
def huye(session):
    return make_office(session, "Huye", "HUY")


@pytest.fixture
def team(session):
    return small_month(session)


def look(team, as_of):
    return queries.Look(team.programme, NOVEMBER, as_of)


def move(session, team, person, office, hours):
    with clock.pretend(NOON + timedelta(hours=hours)):
        move_office(session, team.supervisor, person, office.id, reason="She works there")
    session.flush()


def by_office(session, team, as_of):
    found = queries.work_out(session, look(team, as_of))
    return {row["key"]: (row["people"], row["entitled"]) for row in found["breakdowns"]["office"]}


def offices_in(content):
    return [row["value"] for row in csv.DictReader(io.StringIO(content.decode())) if row["figure"] == "office"]


def made(session, team, as_of, form):
    shown = queries.report(session, team.programme, NOVEMBER, as_of=as_of)
    people = queries.persons(session, shown.look, team.finance)
    return files.make(files.Material(shown.figures, people), form, "en")


def test_a_move_after_the_moment_changes_nothing(session, team, huye):
    moment = NOON + timedelta(hours=1)
    before = canonical(queries.work_out(session, look(team, moment)))
    content = {form: made(session, team, moment, form) for form in ReportForm}
    move(session, team, team.people[0], huye, 2)
    assert canonical(queries.work_out(session, look(team, moment))) == before
    assert {form: made(session, team, moment, form) for form in ReportForm if form is not ReportForm.XLSX} == {
        form: was for form, was in content.items() if form is not ReportForm.XLSX
    }
    assert {row["office"] for row in queries.persons(session, look(team, moment))} == {team.office.code}
    assert offices_in(content[ReportForm.CSV]) == [team.office.code] * 3


def test_a_move_before_it_does(session, team, huye):
    move(session, team, team.people[0], huye, 2)
    assert by_office(session, team, LATER) == {team.office.code: (2, 120_000), "HUY": (1, 60_000)}
    lines = {row["reference"]: row["office"] for row in queries.persons(session, look(team, LATER))}
    assert lines.pop(team.people[0].reference) == "HUY"
    assert set(lines.values()) == {team.office.code}
    assert sorted(offices_in(made(session, team, LATER, ReportForm.CSV))) == sorted(["HUY", *[team.office.code] * 2])
    told = json.loads(made(session, team, LATER, ReportForm.JSON))["persons"]
    assert {row["office"] for row in told} == {"HUY", team.office.code}


def test_who_moves_twice_is_each_time_where_they_were(session, team, huye):
    musanze = make_office(session, "Musanze", "MUS")
    move(session, team, team.people[0], huye, 2)
    move(session, team, team.people[0], musanze, 3)
    move(session, team, team.people[1], huye, 3)
    own = team.office.code
    assert by_office(session, team, NOON + timedelta(hours=1)) == {own: (3, 180_000)}
    assert by_office(session, team, NOON + timedelta(hours=2)) == {own: (2, 120_000), "HUY": (1, 60_000)}
    assert by_office(session, team, NOON + timedelta(hours=2, minutes=59)) == {own: (2, 120_000), "HUY": (1, 60_000)}
    assert by_office(session, team, LATER) == {own: (1, 60_000), "HUY": (1, 60_000), "MUS": (1, 60_000)}


def test_the_people_of_an_office_are_those_of_the_moment(session, team, huye):
    with clock.pretend(NOON + timedelta(hours=1)):
        stored = finalise(session, team)
    move(session, team, team.people[0], huye, 2)
    everywhere = make_actor(session, Role.AUDITOR)

    def found(as_of, code):
        page = queries.person_page(session, look(team, as_of), everywhere, code, None)
        return {row["office"] for row in page.rows}, page.total

    assert found(stored.as_of, team.office.code) == ({team.office.code}, 3)
    assert found(stored.as_of, "HUY") == (set(), 0)
    assert found(LATER, team.office.code) == ({team.office.code}, 2)
    assert found(LATER, "HUY") == ({"HUY"}, 1)


def rename(session, team, to, hours):
    with clock.pretend(NOON + timedelta(hours=hours)):
        change_office(session, team.supervisor, team.office, name=f"Office {to}", active=True)
        terms = Terms(f"Programme {to}", starts_on=team.programme.starts_on, bank_account=team.programme.bank_account)
        change_programme(session, team.supervisor, team.programme, terms=terms, state=team.programme.state)
    session.flush()


def named(session, team, as_of):
    found = queries.work_out(session, look(team, as_of))
    return found["programme_name"], {row["label"] for row in found["breakdowns"]["office"]}


def test_a_report_of_an_earlier_moment_knows_no_later_name(session, team):
    moment = NOON + timedelta(hours=1)
    first = named(session, team, moment)
    before = {form: made(session, team, moment, form) for form in ReportForm}
    rename(session, team, "two", 2)
    rename(session, team, "three", 3)
    rename(session, team, "three", 3.5)
    assert {form: made(session, team, moment, form) for form in ReportForm} == before
    assert named(session, team, NOON + timedelta(hours=1.9)) == first
    assert named(session, team, NOON + timedelta(hours=2)) == ("Programme two", {"Office two"})
    assert named(session, team, NOON + timedelta(hours=2.9)) == ("Programme two", {"Office two"})
    assert named(session, team, LATER) == ("Programme three", {"Office three"})


def test_a_final_report_keeps_the_names_that_it_was_signed_with(session, team):
    finalise(session, team)
    before = {form: made(session, team, None, form) for form in ReportForm}
    rename(session, team, "two", 2)
    assert {form: made(session, team, None, form) for form in ReportForm} == before


def test_a_database_from_before_learns_the_moves_from_the_trail(session, team, huye):
    """What the step that made the table fills it with is what is written since."""
    move(session, team, team.people[0], huye, 2)
    move(session, team, team.people[0], team.office, 3)
    session.commit()
    columns = (EarlierOffice.person_id, EarlierOffice.changed_at, EarlierOffice.office_id)
    written = select(*columns).order_by(EarlierOffice.changed_at)
    before = session.execute(written).all()
    assert [row.office_id for row in before] == [team.office.id, huye.id]
    session.execute(delete(EarlierOffice))
    step = ScriptDirectory.from_config(schema.configuration()).get_revision("0019")
    step.module.fill(session.connection())
    after = session.execute(written).all()
    assert [(row.person_id, row.office_id) for row in after] == [(row.person_id, row.office_id) for row in before]
    for one, other in zip(after, before, strict=True):
        assert abs(one.changed_at - other.changed_at) < timedelta(minutes=1)
