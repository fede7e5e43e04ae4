"""What programmes and partner organisations offer to the menu."""

from __future__ import annotations

from receiver.access import Permission
from receiver.kit.words import p_
from receiver.web.slots import MENU, MenuGroup, MenuItem

ITEMS = (
    MenuItem("programmes", p_("menu", "Programmes"), "/admin/programmes", MenuGroup.RUNNING, Permission.PROGRAMME_VIEW),
    MenuItem(
        "partners",
        p_("menu", "Partner organisations"),
        "/admin/partners",
        MenuGroup.RUNNING,
        Permission.ORGANISATION_VIEW,
    ),
)


def wire() -> None:
    """Offer the links of the menu."""
    for item in ITEMS:
        MENU.offer(item)
