"""How a batch of people arrives, and what becomes of the rows of a manifest."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


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


class WrongArrivalDay(Refusal):
    """A day on which nobody of a batch can have arrived; it is put right where the day is written."""

    status = 422


class ArrivedInFuture(WrongArrivalDay):
    """Nobody has arrived on a day that has not come."""

    sentence = _("The day of arrival lies in the future. Please give the day on which it was.")


class ArrivedBeforeProgramme(WrongArrivalDay):
    """Nobody has arrived under a programme that had not begun."""

    sentence = _(
        "The programme began on %(day)s, so nobody arrived under it before. Please check the day, above all its year."
    )


class ArrivedTooEarly(WrongArrivalDay):
    """A day so long before the batch was expected that it was most likely mistyped: pay would be given back for it."""

    sentence = _(
        "This is long before %(day)s, the day on which arrival %(slug)s is expected. Please check the day, above all "
        "its month and year. If it is right, please change the day of that arrival first."
    )


class AlreadyHere(Refusal):
    """Whoever was met is here; what becomes of them is recorded with the person."""

    sentence = _(
        "%(reference)s was met and has a case, so this cannot become “%(then)s”. "
        "If the person has left, please record that with the person."
    )


class PeopleInBatch(Refusal):
    """People belong to the programme and office of the batch they came with."""

    sentence = _("There are people in this arrival already, so its programme and office stay as they are.")


class ReceivedTooEarly(Refusal):
    """A batch is received when something is known of everyone."""

    sentence = _("Some people of this arrival are still marked as expected. Please mark what became of them first.")


HERE = frozenset({ArrivalState.MET, ArrivalState.HOSPITAL})
"""The people of these states are in the country: they have a case and, from the day, a claim."""


CAME = HERE | {ArrivalState.OTHER}
"""Of somebody who is here, these states tell with whom they came: they may have gone elsewhere since."""

EARLY_AT_MOST = timedelta(days=31)
"""How long before the expected day of its batch somebody may have arrived; ours.

Journeys are announced weeks ahead and move by days. A month or a year that is mistyped is further away, and every day
of it would be paid.
"""


def check_arrived(arrived_on: date, today: date) -> None:
    """Refuse a day of arrival in the future.

    Raises:
        ArrivedInFuture
    """
    if arrived_on > today:
        raise ArrivedInFuture


def check_arrived_with(arrived_on: date, *, slug: str, expected: date, opens: date) -> None:
    """Refuse a day before the programme `opens`, or long before the day on which the batch of this name is `expected`.

    Raises:
        ArrivedBeforeProgramme, ArrivedTooEarly
    """
    if arrived_on < opens:
        raise ArrivedBeforeProgramme(day=opens)
    if arrived_on < expected - EARLY_AT_MOST:
        raise ArrivedTooEarly(day=expected, slug=slug)


def check_mark(now: ArrivalState, then: ArrivalState, *, here: bool, reference: str) -> None:
    """Refuse to unsay that somebody who is `here` came.

    Raises:
        AlreadyHere
    """
    if here and now in HERE and then in {ArrivalState.EXPECTED, ArrivalState.NOT_ARRIVED}:
        raise AlreadyHere(reference=reference, then=then.label)


def check_received(expected: int) -> None:
    """Refuse to receive a batch while people of it are still expected.

    Raises:
        ReceivedTooEarly
    """
    if expected:
        raise ReceivedTooEarly


def slugs(day: date) -> Iterator[str]:
    """Names of the batches of a day: 2026-11-27-a to -z, then -aa to -zz."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    yield from (f"{day.isoformat()}-{letter}" for letter in letters)
    yield from (f"{day.isoformat()}-{first}{second}" for first in letters for second in letters)
