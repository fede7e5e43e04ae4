"""A practice system of very many people is made as one of a few is, and is as true."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import func, select

from receiver import audit
from receiver.access import Role
from receiver.cases.models import Case, Task
from receiver.kit.ids import new_reference, seeded
from receiver.ledger.queries import check
from receiver.people.models import Person
from receiver.practice import seeding, staff, writing
from receiver.practice.seeding import NotAPracticeSystem, NotEmpty, seed
from receiver.reports.models import MonthlyReport
from receiver.stipends.models import Payment, ResultFile
from receiver.stipends.rules.payments import PaymentState

PEOPLE, EACH = 70, 10


@pytest.fixture
def practice(system, monkeypatch):
    """Few people, of whom each caseworker has ten, and files of results of ten rows."""
    settings = system.settings.model_copy(update={"result_max_rows": 10})
    monkeypatch.setitem(system.database.info, "settings", settings)
    monkeypatch.setattr(staff, "PEOPLE_EACH", EACH)
    monkeypatch.setattr(seeding, "MANY_PEOPLE", PEOPLE)
    monkeypatch.setattr(seeding, "PORTION", 20)
    return settings


def test_very_many_people(system, practice):
    told = []
    made = seed(
        system.database, practice, people=PEOPLE, months=3, seed=4, tell=lambda done, of: told.append((done, of))
    )
    assert told[-1] == (PEOPLE, PEOPLE)
    workers = [account for account in made.accounts if account.roles == (Role.CASEWORKER,)]
    assert len(workers) == PEOPLE // EACH
    assert {account.office for account in workers} == {"KGL", "HUY", "RBV"}
    follow_ups = [one for one in made.months if one.run.endswith("-r1")]
    assert follow_ups
    assert {one.state for one in follow_ups} == {"closed"}
    with system.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == PEOPLE
        assert session.scalar(select(func.count(Task.assignee_id.distinct()))) == len(workers)
        mine = select(Case.id).where(Case.person_id == Task.person_id, Case.caseworker_id == Task.assignee_id)
        assert not session.scalar(select(func.count()).select_from(Task).where(~mine.exists()))
        assert session.scalar(select(func.max(ResultFile.rows))) == practice.result_max_rows
        states = set(session.scalars(select(Payment.state).distinct()))
        assert states >= {PaymentState.SETTLED, PaymentState.FAILED, PaymentState.INSTRUCTED}
        assert session.scalar(select(func.count()).select_from(MonthlyReport)) == 1
        assert audit.verify(session).ok
        assert check(session) == []
    with pytest.raises(NotEmpty):
        seed(system.database, practice, people=3, months=1, seed=1)


def test_only_a_practice_system_is_filled(system, settings):
    with pytest.raises(NotAPracticeSystem):
        seed(system.database, settings.model_copy(update={"practice": False}), people=3, months=1, seed=1)


def test_a_reference_that_somebody_has_is_drawn_again(session, monkeypatch):
    with seeded(Random(1)):
        drawn = [new_reference("R") for _each in range(3)]
    rest = iter([drawn[1], drawn[2]])
    monkeypatch.setattr(writing, "new_reference", lambda _prefix: next(rest))
    rows = [{"reference": drawn[0]}, {"reference": drawn[1]}, {"reference": drawn[0]}]
    writing._draw_again(session, Person, "R", rows)
    assert [row["reference"] for row in rows] == drawn
