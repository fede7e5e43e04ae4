"""What can become of background work, and how often a page asks after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from receiver.kit.errors import NotAllowed, Refusal
from receiver.kit.words import LabelledEnum, Words, _, p_

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class WorkState(LabelledEnum):
    """Where a piece of work stands. It moves down this list; what failed or was cancelled may be handed over again."""

    QUEUED = "queued", p_("background work", "Waiting")
    RUNNING = "running", p_("background work", "In progress")
    DONE = "done", p_("background work", "Done")
    FAILED = "failed", p_("background work", "Not done")
    CANCELLED = "cancelled", p_("background work", "Cancelled")

    @property
    def over(self) -> bool:
        """Nothing more will happen by itself."""
        return self in {WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED}


UNFINISHED = tuple(state for state in WorkState if not state.over)
REPEATABLE = (WorkState.FAILED, WorkState.CANCELLED)


class RequesterMayNotWork(NotAllowed):
    """The account that asked for the work has been locked or removed since."""

    sentence: ClassVar[Words] = _(
        "The account that asked for this can no longer do it. Somebody else has to ask again."
    )


class WorkIsOver(Refusal):
    """Cancelling came after the end."""

    sentence: ClassVar[Words] = _("This has already ended, so it cannot be cancelled.")


class PastCancelling(Refusal):
    """Cancelling came after the step that counts."""

    sentence: ClassVar[Words] = _("This can no longer be cancelled, because its result is already being saved.")


class AnotherExecutes(Refusal):
    """A second process would execute the same work."""

    sentence: ClassVar[Words] = _(
        "Another process already does the background work here: %(holder)s. Stop it first, or leave the work to it."
    )


_WORK = _("Background work")
_WENT_WRONG = _("Something went wrong on our side, and nothing of the last step was kept. You can try again.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How a piece of work stands, as its page shows it; `result` holds ids and counts."""

    id: UUID
    name: str
    title: Words
    state: WorkState
    done: int
    total: int | None
    errors: int
    result: dict[str, object]
    url: str | None
    failure: str | None
    reason: Words | None
    may_cancel: bool
    cancel_asked: bool
    requested_by: UUID | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """What DBOS knows of an attempt: it will run or is running it, in the hands of `executor`; or it has given up."""

    active: bool = False
    given_up: bool = False
    executor: str | None = None


def title_of(template: Words | None, facts: dict[str, object]) -> Words:
    """The title of a work with its own ids put in; a plain word where its code is gone or asks for more."""
    if template is None or not template.missing <= facts.keys():
        return _WORK
    return template.with_(**{name: facts[name] for name in template.missing})


def reason_of(failure: str | None, params: dict[str, object]) -> Words | None:
    """Why a work was not done: the sentence of its refusal, or a general one for a fault of the program."""
    if failure is None:
        return None
    sentence = _sentences().get(failure)
    if sentence is None or not sentence.missing <= params.keys():
        return _WENT_WRONG
    return sentence.with_(**{name: params[name] for name in sentence.missing})


def _sentences() -> dict[str, Words]:
    """The sentence of every refusal there is, by its code."""
    found: dict[str, Words] = {}
    kinds: list[type[Refusal]] = [Refusal]
    while kinds:
        kind = kinds.pop()
        found[code_of(kind)] = kind.sentence
        kinds.extend(kind.__subclasses__())
    return found


def code_of(kind: type[Refusal]) -> str:
    """The code of a class of refusals, without making one."""
    return kind.__new__(kind).code


def next_look(waited: float) -> int:
    """Seconds until a page should ask again, given how many it has waited: 2, then 3, 5 and 10."""
    return next((delay for limit, delay in ((6, 2), (15, 3), (60, 5)) if waited < limit), 10)


def moved_on(now: int, reported: int) -> int:
    """Progress never goes back, although work that resumes counts from the start again."""
    return max(now, reported)
