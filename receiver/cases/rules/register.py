"""How the register of people is looked through: whose, which, in what order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from receiver.kit.errors import Gone, Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from uuid import UUID

    from receiver.cases.rules.case import Stage
    from receiver.kit.months import Month
    from receiver.people.rules import Need

SEARCH_KEPT = timedelta(minutes=30)
"""How long a search is remembered, so that no name ever stands in an address (screens, U2)."""


MOST_LISTS = 20
"""Lists that one user may keep."""

LIST_NAME = 60
"""Characters in the name of a list."""


class TooManyLists(Refusal):
    """More of them would hide the register under links."""

    sentence = _("You have %(most)s lists already. Please remove one first.")


class ListNameTaken(Refusal):
    """Two lists of one name cannot be told apart."""

    sentence = _("You have a list named “%(name)s” already.")


class Whose(LabelledEnum):
    """Whose people a list shows."""

    MINE = "mine", p_("whose people", "Mine")
    OFFICE = "office", p_("whose people", "My office")
    ALL = "all", p_("whose people", "All I may see")


class Presence(LabelledEnum):
    """Whether a person is here."""

    EXPECTED = "expected", p_("person", "Expected")
    HERE = "here", p_("person", "Here")
    LEFT = "left", p_("person", "Left")


class Order(LabelledEnum):
    """By what the register is sorted; with a dash the other way round."""

    NAME = "name", p_("order of people", "Name")
    NAME_DOWN = "-name", p_("order of people", "Name, from the end")
    ARRIVED = "arrived", p_("order of people", "Longest here first")
    ARRIVED_DOWN = "-arrived", p_("order of people", "Last arrived first")

    @property
    def down(self) -> bool:
        """Whether from the end."""
        return self.value.startswith("-")

    @property
    def by_name(self) -> bool:
        """Whether by name; else by arrival."""
        return self in {Order.NAME, Order.NAME_DOWN}


class SearchExpired(Gone):
    """A search that is no longer remembered, or was somebody else's."""

    sentence = _("That search has expired. Please search again.")


@dataclass(frozen=True, slots=True)
class Looking:
    """What somebody looks for in the register; None is anything."""

    whose: Whose = Whose.ALL
    presence: Presence | None = None
    stage: Stage | None = None
    office_id: UUID | None = None
    caseworker_id: UUID | None = None
    language: str | None = None
    arrived_in: Month | None = None
    need: Need | None = None
    order: Order = Order.NAME

    @property
    def narrowed(self) -> int:
        """How many filters are in force."""
        filters = (self.presence, self.stage, self.office_id, self.caseworker_id, self.language)
        return sum(each is not None for each in (*filters, self.arrived_in, self.need))
