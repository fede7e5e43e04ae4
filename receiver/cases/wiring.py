"""What this room connects and offers to others, done by the roof once all rooms are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import i18n
from receiver.access import Permission
from receiver.cases import actions, queries
from receiver.cases.actions.by_rule import look_for
from receiver.cases.rules import ANSWERS_SHOWN, ProposalList
from receiver.kit import clock
from receiver.kit.words import _, p_
from receiver.people import hooks
from receiver.people.hooks import Advice, Alert
from receiver.web.slots import MENU, PERSON_TABS, TODAY, MenuGroup, MenuItem, Tab, TodayList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person

PEOPLE = MenuItem("people", p_("menu", "People"), "/people", MenuGroup.WORK, Permission.PERSON_LIST, main=20)
TASKS = MenuItem("tasks", p_("menu", "Tasks"), "/tasks", MenuGroup.WORK, Permission.TASK_VIEW, main=30)

TABS = (
    Tab("summary", p_("person tab", "Summary"), "", Permission.PERSON_LIST, order=0),
    Tab("history", p_("person tab", "History"), "history", Permission.CASE_VIEW, order=10),
    Tab("tasks", p_("person tab", "Tasks"), "tasks", Permission.TASK_VIEW, order=20),
    Tab("attachments", p_("person tab", "Files"), "attachments", Permission.ATTACHMENT_VIEW, order=80, aside=True),
)


def wire() -> None:
    """Connect the room; doing it again changes nothing."""
    hooks.PERSON_ARRIVED.connect(actions.open_case, name="cases")
    hooks.ARRIVAL_CORRECTED.connect(actions.follow_arrival, name="cases")
    hooks.ARRIVAL_MARKED.connect(look_for, name="cases")
    hooks.CASEWORKER_CHOSEN.connect(_caseworker_chosen, name="cases")
    hooks.CASEWORKER_ADVICE.connect(_advice, name="cases")
    hooks.ALERTS.connect(_gone_with_open_case, name="cases")
    MENU.offer(PEOPLE)
    MENU.offer(TASKS)
    for tab in TABS:
        PERSON_TABS.offer(tab)
    hooks.ALERTS.connect(_proposed, name="proposals")
    TODAY.offer(DUE)
    TODAY.offer(PROPOSALS)
    TODAY.offer(ANSWERS)


def _caseworker_chosen(
    session: Session, actor: Actor, people: Sequence[Person], programme_id: UUID, caseworker_id: UUID
) -> int:
    return actions.assign_caseworker(session, actor, people, caseworker_id, programme_id=programme_id)


def _advice(session: Session, people: Sequence[Person]) -> Sequence[Advice]:
    return queries.suggestions(session, people)


def _gone_with_open_case(session: Session, actor: Actor, person: Person) -> Sequence[Alert]:
    """Whoever may close cases learns of those whose person has left or died."""
    if person.left_on is None or not actor.may(Permission.CASE_CLOSE):
        return []
    case = queries.open_case(session, person.id)
    if case is None:
        return []
    close = f"/people/{person.reference}/close"
    return [Alert("warn", _("The case is still open."), close, _("Close the case"))]


def _proposed(session: Session, actor: Actor, person: Person) -> Sequence[Alert]:
    """Whoever sees the case learns that something is proposed for it."""
    if not actor.may(Permission.CASE_VIEW):
        return []
    return [
        Alert("info", _("Proposed: %(what)s.", what=one.kind.label), f"/proposals/{one.id}", _("Open"))
        for one in queries.open_proposals(session, [person.id])
    ]


def _proposals(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    rows, count = queries.waiting_proposals(session, actor, limit)
    return [{"row": row} for row in rows], count


def _answers(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    rows, count = queries.answered_proposals(session, actor, clock.now() - ANSWERS_SHOWN, limit)
    return [{"row": row} for row in rows], count


def _due(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    today = clock.today(i18n.zone())
    rows, count = queries.due_tasks(session, actor, today, limit)
    return [{"row": row, "late": row.late(today)} for row in rows], count


DUE = TodayList(
    "due",
    _("Due now"),
    Permission.TASK_VIEW,
    _due,
    "cases/today_due.html",
    "/tasks",
    _("Nothing is due."),
    order=10,
)

PROPOSALS = TodayList(
    "proposals",
    ProposalList.WAITING.label,
    Permission.CASE_CLOSE,
    _proposals,
    "cases/today_proposal.html",
    "/proposals",
    _("Nothing is proposed."),
    order=25,
)

ANSWERS = TodayList(
    "answers",
    ProposalList.ANSWERED.label,
    Permission.CASE_EDIT,
    _answers,
    "cases/today_proposal.html",
    "/proposals?show=answered",
    _("Nothing was answered lately."),
    order=26,
)
