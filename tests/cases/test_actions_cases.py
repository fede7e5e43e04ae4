"""Cases are opened once, given away all or none, closed when nothing is in the way, and opened again."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from receiver import audit
from receiver.access import SYSTEM, Role
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.models import Case, Task
from receiver.cases.rules import (
    CaseAlreadyOpen,
    CaseCannotMove,
    ClosedBeforeOpened,
    CloseReason,
    ClosingObjected,
    NoCaseworkerThere,
    NoOpenCase,
    Stage,
    TaskKind,
    TaskState,
)
from receiver.cases.wiring import wire
from receiver.kit.wiring import Slot
from receiver.kit.words import _
from receiver.people import hooks
from receiver.web.slots import CLOSING_OBJECTIONS, Objection
from tests.factories.accounts import make_office, make_user
from tests.factories.cases import make_case, make_task
from tests.factories.partners import make_programme
from tests.factories.people import make_person


@pytest.fixture
def person(session, office):
    return make_person(session, office)


def tasks_of(session, person):
    return session.scalars(select(Task).where(Task.person_id == person.id).order_by(Task.due_on, Task.kind)).all()


def last(session):
    session.commit()
    return audit.trail(session, limit=1)[0]


class TestOpening:
    def test_an_arrival_opens_a_case_with_what_is_to_be_done(self, session, actor, person, programme):
        case = actions.open_case(session, actor, person, programme.id, actor.user_id)
        assert (case.stage, case.opened_on, case.caseworker_id) == (Stage.ARRIVED, person.arrived_on, actor.user_id)
        assert [(task.kind, task.due_on) for task in tasks_of(session, person)] == [
            (TaskKind.FIRST_VISIT, date(2026, 11, 6)),
            (TaskKind.PAYEE, date(2026, 11, 6)),
            (TaskKind.PLAN, date(2026, 12, 3)),
        ]
        assert {task.assignee_id for task in tasks_of(session, person)} == {actor.user_id}
        session.commit()
        kinds = [entry.kind for entry in audit.trail(session, person=person.id)]
        assert kinds == [Kind.TASK_ADDED, Kind.TASK_ADDED, Kind.TASK_ADDED, Kind.CASE_OPENED]

    def test_a_second_arrival_opens_nothing(self, session, actor, person, programme):
        case = actions.open_case(session, actor, person, programme.id)
        assert actions.open_case(session, actor, person, programme.id, actor.user_id) is case
        assert len(tasks_of(session, person)) == 3

    def test_two_at_once_open_one(self, session, actor, person, programme, monkeypatch):
        case = actions.open_case(session, actor, person, programme.id)
        monkeypatch.setattr("receiver.cases.actions.cases.known_case", lambda *_args: None)
        assert actions.open_case(session, actor, person, programme.id) is case
        session.commit()
        assert session.scalars(select(Case)).all() == [case]

    def test_each_programme_has_its_own(self, session, actor, person, programme):
        one = actions.open_case(session, actor, person, programme.id)
        other = actions.open_case(session, actor, person, make_programme(session).id)
        assert one is not other

    def test_somebody_without_a_day_of_arrival_begins_today(self, session, actor, office, programme, today):
        expected = make_person(session, office, arrived_on=None)
        assert actions.open_case(session, actor, expected, programme.id).opened_on == today


class TestFollowingTheArrival:
    def test_a_case_and_what_is_due_begin_on_the_corrected_day(self, session, actor, person, programme):
        case = actions.open_case(session, actor, person, programme.id, actor.user_id)
        tasks = {task.kind: task for task in tasks_of(session, person)}
        actions.do_task(session, actor, person, tasks[TaskKind.FIRST_VISIT])
        actions.move_tasks(session, actor, [(tasks[TaskKind.PAYEE], person)], date(2026, 11, 25))
        was, person.arrived_on = person.arrived_on, date(2026, 11, 18)
        wire()
        hooks.ARRIVAL_CORRECTED(session, actor, person, was)
        assert case.opened_on == date(2026, 11, 18)
        assert {kind: task.due_on for kind, task in tasks.items()} == {
            TaskKind.FIRST_VISIT: date(2026, 11, 6),
            TaskKind.PAYEE: date(2026, 11, 25),
            TaskKind.PLAN: date(2026, 12, 18),
        }
        assert last(session).kind is Kind.TASK_MOVED

    def test_a_case_of_another_day_stays(self, session, actor, person, programme):
        case = make_case(session, person, programme)
        case.opened_on = date(2026, 11, 10)
        was, person.arrived_on = person.arrived_on, date(2026, 11, 18)
        actions.follow_arrival(session, actor, person, was)
        assert case.opened_on == date(2026, 11, 10)

    def test_a_case_without_tasks_follows_alone(self, session, actor, person, programme):
        case = make_case(session, person, programme)
        for task in tasks_of(session, person):
            session.delete(task)
        was, person.arrived_on = person.arrived_on, date(2026, 11, 18)
        actions.follow_arrival(session, actor, person, was)
        assert case.opened_on == date(2026, 11, 18)


class TestGiving:
    def test_open_tasks_go_along_unless_they_are_somebody_elses(self, session, supervisor, actor, office, person):
        case = make_case(session, person)
        helper = make_user(session, Role.RECEPTION_OFFICER, offices=[office])
        first, *others = tasks_of(session, person)
        actions.hand_over_task(session, SYSTEM, person, first, helper.id)
        assert actions.assign_caseworker(session, supervisor, [person], actor.user_id) == 1
        assert case.caseworker_id == actor.user_id
        assert first.assignee_id == helper.id
        assert {task.assignee_id for task in others} == {actor.user_id}
        entry = last(session)
        assert (entry.kind, entry.facts["tasks"], entry.facts["was"]) == (Kind.CASE_ASSIGNED, 2, None)

    def test_who_has_it_already_is_not_given_it_again(self, session, supervisor, actor, person):
        make_case(session, person, caseworker_id=actor.user_id)
        assert actions.assign_caseworker(session, supervisor, [person], actor.user_id) == 0

    def test_all_or_none(self, session, supervisor, actor, office, person):
        case = make_case(session, person)
        without = make_person(session, office, "Nobody’s case")
        with pytest.raises(NoOpenCase) as refused:
            actions.assign_caseworker(session, supervisor, [person, without], actor.user_id)
        assert without.reference in str(refused.value.words)
        assert case.caseworker_id is None

    def test_only_to_a_caseworker_of_the_office(self, session, supervisor, office, person):
        make_case(session, person)
        elsewhere = make_user(session, Role.CASEWORKER, offices=[make_office(session, "Huye")])
        officer = make_user(session, Role.RECEPTION_OFFICER, offices=[office])
        for user in (elsewhere, officer):
            with pytest.raises(NoCaseworkerThere):
                actions.assign_caseworker(session, supervisor, [person], user.id)

    def test_two_of_one_office_under_one_programme_only(self, session, supervisor, actor, office, person, programme):
        other = make_person(session, office, "Other")
        cases = [make_case(session, each, programme) for each in (person, other)]
        second = make_case(session, person)
        assert (
            actions.assign_caseworker(session, supervisor, [person, other], actor.user_id, programme_id=programme.id)
            == 2
        )
        assert [case.caseworker_id for case in (*cases, second)] == [actor.user_id, actor.user_id, None]


class TestMoving:
    def test_a_step(self, session, actor, person):
        case = make_case(session, person)
        actions.move_stage(session, actor, person, case, Stage.INTAKE)
        assert case.stage is Stage.INTAKE
        entry = last(session)
        assert (entry.kind, entry.facts["was"], entry.facts["stage"]) == (Kind.CASE_STAGE_MOVED, "arrived", "intake")

    @pytest.mark.parametrize("then", [Stage.ACTIVE, Stage.CLOSED])
    def test_no_leap_and_no_closing_by_the_way(self, session, actor, person, then):
        case = make_case(session, person)
        with pytest.raises(CaseCannotMove):
            actions.move_stage(session, actor, person, case, then)


class TestClosing:
    @pytest.fixture(autouse=True)
    def _nobody_objects(self, monkeypatch):
        """The rooms that object are of no concern here, whether or not another test has wired them."""
        monkeypatch.setattr(CLOSING_OBJECTIONS, "_slot", Slot("objections in a test"))

    @pytest.fixture
    def case(self, session, person):
        return make_case(session, person)

    def close(self, session, supervisor, person, case, **more):
        given = {"reason": CloseReason.GOALS_MET, "words": "She lives by her own work", "dropping": 3, **more}
        actions.close_case(session, supervisor, person, case, **given)

    def test_a_case_is_closed_and_opened_again(self, session, supervisor, person, case, today):
        self.close(session, supervisor, person, case)
        assert (case.stage, case.closed_on, case.close_reason) == (Stage.CLOSED, today, CloseReason.GOALS_MET)
        entry = last(session)
        assert (entry.kind, entry.facts["why"], entry.has_reason) == (Kind.CASE_CLOSED, "goals_met", True)
        actions.reopen_case(session, supervisor, person, case, reason="She lost her work")
        assert (case.stage, case.closed_on, case.close_reason) == (Stage.INTAKE, None, None)
        assert last(session).kind is Kind.CASE_REOPENED

    def test_a_closed_case_is_not_closed_again(self, session, supervisor, person, case):
        self.close(session, supervisor, person, case, on=date(2026, 11, 10))
        assert case.closed_on == date(2026, 11, 10)
        with pytest.raises(CaseCannotMove):
            self.close(session, supervisor, person, case)

    def test_it_does_not_end_before_it_began(self, session, supervisor, person, case):
        with pytest.raises(ClosedBeforeOpened):
            self.close(session, supervisor, person, case, on=date(2026, 11, 1))

    def test_what_is_unsettled_stands_in_the_way(self, session, supervisor, person, case):
        asked = []

        def pays(_session, person_id):
            asked.append(person_id)
            return [Objection(_("A payment is on its way."), "/stipends"), Objection(_("A hold is open."), "/holds")]

        CLOSING_OBJECTIONS.connect(pays, name="test")
        with pytest.raises(ClosingObjected) as refused:
            self.close(session, supervisor, person, case)
        assert "2 things" in str(refused.value.words)
        assert [str(each.words) for each in queries.objections(session, person.id)][-1] == "A hold is open."
        assert asked == [person.id, person.id]
        assert case.stage is Stage.ARRIVED

    def test_what_is_still_to_be_done_is_dropped_in_the_same_act(self, session, supervisor, person, case, today):
        make_task(session, supervisor, person, today, "Visit her")
        tasks = tasks_of(session, person)
        for seen in (0, 3, 5):
            with pytest.raises(ClosingObjected):
                self.close(session, supervisor, person, case, dropping=seen)
        assert {task.state for task in tasks} == {TaskState.OPEN}
        self.close(session, supervisor, person, case, dropping=4)
        assert {task.state for task in tasks} == {TaskState.DROPPED}
        assert last(session).facts["tasks"] == 4
        kinds = [entry.kind for entry in audit.trail(session, limit=5)]
        assert kinds == [Kind.CASE_CLOSED, *[Kind.TASK_DROPPED] * 4]

    def test_an_open_case_is_not_opened_again(self, session, supervisor, person, case):
        with pytest.raises(CaseCannotMove):
            actions.reopen_case(session, supervisor, person, case, reason="By mistake")

    def test_nor_one_that_a_newer_one_followed(self, session, supervisor, person, case):
        self.close(session, supervisor, person, case)
        newer = actions.open_case(session, supervisor, person, case.programme_id)
        assert newer is not case
        with pytest.raises(CaseAlreadyOpen):
            actions.reopen_case(session, supervisor, person, case, reason="Both please")


def test_hooks_of_people_come_here(session, system, actor, supervisor, person, programme):
    answers = hooks.PERSON_ARRIVED(session, actor, person, programme.id, None)
    (case,) = [answer for answer in answers if isinstance(answer, Case)]
    assert case.person_id == person.id
    assert hooks.CASEWORKER_CHOSEN(session, supervisor, [person], programme.id, actor.user_id) == [1]
    (advice,) = hooks.CASEWORKER_ADVICE(session, [person])
    assert [(each.user_id, str(each.reason)) for each in advice] == [(actor.user_id, "1 open case")]
