"""What reports offer to the menu and to the dump of the ledger."""

from __future__ import annotations

from receiver.access import Permission
from receiver.kit.words import p_
from receiver.ledger.queries import DUMP_PARTS
from receiver.reports.queries import DUMP
from receiver.web.slots import MENU, MenuGroup, MenuItem

ITEM = MenuItem("reports", p_("menu", "Reports"), "/reports", MenuGroup.REPORTS, Permission.REPORT_VIEW, main=40)


def wire() -> None:
    """Offer all of it; doing it again changes nothing."""
    MENU.offer(ITEM)
    DUMP_PARTS.offer(DUMP)
