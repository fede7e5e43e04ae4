"""How a batch of people arrives, and what becomes of the rows of a manifest."""

from __future__ import annotations

from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_


class BatchState(LabelledEnum):
    """Whether the people of a batch are here."""

    ANNOUNCED = "announced", p_("batch", "Announced")
    ARRIVED = "arrived", p_("batch", "Arrived")
    RECEIVED = "received", p_("batch", "Received")


class ArrivalState(LabelledEnum):
    """Whether one person of a batch is here."""

    EXPECTED = "expected", p_("arrival", "Expected")
    MET = "met", p_("arrival", "Met")
    NOT_ARRIVED = "not_arrived", p_("arrival", "Not arrived")
    HOSPITAL = "hospital", p_("arrival", "In hospital")
    OTHER = "other", p_("arrival", "Elsewhere")


class ImportState(LabelledEnum):
    """How far a manifest is."""

    UPLOADED = "uploaded", p_("manifest", "Uploaded")
    CHECKED = "checked", p_("manifest", "Checked")
    IN_REVIEW = "in_review", p_("manifest", "In review")
    MERGED = "merged", p_("manifest", "Imported")
    REFUSED = "refused", p_("manifest", "Cancelled")


class RowVerdict(LabelledEnum):
    """What a row of a manifest means for us."""

    NEW = "new", p_("row", "New")
    MATCH = "match", p_("row", "Already here")
    DECIDE = "decide", p_("row", "Needs a decision")
    WRONG = "wrong", p_("row", "Wrong")
    IGNORED = "ignored", p_("row", "Left out")


class RowDecision(LabelledEnum):
    """What a human says of a row that looks like somebody known."""

    SAME = "same", p_("row", "The same person")
    OTHER = "other", p_("row", "Another person")
    LATER = "later", p_("row", "Decide later")


class BatchCannotMove(Refusal):
    """A state that does not follow the present one."""

    sentence = _("A batch that is “%(now)s” cannot become “%(then)s”.")


_NEXT = {
    BatchState.ANNOUNCED: (BatchState.ARRIVED,),
    BatchState.ARRIVED: (BatchState.RECEIVED,),
    BatchState.RECEIVED: (),
}


def next_batch_states(state: BatchState) -> tuple[BatchState, ...]:
    """What may follow."""
    return _NEXT[state]


def check_batch_move(now: BatchState, then: BatchState) -> None:
    """Refuse a step that a batch does not have.

    Raises:
        BatchCannotMove
    """
    if then not in _NEXT[now]:
        raise BatchCannotMove(now=now.label, then=then.label)
