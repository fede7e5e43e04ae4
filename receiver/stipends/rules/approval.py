"""Four eyes: which human may submit, approve, return and release a run. Humans count, not roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import _, n_
from receiver.stipends.rules.runs import RunMove, RunState, move_run

if TYPE_CHECKING:
    from uuid import UUID

    from receiver.kit.money import Money
    from receiver.stipends.rules.runs import RunName

TWO_APPROVERS = 2


class HumanNeeded(Refusal):
    """Money is moved by people, who can be asked why."""

    sentence = _("This step needs someone who is signed in.")
    status = 403


class ApproverPreparedRun(Refusal):
    """Approver ≠ preparer."""

    sentence = _("You prepared pay run %(run)s, so someone else must approve it.")


class ApproverSubmittedRun(Refusal):
    """Approver ≠ submitter."""

    sentence = _("You sent pay run %(run)s to approval, so someone else must approve it.")


class ApproverIsPaid(Refusal):
    """Nobody approves money for themselves."""

    sentence = _("You are paid by pay run %(run)s, so someone else must approve it.")


class ApprovedAlready(Refusal):
    """Two approvals are two humans."""

    sentence = _("You have already approved pay run %(run)s. It needs another approver as well.")


class ReleaserApprovedRun(Refusal):
    """Approver ≠ releaser."""

    sentence = _("You approved pay run %(run)s, so someone else must release it.")


class TotalDiffers(Invalid):
    """The total is typed from paper or a voice, not copied from the page."""

    sentence = _("The total you typed is not the total of this run. Nothing was approved. Please compare again.")


class DownloadNeedsReason(Invalid):
    """A pay file that leaves twice can be paid twice."""

    sentence = n_(
        "This file was already downloaded %(n)s time. Please say why it is needed again.",
        "This file was already downloaded %(n)s times. Please say why it is needed again.",
        1,
    )


class RunChanged(Refusal):
    """Somebody approved what they did not see."""

    sentence = _("Pay run %(run)s changed while you were reading it. Nothing was approved. Please read it again.")


class Human(Protocol):
    """Somebody who acts, as far as these rules must know."""

    @property
    def user_id(self) -> UUID | None:
        """The account, or None for the program itself."""


@dataclass(frozen=True, slots=True)
class RunHumans:
    """Who did what to a run, by user; `paid` are users who are themselves paid by one of its lines.

    `prepared_by` is everyone who built, rebuilt or changed the draft, `approved_by` those of the present submission.
    """

    prepared_by: frozenset[UUID]
    submitted_by: UUID | None = None
    approved_by: tuple[UUID, ...] = ()
    paid: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Approval:
    """What an approval is given to: a total, and the digest of the frozen lines."""

    total: Money
    digest: str


def demand_human(actor: Human) -> UUID:
    """The user who acts.

    Raises:
        HumanNeeded: it is the program itself.
    """
    if actor.user_id is None:
        raise HumanNeeded
    return actor.user_id


def approvals_needed(total: Money, threshold: Money | None) -> int:
    """How many humans must approve: two above the threshold, else one."""
    return TWO_APPROVERS if threshold is not None and total > threshold else 1


def why_not_approve(run: RunName, humans: RunHumans, user: UUID) -> Refusal | None:
    """Why this user may never approve this run as it stands, or None."""
    name = str(run)
    if user in humans.prepared_by:
        return ApproverPreparedRun(run=name)
    if user == humans.submitted_by:
        return ApproverSubmittedRun(run=name)
    if user in humans.paid:
        return ApproverIsPaid(run=name)
    if user in humans.approved_by:
        return ApprovedAlready(run=name)
    return None


def why_not_release(run: RunName, humans: RunHumans, user: UUID) -> Refusal | None:
    """Why this user may never release this run, or None."""
    return ReleaserApprovedRun(run=str(run)) if user in humans.approved_by else None


def approve(
    run: RunName, state: RunState, humans: RunHumans, user: UUID, given: Approval, against: Approval, needed: int = 1
) -> RunState:
    """The state after one approval: approved when it is the last one needed, else still submitted.

    Args:
        run: the run's name.
        state: where it stands.
        humans: who did what to it so far.
        user: who approves it now.
        given: the total the user typed, and the digest of the run on the page the user read.
        against: the run's own.
        needed: how many approvals it needs, from `approvals_needed`.

    Raises:
        RunCannotMove: the run is not waiting for approval.
        ApproverPreparedRun, ApproverSubmittedRun, ApproverIsPaid, ApprovedAlready: the human is the wrong one.
        RunChanged: the page showed another version of the run.
        TotalDiffers: the typed total is not the run's.
    """
    target = move_run(run, state, RunMove.APPROVE)
    refusal = why_not_approve(run, humans, user)
    if refusal is not None:
        raise refusal
    if given.digest != against.digest:
        raise RunChanged(run=str(run))
    if given.total != against.total:
        raise TotalDiffers
    return target if len(humans.approved_by) + 1 >= needed else state


def release(run: RunName, state: RunState, humans: RunHumans, user: UUID) -> RunState:
    """The state after release.

    Raises:
        RunCannotMove: the run is not approved.
        ReleaserApprovedRun: the human approved it.
    """
    target = move_run(run, state, RunMove.RELEASE)
    refusal = why_not_release(run, humans, user)
    if refusal is not None:
        raise refusal
    return target
