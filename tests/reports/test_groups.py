"""People by sex and age, as they were known at the moment looked at; and who did what, by name, in a revision."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from receiver.kit import clock
from receiver.kit.dates import UNKNOWN, PartialDate, Precision
from receiver.people.actions import change_identity
from receiver.people.models import EarlierIdentity, Person
from receiver.people.queries.counted import sex_and_age
from receiver.people.rules import Identity, Sex
from receiver.reports import queries
from tests.factories.accounts import make_office
from tests.factories.people import make_person
from tests.factories.reports import small_month
from tests.factories.stipends import NOVEMBER, make_people, make_run, make_team

NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)
ON = date(2026, 11, 30)


def look(team, as_of=None, month=NOVEMBER):
    return queries.Look(team.programme, month, as_of or clock.now())


def by_group(session, team, as_of=None):
    found = queries.work_out(session, look(team, as_of))
    assert sum(row["people"] for row in found["breakdowns"]["sex_age"]) == found["totals"]["people"]
    for name in ("entitled_minor", "paid_minor"):
        assert sum(row[name] for row in found["breakdowns"]["sex_age"]) == found["totals"][name]
    return {row["key"]: (row["people"], row["entitled_minor"]) for row in found["breakdowns"]["sex_age"]}


def identity(person, *, sex=None, born=None):
    born = born or PartialDate(person.birth_year, person.birth_month, person.birth_day, person.birth_precision)
    return Identity(full_name=person.full_name, sex=sex or person.sex, born=born, nationality=person.nationality)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (PartialDate(2008, 11, 30), ON, 18),
        (PartialDate(2008, 12, 1), ON, 17),
        (PartialDate.known(2008, 11), ON, 18),
        (PartialDate.known(2008, 12), ON, 17),
        (PartialDate.known(2008), ON, 18),
        (PartialDate(2008, precision=Precision.ESTIMATED), ON, 18),
        (PartialDate(2008, 12, 31, Precision.ESTIMATED), ON, 18),  # an estimate counts by its year
        (PartialDate(2008, 2, 29), date(2026, 2, 28), 17),
        (PartialDate(2008, 2, 29), date(2028, 2, 29), 20),
        (PartialDate(2026, 11, 30), ON, 0),
        (PartialDate(2026, 12, 1), ON, None),
        (UNKNOWN, ON, None),
    ],
)
def test_ages(session, born, on, age):
    person = make_person(session, make_office(session), born=born)
    known = sex_and_age(clock.now(), on)
    assert session.execute(select(known.c.sex, known.c.age).where(known.c.person_id == person.id)).one() == (
        Sex.FEMALE,
        age,
    )


def test_corrections_count_from_when_they_were_made(session):
    team = small_month(session)
    before, (first, second) = clock.now(), team.people[:2]
    with clock.pretend(NOON + timedelta(hours=1)):
        change_identity(session, team.finance, first, identity(first, born=PartialDate(2016, 5, 17)))
    with clock.pretend(NOON + timedelta(hours=2)):
        change_identity(session, team.finance, first, identity(first, sex=Sex.MALE))
        change_identity(session, team.finance, second, identity(second, born=UNKNOWN))
    with clock.pretend(NOON + timedelta(hours=3)):
        name_only = Identity(full_name="Another Name", sex=first.sex, born=PartialDate(2016, 5, 17), nationality="ERI")
        change_identity(session, team.finance, first, name_only)
        assert by_group(session, team, before) == {"f.25-59": (3, 180_000)}
        assert by_group(session, team, NOON + timedelta(hours=1, minutes=30)) == {
            "f.5-11": (1, 60_000),
            "f.25-59": (2, 120_000),
        }
        assert by_group(session, team) == {
            "f.25-59": (1, 60_000),
            "f.unknown": (1, 60_000),
            "m.5-11": (1, 60_000),
        }
        kept = session.scalars(select(EarlierIdentity.person_id)).all()
        assert sorted(kept) == sorted([first.id, first.id, second.id])


def test_what_was_corrected_is_counted_where_the_person_is(session):
    team = make_team(session)
    people = make_people(session, team, 2)
    session.get_one(Person, people[0].id).sex = Sex.OTHER
    make_run(session, team, "closed")
    assert by_group(session, team) == {"f.25-59": (1, 60_000), "o.25-59": (1, 60_000)}
