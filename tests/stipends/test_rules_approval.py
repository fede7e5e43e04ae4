from __future__ import annotations

from uuid import UUID

import pytest

from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.stipends.rules.approval import (
    Approval,
    ApprovedAlready,
    ApproverIsPaid,
    ApproverPreparedRun,
    ApproverSubmittedRun,
    ReleaserApprovedRun,
    RunChanged,
    RunHumans,
    TotalDiffers,
    approvals_needed,
    approve,
    release,
    why_not_approve,
    why_not_release,
)
from receiver.stipends.rules.runs import RunCannotMove, RunName, RunState

RUN = RunName(Month(2026, 11))
ANN, BEN, CAT, DAN = (UUID(int=number) for number in range(1, 5))
TOTAL = Money(21_840_000, "RWF")
FROZEN = Approval(TOTAL, "digest")
HUMANS = RunHumans(prepared_by=frozenset({ANN}), submitted_by=BEN, paid=frozenset({CAT}))


@pytest.mark.parametrize(
    ("user", "humans", "refusal"),
    [
        (ANN, HUMANS, ApproverPreparedRun),
        (BEN, HUMANS, ApproverSubmittedRun),
        (CAT, HUMANS, ApproverIsPaid),
        (DAN, HUMANS, None),
        (DAN, RunHumans(frozenset({ANN}), BEN, approved_by=(DAN,)), ApprovedAlready),
        (DAN, RunHumans(frozenset()), None),
    ],
)
def test_the_approver_is_another_human(user, humans, refusal):
    told = why_not_approve(RUN, humans, user)
    assert type(told) is (refusal or type(None))
    if refusal is None:
        assert approve(RUN, RunState.SUBMITTED, humans, user, FROZEN, FROZEN) is RunState.APPROVED
        return
    assert "2026-11" in str(told)
    with pytest.raises(refusal):
        approve(RUN, RunState.SUBMITTED, humans, user, FROZEN, FROZEN)


@pytest.mark.parametrize("state", [state for state in RunState if state is not RunState.SUBMITTED])
def test_only_a_submitted_run_is_approved(state):
    with pytest.raises(RunCannotMove):
        approve(RUN, state, HUMANS, DAN, FROZEN, FROZEN)


def test_what_is_approved_is_what_was_read():
    with pytest.raises(RunChanged):
        approve(RUN, RunState.SUBMITTED, HUMANS, DAN, Approval(TOTAL, "older"), FROZEN)


@pytest.mark.parametrize("typed", [Money(21_840_001, "RWF"), Money(21_840_000, "USD"), Money(0, "RWF")])
def test_the_total_is_typed(typed):
    with pytest.raises(TotalDiffers):
        approve(RUN, RunState.SUBMITTED, HUMANS, DAN, Approval(typed, "digest"), FROZEN)


@pytest.mark.parametrize(
    ("threshold", "needed"),
    [(None, 1), (TOTAL, 1), (Money(21_839_999, "RWF"), 2), (Money(30_000_000, "RWF"), 1)],
)
def test_above_the_threshold_two_humans_approve(threshold, needed):
    assert approvals_needed(TOTAL, threshold) == needed


def test_the_first_of_two_approvals_leaves_the_run_submitted():
    first = approve(RUN, RunState.SUBMITTED, HUMANS, DAN, FROZEN, FROZEN, needed=2)
    assert first is RunState.SUBMITTED
    after = RunHumans(HUMANS.prepared_by, BEN, approved_by=(DAN,))
    assert approve(RUN, RunState.SUBMITTED, after, UUID(int=9), FROZEN, FROZEN, needed=2) is RunState.APPROVED


def test_an_approver_does_not_release():
    humans = RunHumans(frozenset({ANN}), BEN, approved_by=(DAN,))
    assert isinstance(why_not_release(RUN, humans, DAN), ReleaserApprovedRun)
    with pytest.raises(ReleaserApprovedRun):
        release(RUN, RunState.APPROVED, humans, DAN)
    assert release(RUN, RunState.APPROVED, humans, ANN) is RunState.RELEASED
    with pytest.raises(RunCannotMove):
        release(RUN, RunState.SUBMITTED, humans, ANN)
