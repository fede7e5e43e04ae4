"""Tasks are added once, done once, moved together, handed to those who are there, dropped with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from receiver import audit
from receiver.access import SYSTEM, Role
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.rules import DueOutOfReach, NobodyThere, TaskKind, TaskNeedsWords, TaskNotOpen, TaskState
from receiver.kit.ids import new_id
from tests.factories.accounts import make_office, make_user
from tests.factories.cases import make_case, make_task
from tests.factories.people import make_person

FRIDAY = date(2026, 11, 27)


@pytest.fixture
def person(session, office):
    return make_person(session, office)


@pytest.fixture
def task(session, actor, person):
    return make_task(session, actor, person, FRIDAY, "Ask about the school")


def last(session):
    session.commit()
    return audit.trail(session, limit=1)[0]


class TestAdding:
    def test_its_words_are_sealed_and_read_again(self, session, actor, person):
        task = actions.add_task(session, actor, person, TaskKind.OTHER, FRIDAY, title="Buy a cooking pot")
        assert b"cooking" not in task.title
        assert queries.title_of(session, task) == "Buy a cooking pot"
        assert (task.assignee_id, task.case_id) == (None, None)
        entry = last(session)
        assert (entry.kind, entry.subject, entry.facts["due"]) == (Kind.TASK_ADDED, person.reference, "2026-11-27")

    def test_without_words_the_kind_names_it(self, session, actor, person):
        task = actions.add_task(session, actor, person, TaskKind.FOLLOW_UP, FRIDAY)
        assert str(queries.title_of(session, task)) == "Follow up"
        assert queries.result_of(session, task) == ""

    def test_it_is_for_the_caseworker_unless_somebody_is_named(self, session, actor, office, person):
        case = make_case(session, person, caseworker_id=actor.user_id)
        mine = actions.add_task(session, SYSTEM, person, TaskKind.FOLLOW_UP, FRIDAY)
        helper = make_user(session, Role.RECEPTION_OFFICER, offices=[office])
        theirs = actions.add_task(session, SYSTEM, person, TaskKind.FOLLOW_UP, FRIDAY, assignee=helper.id)
        assert (mine.assignee_id, mine.case_id) == (actor.user_id, case.id)
        assert (theirs.assignee_id, theirs.case_id) == (helper.id, case.id)

    def test_a_rule_adds_it_once_for_ever(self, session, person, task):
        once = {"rule_key": "payment_failed/7", "url": "/stipends/payments/7"}
        made = actions.add_task(session, SYSTEM, person, TaskKind.PAYMENT_FAILED, date(2026, 11, 1), **once)
        actions.do_task(session, SYSTEM, person, made)
        assert actions.add_task(session, SYSTEM, person, TaskKind.PAYMENT_FAILED, FRIDAY, **once) is made
        assert (made.state, made.url) == (TaskState.DONE, "/stipends/payments/7")

    def test_two_rules_at_once_add_one(self, session, person, monkeypatch):
        made = actions.add_task(session, SYSTEM, person, TaskKind.PLAN, FRIDAY, rule_key="plan/1")
        monkeypatch.setattr("receiver.cases.actions.tasks.task_by_key", lambda *_args: None)
        assert actions.add_task(session, SYSTEM, person, TaskKind.PLAN, FRIDAY, rule_key="plan/1") is made

    @pytest.mark.parametrize("on", [date(2026, 11, 19), date(2028, 1, 1)])
    def test_people_add_it_for_a_day_within_reach(self, session, actor, person, on):
        with pytest.raises(DueOutOfReach):
            actions.add_task(session, actor, person, TaskKind.FOLLOW_UP, on)

    def test_another_one_needs_words(self, session, actor, person):
        with pytest.raises(TaskNeedsWords):
            actions.add_task(session, actor, person, TaskKind.OTHER, FRIDAY)


class TestEnding:
    def test_done_with_a_result(self, session, actor, person, task):
        actions.do_task(session, actor, person, task, result="She starts on Monday")
        assert (task.state, task.done_by) == (TaskState.DONE, actor.user_id)
        assert task.done_at is not None
        assert b"Monday" not in task.result
        assert queries.result_of(session, task) == "She starts on Monday"
        assert last(session).kind is Kind.TASK_DONE

    def test_dropped_with_a_reason(self, session, actor, person, task):
        actions.drop_task(session, actor, person, task, reason="She moved away")
        entry = last(session)
        assert (task.state, entry.kind, entry.has_reason) == (TaskState.DROPPED, Kind.TASK_DROPPED, True)

    def test_what_has_ended_does_not_change(self, session, actor, person, task):
        actions.do_task(session, actor, person, task)
        changes = (
            lambda: actions.do_task(session, actor, person, task),
            lambda: actions.drop_task(session, actor, person, task, reason="x"),
            lambda: actions.move_tasks(session, actor, [(task, person)], FRIDAY),
            lambda: actions.hand_over_task(session, actor, person, task, actor.user_id),
        )
        for change in changes:
            with pytest.raises(TaskNotOpen):
                change()


class TestMoving:
    def test_several_move_together(self, session, actor, person, task):
        other = make_task(session, actor, person, date(2026, 11, 12))
        assert actions.move_tasks(session, actor, [(task, person), (other, person)], FRIDAY) == 1
        assert other.due_on == FRIDAY
        entry = last(session)
        assert (entry.kind, entry.facts["was"], entry.facts["due"]) == (Kind.TASK_MOVED, "2026-11-12", "2026-11-27")

    def test_or_none(self, session, actor, person, task):
        done = make_task(session, actor, person, date(2026, 11, 12))
        actions.do_task(session, actor, person, done)
        with pytest.raises(TaskNotOpen):
            actions.move_tasks(session, actor, [(task, person), (done, person)], date(2026, 11, 30))
        with pytest.raises(DueOutOfReach):
            actions.move_tasks(session, actor, [(task, person)], date(2026, 11, 1))
        assert task.due_on == FRIDAY


class TestHandingOver:
    def test_to_a_colleague_of_the_office(self, session, actor, office, person, task):
        colleague = make_user(session, Role.RECEPTION_OFFICER, offices=[office])
        actions.hand_over_task(session, actor, person, task, colleague.id)
        assert task.assignee_id == colleague.id
        assert last(session).kind is Kind.TASK_HANDED_OVER

    def test_to_nobody_else(self, session, actor, office, person, task):
        others = [
            make_user(session, Role.CASEWORKER, offices=[make_office(session, "Huye")]).id,
            make_user(session, Role.FINANCE_OFFICER, offices=[office]).id,
            new_id(),
        ]
        for user_id in others:
            with pytest.raises(NobodyThere):
                actions.hand_over_task(session, actor, person, task, user_id)
