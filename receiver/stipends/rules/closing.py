"""Whether a released run adds up, and whether it may be closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.money import Money
from receiver.kit.words import _, n_
from receiver.stipends.rules.runs import RunMove, RunState, move_run

if TYPE_CHECKING:
    from receiver.stipends.rules.runs import RunName


class StillPending(Refusal):
    """Money on its way has no outcome yet."""

    sentence = n_(
        "%(n)s payment of this run has no result yet, so it cannot be closed.",
        "%(n)s payments of this run have no result yet, so it cannot be closed.",
        1,
    )


class ExceptionsOpen(Refusal):
    """A result that nobody understood may be the missing one."""

    sentence = n_(
        "%(n)s result of this run waits for a decision, so it cannot be closed.",
        "%(n)s results of this run wait for a decision, so it cannot be closed.",
        1,
    )


class DoesNotAddUp(Refusal):
    """The equation has a remainder."""

    sentence = _("The figures of this run differ by %(difference)s, so it cannot be closed.")


@dataclass(frozen=True, slots=True)
class Tally:
    """A run's money, all in one currency: what was frozen, and where it went.

    `instructed` is the ledger's movement into transit for this run, the others are its payments by state;
    `paid` counts what was settled and not returned.
    """

    frozen: Money
    held_back: Money
    instructed: Money
    paid: Money
    failed: Money
    returned: Money
    pending: Money

    @property
    def difference(self) -> Money:
        """Zero, when frozen - held back = instructed = paid + failed + returned + pending."""
        sent = self.frozen - self.held_back - self.instructed
        return sent or self.instructed - self.paid - self.failed - self.returned - self.pending


ADDS_UP = frozenset({RunState.RELEASED, RunState.RECONCILING})
"""States in which a run must add up, and can be looked at as long as it is not closed."""


def remainder(state: RunState, currency: str, tally: Tally | None) -> Money | None:
    """What a run leaves over, for lists of runs; None while it was not sent as a whole, or never will be.

    One that is closed had no remainder, and what moves a payment of it later posts as much as it moves.
    """
    if state is RunState.CLOSED:
        return Money.zero(currency)
    return tally.difference if tally is not None and state in ADDS_UP else None


def why_not_close(tally: Tally, pending: int, exceptions: int) -> Refusal | None:
    """Why a run with this tally, so many payments without a result and open exceptions cannot be closed, or None."""
    if pending:
        return StillPending(n=pending)
    if exceptions:
        return ExceptionsOpen(n=exceptions)
    if tally.difference or tally.pending:
        return DoesNotAddUp(difference=tally.difference or tally.pending)
    return None


def close(run: RunName, state: RunState, tally: Tally, *, pending: int, exceptions: int) -> RunState:
    """The state after closing.

    Raises:
        RunCannotMove: the run is not being reconciled.
        StillPending, ExceptionsOpen, DoesNotAddUp: it is not finished.
    """
    target = move_run(run, state, RunMove.CLOSE)
    refusal = why_not_close(tally, pending, exceptions)
    if refusal is not None:
        raise refusal
    return target
