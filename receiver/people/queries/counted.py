"""By what people are counted, sex, age and office, as it was at a moment; what changes later changes nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from receiver.kit.dates import Precision
from receiver.people.models import EarlierIdentity, EarlierOffice, Person

if TYPE_CHECKING:
    from datetime import date, datetime
    from typing import Any
    from uuid import UUID


def sex_and_age(as_of: datetime, on: date) -> Subquery:
    """Everybody's `person_id`, `sex` and `age` in whole years on a day, as far as it was recorded by the moment.

    A year alone and an estimate count by the year. The age is NULL if not known, or if the birth lies after the day.
    """
    earlier = EarlierIdentity
    place = func.row_number().over(partition_by=earlier.person_id, order_by=(earlier.changed_at, earlier.id))
    first = select(earlier, place.label("place")).where(earlier.changed_at > as_of).subquery()

    def known(name: str) -> ColumnElement[Any]:
        return case((first.c.person_id.is_not(None), first.c[name]), else_=getattr(Person, name))

    recorded = (
        select(
            Person.id.label("person_id"),
            *(known(name).label(name) for name in ("sex", "birth_year", "birth_month", "birth_day", "birth_precision")),
        )
        .outerjoin(first, and_(first.c.person_id == Person.id, first.c.place == 1))
        .subquery()
    )
    return select(recorded.c.person_id, recorded.c.sex, _age(recorded.c, on).label("age")).subquery()


def office_at(as_of: datetime) -> ColumnElement[UUID]:
    """The office that looked after a person of the statement at a moment.

    One step in an index for each row: a table of those who moved would be gone through for each on SQLite.
    """
    one = EarlierOffice
    left = select(one.office_id).where(one.person_id == Person.id, one.changed_at > as_of)
    first = left.order_by(one.changed_at, one.id).limit(1).correlate(Person).scalar_subquery()
    return func.coalesce(first, Person.office_id)


def _age(born: Any, on: date) -> ColumnElement[Any]:
    exact = born.birth_precision.in_((Precision.DAY, Precision.MONTH))
    later_in_month = and_(born.birth_month == on.month, born.birth_day > on.day)
    still_to_come = and_(exact, or_(born.birth_month > on.month, later_in_month))
    years = on.year - born.birth_year - case((still_to_come, 1), else_=0)
    return case((years >= 0, years), else_=None)
