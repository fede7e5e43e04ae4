"""The sheet on which people sign at the cash desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from receiver.kit.money import Money
from receiver.kit.paging import Cursor, Page
from receiver.people.models import Person
from receiver.people.queries import collectors
from receiver.stipends.models import Payment
from receiver.stipends.rules.payments import IN_TRANSIT, Channel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.people.queries import PersonCard
    from receiver.stipends.models import PayRun

ON_PAPER = 200
"""Lines that are printed at once."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """Who is to come for how much; `collects` are those who may come instead."""

    number: int
    reference: str
    name: str
    amount: Money
    collects: tuple[PersonCard, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines by number, of all who are still to come, who are `people` and get `total`."""

    page: Page[SheetLine]
    people: int
    total: Money


def desk_sheet(session: Session, run: PayRun, cursor: str | None) -> Sheet:
    """Who is still to come to the cash desk of a run: two queries, and those for households."""
    place = Cursor.decode(cursor, int)
    waits = (Payment.channel == Channel.CASH_DESK, Payment.state.in_(IN_TRANSIT))
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt, *waits)
    columns = (Payment.number, Payment.person_id, Payment.amount_minor, Person.reference, Person.full_name)
    wanted = select(*columns).join(Person, Person.id == Payment.person_id).where(*mine)
    back = place is not None and place.back
    if place is not None:
        (number,) = place.place
        wanted = wanted.where(Payment.number < number if back else Payment.number > number)
    wanted = wanted.order_by(Payment.number.desc() if back else Payment.number).limit(ON_PAPER + 1)
    rows = session.execute(wanted).all()
    instead = _instead(session, [row.person_id for row in rows])
    lines = [
        SheetLine(
            number=row.number,
            reference=row.reference,
            name=row.full_name,
            amount=Money(row.amount_minor, run.currency),
            collects=instead.get(row.person_id, ()),
        )
        for row in rows
    ]
    sums = select(func.count(), func.coalesce(func.sum(Payment.amount_minor), 0)).where(*mine)
    count, minor = map(int, session.execute(sums).one())
    page = Page.build(lines, ON_PAPER, lambda line: (line.number,), cursor=place)
    return Sheet(page, count, Money(minor, run.currency))


def _instead(session: Session, people: Sequence[UUID]) -> dict[UUID, tuple[PersonCard, ...]]:
    """Those who may collect for each of these people."""
    return {
        person: tuple(one for one in (who.collector, who.alternate) if one is not None and one.id != person)
        for person, who in collectors(session, people).items()
    }
