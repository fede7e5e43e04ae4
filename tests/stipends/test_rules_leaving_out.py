from __future__ import annotations

import pytest

from receiver.stipends.rules.leaving_out import LeaveOutReason, LeftOutAlready, WhyLeftOut, demand_may_leave_out


@pytest.mark.parametrize(
    ("already", "text", "refusal"),
    [
        (False, "The day of arrival is being corrected.", None),
        (False, "  ", WhyLeftOut),
        (False, "", WhyLeftOut),
        (True, "The day of arrival is being corrected.", LeftOutAlready),
        (True, "", LeftOutAlready),
    ],
)
def test_somebody_is_left_out_once_and_with_words(already, text, refusal):
    if refusal is None:
        demand_may_leave_out("2026-11", already=already, text=text)
    else:
        with pytest.raises(refusal):
            demand_may_leave_out("2026-11", already=already, text=text)


def test_the_reasons_are_about_a_month_and_not_about_behaviour():
    assert [one.value for one in LeaveOutReason] == [
        *("days_to_check", "amount_to_check", "identity_to_check", "person_asked", "other")
    ]
