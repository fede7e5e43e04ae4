"""People one by one, by their references: the office of each, what each was owed, and the hash of all of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from receiver.access import Permission
from receiver.accounts.models import Office
from receiver.db.engine import in_parts
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.ledger.models import LedgerAccount, LedgerEntry
from receiver.ledger.rules import AccountKind, Cause
from receiver.people.models import Person
from receiver.people.queries import visible_people
from receiver.people.queries.counted import office_at
from receiver.reports.queries.money import Look, equation_of, owed
from receiver.reports.rules import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor

_OF_PERSON = and_(LedgerAccount.owner == LedgerEntry.person, LedgerAccount.kind == AccountKind.OWED)


def _lines(look: Look) -> Select[*tuple[Any, ...]]:
    terms = owed(look, LedgerEntry.person, Person.reference, Office.code)
    return (
        terms.join(LedgerAccount, _OF_PERSON)
        .outerjoin(Person, Person.id == LedgerAccount.person_id)
        .outerjoin(Office, Office.id == office_at(look.as_of))
        .group_by(LedgerEntry.person, Person.reference, Office.code)
        .order_by(LedgerEntry.person)
    )


def _line(row: Any) -> dict[str, Any] | None:
    person, reference, office, *terms = row
    equation = equation_of(terms)
    if not equation.moves:
        return None
    return {"person": person, "reference": reference, "office": office, **equation.figures()}


def persons(session: Session, look: Look, actor: Actor | None = None) -> Iterator[dict[str, Any]]:
    """Everyone whom the report is about, by pseudonym; with an actor those whom reports may show them."""
    wanted = _lines(look)
    if actor is not None and not actor.scope(Permission.REPORT_VIEW).everywhere:
        seen = visible_people(actor, Permission.REPORT_VIEW).with_only_columns(Person.id)
        wanted = wanted.where(LedgerAccount.person_id.in_(seen))
    for part in in_parts(session, wanted):
        yield from (line for row in part if (line := _line(row)) is not None)


def persons_hash(session: Session, look: Look) -> str:
    """The SHA-256 of the canonical texts of all lines, one a line; of what the ledger alone says."""
    text = hashlib.sha256()
    for line in persons(session, look):
        own = {name: value for name, value in line.items() if name not in {"reference", "office"}}
        text.update(f"{canonical(own)}\n".encode())
    return text.hexdigest()


def person_page(
    session: Session, look: Look, actor: Actor, office: str | None, cursor: str | None
) -> Page[dict[str, Any]]:
    """A page of people who were owed something in this report's month, by reference."""
    seen = visible_people(actor, Permission.REPORT_VIEW).with_only_columns(Person.id)
    entitled = select(LedgerEntry.person).where(*look.entries, LedgerEntry.cause == Cause.ENTITLE)
    chosen = (
        select(Person.reference, LedgerAccount.owner)
        .join(LedgerAccount, LedgerAccount.person_id == Person.id)
        .where(LedgerAccount.kind == AccountKind.OWED, LedgerAccount.owner.in_(entitled), Person.id.in_(seen))
    )
    if office is not None:
        chosen = chosen.join(Office, Office.id == office_at(look.as_of)).where(Office.code == office)
    count = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    place = Cursor.decode(cursor, str)
    back = place is not None and place.back
    if place is not None:
        (reference,) = place.place
        chosen = chosen.where(Person.reference < reference if back else Person.reference > reference)
    chosen = chosen.order_by(Person.reference.desc() if back else Person.reference).limit(DEFAULT_SIZE + 1)
    owners = {owner: reference for reference, owner in session.execute(chosen)}
    found = {
        row[0]: line
        for row in session.execute(_lines(look).where(LedgerAccount.owner.in_(owners)))
        if (line := _line(row))
    }
    rows = [found[owner] for owner in owners]
    return Page.build(rows, DEFAULT_SIZE, lambda row: (row["reference"],), cursor=place, total=count)
