"""Write invented people down by the thousand: rows of many tables in a few statements, one audit record a portion.

What people do one by one goes through the actions of the rooms; this is only for the crowd of a practice system.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from receiver import audit, vault
from receiver.access import SYSTEM
from receiver.audit import Kind
from receiver.cases.models import Case
from receiver.cases.rules import Stage
from receiver.kit import clock, names
from receiver.kit.ids import new_id, new_reference
from receiver.people.models import Arrival, Batch, Household, HouseholdMember, NameKey, Person
from receiver.people.rules import ArrivalState, BatchState, Relationship
from receiver.stipends import queries as stipends
from receiver.stipends.models import Payee
from receiver.stipends.rules import payees as payee_rules
from receiver.stipends.rules.payees import PayeeState
from receiver.stipends.rules.payments import Channel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.partners.models import Programme
    from receiver.practice.cast import Invented
    from receiver.practice.staff import Staff

Rows = list[dict[str, Any]]
_REFERENCES: dict[type[Any], str] = {Person: "R", Household: "HH"}
NINE, CONFIRMED_AFTER = time(9), timedelta(days=5)
"""When a payee counts after the arrival: asked, confirmed by a second human, and cooled off."""
_SAME_NAME = 100
"""How like the name on an account is to that of the person whose account it is."""
_STAGES = (Stage.ACTIVE, Stage.ACTIVE, Stage.PLANNING, Stage.ASSESSMENT, Stage.INTAKE)


class Writer:
    """Writes the people of one programme; remembers batches and households from one portion to the next."""

    def __init__(self, programme: Programme, staff: Staff) -> None:
        self.programme = programme
        self.staff = staff
        self.caseworkers = {
            place: [staff.actors[name].user_id for name in names] for place, names in staff.caseworkers.items()
        }
        self.batches: dict[tuple[date, int], UUID] = {}
        self.households: dict[int, UUID] = {}
        self._slugs: dict[date, int] = {}

    def write(self, session: Session, people: Sequence[Invented]) -> list[UUID]:
        """Write a portion; returns the ids of its people, in order."""
        now = clock.now()
        ids = [new_id() for _each in people]
        vault.warm(session, ids, create=True)
        self._open_batches(session, people, now)
        rows: dict[type[Any], Rows] = {}
        for person_id, one in zip(ids, people, strict=True):
            self._add(session, rows, person_id, one, now)
        for known, prefix in _REFERENCES.items():
            _draw_again(session, known, prefix, rows.get(known, []))
        for model in (Person, NameKey, Household, HouseholdMember, Arrival, Case, Payee):
            if rows.get(model):
                session.execute(insert(model), rows[model])
        audit.record(session, Kind.PRACTICE_SEEDED, SYSTEM, self.programme.code, people=len(people))
        return ids

    def _open_batches(self, session: Session, people: Sequence[Invented], now: datetime) -> None:
        for one in people:
            place = (one.arrived_on, one.office)
            if place in self.batches:
                continue
            number = self._slugs.get(one.arrived_on, 0)
            self._slugs[one.arrived_on] = number + 1
            batch = Batch(
                id=new_id(),
                slug=f"{one.arrived_on}-{self.programme.code.lower()[:4]}{number or ''}",
                programme_id=self.programme.id,
                office_id=self.staff.offices[one.office].id,
                arrives_on=one.arrived_on,
                arrived_on=one.arrived_on,
                origin="Practice airport",
                carrier=f"PR {100 + len(self.batches)}",
                place="Kigali International Airport",
                state=BatchState.RECEIVED,
                created_at=now,
            )
            session.add(batch)
            self.batches[place] = batch.id
        session.flush()

    def _add(self, session: Session, rows: dict[type[Any], Rows], key: UUID, one: Invented, now: datetime) -> None:
        seen = {"created_at": now, "version": 1}
        rows.setdefault(Person, []).append(self._person(key, one) | seen)
        found = sorted(names.search_keys(one.full_name) | names.search_keys(one.name_latin))
        rows.setdefault(NameKey, []).extend({"person_id": key, "key": each} for each in found)
        self._house(rows, key, one, seen)
        rows.setdefault(Arrival, []).append(
            {
                "id": new_id(),
                "batch_id": self.batches[one.arrived_on, one.office],
                "person_id": key,
                "state": ArrivalState.MET,
                "sending_number": f"{self.programme.code}-{one.number:05d}",
                **seen,
            }
        )
        workers = self.caseworkers[one.office]
        rows.setdefault(Case, []).append(
            {
                "id": new_id(),
                "person_id": key,
                "programme_id": self.programme.id,
                "caseworker_id": workers[one.number % len(workers)],
                "stage": _STAGES[one.number % len(_STAGES)],
                "opened_on": one.arrived_on,
                **seen,
            }
        )
        if one.pays_by != "none":
            rows.setdefault(Payee, []).append(self._payee(session, key, one) | seen)

    def _person(self, key: UUID, one: Invented) -> dict[str, Any]:
        return {
            "id": key,
            "reference": new_reference(_REFERENCES[Person]),
            "office_id": self.staff.offices[one.office].id,
            "full_name": one.full_name,
            "name_latin": one.name_latin,
            "name_on_document": "",
            "other_names": "",
            "sex": one.sex,
            "birth_year": one.born.year,
            "birth_month": one.born.month,
            "birth_day": one.born.day,
            "birth_precision": one.born.precision,
            "nationality": one.nationality,
            "languages": list(one.languages),
            "interpreter_needed": one.interpreter,
            "arrived_on": one.arrived_on,
        }

    def _house(self, rows: dict[type[Any], Rows], key: UUID, one: Invented, seen: dict[str, Any]) -> None:
        if one.household is None:
            return
        if one.relationship is Relationship.HEAD:
            self.households[one.household] = new_id()
            rows.setdefault(Household, []).append(
                {
                    "id": self.households[one.household],
                    "reference": new_reference(_REFERENCES[Household]),
                    "collector_id": key,
                    **seen,
                }
            )
        rows.setdefault(HouseholdMember, []).append(
            {
                "id": new_id(),
                "household_id": self.households[one.household],
                "person_id": key,
                "relationship": one.relationship,
                "since": one.arrived_on,
            }
        )

    def _payee(self, session: Session, key: UUID, one: Invented) -> dict[str, Any]:
        payee_id, asked_by = new_id(), self.staff.actors["finance"].user_id
        confirmed = one.pays_by != "waiting"
        then = datetime.combine(one.arrived_on, NINE, UTC) + CONFIRMED_AFTER
        row: dict[str, Any] = {
            "id": payee_id,
            "person_id": key,
            "channel": Channel.CASH_DESK,
            "state": PayeeState.CONFIRMED if confirmed else PayeeState.AWAITING,
            "number": None,
            "blind": None,
            "tail": "",
            "name": None,
            "likeness": None,
            "changes": False,
            "asked_by": asked_by,
            "decided_by": None,
            "decided_at": then if confirmed else None,
            "usable_from": then if confirmed else None,
        }
        if one.pays_by == "desk" or one.phone is None:
            return row | {"mark": audit.fingerprint(session, payee_rules.PAYEE, f"desk|{key}")}
        on_account = one.name_latin or one.full_name
        return row | {
            "channel": Channel.MOBILE_MONEY_FILE,
            "number": vault.seal(session, key, stipends.number_place(payee_id), one.phone),
            "name": vault.seal(session, key, stipends.name_place(payee_id), on_account),
            "blind": vault.blind(session, payee_rules.PAYEE, one.phone),
            "tail": payee_rules.tail_of(one.phone),
            "mark": audit.fingerprint(session, payee_rules.PAYEE, f"{one.phone}|{on_account}"),
            "likeness": _SAME_NAME,
            "decided_by": self.staff.actors["approver"].user_id if confirmed else None,
        }


def _draw_again(session: Session, model: type[Any], prefix: str, rows: Rows) -> None:
    """Draw those references anew that somebody has already: of 2^30 there are, so it happens among fifty thousand."""
    taken: set[str] = set()
    while rows:
        drawn = [row["reference"] for row in rows]
        taken |= set(session.scalars(select(model.reference).where(model.reference.in_(drawn))))
        again = []
        for row in rows:
            if row["reference"] in taken:
                row["reference"] = new_reference(prefix)
                again.append(row)
            else:
                taken.add(row["reference"])
        rows = again
