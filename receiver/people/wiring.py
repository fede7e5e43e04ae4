"""What people and arrivals offer to the menu, to Today and to the pages of a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from receiver import i18n
from receiver.access import Permission
from receiver.kit import clock
from receiver.kit.words import _, p_
from receiver.people.models import Batch
from receiver.people.queries import Company, batch_rows, company_of, soon_arriving
from receiver.people.queries import manifests as imports
from receiver.web.slots import MENU, PERSON_TABS, TODAY, MenuGroup, MenuItem, Tab, TodayList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from receiver.access import Actor

AHEAD = timedelta(days=7)
"""How far Today looks for arrivals (S4)."""

ITEMS = (
    MenuItem("arrivals", p_("menu", "Arrivals"), "/arrivals", MenuGroup.WORK, Permission.ARRIVAL_VIEW, main=40),
    MenuItem("new person", p_("menu", "Register a person"), "/people/new", MenuGroup.WORK, Permission.PERSON_EDIT),
    MenuItem(
        "duplicates",
        p_("menu", "Possible duplicates"),
        "/people/duplicates",
        MenuGroup.WORK,
        Permission.DUPLICATE_DECIDE,
    ),
)

TABS = (
    Tab("intake", p_("person tab", "Intake"), "intake", Permission.PERSON_VIEW, order=30, aside=True),
    Tab("contact", p_("person tab", "Contact"), "contact", Permission.PERSON_VIEW, order=40),
    Tab("household", p_("person tab", "Household"), "household", Permission.PERSON_VIEW, order=50),
    Tab("documents", p_("person tab", "Documents"), "documents", Permission.DOCUMENT_VIEW, order=60),
)


def arriving(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    """The batches that are announced for the next seven days, those overdue first: three queries, four if many."""
    soon = soon_arriving(actor, clock.today(i18n.zone()) + AHEAD)
    rows = batch_rows(session, soon.order_by(Batch.arrives_on, Batch.id).limit(limit + 1))
    count = len(rows)
    if count > limit:
        count = session.scalar(select(func.count()).select_from(soon.subquery())) or 0
    company = company_of(session, [row.batch.id for row in rows])
    return [{"row": row, "company": company.get(row.batch.id, Company())} for row in rows[:limit]], count


ARRIVALS = TodayList(
    "arrivals",
    _("Expected in the next seven days"),
    Permission.ARRIVAL_VIEW,
    arriving,
    "people/today_arrival.html",
    "/arrivals?state=announced",
    _("Nobody is announced for the next seven days."),
    order=20,
)


def waiting(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    """The manifests that wait for somebody, those with rows left over from an import among them."""
    rows = imports.unfinished_imports(session, actor, limit=limit + 1)
    count = len(rows) if len(rows) <= limit else imports.unfinished_count(session, actor)
    return [{"manifest": each, "left": imports.rows_left(each)} for each in rows[:limit]], count


WAITING = TodayList(
    "manifests",
    _("Manifests that wait"),
    Permission.MANIFEST_IMPORT,
    waiting,
    "people/today_import.html",
    "/arrivals/imports/new",
    _("No manifest waits."),
    order=21,
)


def wire() -> None:
    """Offer the links, the sections and the list; doing it again changes nothing."""
    for item in ITEMS:
        MENU.offer(item)
    for tab in TABS:
        PERSON_TABS.offer(tab)
    TODAY.offer(ARRIVALS)
    TODAY.offer(WAITING)
