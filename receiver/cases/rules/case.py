"""How a case moves, and what notes and tasks may be: pure rules with their words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, n_, p_

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from receiver.kit.words import Words

_NOTES = "/notes/"

PLAN_WITHIN = timedelta(days=30)
"""A plan is agreed within 30 days of arrival (domain: Case); later than that shows as late."""
FIRST_VISIT_WITHIN = timedelta(days=3)
"""A caseworker meets a person within three days of arrival and asks how to pay the stipend; ours."""


class Stage(LabelledEnum):
    """Where the work with a person stands."""

    ARRIVED = "arrived", p_("case", "Arrived")
    INTAKE = "intake", p_("case", "Intake")
    ASSESSMENT = "assessment", p_("case", "Assessment")
    PLANNING = "planning", p_("case", "Planning")
    ACTIVE = "active", p_("case", "Active")
    EXIT_PLANNED = "exit_planned", p_("case", "Exit planned")
    CLOSED = "closed", p_("case", "Closed")


class CloseReason(LabelledEnum):
    """Why a case ended (IOM reintegration handbook, case closure; facts §2)."""

    GOALS_MET = "goals_met", p_("closing a case", "Goals met")
    SUPPORT_PERIOD_ENDED = "support_period_ended", p_("closing a case", "Support period ended")
    NO_LONGER_ELIGIBLE = "no_longer_eligible", p_("closing a case", "No longer eligible")
    WITHDREW = "withdrew", p_("closing a case", "The person withdrew")
    LEFT_AREA = "left_area", p_("closing a case", "Left the area")
    MOVED_ONWARD = "moved_onward", p_("closing a case", "Moved to another country")
    RETURNED_VOLUNTARILY = "returned_voluntarily", p_("closing a case", "Returned home by choice")
    TRANSFERRED = "transferred_other_agency", p_("closing a case", "Taken over by another agency")
    DECEASED = "deceased", p_("closing a case", "Died")
    ACCESS_BARRIER = "access_barrier", p_("closing a case", "Could not reach our services")
    UNSUITABLE = "assistance_unsuitable", p_("closing a case", "Assistance did not suit")
    STAFF_SAFETY = "safety_of_staff", p_("closing a case", "Safety of staff")
    FEAR_OR_STIGMA = "fear_or_stigma", p_("closing a case", "Fear or stigma")
    FUNDING_ENDED = "funding_ended", p_("closing a case", "Funding ended")
    CONTEXT_INSECURE = "context_insecure", p_("closing a case", "The place is not safe")
    DUPLICATE = "duplicate_record", p_("closing a case", "Duplicate record")


class OpeningReason(LabelledEnum):
    """Why somebody opens a sensitive note (U52)."""

    HELP = "help", p_("why a note is opened", "To help this person now")
    SAFETY = "safety", p_("why a note is opened", "Someone is in danger")
    HANDOVER = "handover", p_("why a note is opened", "To take over or review the case")
    CORRECTION = "correction", p_("why a note is opened", "To put the note right")
    COMPLAINT = "complaint", p_("why a note is opened", "To answer a complaint or a request about data")


class NoteKind(LabelledEnum):
    """How the contact took place."""

    VISIT = "visit", p_("note", "Visit")
    OFFICE = "office", p_("note", "Meeting at the office")
    CALL = "call", p_("note", "Phone call")
    MESSAGE = "message", p_("note", "Message")
    PARTNER = "partner", p_("note", "Word from a partner")
    OTHER = "other", p_("note", "Other")


class TaskKind(LabelledEnum):
    """What is to be done; `OTHER` carries its own words."""

    FIRST_VISIT = "first_visit", p_("task", "Meet the person")
    PLAN = "plan", p_("task", "Agree on a plan")
    PAYEE = "payee", p_("task", "Ask how to pay the stipend")
    PAYMENT_FAILED = "payment_failed", p_("task", "Ask for a new number: a payment failed")
    DOCUMENT_EXPIRES = "document_expires", p_("task", "A document runs out")
    DUPLICATE = "duplicate", p_("task", "Decide on a possible duplicate")
    COLLECTOR = "collector", p_("task", "Name who collects for the household")
    FOLLOW_UP = "follow_up", p_("task", "Follow up")
    OTHER = "other", p_("task", "Other")


class TaskState(LabelledEnum):
    """Whether a task is still to be done."""

    OPEN = "open", p_("task", "Open")
    DONE = "done", p_("task", "Done")
    DROPPED = "dropped", p_("task", "Dropped")


_NEXT: dict[Stage, frozenset[Stage]] = {
    Stage.ARRIVED: frozenset({Stage.INTAKE, Stage.CLOSED}),
    Stage.INTAKE: frozenset({Stage.ASSESSMENT, Stage.CLOSED}),
    Stage.ASSESSMENT: frozenset({Stage.PLANNING, Stage.CLOSED}),
    Stage.PLANNING: frozenset({Stage.ACTIVE, Stage.CLOSED}),
    Stage.ACTIVE: frozenset({Stage.EXIT_PLANNED, Stage.PLANNING, Stage.CLOSED}),
    Stage.EXIT_PLANNED: frozenset({Stage.ACTIVE, Stage.CLOSED}),
    Stage.CLOSED: frozenset({Stage.INTAKE}),
}


OPEN_STAGES = tuple(stage for stage in Stage if stage is not Stage.CLOSED)
"""The stages of a case on which somebody works."""

ON_ARRIVAL: tuple[tuple[TaskKind, timedelta], ...] = (
    (TaskKind.FIRST_VISIT, FIRST_VISIT_WITHIN),
    (TaskKind.PAYEE, FIRST_VISIT_WITHIN),
    (TaskKind.PLAN, PLAN_WITHIN),
)
"""What is to be done for everybody who arrives, and within how long."""

NEXT_STEP_IS = _("Next step: %(step)s")
"""How the next step stands in a sensitive note, from which nobody copies it."""

HORIZON = timedelta(days=366)
"""A task lies at most a year ahead; what is later is forgotten anyway."""


class CaseCannotMove(Refusal):
    """A stage that does not follow the present one."""

    sentence = _("A case in the stage “%(now)s” cannot move to “%(then)s”.")


class TaskNotOpen(Refusal):
    """A task that is done or dropped does not change again."""

    sentence = _("This task is no longer open, so nothing was changed.")


class NoOpenCase(Refusal):
    """Something that needs an open case, for somebody who has none."""

    sentence = _("%(reference)s has no open case, so nothing was changed.")


class CaseAlreadyOpen(Refusal):
    """A second open case of one person under one programme."""

    sentence = _("There is another open case under this programme, so this one stays closed.")


class NoCaseworkerThere(Refusal):
    """A caseworker who does not work in the office of a person."""

    sentence = _("This colleague is no caseworker in the office of %(reference)s. Nothing was changed.")
    status = 422


class NobodyThere(Refusal):
    """A colleague who does not work in the office of a person."""

    sentence = _("This colleague does not work in the office of the person, so the task stays where it is.")
    status = 422


class ClosingObjected(Refusal):
    """A case to close while something of it is unsettled."""

    sentence = n_(
        "This case cannot be closed yet: %(n)s thing is not settled.",
        "This case cannot be closed yet: %(n)s things are not settled.",
        0,
    )

    def __init__(self, *, count: int) -> None:
        super().__init__(n=count)


class ClosedBeforeOpened(Refusal):
    """A last day before the first one, or one that has not come yet."""

    sentence = _("A case ends between the day it was opened and today.")
    status = 422


class ContactInFuture(Refusal):
    """A contact that has not taken place yet."""

    sentence = _("The day of the contact has not come yet. For what is to happen, add a task.")
    status = 422


class DueOutOfReach(Refusal):
    """A day for a task that is past or far away."""

    sentence = _("Please choose a day from today to a year from now.")
    status = 422


class TaskNeedsWords(Refusal):
    """A task of the kind “Other” that says nothing."""

    sentence = _("Please write what is to be done.")
    status = 422


class NoteUnchanged(Refusal):
    """A correction that changes nothing."""

    sentence = _("The text is the same as before, so no correction was saved.")
    status = 422


def next_stages(stage: Stage) -> list[Stage]:
    """The stages that may follow, in their usual order."""
    return [later for later in Stage if later in _NEXT[stage]]


def steps(stage: Stage) -> list[Stage]:
    """The stages to which a case moves in the course of the work: closing and opening again are acts of their own."""
    return [] if stage is Stage.CLOSED else [later for later in next_stages(stage) if later is not Stage.CLOSED]


def check_step(now: Stage, then: Stage) -> None:
    """Refuse what is no step in the course of the work.

    Raises:
        CaseCannotMove
    """
    if then not in steps(now):
        raise CaseCannotMove(now=now.label, then=then.label)


def check_closing(opened_on: date, closed_on: date, today: date) -> None:
    """Refuse a last day that cannot be.

    Raises:
        ClosedBeforeOpened
    """
    if not opened_on <= closed_on <= today:
        raise ClosedBeforeOpened


def check_contact(on: date, today: date) -> None:
    """Refuse a contact in the future.

    Raises:
        ContactInFuture
    """
    if on > today:
        raise ContactInFuture


def check_due(on: date, today: date) -> None:
    """Refuse a day on which a task cannot be done, or will be forgotten.

    Raises:
        DueOutOfReach
    """
    if not today <= on <= today + HORIZON:
        raise DueOutOfReach


def check_task_words(kind: TaskKind, title: str) -> None:
    """Refuse a task that nobody would understand.

    Raises:
        TaskNeedsWords
    """
    if kind is TaskKind.OTHER and not title:
        raise TaskNeedsWords


def note_url(note_id: UUID) -> str:
    """Where a note is read: what a task leads to whose own words would tell of a sensitive one."""
    return f"{_NOTES}{note_id}"


def leads_to_note(url: str) -> bool:
    """Whether a task is the next step of a sensitive note."""
    return url.startswith(_NOTES)


def words_for(kind: TaskKind, url: str) -> Words:
    """What a task is called for which nobody wrote words."""
    if leads_to_note(url):
        return _("Next step of a sensitive note")
    return _("Find out where the person is") if leads_to_arrival(url) else kind.label


def arrival_url(reference: str) -> str:
    """Where it stands with whom somebody was expected, and what became of it."""
    return f"/people/{reference}/intake/arrival"


def leads_to_arrival(url: str) -> bool:
    """Whether a task is about somebody who was expected and did not come."""
    return url.endswith("/intake/arrival")


def arrival_key(kind: TaskKind, case_id: UUID) -> str:
    """What makes a task of an arrival one that is made once."""
    return f"{kind.value}/{case_id}"


def check_move(now: Stage, then: Stage) -> None:
    """Refuse a step that the case does not have.

    Raises:
        CaseCannotMove
    """
    if then not in _NEXT[now]:
        raise CaseCannotMove(now=now.label, then=then.label)


def plan_due_on(arrived_on: date) -> date:
    """The day by which a plan should be agreed."""
    return arrived_on + PLAN_WITHIN


def days_late(due_on: date, today: date) -> int:
    """How many days something is late; 0 or less if it is not."""
    return (today - due_on).days
