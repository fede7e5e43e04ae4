"""What the common pages and those of staff offer to the menu."""

from __future__ import annotations

from receiver.access import Permission
from receiver.kit.words import p_
from receiver.web.slots import MENU, MenuGroup, MenuItem

ITEMS = (
    MenuItem("today", p_("menu", "Today"), "/today", MenuGroup.WORK, main=1),
    MenuItem("audit", p_("menu", "Audit trail"), "/audit", MenuGroup.RUNNING, Permission.AUDIT_VIEW, main=2),
    MenuItem("users", p_("menu", "Users"), "/admin/users", MenuGroup.RUNNING, Permission.USER_VIEW, main=2),
    MenuItem("offices", p_("menu", "Offices"), "/admin/offices", MenuGroup.RUNNING, Permission.OFFICE_MANAGE, main=3),
    MenuItem("words", p_("menu", "Words"), "/admin/words", MenuGroup.RUNNING, Permission.WORDS_VIEW),
    MenuItem("health", p_("menu", "Health of the system"), "/admin/health", MenuGroup.RUNNING, Permission.HEALTH_VIEW),
    MenuItem(
        "background", p_("menu", "Background work"), "/admin/background", MenuGroup.RUNNING, Permission.BACKGROUND_VIEW
    ),
    MenuItem("me", p_("menu", "My account"), "/me", MenuGroup.OWN),
    MenuItem("sessions", p_("menu", "Where I am signed in"), "/me/sessions", MenuGroup.OWN),
    MenuItem("language", p_("menu", "Language"), "/language", MenuGroup.OWN),
    MenuItem("help", p_("menu", "Help"), "/help", MenuGroup.OWN),
)


def wire() -> None:
    """Offer the links of the menu."""
    for item in ITEMS:
        MENU.offer(item)
