"""What stipends offer to the menu, to Today, to the register and to the pages of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.access import Permission
from receiver.cases.slots import REGISTER_COLUMNS, SUMMARY, RegisterColumn, SummaryLine
from receiver.kit.words import Words, p_
from receiver.ledger.queries import DUMP_PARTS
from receiver.stipends.queries.dumping import DUMP
from receiver.stipends.queries.overview import states_of
from receiver.web.slots import MENU, PERSON_TABS, MenuGroup, MenuItem, Tab

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor

_MONEY = MenuGroup.MONEY
ITEMS = (
    MenuItem("pay runs", p_("menu", "Pay runs"), "/stipends", _MONEY, Permission.PAY_RUN_LIST, main=25),
    MenuItem("policies", p_("menu", "Policies"), "/stipends/policies", _MONEY, Permission.POLICY_VIEW),
    MenuItem("payee changes", p_("menu", "Payee changes"), "/stipends/payee-changes", _MONEY, Permission.PAYEE_VIEW),
    MenuItem("enrol", p_("menu", "Enrol people"), "/stipends/enrolments/new", _MONEY, Permission.ENROL),
    MenuItem("holds", p_("menu", "Holds"), "/stipends/holds", _MONEY, Permission.HOLD_VIEW),
)

STIPEND = Tab("stipend", p_("person tab", "Stipend"), "stipend", Permission.STIPEND_VIEW, order=70)


def _column(session: Session, people: Sequence[UUID]) -> Mapping[UUID, Words]:
    return {person: state.label for person, state in states_of(session, people).items()}


def _line(session: Session, _actor: Actor, person_id: UUID) -> Words | None:
    return _column(session, [person_id]).get(person_id)


COLUMN = RegisterColumn("stipend", p_("register", "Stipend"), Permission.STIPEND_VIEW, _column)
LINE = SummaryLine("stipend", p_("register", "Stipend"), Permission.STIPEND_VIEW, _line, slug="stipend")


def wire() -> None:
    """Offer all of it; doing it again changes nothing."""
    for item in ITEMS:
        MENU.offer(item)
    for part in DUMP:
        DUMP_PARTS.offer(part)
    PERSON_TABS.offer(STIPEND)
    REGISTER_COLUMNS.offer(COLUMN)
    SUMMARY.offer(LINE)
