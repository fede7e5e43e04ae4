from __future__ import annotations

from datetime import date

import pytest

from receiver.stipends.rules.handovers import HandedOverBefore, HandoverDayWrong, NotTaken, demand_may_hand_over

MADE, TODAY = date(2026, 11, 24), date(2026, 11, 26)
FINE = {"taken": True, "before": 0, "on": MADE, "made_on": MADE, "today": TODAY, "reason": ""}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"on": TODAY}, None),
        ({"before": 1, "reason": "The provider lost it."}, None),
        ({"taken": False}, NotTaken),
        ({"on": date(2026, 11, 23)}, HandoverDayWrong),
        ({"on": date(2026, 11, 27)}, HandoverDayWrong),
        ({"before": 1}, HandedOverBefore),
        ({"before": 2, "reason": " "}, HandedOverBefore),
    ],
)
def test_when_a_file_can_have_been_handed_over(changes, refusal):
    if refusal is None:
        demand_may_hand_over(**FINE | changes)
    else:
        with pytest.raises(refusal):
            demand_may_hand_over(**FINE | changes)
