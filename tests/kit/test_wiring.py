from __future__ import annotations

from dataclasses import dataclass

import pytest

from receiver.kit.wiring import Hook, Slot


@dataclass(frozen=True)
class Tab:
    name: str
    title: str = ""


def greet() -> str:
    return "hello"


def test_a_slot_keeps_the_order_in_which_things_are_offered():
    slot = Slot[Tab]("tabs")
    assert repr(slot) == "<Slot tabs: empty>"
    first, second = slot.offer(Tab("plan")), slot.offer(Tab("notes"))
    assert list(slot) == [first, second]
    assert len(slot) == 2
    assert repr(slot) == "<Slot tabs: plan, notes>"


def test_offering_again_changes_the_thing_and_not_its_place():
    slot = Slot[Tab]("tabs")
    slot.offer(Tab("plan"))
    slot.offer(Tab("notes"))
    slot.offer(Tab("plan", "Plan"))
    assert list(slot) == [Tab("plan", "Plan"), Tab("notes")]


def test_a_name_can_be_given():
    slot = Slot[int]("numbers")
    slot.offer(1, name="one")
    slot.offer(2, name="two")
    assert list(slot) == [1, 2]
    with pytest.raises(TypeError, match="int has no name"):
        slot.offer(3)


def test_clearing_forgets():
    slot, hook = Slot[Tab]("tabs"), Hook[[], str]("greetings")
    slot.offer(Tab("plan"))
    hook.connect(greet)
    slot.clear()
    hook.clear()
    assert not list(slot)
    assert hook() == []


def test_a_slot_may_be_filled_while_it_is_read():
    slot = Slot[Tab]("tabs")
    slot.offer(Tab("plan"))
    for tab in slot:
        slot.offer(Tab(f"{tab.name}-more"))
    assert len(slot) == 2


def test_a_hook_calls_all_in_order_and_gives_their_answers():
    hook = Hook[[int], str]("numbers")

    @hook.connect
    def twice(number: int) -> str:
        return str(2 * number)

    hook.connect(lambda number: str(-number), name="minus")
    assert hook(3) == ["6", "-3"]
    assert len(hook) == 2
    assert twice(1) == "2"


def test_connecting_twice_calls_once():
    hook = Hook[[], str]("greetings")
    hook.connect(greet)
    hook.connect(greet)
    assert hook() == ["hello"]


def test_an_error_reaches_the_caller_and_stops_the_rest():
    hook, called = Hook[[], None]("deeds"), []

    def fail() -> None:
        raise LookupError

    hook.connect(fail)
    hook.connect(lambda: called.append(1), name="later")
    with pytest.raises(LookupError):
        hook()
    assert not called
