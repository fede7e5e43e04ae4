from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from receiver.background import Work, schedule, step, workflow
from receiver.background.registry import SCHEDULES, WORKFLOWS
from receiver.kit.words import _
from tests.background import sample

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    works, schedules = dict(WORKFLOWS), dict(SCHEDULES)
    yield
    WORKFLOWS.clear()
    WORKFLOWS.update(works)
    SCHEDULES.clear()
    SCHEDULES.update(schedules)


def test_a_workflow_is_known_by_name_title_and_arguments() -> None:
    assert WORKFLOWS["sample.count"] is sample.count
    assert (sample.count.takes, sample.count.cancellable) == ({"parts"}, True)
    assert sample.fail.cancellable is False


def test_a_module_may_be_loaded_again_but_two_cannot_share_a_name() -> None:
    def again(work: Work) -> None: ...

    again.__module__ = sample.__name__
    assert workflow("sample.count", title=_("Again"))(again).function is again

    def other(work: Work) -> None: ...

    with pytest.raises(ValueError, match=r"two functions are called sample\.count"):
        workflow("sample.count", title=_("Other"))(other)


def test_a_title_asks_for_arguments_that_there_are() -> None:
    with pytest.raises(ValueError, match="asks for run"):

        @workflow("sample.title", title=_("Releasing %(run)s"))
        def release(work: Work, month: str) -> None: ...


def test_scheduled_work_takes_the_moment_alone() -> None:
    with pytest.raises(ValueError, match="takes `due` and nothing else"):
        schedule("0 2 * * *")(sample.count)
    made = schedule("0 2 * * *", every_missed=True)(sample.tick)
    assert made is sample.tick
    assert (SCHEDULES["sample.tick"].cron, SCHEDULES["sample.tick"].every_missed) == ("0 2 * * *", True)


def test_a_step_names_its_arguments() -> None:
    with pytest.raises(TypeError, match="names every argument"):

        @step
        def vague(work: Work, session: object, **ids: int) -> None: ...
