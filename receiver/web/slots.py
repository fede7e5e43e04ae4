"""Places in the common pages that rooms fill without knowing one another: menu, today, the tabs of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from receiver.kit.wiring import Hook, Slot
from receiver.kit.words import LabelledEnum, Words, p_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor, Permission

MAIN_AT_MOST = 4
"""Items of the main navigation before "More" (screens, section 4)."""
TABS_AT_MOST = 7
"""Tabs over the pages of a person (screens, C2); a test asks it of every role."""


class MenuGroup(LabelledEnum):
    """The headings of the menu page."""

    WORK = "work", p_("menu", "People and work")
    MONEY = "money", p_("menu", "Money")
    REPORTS = "reports", p_("menu", "Reports")
    RUNNING = "running", p_("menu", "Running Receiver")
    OWN = "own", p_("menu", "My account")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A link of the menu; `permission` None is for everyone signed in.

    `main` places it in the main navigation, lower numbers first, for those who hold the permission (0: menu only).
    """

    name: str
    label: Words
    url: str
    group: MenuGroup
    permission: Permission | None = None
    main: int = 0


@dataclass(frozen=True, slots=True)
class Tab:
    """A section of a person's pages with an address of its own: `/people/{reference}/<slug>`.

    What is needed seldom stands `aside`: it is linked from the summary, and is no tab over every page.
    """

    name: str
    label: Words
    slug: str
    permission: Permission
    order: int = 100
    aside: bool = False


class TodayRows(Protocol):
    """The first rows of a list under Today and how many there are in all; values for the list's template."""

    def __call__(self, session: Session, actor: Actor, limit: int, /) -> tuple[Sequence[Mapping[str, object]], int]:
        """The rows that this actor may see, at most `limit` of them, and the number of all."""
        ...


@dataclass(frozen=True, slots=True)
class TodayList:
    """A list under Today; its template draws one row from the mapping that `rows` gives."""

    name: str
    label: Words
    permission: Permission
    rows: TodayRows
    template: str
    url: str
    empty: Words
    order: int = 100


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a person cannot be erased, or a case closed, yet; `url` leads to what has to be done first."""

    words: Words
    url: str


WHO_CAN: Hook[[Session, Actor, Permission], Sequence[str]] = Hook("who can")
"""Names of people near the actor who hold a right, for the page that refuses it (U5); the accounts room knows them."""

NAME_OF: Hook[[Session, Actor, str], str] = Hook("name of")
"""The name of the person of a reference, empty for who may not see it; the people room knows it."""

MENU: Slot[MenuItem] = Slot("menu")
PERSON_TABS: Slot[Tab] = Slot("person tabs")
TODAY: Slot[TodayList] = Slot("today")
CLOSING_OBJECTIONS: Hook[[Session, UUID], Sequence[Objection]] = Hook("objections to closing a case")
ERASING_OBJECTIONS: Hook[[Session, UUID], Sequence[Objection]] = Hook("objections to erasing a person")
"""Each room answers `objections(session, subject)`; the lists are put together."""


def visible_menu(actor: Actor | None) -> list[MenuItem]:
    """The items this person may use, in the order in which rooms offered them."""
    if actor is None:
        return []
    return [item for item in MENU if item.permission is None or actor.may(item.permission)]


def main_navigation(actor: Actor | None) -> list[MenuItem]:
    """The few items that stand on every page."""
    chosen = sorted((item for item in visible_menu(actor) if item.main), key=lambda item: item.main)
    return chosen[:MAIN_AT_MOST]


def visible_tabs(actor: Actor, *, aside: bool = False) -> list[Tab]:
    """The sections of a person's pages that this actor may open: those over every page, or those that stand aside."""
    may = (tab for tab in PERSON_TABS if tab.aside is aside and actor.may(tab.permission))
    return sorted(may, key=lambda tab: tab.order)


def visible_lists(actor: Actor) -> list[TodayList]:
    """The lists under Today of this actor."""
    return sorted((each for each in TODAY if actor.may(each.permission)), key=lambda each: each.order)
