"""The money of a month by sex and age of the people, as they were recorded at the moment looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, distinct, func, select

from receiver.ledger.models import LedgerAccount
from receiver.ledger.rules import AccountKind, Cause
from receiver.people.queries.counted import sex_and_age
from receiver.people.rules import Sex
from receiver.reports.queries.money import INTO, REAL, E, Look, original, outcome, sent, total
from receiver.reports.rules import AgeBand, Outcome, age_band
from receiver.stipends.models import Payment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def by_sex_and_age(session: Session, look: Look) -> list[dict[str, Any]]:
    """People, what they were owed after corrections and what they were paid, by sex and age on the month's last day.

    A row is named `f.0-4`; those that count nobody are left out. Who was erased is not known.
    """
    groups: dict[tuple[Sex, AgeBand], dict[str, Any]] = {}

    def add(sex: Sex | None, age: int | None, name: str, value: Any) -> None:
        place = (sex or Sex.UNKNOWN, age_band(age))
        blank = {"key": f"{place[0].value}.{place[1].value}", "people": 0, "entitled_minor": 0, "paid_minor": 0}
        groups.setdefault(place, blank)[name] += total(value)

    known = sex_and_age(look.as_of, look.month.last)
    of_person = and_(LedgerAccount.owner == E.person, LedgerAccount.kind == AccountKind.OWED)
    owed = (
        select(
            known.c.sex,
            known.c.age,
            func.count(distinct(case((E.cause == Cause.ENTITLE, E.person)))),
            func.sum(INTO),
        )
        .select_from(E)
        .outerjoin(original, original.seq == E.reverses)
        .join(LedgerAccount, of_person)
        .outerjoin(known, known.c.person_id == LedgerAccount.person_id)
        .where(*look.entries, REAL.in_((Cause.ENTITLE, Cause.CORRECT)))
        .group_by(known.c.sex, known.c.age)
    )
    for sex, age, people, minor in session.execute(owed):
        add(sex, age, "people", people)
        add(sex, age, "entitled_minor", minor)
    paid = sent(look, known.c.sex, known.c.age).outerjoin(known, known.c.person_id == Payment.person_id)
    for sex, age, _count, minor in session.execute(paid.where(outcome(look.as_of) == Outcome.PAID.value)):
        add(sex, age, "paid_minor", minor)
    in_order = sorted(groups, key=lambda place: (list(Sex).index(place[0]), list(AgeBand).index(place[1])))
    return [groups[place] for place in in_order if any(groups[place][name] for name in _COUNTED)]


_COUNTED = ("people", "entitled_minor", "paid_minor")
