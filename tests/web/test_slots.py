"""What rooms offer to the common pages, and who sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from receiver.access import Permission
from receiver.kit.words import _
from receiver.web import slots
from receiver.web.slots import MenuGroup, MenuItem, Tab, TodayList
from tests.web.conftest import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    kept = [(slot, list(slot)) for slot in (slots.MENU, slots.PERSON_TABS, slots.TODAY)]
    for slot, _items in kept:
        slot.clear()
    yield
    for slot, items in kept:
        slot.clear()
        for item in items:
            slot.offer(item)


def item(name: str, permission: Permission | None, main: int = 0) -> MenuItem:
    return MenuItem(name, _("x"), f"/{name}", MenuGroup.WORK, permission, main)


def test_the_main_navigation_is_short_and_in_order() -> None:
    for number in range(6, 0, -1):
        slots.MENU.offer(item(f"n{number}", None, number))
    slots.MENU.offer(item("ledger", Permission.LEDGER_VIEW, 1))
    slots.MENU.offer(item("rare", None))
    assert [each.name for each in slots.main_navigation(PEOPLE["amina"])] == ["n1", "n2", "n3", "n4"]
    assert "rare" in [each.name for each in slots.visible_menu(PEOPLE["amina"])]
    assert "ledger" in [each.name for each in slots.visible_menu(PEOPLE["auditor"])]
    assert slots.main_navigation(None) == []


def test_tabs_and_lists_need_their_permission() -> None:
    slots.PERSON_TABS.offer(Tab("late", _("Late"), "late", Permission.NOTE_READ, 200))
    slots.PERSON_TABS.offer(Tab("notes", _("Notes"), "notes", Permission.NOTE_READ))
    slots.PERSON_TABS.offer(Tab("ledger", _("Ledger"), "ledger", Permission.LEDGER_VIEW))
    slots.PERSON_TABS.offer(Tab("seldom", _("Seldom"), "seldom", Permission.NOTE_READ, aside=True))
    assert [tab.name for tab in slots.visible_tabs(PEOPLE["amina"])] == ["notes", "late"]
    assert [tab.name for tab in slots.visible_tabs(PEOPLE["amina"], aside=True)] == ["seldom"]
    for name, permission in (("due", Permission.TASK_VIEW), ("approve", Permission.PAY_RUN_APPROVE)):
        slots.TODAY.offer(
            TodayList(name, _("x"), permission, lambda _session, _actor, _limit: ([], 0), "x.html", "/x", _("None."))
        )
    assert [each.name for each in slots.visible_lists(PEOPLE["amina"])] == ["due"]


def test_objections_come_from_every_room() -> None:
    assert slots.CLOSING_OBJECTIONS.name == "objections to closing a case"
    assert slots.Objection(_("A stipend is open."), "/x").url == "/x"
