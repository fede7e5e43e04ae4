"""A SIGKILL in the middle of an import, a release and a reconciliation: nothing is lost, doubled or half done.

Where a process dies is drawn by the number of the kill, so that each can be tried again alone. Of five, one dies before
any statement there is; one before a statement of the transaction that counts; one between two transactions; one while
a commit is under way; one at any moment, also while it starts. The next process must find by itself what is left to do;
every fourth is killed too.
"""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.kills.child import Trap
from tests.kills.place import Moment
from tests.kills.world import COMMANDS, JOBS, REQUESTS, arrivals_went_wrong, receive, system_went_wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.kills.conftest import Ground, Rehearsal
    from tests.kills.place import Place
    from tests.support.databases import Kind

KILLS = 50
SHORT = {
    "sqlite": {"import": (41, 3), "release": (36, 17), "reconciliation": (7, 4)},
    "postgresql": {"import": (36,), "release": (26,), "reconciliation": (8,)},
}
"""The kills of `make test`, by number: some between transactions, in a commit and inside a transaction."""
IN_THE_HEART, AFTER_COMMIT, IN_COMMIT, AT_ANY_MOMENT = 1, 2, 3, 4
COMMIT_TAKES = 0.003
START_TAKES = 1.5


def fates(job: str, number: int, rehearsal: Rehearsal) -> list[Trap | Moment]:
    """How the processes of this kill end, one after the other."""
    lot = random.Random(f"{job} {number}")
    nth, kind = divmod(number, 5)
    marks = rehearsal.marks
    again = [Moment(lot.uniform(0, START_TAKES + rehearsal.seconds))] if number % 4 == 3 else []
    if kind == AT_ANY_MOMENT:
        at_work = lot.random() < 0.5
        return [Moment(lot.uniform(0, rehearsal.seconds if at_work else START_TAKES), at_work=at_work), *again]
    if kind == IN_COMMIT:
        return [Trap(_nth(marks, "COMMIT", nth), lot.uniform(0, COMMIT_TAKES)), *again]
    if kind == AFTER_COMMIT:
        return [Trap(_nth(marks, "committed", nth)), *again]
    within = _heart(marks) if kind == IN_THE_HEART else range(len(marks))
    return [Trap(within[int((nth + lot.random()) * len(within) / (KILLS // 5))]), *again]


def _heart(marks: Sequence[str]) -> range:
    """The transaction in which the most different things are done: that which must not be half done."""
    ends = [place + 1 for place, mark in enumerate(marks) if mark == "committed"]
    transactions = [range(*two) for two in pairwise([0, *ends])]
    return max(transactions, key=lambda places: len({marks[place] for place in places}))


def _nth(marks: Sequence[str], wanted: str, nth: int) -> int:
    """The place of a mark among all, taking them in turn."""
    places = [place for place, mark in enumerate(marks) if mark == wanted]
    return places[nth % len(places)]


def everything_done_once(place: Place, wrong: Callable[..., Iterable[str]], rehearsal: Rehearsal, ends: object) -> None:
    """No process is left to do anything, the work was done once, and whoever came by it can be met."""
    assert place.left() == 0
    place.take_seat()
    with place.database.read() as session:
        found = list(wrong(session, place.world))
        assert found == [], f"{ends}: {found}"
    with place.database.write() as session:
        receive(session, place.world)
    with place.database.read() as session:
        found = [*arrivals_went_wrong(session, place.world), *system_went_wrong(session, place.world, rehearsal.left)]
        assert found == [], f"{ends}: {found}"


def kill(ground: Ground, job: str, number: int) -> None:
    """Kill the background while it does a job."""
    rehearsal = ground.rehearsal(job)
    ends = fates(job, number, rehearsal)
    with ground.place() as place:
        if place.database.dialect == "postgresql" and number % 2:
            place.names = ("one", "two")  # somebody else takes over what the dead one left
        place.carry_out(JOBS[job].pieces, ends)
        if number % 5 == 3:
            place.look_once_more()
        everything_done_once(place, JOBS[job].wrong, rehearsal, ends)


def kill_command(ground: Ground, job: str, number: int) -> None:
    """Kill the one transaction of a command that does the same."""
    command, rehearsal = COMMANDS[job], ground.rehearsed_command(job)
    [fate, *_again] = fates(job, number, rehearsal)
    if isinstance(fate, Moment):
        fate = Moment(fate.seconds)
    with ground.place() as place:
        words = command.words(place.world, place.settings.data_dir)
        place.type_until_done(words, fate, refused=command.refused)
        everything_done_once(place, command.wrong, rehearsal, fate)


def kill_request(ground: Ground, job: str, number: int) -> None:
    """Kill what serves the page on which the same is asked for."""
    request, rehearsal = REQUESTS[job], ground.rehearsed_request(job)
    [fate, *_again] = fates(job, number, rehearsal)
    with ground.place() as place:
        place.send(request, fate if isinstance(fate, Trap) else None)
        assert isinstance(fate, Moment) or fate.delay is not None or place.deaths == 1, "it never came to its trap"
        everything_done_once(place, request.wrong, rehearsal, fate)


def test_a_few_kills_leave_everything_done_once(ground: Ground, kind: Kind) -> None:
    for job, numbers in SHORT[kind].items():
        for number in numbers:
            kill(ground, job, number)
    if kind == "sqlite":
        kill_command(ground, "release", 46)
        kill_request(ground, "reconciliation", 46)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(KILLS))
@pytest.mark.parametrize("job", JOBS)
def test_every_kill_leaves_everything_done_once(ground: Ground, job: str, number: int) -> None:
    kill(ground, job, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(0, KILLS, 3))
@pytest.mark.parametrize("job", COMMANDS)
def test_every_kill_of_a_command_leaves_all_or_nothing(ground: Ground, job: str, number: int) -> None:
    kill_command(ground, job, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(0, KILLS, 3))
@pytest.mark.parametrize("job", REQUESTS)
def test_every_kill_of_a_request_leaves_all_or_nothing(ground: Ground, job: str, number: int) -> None:
    kill_request(ground, job, number)
