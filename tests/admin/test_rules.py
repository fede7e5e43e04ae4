from __future__ import annotations

import pytest

from receiver.admin.rules import Health, of_findings, told_results


@pytest.mark.parametrize(
    ("found", "bad", "health"),
    [((), False, Health.GOOD), ((), True, Health.GOOD), (("a",), False, Health.LOOK), (("a",), True, Health.BAD)],
)
def test_what_was_found_says_how_healthy_it_is(found, bad, health):
    assert of_findings(found, bad=bad) is health


def test_only_counts_with_a_name_are_told():
    told = told_results({"people": 3, "cursor": 7, "failed": "no", "known": True})
    assert [(str(words), value) for words, value in told] == [("People", 3)]
